"""The group-sequential test of one number, on plain arrays: paired differences of runs before and after a change.

If the model is the same, the two runs of a pair differ by chance alone and are exchangeable: each difference is
positive or negative with equal probability, whatever the sizes and the distribution of the differences. The test uses
nothing else, so its rate of false alarms also holds for skewed, sparse and whole-numbered differences, for which
Student's t does not hold (Maritz 1979 on sign changes; the bound is Chernoff's). Interim analyses stop it early.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.comparison.statistics import Floats, intervals_of_means

ChangeKind = Literal["none", "changed", "small", "open"]
"""No change that matters; a change that may matter; a change that does not; more runs are needed to say."""

ALARM = 1e-4
"""Probability of any false alarm in a build."""
FIRST_ANALYSIS = 32
"""Runs at the first analysis: with fewer than about 25, even signs that all agree are no evidence at `ALARM` and a
hundred tests."""


def analysis_sizes(runs: int) -> tuple[int, ...]:
    """The number of runs at each interim analysis and at the last one, which has all: 32, 64, 128, ..."""
    sizes = []
    size = FIRST_ANALYSIS
    while size < runs:
        sizes.append(size)
        size *= 2
    return (*sizes, runs)


@dataclass(frozen=True)
class ChangeRules:
    """What holds for every test of a build: the number of tests, the power, and the number of analyses of each test."""

    tests: int
    power: float
    analyses: int = 1

    def adjusted(self, probability: float) -> float:
        """A p-value adjusted for all tests and analyses of the build (Bonferroni)."""
        return min(1.0, self.tests * self.analyses * probability)

    @property
    def error(self) -> float:
        """The probability with which one analysis may pass a change of the smallest size."""
        return (1.0 - self.power) / self.analyses


@dataclass(frozen=True)
class ChangeEstimate:
    """The estimate of a change: `mean` of the differences, the ends of its interval at the power's confidence at this
    analysis, and the p-value adjusted for all tests of the build."""

    kind: ChangeKind
    mean: float
    low: float
    high: float
    p_value: float


def judge_change(differences: Floats, smallest: float, rules: ChangeRules, before: float = 1.0) -> ChangeEstimate:
    """Judge paired differences, shape (n,), n at least 2: has their mean changed, and by `smallest` or more?

    A change of `smallest` passes with probability 1 - power at most, over all analyses together; without any change
    "changed" or "small" come with probability `ALARM` at most over all tests and analyses. `before` is the p-value of
    the previous analysis.
    """
    p_value = min(before, rules.adjusted(sign_bound(differences)))
    mean, low, high = intervals_of_means(differences[None, :], 1.0 - 2.0 * rules.error)[0]
    assert low is not None
    assert high is not None
    matters = not (-smallest < low and high < smallest) and bool(differences.any())
    alarm = p_value < ALARM
    kind: ChangeKind = ("changed" if alarm else "open") if matters else ("small" if alarm else "none")
    return ChangeEstimate(kind, mean, low, high, p_value)


def sign_bound(differences: Floats) -> float:
    """An upper bound on the two-sided p-value of the sum of the differences under random signs.

    The minimum over a of E exp(a sum) / exp(a |sum|), where E is over signs: exp(sum ln cosh(a d) - a |sum d|).
    """
    from scipy.optimize import minimize_scalar

    sizes = np.abs(differences[differences != 0.0])
    if not sizes.size:
        return 1.0
    sizes = sizes / sizes.max()
    total = abs(float(np.sign(differences[differences != 0.0]) @ sizes))
    least = float(sizes.min())

    def exponent(log_a: float) -> float:
        a = math.exp(log_a)
        return float(np.sum(a * sizes + np.log1p(np.exp(-2.0 * a * sizes)) - math.log(2.0)) - a * total)

    found = minimize_scalar(exponent, bounds=(-20.0, math.log(40.0 / least)), method="bounded")
    return min(1.0, 2.0 * math.exp(min(0.0, float(found.fun))))


def runs_needed(differences: Floats, smallest: float, rules: ChangeRules) -> int | None:
    """How many runs would decide an open change with probability of about one half; None where no number would.

    To pass, the mean must lie below `smallest` by half its interval, and it varies by chance: hence the quartile of the
    normal distribution is added to the quantile of the power.
    """
    from scipy.stats import norm

    mean, sd = abs(float(differences.mean())), float(differences.std(ddof=1))
    candidates = []
    if mean < smallest:
        z = float(norm.isf(rules.error) + norm.isf(0.25))
        candidates.append((z * sd / (smallest - mean)) ** 2)
    if mean > 0.0:
        logs = math.log(2.0 * rules.tests * rules.analyses / ALARM)
        candidates.append(2.0 * logs * (1.0 + (sd / mean) ** 2))
    least = min(candidates, default=math.inf)
    return math.ceil(max(least, len(differences) + 1)) if least < 1e5 else None
