"""Noise floors by hand: the steps of a morris design, and what such steps show of an axis that does nothing."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.sweeps.designs import Design
from experiments.sweeps.noise_floor import noise_effects, noise_sd, noise_variance, steps, variance_quantile

pytestmark = pytest.mark.filterwarnings("error")


def repeated(points: int, base: list[int]) -> Design:
    """Points with common random numbers, some of which are repeated with fresh ones."""
    fresh = np.array([0] * points + list(range(1, len(base) + 1)))
    places = np.array([*range(points), *base])
    return Design(pd.DataFrame(), (), np.zeros((places.size, 1)), fresh, places)


# --- repeats ------------------------------------------------------------------------------------------------


def test_the_variance_is_half_of_that_of_differences() -> None:
    """Differences 2 and -1, and one without a value: 5 / 2 in all, over the 5 % point of chi-squared for two."""
    design, response = repeated(2, [0, 1, 0]), np.array([1.0, 5.0, 3.0, 4.0, np.nan])
    assert noise_variance(design, response) == pytest.approx(2.5 / (-2.0 * math.log(0.95)))
    assert noise_sd(design, response) == pytest.approx(math.sqrt(5.0 / 4.0))
    one = repeated(2, [1])
    assert noise_variance(one, np.array([1.0, 5.0, 7.0])) == pytest.approx(2.0 / stats.chi2.ppf(0.05, 1))
    assert noise_sd(one, np.array([1.0, 5.0, 7.0])) == pytest.approx(math.sqrt(2.0))


def test_without_repeats_there_is_no_noise() -> None:
    for design, response in ((repeated(2, []), [1.0, 7.0]), (repeated(2, [0]), [1.0, 7.0, np.nan])):
        assert (noise_variance(design, np.array(response)), noise_sd(design, np.array(response))) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(math.inf, 1.0), (1, 0.0), (1.5, stats.chi2.ppf(0.95, 0.5) / 1.5), (2, 3.841459 / 2), (3, 5.991465 / 3)],
)
def test_the_variance_of_a_few_normals(count: float, expected: float) -> None:
    """95 % points of chi-squared from a printed table."""
    assert variance_quantile(count) == pytest.approx(expected, abs=1e-6)


# --- steps ----------------------------------------------------------------------------------------------------


def test_steps_of_trajectories() -> None:
    """Three trajectories of two axes, of which the second is left out; behind them a point that is repeated. The
    first goes down in a and then up in b, the third up in b and then in a."""
    a = [0.5, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.5]
    b = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    table = pd.DataFrame({"a": [f"a{one}" for one in a], "b": [10.0 + 5.0 * one for one in b]})
    fresh, base = np.array([0] * 9 + [1]), np.array([*range(9), 0])
    design = Design(table, (), np.column_stack([a, b]), fresh, base, block=3)
    plan = cast(Any, SimpleNamespace(axes=(SimpleNamespace(path="a"), SimpleNamespace(path="b"))))
    found = steps(plan, design, np.array([True, False, True]))
    assert [one.tolist() for one in found] == [[[0, 1], [0, 1]], [[0, 1], [0, 1]], [[0, 1], [2, 3]]]
    assert [one.dtype.kind for one in found] == ["i"] * 3
    kept = steps(plan, design, np.array([True, True, True]))
    assert kept[2].tolist() == [[0, 1], [2, 3], [4, 5]]
    turned = Design(table, (), np.column_stack([a, b])[::-1], fresh, base, block=3)
    assert turned.shared == 9


def test_values_of_steps_are_numbered_from_the_lowest() -> None:
    """One axis with three values; one trajectory of two points each."""
    unit = np.array([[0.9], [0.1], [0.1], [0.5], [0.5], [0.9]])
    table = pd.DataFrame({"a": [3.0, 1.0, 1.0, 2.0, 2.0, 3.0]})
    design = Design(table, (), unit, np.zeros(6, np.int64), np.arange(6), block=2)
    plan = cast(Any, SimpleNamespace(axes=(SimpleNamespace(path="a"),)))
    assert steps(plan, design, np.ones(3, dtype=np.bool_))[0].tolist() == [[0, 2], [0, 1], [1, 2]]


# --- effects --------------------------------------------------------------------------------------------------


def test_a_single_step_between_two_values() -> None:
    """All 60 steps are one difference of two normals: its size has the 95 % point 1.96 sqrt(2), and no variance."""
    found = noise_effects(np.random.default_rng(2), np.array([[0, 1]] * 60))
    assert list(found) == ["mu_star", "mu", "sigma"]
    t = stats.t.ppf(0.975, 60) * math.sqrt(2.0)
    assert (found["mu_star"], found["mu"]) == (pytest.approx(t, rel=0.1), pytest.approx(t, rel=0.1))
    assert found["mu_star"] == found["mu"]
    spread = math.sqrt(2.0 * stats.f.ppf(0.95, 59, 60))
    assert found["sigma"] == pytest.approx(spread, rel=0.05), "each point may have random numbers of its own"


def test_steps_that_share_no_value() -> None:
    """Of 40 independent steps, over a standard deviation that 40 repeats tell: a t of the mean, an F of variances."""
    found = noise_effects(np.random.default_rng(5), np.arange(80).reshape(-1, 2))
    assert found["mu"] == pytest.approx(stats.t.ppf(0.975, 40) * math.sqrt(2.0 / 40.0), rel=0.1)
    assert found["sigma"] == pytest.approx(math.sqrt(2.0 * stats.f.ppf(0.95, 39, 40)), rel=0.05)
    rng = np.random.default_rng(6)
    sizes = np.abs(rng.normal(0.0, math.sqrt(2.0), (4000, 40))).mean(axis=1) / np.sqrt(rng.chisquare(40, 4000) / 40.0)
    assert found["mu_star"] == pytest.approx(np.quantile(sizes, 0.95), rel=0.04)


def test_few_steps_have_wide_tails() -> None:
    found = noise_effects(np.random.default_rng(3), np.arange(8).reshape(-1, 2))
    assert found["mu"] == pytest.approx(stats.t.ppf(0.975, 4) * math.sqrt(2.0 / 4.0), rel=0.07)
    assert found["sigma"] == pytest.approx(math.sqrt(2.0 * stats.f.ppf(0.95, 3, 4)), rel=0.07)


def test_steps_one_after_the_other_cancel() -> None:
    """The mean of 40 steps along a chain of values is that of its ends: the case of fresh numbers is the larger."""
    found = noise_effects(np.random.default_rng(5), np.column_stack([np.arange(40), np.arange(1, 41)]))
    assert found["mu"] == pytest.approx(stats.t.ppf(0.975, 40) * math.sqrt(2.0 / 40.0), rel=0.1)
