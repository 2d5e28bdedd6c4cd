"""KPIs without a value in some runs, and conclusions, on made-up runs: chance raises no alarm, a change does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from experiments.comparison.statistics import Floats
from experiments.regression.baseline_files import Baseline, BaselineRuns
from experiments.regression.baseline_runs import baseline_sized
from experiments.regression.change_test import ChangeRules
from experiments.regression.conclusions import change_of_conclusion, change_of_rule, conclusion_of
from experiments.regression.expected_changes import read_expected_changes
from experiments.regression.kpi_changes import changes_of_kpis
from experiments.regression.regression_result import KpiChange
from experiments.regression.regression_tests import change_rules, count_tests
from scenarios import Question, load
from tests.experiments.conftest import QUESTION

MILD, DEEP = "mild", "deep & <i>wide</i>"
RULES = ChangeRules(10, 0.9)
RUNS = 64


def question(folder: Path, added: str = "", limits: str = "") -> Question:
    text = QUESTION.replace("LIMITS", limits).replace('"optout_rate"]', '"optout_rate", "displaced_share"]')
    (folder / "small.toml").write_text(text + added, encoding="utf-8")
    return load(folder / "small.toml")


def some_runs(**values: Floats) -> BaselineRuns:
    plain = {kpi: np.full(RUNS, 0.5) for kpi in ("contribution_profit", "campaign_share", "optout_rate")}
    columns = {**plain, "displaced_share": np.full(RUNS, 0.5), **values}
    return BaselineRuns(("",) * RUNS, {}, columns)


def baseline(arms: Mapping[str, BaselineRuns]) -> Baseline:
    return Baseline("small.toml", "", (), {}, {"draws": RUNS, "replications": 1}, None, arms)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Question:
    return question(tmp_path_factory.mktemp("asked"))


def change(asked: Question, then: Floats, now: Floats) -> KpiChange:
    """The change of `displaced_share` of one arm."""
    before = baseline({MILD: some_runs(displaced_share=then), DEEP: some_runs()})
    found = changes_of_kpis(asked, before, {MILD: some_runs(displaced_share=now)}, RULES)
    return next(one for one in found if one.kpi == "displaced_share")


def without(count: int) -> Floats:
    """Values of all runs, of which the first `count` do not exist."""
    values = np.linspace(0.4, 0.6, RUNS)
    values[:count] = np.nan
    return values


@pytest.mark.parametrize("share", [0.02, 0.05, 0.3])
def test_values_that_appear_and_disappear_by_chance_raise_no_alarm(asked: Question, share: float) -> None:
    """A KPI of few events has a value in few runs, and in other ones with another random seed."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(60):
        then, now = (np.where(rng.random(RUNS) < share, rng.random(RUNS), np.nan) for _ in range(2))
        found.append(change(asked, then, now).verdict)
    assert "fail" not in found
    assert "inconclusive" in found


def test_a_kpi_that_lost_its_values_fails_though_the_others_are_equal(asked: Question) -> None:
    for lost in (RUNS - 3, RUNS):
        found = change(asked, without(0), without(lost))
        assert (found.verdict, found.left_out) == ("fail", lost)
        assert found.reason == f"has a value on one side only in {lost} of {RUNS} runs"
        assert found.p_value < 1e-4
    back = change(asked, without(RUNS), without(0))
    assert back.verdict == "fail"


def test_a_few_lost_values_are_open_and_one_or_two_pass(asked: Question) -> None:
    some = change(asked, without(0), without(8))
    assert (some.verdict, some.reason) == ("inconclusive", f"open; has a value on one side only in 8 of {RUNS} runs")
    few = change(asked, without(0), without(2))
    assert (few.verdict, few.reason, few.left_out) == ("pass", "equal in every run", 2)


def test_a_single_value_decides_nothing_and_none_passes(asked: Question) -> None:
    assert change(asked, without(RUNS - 1), without(RUNS - 1) * 2).verdict == "inconclusive"
    one = change(asked, without(RUNS - 1), without(RUNS - 1))
    assert (one.verdict, one.reason) == ("pass", "equal in every run")
    nothing = change(asked, without(RUNS), without(RUNS))
    assert (nothing.verdict, nothing.reason) == ("pass", "has no value in any run")


def test_values_that_disappeared_have_no_direction(asked: Question) -> None:
    lost = change(asked, without(0), without(RUNS))
    for entry, verdict in (
        ("displaced_share:down", "fail"),
        ("displaced_share:up", "fail"),
        ("displaced_share", "pass"),
    ):
        assert read_expected_changes([entry]).applied_to_kpi(lost).verdict == verdict


def test_every_test_of_a_build_and_every_analysis_is_counted(tmp_path: Path) -> None:
    """Two arms with four KPIs each, and their pair; with 128 runs there are analyses of 32, 64 and 128."""
    asked = question(tmp_path, '[check]\nruns = 128\npower = "80 %"\n')
    assert count_tests(asked) == 9
    assert change_rules(baseline_sized(asked), 20) == ChangeRules(20, 0.8, 3)


# --- conclusions -----------------------------------------------------------------------------------


def test_a_bound_that_is_now_broken_changes_the_conclusion(tmp_path: Path) -> None:
    """No difference between arms has changed, and the bounded KPI by less than matters: the verdict changes all the
    same."""
    limits = 'subject_to = { optout_rate = "< 2 % per 30 d" }'
    asked = question(tmp_path, '[check]\nsmallest = { optout_rate = "50 %" }\n', limits)
    noise = np.random.default_rng(1).normal(0.0, 1.0, RUNS)
    mild, deep = 1e6 + 1e3 * noise, 1.1e6 + 1e3 * noise
    low, high = 0.0150 + 1e-5 * noise, 0.0205 + 1e-5 * noise
    then = {MILD: some_runs(contribution_profit=mild, optout_rate=low),
            DEEP: some_runs(contribution_profit=deep, optout_rate=low + 0.004)}  # fmt: skip
    now = {MILD: then[MILD], DEEP: some_runs(contribution_profit=deep, optout_rate=high)}
    before = baseline(then)
    found = changes_of_kpis(asked, before, now, RULES)
    assert {one.verdict for one in found} == {"pass"}
    end = change_of_conclusion(asked, before, now, RULES, found)
    assert (end.verdict, end.then and end.then.verdict, end.now and end.now.verdict) == ("fail", DEEP, MILD)
    assert end.reason == f"the verdict was {DEEP} and is {MILD}, and a KPI with a bound has changed"


def test_equal_arms_are_ordered_by_name_wherever_they_stand_in_the_file(asked: Question) -> None:
    arms = {MILD: some_runs(), DEEP: some_runs()}
    for names in ((MILD, DEEP), (DEEP, MILD)):
        turned = Question(**{**vars(asked), "arms": {name: asked.arms[name] for name in names}})
        end = conclusion_of(turned, arms)
        assert end is not None
        assert end.order == (DEEP, MILD)


def test_another_deciding_kpi_is_another_conclusion(asked: Question) -> None:
    """Though the same arm wins by both."""
    noise = np.random.default_rng(1).normal(0.0, 1.0, RUNS)
    arms = {
        MILD: some_runs(contribution_profit=1e6 + noise, optout_rate=0.05 + 1e-4 * noise),
        DEEP: some_runs(contribution_profit=2e6 + noise, optout_rate=0.01 + 1e-4 * noise),
    }
    before = Baseline("", "", (), {}, {}, conclusion_of(asked, arms), arms)
    assert change_of_rule(asked, before) is None
    other = Question(**{**vars(asked), "compare": type(asked.compare)(kpi="optout_rate")})
    end = change_of_rule(other, before)
    assert end is not None
    expected = f"the verdict was {DEEP} by contribution_profit and is {DEEP} by optout_rate"
    assert end.reason == f"{expected}, both from the runs of the baseline"
