"""The test of a change: the bound holds and is near, alarms are as rare as promised, changes seldom pass."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as hst
from scipy import stats

from experiments.comparison.statistics import Floats
from experiments.regression.change_test import (
    ALARM,
    FIRST_ANALYSIS,
    ChangeRules,
    analysis_sizes,
    judge_change,
    runs_needed,
    sign_bound,
)

SIZES = hst.lists(hst.integers(-1000, 1000).filter(bool), min_size=1, max_size=40)


def exact_tail(differences: Floats) -> float:
    """The exact two-sided p-value of the sum under random signs, by trying all of them."""
    sizes = np.abs(differences)
    signs = np.array(list(product((-1.0, 1.0), repeat=sizes.size)))
    total = abs(differences.sum())
    return float((np.abs(signs @ sizes) >= total - 1e-9 * sizes.sum()).mean())


# --- the bound ---------------------------------------------------------------------------------------


@given(hst.lists(hst.integers(-50, 50).filter(bool), min_size=1, max_size=11))
@settings(max_examples=150, deadline=None)
def test_the_bound_is_never_below_the_true_tail(sizes: list[int]) -> None:
    differences = np.array(sizes, dtype=float)
    assert sign_bound(differences) >= exact_tail(differences) * (1.0 - 1e-9)


def test_the_bound_is_near_the_true_tail_where_it_is_small() -> None:
    """At most ten times the exact p-value where that is below 1 %: this costs a few runs only."""
    rng = np.random.default_rng(11)
    ratios = []
    for _ in range(200):
        differences = rng.exponential(size=12) * np.where(rng.random(12) < 0.9, 1.0, -1.0)
        tail = exact_tail(differences)
        if tail < 0.01:
            ratios.append(sign_bound(differences) / tail)
    assert len(ratios) > 50
    assert min(ratios) > 1.0 - 1e-9
    assert max(ratios) < 10.0


def test_equal_sizes_are_a_binomial_tail() -> None:
    """30 of 32 agree: Chernoff's bound, and within ten of the binomial probability."""
    differences = np.array([1.0] * 30 + [-1.0] * 2)
    q = 30 / 32
    chernoff = 2.0 * np.exp(-32 * (q * np.log(2 * q) + (1 - q) * np.log(2 * (1 - q))))
    assert sign_bound(differences) == pytest.approx(chernoff, rel=1e-6)
    exact = 2.0 * stats.binom.sf(29, 32, 0.5)
    assert exact <= sign_bound(differences) < 10.0 * exact


@given(SIZES, hst.floats(1e-6, 1e6))
@settings(max_examples=100, deadline=None)
def test_units_order_direction_and_zeros_do_not_matter(sizes: list[int], scale: float) -> None:
    differences = np.array(sizes, dtype=float)
    bound = sign_bound(differences)
    others = (scale * differences, -differences, differences[::-1], np.append(differences, [0.0, 0.0]))
    for other in others:
        assert sign_bound(other) == pytest.approx(bound, rel=1e-3)


@given(SIZES)
@settings(max_examples=100, deadline=None)
def test_one_more_sign_that_agrees_never_raises_the_bound(sizes: list[int]) -> None:
    differences = np.array(sizes, dtype=float)
    assume(differences.sum() >= 0.0 and differences.min() < 0.0)
    turned = differences.copy()
    turned[int(np.argmin(differences))] *= -1.0
    assert sign_bound(turned) <= sign_bound(differences) * (1.0 + 1e-3)


def test_no_difference_is_no_evidence() -> None:
    assert sign_bound(np.zeros(64)) == 1.0
    change = judge_change(np.zeros(64), 0.01, ChangeRules(100, 0.9))
    assert (change.kind, change.mean, change.low, change.high, change.p_value) == ("none", 0.0, 0.0, 0.0, 1.0)


# --- false alarms ------------------------------------------------------------------------------------


def normal(rng: np.random.Generator, n: int) -> Floats:
    return rng.normal(size=n)


def skewed(rng: np.random.Generator, n: int) -> Floats:
    """Both runs of a pair from one skewed distribution."""
    return np.asarray(rng.exponential(size=n) ** 2 - rng.exponential(size=n) ** 2)


def sparse(rng: np.random.Generator, n: int) -> Floats:
    """Small whole counts, most of them equal."""
    return np.asarray(rng.poisson(0.3, n) - rng.poisson(0.3, n), dtype=float)


def heavy(rng: np.random.Generator, n: int) -> Floats:
    return np.asarray(rng.standard_cauchy(n))


@pytest.mark.parametrize("pairs", [normal, skewed, sparse, heavy])
def test_without_a_change_the_bound_is_crossed_no_more_often_than_its_level(pairs) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(7)
    repeats, level = 1500, 0.1
    share = np.mean([sign_bound(pairs(rng, 24)) <= level for _ in range(repeats)])
    error = (level * (1 - level) / repeats) ** 0.5
    assert share <= level + 3.5 * error, f"{share:.3f} of {repeats} builds without a change alarm at {level}"


def alarm_rates(n: int, level: float, share: float) -> tuple[float, float]:
    """The exact probability of an alarm without a change, of Student's t and of the bound: each of n pairs differs by
    one piece, up or down equally often, with probability `share`."""
    student = bound = 0.0
    for up, down in product(range(n + 1), repeat=2):
        if up + down > n or up <= down:
            continue
        pieces = np.array([1.0] * up + [-1.0] * down + [0.0] * (n - up - down))
        chance = 2.0 * stats.multinomial.pmf([up, down, n - up - down], n, [share / 2, share / 2, 1 - share])
        deviation = float(pieces.std(ddof=1))
        t = np.inf if deviation == 0.0 else float(pieces.mean()) / deviation * n**0.5
        student += chance * (2.0 * stats.t.sf(t, n - 1) <= level)
        bound += chance * (sign_bound(pieces) <= level)
    return student, bound


def test_on_whole_counts_students_t_alarms_far_too_often_and_the_bound_does_not() -> None:
    """A hundred tests of a build share `ALARM`; at that level a t-test of whole counts does not keep its level."""
    student, bound = alarm_rates(FIRST_ANALYSIS, ALARM / 100, 0.95)
    assert student > 8.0 * ALARM / 100
    assert bound < ALARM / 100


# --- power ---------------------------------------------------------------------------------------------


def kinds(mean: float, smallest: float, rules: ChangeRules, repeats: int, seed: int, runs: int = 32) -> list[str]:
    """How changes with differences of sd 1 around `mean` are judged, analysis by analysis until they are decided."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(repeats):
        differences, p_value, kind = rng.normal(mean, 1.0, runs), 1.0, "open"
        for size in analysis_sizes(runs):
            change = judge_change(differences[:size], smallest, rules, p_value)
            p_value, kind = change.p_value, change.kind
            if kind != "open":
                break
        found.append(kind)
    return found


@pytest.mark.parametrize(("smallest", "runs"), [(0.3, 32), (1.0, 32), (0.3, 64), (0.2, 128)])
def test_a_change_of_the_smallest_size_seldom_passes(smallest: float, runs: int) -> None:
    repeats, power = 500, 0.9
    found = kinds(smallest, smallest, ChangeRules(100, power, len(analysis_sizes(runs))), repeats, runs, runs)
    share = np.mean([one in ("none", "small") for one in found])
    error = (power * (1 - power) / repeats) ** 0.5
    assert share <= 1 - power + 3.5 * error, f"{share:.3f} of {repeats} changes of the smallest size pass at {runs}"


@pytest.mark.parametrize(("distribution", "low", "high"), [("exponential", 0.12, 0.19), ("one run in 20", 0.15, 0.25)])
def test_the_power_where_differences_are_not_normal(distribution: str, low: float, high: float) -> None:
    """Decision 24 says so: 15 % and 20 % of changes of the smallest size pass at 32 runs, where 10 % are wanted."""
    rng, repeats = np.random.default_rng(12), 500
    passed = 0
    for _ in range(repeats):
        exponential = distribution == "exponential"
        differences = (
            rng.exponential(size=FIRST_ANALYSIS) if exponential else (rng.random(FIRST_ANALYSIS) < 0.05).astype(float)
        )
        smallest = 1.0 if exponential else 0.05
        passed += judge_change(differences, smallest, ChangeRules(100, 0.9)).kind in ("none", "small")
    assert low < passed / repeats < high


def test_a_check_without_power_would_pass_a_change_of_twice_the_smallest_size() -> None:
    """The negative control: were it enough that the interval holds zero, such changes would pass."""
    rng = np.random.default_rng(3)
    half = stats.t.ppf(0.975, 31) / 32**0.5
    share = np.mean([abs((d := rng.normal(0.3, 1.0, 32)).mean()) < half * d.std(ddof=1) for _ in range(300)])
    assert share > 0.4


def test_no_change_passes_when_the_runs_are_enough() -> None:
    """After 32 runs the interval reaches 0.23 sd and the mean is known to 0.18, so 0.75 sd is out of reach."""
    found = kinds(0.0, 0.75, ChangeRules(100, 0.9), 300, 4)
    assert np.mean([one == "none" for one in found]) > 0.95
    assert "changed" not in found


def test_large_changes_are_detected_as_the_normal_formula_says() -> None:
    """The bound is about 2 exp(-n m^2 / 2 (1 + m^2)): a mean of two sds is detected after 32 runs, half an sd is
    not."""
    rules = ChangeRules(100, 0.9)
    assert kinds(2.0, 0.5, rules, 100, 5).count("changed") >= 95
    assert kinds(0.5, 0.1, rules, 100, 6).count("changed") <= 5
    assert kinds(0.8, 0.1, ChangeRules(100, 0.9, 3), 100, 8, 128).count("changed") >= 95


@pytest.mark.parametrize(("mean", "smallest"), [(1.0, 0.3), (0.6, 0.1), (0.0, 0.1), (0.02, 0.1)])
def test_the_number_of_runs_that_is_named_would_decide(mean: float, smallest: float) -> None:
    """Of changes that are open after few runs, about half are decided by as many as were named, and not by a third."""
    rng, rules = np.random.default_rng(9), ChangeRules(100, 0.9)
    asked, decided = 0, np.zeros(2)
    while asked < 60:
        few = rng.normal(mean, 1.0, 32)
        few += mean - few.mean()
        if judge_change(few, smallest, rules).kind != "open":
            continue
        needed = runs_needed(few, smallest, rules)
        assert needed is not None
        asked += 1
        later = rng.normal(mean, 1.0, needed)
        parts = later, later[: max(needed // 3, 2)]
        decided += [judge_change(part, smallest, rules).kind != "open" for part in parts]
    assert decided[0] >= 20, f"{decided[0]:.0f} of {asked} decided"
    assert decided[1] <= 12, f"{decided[1]:.0f} of {asked} decided by a third of the runs"


def test_a_change_of_the_smallest_size_that_does_not_vary_is_decided_by_its_signs() -> None:
    assert runs_needed(np.full(4, 0.5), 0.5, ChangeRules(100, 0.9)) == pytest.approx(
        2 * np.log(2 * 100 / ALARM), abs=1.0
    )


def test_no_number_of_runs_is_named_where_none_would_decide() -> None:
    rng = np.random.default_rng(1)
    few = rng.normal(0.0, 1.0, 32)
    assert runs_needed(few - few.mean(), 1e-4, ChangeRules(100, 0.9)) is None


# --- interim analyses -----------------------------------------------------------------------------------------------


def test_every_analysis_has_its_share_of_the_error_and_none_withdraws_an_alarm() -> None:
    agreeing = np.random.default_rng(2).exponential(size=40) + 1.0
    one, three = (judge_change(agreeing, 0.1, ChangeRules(10, 0.9, count)) for count in (1, 3))
    assert three.p_value == pytest.approx(3 * one.p_value)
    assert three.low < one.low < one.high < three.high
    noise = np.random.default_rng(2).normal(size=64)
    assert judge_change(noise, 0.1, ChangeRules(10, 0.9, 3), before=one.p_value).p_value == one.p_value


def test_a_small_change_that_is_certain_is_not_taken_for_none() -> None:
    certain = np.random.default_rng(2).exponential(size=64) + 1.0
    assert judge_change(certain, 10.0, ChangeRules(100, 0.9)).kind == "small"
    assert judge_change(certain, 1.0, ChangeRules(100, 0.9)).kind == "changed"
