"""Ten arms that are equal in mean and not in path: how often they are called different, and whether intervals cover.

The arms' programmes differ in their names alone. The lot that holds half of the people out is drawn by name, so every
arm writes to other people. People are exchangeable: no arm can be better than another, and no two have the same runs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, t

import sim
from experiments import compare
from experiments.comparison import statistics as st, stop_rule as stopping
from sim.scenario import Offer, Outreach, Rhythm, Scenario, Strategy
from tests.worlds import scenario

ARMS, REPEATS, UNITS, PILOT, MOST = 10, 500, 20, 10, 60
CONFIDENCE = 0.9
PRECISION = 220_00
"""Half-width in cents that takes more units than the pilot has, and fewer than the ceiling."""
SURE = 1e-4
"""Chance that a right program fails one assertion of this module."""


def arm(name: str, held_out: float = 0.5) -> Scenario:
    """Some people for five days, with an offer every other day to those whom its lot does not hold out."""
    offer = Offer("percent", depth=0.3, valid=3.0)
    programme = Outreach("direct", "offer", every=Rhythm(2.0), holdout=held_out, offer=offer)
    world = {"strategy": Strategy(outreach={name: programme}), "market.start_with": 250, "market.sources": {}}
    return scenario(world, days=5)


EQUAL = {f"arm {k}": arm(f"programme_{k}") for k in range(ARMS)}
ONE_APART = {**EQUAL, "arm 9": arm("programme_9", held_out=0.0)}


class Profits:
    """Profits of the arms in one repeat, simulated when they are first asked for."""

    def __init__(self, seed: int, arms: dict[str, Scenario]) -> None:
        self._arms = [replace(one, run=replace(one.run, seed=seed)) for one in arms.values()]
        self._done = np.empty((len(arms), 0))

    def units(self, n: int) -> st.Floats:
        new = [
            [
                sim.run(one, 0, replication, threads=1).contribution().sum()
                for replication in range(self._done.shape[1], n)
            ]
            for one in self._arms
        ]
        self._done = np.concatenate([self._done, np.array(new, dtype=float)], axis=1)
        return self._done[:, :n]


def in_stages(profits: Profits, precision: float) -> tuple[stopping.Pilot, st.Floats]:
    """The stop rule on units as they are simulated."""
    size = PILOT
    first = stopping.pilot(profits.units(size), CONFIDENCE, 2_000)
    while (wanted := min(MOST, stopping.units_needed(first, profits.units(size), precision))) > size:
        size = int(wanted)
    return first, profits.units(size)


def differs(row: st.DifferenceInterval) -> bool:
    assert row.low is not None
    assert row.high is not None
    return not row.low <= 0 <= row.high


def at_most(share: float, count: int) -> int:
    """The largest count of `count` that is plausible where each happens with this probability."""
    return int(binom.ppf(1 - SURE / 2, count, share))


def at_least(share: float, count: int) -> int:
    return int(binom.ppf(SURE / 2, count, share))


def test_the_arms_differ_in_every_run_and_compare_gives_the_same_intervals() -> None:
    answer = compare(EQUAL, draws=1, replications=PILOT, seed=3, jobs=1)
    units = Profits(3, EQUAL).units(PILOT)
    assert np.ptp(units, axis=0).min() > 0
    own = [one.key for one in answer.results.planned if one.arm in EQUAL]
    assert len({answer.results.records[key].fingerprint for key in own}) == ARMS * PILOT
    assert [(p.difference, p.low, p.high) for p in answer.pairs] == [
        pytest.approx((row.difference, row.low, row.high)) for row in st.intervals(units[:, None], 0.95)
    ]
    auto = compare(EQUAL, draws=1, replications="auto", precision=PRECISION, most=MOST, seed=3, jobs=1).auto
    assert auto is not None
    assert (auto.unit, auto.pilot.units) == ("replications", 2 * ARMS)


@cache
def repeat(seed: int) -> tuple[st.Floats, list[st.DifferenceInterval], list[st.DifferenceInterval], int]:
    """Units, their intervals, those of the stop rule, and how many units that took."""
    profits = Profits(seed, EQUAL)
    first, grown = in_stages(profits, PRECISION)
    units = profits.units(UNITS)
    return (
        units,
        st.intervals(units[:, None], CONFIDENCE, 2_000),
        stopping.staged_intervals(first, grown),
        grown.shape[1],
    )


@pytest.mark.slow
def test_equal_arms_are_called_different_at_the_nominal_rate() -> None:
    alarms = [any(map(differs, repeat(seed)[1])) for seed in range(REPEATS)]
    nominal = 1 - CONFIDENCE
    print(f"some pair differs in {sum(alarms)} of {REPEATS} repeats, nominal {nominal:.3f}")
    assert at_least(nominal, REPEATS) <= sum(alarms) <= at_most(nominal, REPEATS)


@pytest.mark.slow
def test_each_interval_by_itself_covers_at_its_level() -> None:
    quantile = t.ppf(0.5 + CONFIDENCE / 2, UNITS - 1)
    outside = [np.mean([abs(z) > quantile for z in _studentised(repeat(seed)[0])]) for seed in range(REPEATS)]
    error = np.std(outside, ddof=1) / REPEATS**0.5
    print(f"single intervals cover {1 - np.mean(outside):.4f} +- {error:.4f}, nominal {CONFIDENCE}")
    assert abs(np.mean(outside) - (1 - CONFIDENCE)) < 4 * error  # beyond 4 standard errors: 6e-5


def _studentised(units: st.Floats) -> list[float]:
    pairs = [units[a] - units[b] for a, b in st.pair_list(len(units))]
    return [float(d.mean() / d.std(ddof=1) * d.size**0.5) for d in pairs]


@pytest.mark.slow
def test_nor_does_the_stop_rule_call_them_different_more_often() -> None:
    found = [repeat(seed)[2:] for seed in range(REPEATS)]
    alarms = sum(any(map(differs, rows)) for rows, _ in found)
    sizes = np.array([size for _, size in found])
    print(f"auto: {alarms} of {REPEATS}; units {sizes.mean():.1f} ({sizes.min()} to {sizes.max()})")
    assert alarms <= at_most(1 - CONFIDENCE, REPEATS)
    assert (sizes > PILOT).mean() > 0.5, "or the rule was not put to the test"
    assert (sizes < MOST).mean() > 0.95, "the ceiling was not to be reached"
    assert all(row.high - row.low <= 2 * PRECISION * (1 + 1e-9) for rows, n in found if n < MOST for row in rows)


@pytest.mark.slow
def test_an_arm_that_does_differ_is_found() -> None:
    """The same market and number of runs: the arm that writes to all people gives more away."""
    found = [st.intervals(Profits(seed, ONE_APART).units(UNITS)[:, None], CONFIDENCE, 2_000) for seed in range(20)]
    seen = [np.mean([differs(row) for row in rows if row.b == ARMS - 1]) for rows in found]
    print(f"share of the nine true differences that are found: {np.mean(seen):.2f}")
    assert np.mean(seen) > 0.5
