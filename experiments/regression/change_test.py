"""Whether a number has moved, on plain arrays: paired differences of runs that are the same but for the model.

If the model is the same, whatever separates two runs of a pair is luck, and might as well lie the other way round: the
signs of the differences are fair coins, whatever their sizes and their law. That is all the test uses, so its rate of
false alarms holds for skewed, sparse and whole-numbered differences, of which Student's t fails (Maritz 1979 on sign
changes; the bound is Chernoff's).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.comparison.statistics import Floats, intervals_of_means

Standing = Literal["same", "moved", "small", "open"]
"""Nothing that matters; a move that may matter; a move that does not; more runs are needed to say."""

ALARM = 1e-4
"""Chance of any false alarm in a build."""
FIRST = 32
"""Runs at the first look: below 25 or so even signs that all agree could be luck at `ALARM` and a hundred tests."""


def looks(runs: int) -> tuple[int, ...]:
    """After how many runs to look, the last time after all of them: 32, 64, 128, ..."""
    sizes = []
    size = FIRST
    while size < runs:
        sizes.append(size)
        size *= 2
    return (*sizes, runs)


@dataclass(frozen=True)
class ChangeRules:
    """What holds for every test of a build: how many there are in all, each look counted, and the power wanted."""

    tests: int
    power: float
    looks: int = 1


@dataclass(frozen=True)
class ChangeEstimate:
    """What is known of a change: `mean` of the differences, the ends between which it lies with the power's confidence
    at this look, and the chance of so large a sum by luck, over all tests of the build together."""

    standing: Standing
    mean: float
    low: float
    high: float
    p_value: float


def judge_move(differences: Floats, smallest: float, rules: ChangeRules, before: float = 1.0) -> ChangeEstimate:
    """Judge paired differences, shape (n,), n at least 2: has their mean moved, and by `smallest` or more?

    A change of `smallest` is passed with probability 1 - power at most, at all looks together; without any change
    "moved" or "small" come with probability `ALARM` at most over all tests and looks. `before` is the p-value of the
    looks before.
    """
    p_value = min(before, rules.tests * rules.looks * sign_bound(differences))
    error = (1.0 - rules.power) / rules.looks
    mean, low, high = intervals_of_means(differences[None, :], 1.0 - 2.0 * error)[0]
    assert low is not None
    assert high is not None
    matters = not (-smallest < low and high < smallest) and bool(differences.any())
    alarm = p_value < ALARM
    standing: Standing = ("moved" if alarm else "open") if matters else ("small" if alarm else "same")
    return ChangeEstimate(standing, mean, low, high, p_value)


def sign_bound(differences: Floats) -> float:
    """At most this is the chance that fair signs bring a sum so far from zero, to either side.

    The least over a of E exp(a sum) / exp(a |sum|), where E is over signs: exp(sum ln cosh(a d) - a |sum d|).
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
    """How many runs would settle an open change, as likely as not; None where no number is in sight.

    To pass, the mean that is found then must lie as far below `smallest` as its interval reaches, and luck moves it:
    hence the normal's quartile beside the quantile of the power.
    """
    from scipy.stats import norm

    mean, sd = abs(float(differences.mean())), float(differences.std(ddof=1))
    candidates = []
    if mean < smallest:
        z = float(norm.isf((1.0 - rules.power) / rules.looks) + norm.isf(0.25))
        candidates.append((z * sd / (smallest - mean)) ** 2)
    if mean > 0.0:
        logs = math.log(2.0 * rules.tests * rules.looks / ALARM)
        candidates.append(2.0 * logs * (1.0 + (sd / mean) ** 2))
    least = min(candidates, default=math.inf)
    return math.ceil(max(least, len(differences) + 1)) if least < 1e5 else None
