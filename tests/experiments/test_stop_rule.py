"""The stop rule keeps its level, the obvious rule does not, and what either promises is measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments import compare
from experiments.comparison import statistics as st, stop_rule as stopping
from experiments.comparison.panel import panel

from .conftest import question_in

Sample = Callable[[np.random.Generator, int], st.Floats]
CONFIDENCE, PILOT, MOST = 0.9, 5, 400


def normal(arms: int) -> Sample:
    return lambda rng, n: rng.normal(size=(arms, n))


def lognormal(rng: np.random.Generator, n: int) -> st.Floats:
    """One arm earns a skewed sum more than the other (skewness 1.75), brought to mean 0 and variance 1."""
    skewed = np.exp(0.5 * rng.normal(size=n))
    mean, spread = np.exp(0.125), np.sqrt(np.exp(0.5) - np.exp(0.25))
    return np.stack([(skewed - mean) / spread, np.zeros(n)])


def by_the_rule(units: st.Floats, precision: float, pilot: int) -> tuple[list[st.DifferenceInterval], int]:
    first, size = stopping.pilot(units[:, :pilot], CONFIDENCE, 400), pilot
    while (wanted := min(units.shape[1], stopping.units_needed(first, units[:, :size], precision))) > size:
        size = int(wanted)
    return stopping.staged_intervals(first, units[:, :size]), size


def as_soon_as_it_looks_narrow(
    units: st.Floats, precision: float, pilot: int
) -> tuple[list[st.DifferenceInterval], int]:
    """One unit more until the ordinary interval is short enough: the obvious rule, for two arms."""
    difference = units[0] - units[1]
    n = np.arange(1, difference.size + 1)
    mean = np.cumsum(difference) / n
    variance = (np.cumsum(difference**2) - n * mean**2)[1:] / (n[1:] - 1)
    half = stats.t.ppf(0.5 + CONFIDENCE / 2, n[1:] - 1) * np.sqrt(variance / n[1:])
    place = pilot - 2 + int(np.argmax(half[pilot - 2 :] <= precision))
    middle = float(mean[place + 1])
    return [st.DifferenceInterval(0, 1, middle, middle - half[place], middle + half[place])], place + 2


def covered(
    rule: Callable[[st.Floats, float, int], tuple[list[st.DifferenceInterval], int]],
    sample: Sample,
    precision: float,
    repeats: int,
    pilot: int = PILOT,
) -> float:
    """Share of repeats in which every interval holds the true difference, which is 0."""
    rng = np.random.default_rng(21)
    found = [rule(sample(rng, MOST), precision, pilot)[0] for _ in range(repeats)]
    return float(np.mean([all(row.low <= 0 <= row.high for row in rows) for rows in found]))  # type: ignore[operator]


def lowest(repeats: int) -> float:
    """A right rule comes out below this once in 10,000 times."""
    return float(stats.binom.ppf(1e-4, repeats, CONFIDENCE)) / repeats


@pytest.mark.parametrize(("arms", "precision", "repeats"), [(2, 0.6, 2000), (2, 0.3, 2000), (4, 0.9, 500)])
def test_intervals_of_the_stop_rule_hold_at_least_at_their_level(arms: int, precision: float, repeats: int) -> None:
    share = covered(by_the_rule, normal(arms), precision, repeats)
    assert share >= lowest(repeats), f"{share:.4f}"


def test_stopping_as_soon_as_the_interval_looks_narrow_does_not_hold() -> None:
    share = covered(as_soon_as_it_looks_narrow, normal(2), 0.45, 4000)
    assert share < lowest(4000), f"{share:.4f}"


def test_skewed_units_cost_less_than_they_would_without_the_second_look() -> None:
    """Not at its level, since units are not normal: what is promised of such units is this much and no more."""
    with_it = covered(by_the_rule, lognormal, 0.25, 1000, pilot=10)

    def one_look(units: st.Floats, precision: float, pilot: int) -> tuple[list[st.DifferenceInterval], int]:
        first = stopping.pilot(units[:, :pilot], CONFIDENCE)
        size = int(min(MOST, stopping.units_needed(first, units[:, :pilot], precision)))
        half = first.quantile * first.spreads[0] / size**0.5
        mean = float((units[0] - units[1])[:size].mean())
        return [st.DifferenceInterval(0, 1, mean, mean - half, mean + half)], size

    without = covered(one_look, lognormal, 0.25, 1000, pilot=10)
    assert with_it > 0.87
    assert without < with_it - 0.02


def test_it_stops_when_every_pair_is_narrow_and_not_much_later() -> None:
    rng = np.random.default_rng(22)
    sizes = []
    for _ in range(200):
        rows, size = by_the_rule(rng.normal(size=(2, MOST)), 0.3, 40)
        assert all(row.high - row.low <= 0.6 * (1 + 1e-9) for row in rows)  # type: ignore[operator]
        sizes.append(size)
    known = 2 * (stats.norm.ppf(0.95) / 0.3) ** 2
    assert known < np.mean(sizes) < 1.25 * known


def test_the_pilot_alone_gives_the_ordinary_intervals() -> None:
    units = np.random.default_rng(23).normal(size=(3, 12))
    first = stopping.pilot(units, 0.95)
    ordinary = st.intervals(units[:, None], 0.95)
    for row, same in zip(stopping.staged_intervals(first, units), ordinary, strict=True):
        assert (row.a, row.b, row.difference) == (same.a, same.b, same.difference)
        assert (row.low, row.high) == pytest.approx((same.low, same.high))


def test_arms_that_never_differ_ask_for_nothing() -> None:
    units = np.repeat(np.random.default_rng(24).normal(size=(1, 12)), 2, axis=0)
    first = stopping.pilot(units, 0.95)
    assert stopping.units_needed(first, units, 1e-6) == 12
    assert [(row.low, row.high) for row in stopping.staged_intervals(first, units)] == [(0.0, 0.0)]


def test_a_pair_that_first_differs_after_the_pilot_still_has_an_interval() -> None:
    units = np.random.default_rng(25).normal(size=(3, 30))
    units[1, :10] = units[0, :10]
    first = stopping.pilot(units[:, :10], 0.95)
    assert first.spreads[0] == 0
    row = stopping.staged_intervals(first, units)[0]
    assert row.high is not None
    assert row.high - row.difference > 0.1


def test_a_precision_beyond_all_numbers_asks_for_endlessly_many() -> None:
    units = np.random.default_rng(26).normal(size=(2, 12))
    assert stopping.units_needed(stopping.pilot(units, 0.95), units, 1e-200) == np.inf


@pytest.mark.slow
def test_on_simulated_markets_the_rule_holds_at_its_level(tmp_path: Path) -> None:
    """Differences of real runs in 150 markets, drawn from at random: as heavy in the tails as they are."""
    answer = compare(question_in(tmp_path), draws=150, replications=1)
    table = panel(answer.plan, answer.results.runs)
    units = st.unit_means(table.values)
    units = units - units.mean(axis=1, keepdims=True)
    difference = units[0] - units[1]
    narrow = stats.norm.ppf(0.5 + CONFIDENCE / 2) * difference.std() / 100**0.5

    def markets(rng: np.random.Generator, n: int) -> st.Floats:
        return units[:, rng.integers(0, units.shape[1], n)]

    share = covered(by_the_rule, markets, narrow, 2000, pilot=10)
    print(f"skewness {stats.skew(difference):.1f}, kurtosis {stats.kurtosis(difference):.1f}, covered {share:.4f}")
    assert share >= lowest(2000)
