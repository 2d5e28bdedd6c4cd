"""Uniforms by address, and the quantiles through which they act."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from scipy.special import gammainccinv, gammaincinv

from sim.draws import Decision, keyed, replication_key

Z95 = 1.6448536269514722
_normal = NormalDist()


class RandomNumbers:
    """The uniforms of one run."""

    def __init__(self, seed: int, draw: int, replication: int) -> None:
        self.key = replication_key(seed, draw * 65536 + replication)

    def u(self, person: int, decision: Decision, ordinal: int = 0) -> float:
        return float(keyed(self.key, np.uint64(person), int(decision), int(ordinal)))

    def exponential(self, person: int, decision: Decision, ordinal: int = 0) -> float:
        return -math.log1p(-self.u(person, decision, ordinal))

    def normal(self, person: int, decision: Decision, ordinal: int = 0) -> float:
        return _normal.inv_cdf(self.u(person, decision, ordinal))

    def gamma(self, shape: float, person: int, decision: Decision, ordinal: int = 0) -> float:
        """The quantile of Gamma(shape, rate 1)."""
        u = self.u(person, decision, ordinal)
        return float(gammaincinv(shape, u) if u < 0.5 else gammainccinv(shape, 1.0 - u))


def logistic(x: float) -> float:
    if x < 0.0:
        return math.exp(x) / (1.0 + math.exp(x))
    return 1.0 / (1.0 + math.exp(-x))


def cents(x: float) -> int:
    """The nearest whole number, half away from zero."""
    return math.floor(x + 0.5) if x >= 0.0 else -math.floor(0.5 - x)


def levelling(effect: float, most: float) -> float:
    """An effect that levels off: as it is where it is small, never more than `most`."""
    return most * effect / (most + effect)
