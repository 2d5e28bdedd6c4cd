"""e^x and ln x of the compiled day against decimal arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
from hypothesis import given, settings, strategies as st

from sim.law.exponential import exponential, exponentials, logarithm, logarithms

ULPS = 2.0
"""Largest distance from the truth, in units of the last place."""


def ulps(got: float, truth: Decimal) -> float:
    with localcontext(prec=50):
        return float(abs(Decimal(got) - truth) / Decimal(math.ulp(got)))


@settings(deadline=None)  # the first call compiles
@given(st.floats(-699.0, 699.0))
def test_exponential(x: float) -> None:
    with localcontext(prec=50):
        truth = Decimal(x).exp()
    assert ulps(exponential(x), truth) < ULPS


@settings(deadline=None)  # the first call compiles
@given(st.floats(1e-300, 1e300))
def test_logarithm(x: float) -> None:
    with localcontext(prec=50):
        truth = Decimal(x).ln()
    got = logarithm(x)
    assert got == 0.0 if truth == 0 else ulps(got, truth) < ULPS


def test_nothing_gives_nothing_exactly() -> None:
    assert exponential(0.0) == 1.0
    assert logarithm(1.0) == 0.0


def test_exponents_are_held() -> None:
    assert exponential(1e9) == exponential(700.0) < math.inf
    assert exponential(-1e9) == exponential(-700.0) > 0.0


def test_many_give_what_one_gives() -> None:
    """Several people an instruction, and one by one: the same bits."""
    x = np.random.default_rng(1).normal(0.0, 5.0, 1001)
    many = x.copy()
    exponentials(many)
    assert many.tolist() == [exponential(one) for one in x]
    back = many.copy()
    logarithms(back)
    assert back.tolist() == [logarithm(one) for one in many]
