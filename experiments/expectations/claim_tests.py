"""Whether a claim is met, on plain arrays: the numbers that it is about, and their intervals.

`values` has the shape (readings, draws, replications), complete and finite. Units are the independent values, as in
`experiments.comparison.statistics`. A claim is about one or more functions of the readings' means: its parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.comparison.plausible_markets import level_shifts
from experiments.comparison.statistics import Floats, intervals_of_means, unit_means
from scenarios import BestClaim, BetweenClaim, Claim, CurveClaim, OrderClaim, RatioClaim

Met = Literal["met", "not met", "inconclusive"]
Kind = Literal["kpi", "ratio", "margin", "lever"]

SIMULATIONS = 20_000
_RANK: dict[Met, int] = {"not met": 0, "inconclusive": 1, "met": 2}


@dataclass(frozen=True)
class Part:
    """A number that has to lie between two limits, above the lower one and not equal to it if `above`.

    `of` maps means of shape (..., readings) to numbers of shape (...,); `weights`, if it is linear, are its weights.
    `kind` names its unit: the KPI's, a ratio, a margin as a share of the best, or the lever's.
    """

    name: str
    kind: Kind
    of: Callable[[Floats], Floats]
    low: float
    high: float
    above: bool = False
    weights: Floats | None = None


@dataclass(frozen=True)
class Finding:
    """What was found for a part: its value with an interval (None where there is one run only)."""

    met: Met
    name: str
    kind: Kind
    value: float
    low: float | None
    high: float | None


def judge_claim(claim: Claim, values: Floats, error: float, better: int = 1) -> Finding:
    """The part that decides a claim. `error` is the probability with which one part's interval may miss its true value.

    A claim is met if all parts are met, and not met if one part is not. `better` is the KPI's direction.
    """
    if not values.shape[1]:
        return Finding("inconclusive", "no draw has a value", "kpi", math.nan, None, None)
    units = unit_means(values)
    parts = parts_of(claim, better)
    plausible = _plausible_means(units) if any(part.weights is None for part in parts) else None
    findings = [_judge(part, units, plausible, error) for part in parts]
    return min(findings, key=lambda finding: (_RANK[finding.met], finding.value))


def parts_of(claim: Claim, better: int) -> tuple[Part, ...]:
    """The numbers that a claim is about."""
    if isinstance(claim, BetweenClaim):
        return (_linear("", np.ones(1), claim.low, claim.high),)
    if isinstance(claim, OrderClaim):
        return tuple(_difference(claim, place) for place in range(len(claim.readings) - 1))
    if isinstance(claim, RatioClaim):
        return (Part("", "ratio", _quotient, claim.low, claim.high),)
    return (_curvature(claim),) if isinstance(claim, CurveClaim) else _best(claim, better)


def _linear(name: str, weights: Floats, low: float, high: float, above: bool = False) -> Part:
    return Part(name, "kpi", lambda means: means @ weights, low, high, above, weights)


def _difference(claim: OrderClaim, place: int) -> Part:
    weights = np.zeros(len(claim.readings))
    weights[place : place + 2] = 1.0, -1.0
    first, second = claim.readings[place : place + 2]
    return _linear(f"{first.arm} − {second.arm}", weights, 0.0, math.inf, above=True)


def _quotient(means: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(means[..., 0] / means[..., 1])


def _curvature(claim: CurveClaim) -> Part:
    """Least squares of ln KPI on 1, ln x and (ln x)^2; with the sign that makes a hill positive."""
    x = np.log(claim.lever.values)
    x = x - x.mean()
    weights = -np.linalg.pinv(np.stack([np.ones_like(x), x, x**2], axis=1))[2]

    def bend(means: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.log(means) @ weights, dtype=np.float64)

    return Part("", "ratio", bend, claim.low, claim.high)


def _best(claim: BestClaim, better: int) -> tuple[Part, ...]:
    def margins(means: Floats) -> Floats:
        """How far each arm is inside the set, as a share of the best."""
        good = better * means
        best = good.max(axis=-1, keepdims=True)
        size = np.where(best == 0.0, 1.0, np.abs(best))
        return np.asarray((good - best) / size + claim.within)

    def middle(means: Floats) -> Floats:
        inside = margins(means) >= 0.0
        levers = np.asarray(claim.lever.values if claim.lever else ())
        lowest = np.where(inside, levers, np.inf).min(axis=-1)
        return np.asarray(np.sqrt(lowest * np.where(inside, levers, 0.0).max(axis=-1)))

    others = [place for place in range(len(claim.readings)) if claim.among and place not in claim.among]
    parts = []
    for name, places in (("among", others), ("lacks", list(claim.lacks))):
        if places:
            outside = _nearest(margins, places)
            parts.append(Part(name, "margin", outside, 0.0, math.inf, above=True))
    if claim.has:
        has = list(claim.has)
        parts.append(Part("has", "margin", lambda means: margins(means)[..., has].min(axis=-1), 0.0, math.inf))
    if claim.lever is not None:
        parts.append(Part("middle", "lever", middle, claim.low, claim.high))
    return tuple(parts)


def _nearest(margins: Callable[[Floats], Floats], places: list[int]) -> Callable[[Floats], Floats]:
    """How far outside the set the nearest of these arms is."""
    return lambda means: -margins(means)[..., places].max(axis=-1)


def _plausible_means(units: Floats) -> Floats:
    """Plausible true means, shape (simulations, readings): draws of the multivariate t by the covariance of the units.

    Readings are first scaled to one size, so that no digits are lost where money stands beside shares.
    """
    n = units.shape[1]
    means: Floats = units.mean(axis=1)
    if n < 2:
        return means[None, :]
    size = units.std(axis=1, ddof=1)
    size[size <= 1e-12 * np.abs(means)] = 1.0
    covariance = np.atleast_2d(np.cov((units - means[:, None]) / size[:, None]))
    covariance[np.abs(covariance) < 1e-20] = 0.0
    plausible: Floats = means + level_shifts(covariance / n, n - 1, SIMULATIONS) * size
    return plausible


def _judge(part: Part, units: Floats, plausible: Floats | None, error: float) -> Finding:
    value = float(part.of(units.mean(axis=1)))
    low: float | None = None
    high: float | None = None
    if part.weights is not None:
        _, low, high = intervals_of_means((part.weights @ units)[None, :], 1.0 - error)[0]
    elif plausible is not None and units.shape[1] > 1:
        low, high = _middle_of(part.of(plausible), error)
    return Finding(_met(part, low, high), part.name, part.kind, value, low, high)


def _middle_of(numbers: Floats, error: float) -> tuple[float, float]:
    """The interval that contains all but `error` of the numbers; one that does not exist may lie anywhere."""
    low = np.quantile(np.where(np.isnan(numbers), -np.inf, numbers), error / 2, method="inverted_cdf")
    high = np.quantile(np.where(np.isnan(numbers), np.inf, numbers), 1 - error / 2, method="inverted_cdf")
    return float(low), float(high)


def _met(part: Part, low: float | None, high: float | None) -> Met:
    if low is None or high is None:
        return "inconclusive"
    if (low > part.low or (low == part.low and not part.above)) and high <= part.high:
        return "met"
    if high < part.low or (high == part.low and part.above) or low > part.high:
        return "not met"
    return "inconclusive"
