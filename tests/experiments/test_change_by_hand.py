"""The test of a change by hand: the bound of signs, the interval, analyses and the runs that would decide."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from experiments.regression.change_test import (
    ALARM,
    ChangeEstimate,
    ChangeRules,
    analysis_sizes,
    judge_change,
    runs_needed,
    sign_bound,
)

pytestmark = pytest.mark.filterwarnings("error")
RULES = ChangeRules(100, 0.9)


# --- the bound of signs --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 8, 32, 64])
def test_signs_that_all_agree(n: int) -> None:
    """Sizes up to thirty times apart: two of 2^n ways to deal the signs are as far from zero."""
    sizes = np.geomspace(0.1, 3.0, n)
    for differences in (sizes, -sizes, np.append(sizes, [0.0, 0.0]), 1e6 * sizes):
        assert sign_bound(differences) == pytest.approx(min(1.0, 2.0 * 0.5**n), rel=1e-6)


@pytest.mark.parametrize(("up", "down"), [(30, 2), (12, 1), (9, 7), (2, 14)])
def test_equal_sizes_have_chernoffs_bound(up: int, down: int) -> None:
    differences, q = np.array([5.0] * up + [-5.0] * down), max(up, down) / (up + down)
    chernoff = 2.0 * np.exp(-(up + down) * (q * np.log(2 * q) + (1 - q) * np.log(2 * (1 - q))))
    assert sign_bound(differences) == pytest.approx(min(1.0, chernoff), rel=1e-6)


def test_sizes_weigh() -> None:
    """Against three of size 1 stands one of size 1 or of size 2: exp(sum ln cosh(a d) - a |sum d|), at its least."""
    for other in (1.0, 2.0):
        differences = np.array([1.0] * 9 + [-other])
        a = np.linspace(0.0, 5.0, 200_001)
        logs = 9.0 * np.log(np.cosh(a)) + np.log(np.cosh(other * a)) - a * (9.0 - other)
        assert sign_bound(differences) == pytest.approx(2.0 * np.exp(logs.min()), rel=1e-6)
    assert sign_bound(np.array([1.0, -1.0])) == 1.0
    assert sign_bound(np.zeros(64)) == 1.0


# --- what holds for a build --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "sizes"), [(20, (20,)), (32, (32,)), (33, (32, 33)), (64, (32, 64)), (100, (32, 64, 100))]
)
def test_analyses_double_the_runs_and_the_last_has_all(runs: int, sizes: tuple[int, ...]) -> None:
    assert analysis_sizes(runs) == sizes


def test_probabilities_are_shared_by_tests_and_analyses() -> None:
    rules = ChangeRules(10, 0.8, 4)
    assert (rules.adjusted(0.001), rules.adjusted(0.9)) == (pytest.approx(0.04), 1.0)
    assert rules.error == pytest.approx(0.05)
    assert ChangeRules(10, 0.8).adjusted(0.001) == pytest.approx(0.01)


# --- the estimate ------------------------------------------------------------------------------------------------


def around(mean: float, runs: int = 32) -> np.ndarray:
    """Differences of this mean, half of them 1 above it and half 1 below."""
    return mean + np.resize([1.0, -1.0], runs)


def test_an_estimate_has_the_interval_at_its_power() -> None:
    sd = math.sqrt(32.0 / 31.0)
    for rules, level in ((RULES, 0.9), (replace(RULES, analyses=2), 0.95)):
        half = stats.t.ppf(level, 31) * sd / math.sqrt(32.0)
        found = judge_change(around(0.25), 0.6, rules)
        assert found == ChangeEstimate("none", 0.25, pytest.approx(0.25 - half), pytest.approx(0.25 + half), 1.0)


def test_kinds() -> None:
    half = stats.t.ppf(0.9, 31) * math.sqrt(32.0 / 31.0) / math.sqrt(32.0)
    assert [judge_change(around(0.25), edge + 0.25 + half, RULES).kind for edge in (-1e-6, 1e-6)] == ["open", "none"]
    assert [judge_change(around(-0.25), edge + 0.25 + half, RULES).kind for edge in (-1e-6, 1e-6)] == ["open", "none"]
    certain = around(4.0)
    assert [judge_change(certain, smallest, RULES).kind for smallest in (1.0, 10.0)] == ["changed", "small"]
    assert judge_change(np.zeros(64), 0.0, RULES) == ChangeEstimate("none", 0.0, 0.0, 0.0, 1.0)
    assert judge_change(np.array([0.5, 0.5]), 0.5, RULES).kind == "open", "a change of the smallest size matters"
    assert judge_change(np.array([-0.5, -0.5]), 0.5, RULES).kind == "open"


def test_an_alarm_is_below_its_level_after_all_adjustments_and_stays() -> None:
    """Of 32 signs that agree: 2^-31 times tests times analyses."""
    certain = 2.0**-31
    tests = int(ALARM / certain)
    rules = [ChangeRules(count, 0.9, analyses) for count, analyses in ((tests, 1), (tests + 1, 1), (tests // 2 + 1, 2))]
    found = [judge_change(around(4.0), 1.0, one) for one in rules]
    assert [one.kind for one in found] == ["changed", "open", "open"]
    assert found[2].p_value == pytest.approx(2 * (tests // 2 + 1) * certain)
    later = judge_change(around(0.25), 0.6, RULES, before=1e-5)
    assert (later.kind, later.p_value) == ("small", 1e-5)
    assert judge_change(around(0.25), 0.6, RULES, before=0.5).p_value == 0.5
    assert judge_change(around(0.25), 0.6, RULES, before=ALARM).kind == "none", "an alarm is below its level"


# --- runs that would decide ------------------------------------------------------------------------------------------


def test_runs_that_would_pass() -> None:
    """(z sd / room)^2, z the quantiles of power and one half together; of no less than one more than there are."""
    sd = math.sqrt(32.0 / 31.0)
    for rules, level in ((RULES, 0.9), (replace(RULES, analyses=2), 0.95)):
        z = stats.norm.ppf(level) + stats.norm.ppf(0.75)
        assert runs_needed(around(-0.25), 0.5, rules) == math.ceil((z * sd / 0.25) ** 2)
    assert runs_needed(around(0.25), 9.0, RULES) == 33
    z = stats.norm.ppf(0.9) + stats.norm.ppf(0.75)
    assert runs_needed(around(0.0), 0.1, RULES) == math.ceil((z * sd / 0.1) ** 2)


def test_runs_that_would_alarm() -> None:
    """Two logs of the share of one test, times 1 + (sd / mean)^2, where the change is as large as the smallest."""
    sd = math.sqrt(32.0 / 31.0)
    for rules in (RULES, replace(RULES, analyses=3), replace(RULES, tests=7)):
        logs = math.log(2.0 * rules.tests * rules.analyses / ALARM)
        assert runs_needed(around(-0.5), 0.5, rules) == math.ceil(2.0 * logs * (1.0 + (sd / 0.5) ** 2))
    both = runs_needed(around(0.5), 0.51, RULES)
    assert both == math.ceil(2.0 * math.log(200.0 / ALARM) * (1.0 + (sd / 0.5) ** 2)), "the fewer of both"
    logs = math.log(200.0 / ALARM)
    assert runs_needed(around(1.0) * 3.0, 0.1, RULES) == math.ceil(2.0 * logs * (1.0 + sd**2))


def test_where_no_number_would_decide() -> None:
    """Above a hundred thousand runs none is named."""
    sd = math.sqrt(32.0 / 31.0)
    z = stats.norm.ppf(0.9) + stats.norm.ppf(0.75)
    edge = z * sd / math.sqrt(1e5)
    assert [runs_needed(around(0.0), edge * part, RULES) for part in (1.001, 0.999)] == [
        pytest.approx(99801, abs=2),
        None,
    ]
    assert runs_needed(around(0.0), 0.0, RULES) is None
