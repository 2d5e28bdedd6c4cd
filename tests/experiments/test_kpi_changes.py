"""KPIs of which runs have no value, and conclusions, on made-up runs: luck is no alarm, a change is not let pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from experiments.comparison.statistics import Floats
from experiments.regression.baseline_files import Baseline, BaselineRuns
from experiments.regression.change_test import ChangeRules
from experiments.regression.conclusions import conclude, conclusion_of, rule_moved
from experiments.regression.expected_changes import ExpectedChanges, read_intended
from experiments.regression.kpi_changes import moves
from experiments.regression.regression import KpiChange
from scenarios import Question, load
from tests.experiments.conftest import QUESTION

MILD, DEEP = "mild", "deep & <i>wide</i>"
RULES = ChangeRules(10, 0.9)
RUNS = 32


def question(folder: Path, added: str = "", limits: str = "") -> Question:
    text = QUESTION.replace("LIMITS", limits).replace('"optout_rate"]', '"optout_rate", "displaced_share"]')
    (folder / "small.toml").write_text(text + added, encoding="utf-8")
    return load(folder / "small.toml")


def lives(**values: Floats) -> BaselineRuns:
    plain = {kpi: np.full(RUNS, 0.5) for kpi in ("contribution_profit", "campaign_share", "optout_rate")}
    columns = {**plain, "displaced_share": np.full(RUNS, 0.5), **values}
    return BaselineRuns(("",) * RUNS, {}, columns)


def baseline(arms: Mapping[str, BaselineRuns]) -> Baseline:
    return Baseline("small.toml", "", (), {}, {"draws": RUNS, "replications": 1}, None, arms)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Question:
    return question(tmp_path_factory.mktemp("asked"))


def judged(asked: Question, then: Floats, now: Floats, intended: ExpectedChanges | None = None) -> KpiChange:
    """What is said of `displaced_share` of one arm."""
    before = baseline({MILD: lives(displaced_share=then), DEEP: lives()})
    found = moves(asked, before, {MILD: lives(displaced_share=now)}, RULES, intended or ExpectedChanges())
    return next(one for one in found if one.kpi == "displaced_share")


def without(count: int) -> Floats:
    """So many runs without a value."""
    values = np.linspace(0.4, 0.6, RUNS)
    values[:count] = np.nan
    return values


@pytest.mark.parametrize("share", [0.02, 0.05, 0.3])
def test_values_that_luck_brings_and_takes_are_no_alarm(asked: Question, share: float) -> None:
    """A KPI of few events has a value in few runs, and in others where the luck is another."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(60):
        then, now = (np.where(rng.random(RUNS) < share, rng.random(RUNS), np.nan) for _ in range(2))
        found.append(judged(asked, then, now).verdict)
    assert "fail" not in found
    assert "inconclusive" in found


def test_a_kpi_that_lost_its_values_fails_though_the_rest_are_the_same(asked: Question) -> None:
    for lost in (RUNS - 3, RUNS):
        move = judged(asked, without(0), without(lost))
        assert (move.verdict, move.left_out) == ("fail", lost)
        assert move.reason == f"has a value on one side only in {lost} of {RUNS} runs"
        assert move.p_value < 1e-4
    back = judged(asked, without(RUNS), without(0))
    assert back.verdict == "fail"


def test_a_few_values_lost_are_open_and_one_or_two_are_luck(asked: Question) -> None:
    some = judged(asked, without(0), without(8))
    assert (some.verdict, some.reason) == ("inconclusive", f"open; has a value on one side only in 8 of {RUNS} runs")
    few = judged(asked, without(0), without(2))
    assert (few.verdict, few.reason, few.left_out) == ("pass", "the same in every run", 2)


def test_a_single_value_tells_nothing_and_none_is_nothing(asked: Question) -> None:
    assert judged(asked, without(RUNS - 1), without(RUNS - 1) * 2).verdict == "inconclusive"
    one = judged(asked, without(RUNS - 1), without(RUNS - 1))
    assert (one.verdict, one.reason) == ("pass", "the same in every run")
    nothing = judged(asked, without(RUNS), without(RUNS))
    assert (nothing.verdict, nothing.reason) == ("pass", "has no value in any run")


def test_values_that_went_have_no_direction(asked: Question) -> None:
    for word, verdict in (
        ("displaced_share:down", "fail"),
        ("displaced_share:up", "fail"),
        ("displaced_share", "pass"),
    ):
        assert judged(asked, without(0), without(RUNS), read_intended([word])).verdict == verdict


# --- conclusions -----------------------------------------------------------------------------------


def test_a_bound_that_is_broken_now_is_a_moved_conclusion(tmp_path: Path) -> None:
    """No difference between arms has moved, the bounded KPI by less than matters: the verdict turns all the same."""
    limits = 'subject_to = { optout_rate = "< 2 % per 30 d" }'
    asked = question(tmp_path, '[check]\nsmallest = { optout_rate = "50 %" }\n', limits)
    luck = np.random.default_rng(1).normal(0.0, 1.0, RUNS)
    mild, deep = 1e6 + 1e3 * luck, 1.1e6 + 1e3 * luck
    low, high = 0.0150 + 1e-5 * luck, 0.0205 + 1e-5 * luck
    then = {MILD: lives(contribution_profit=mild, optout_rate=low),
            DEEP: lives(contribution_profit=deep, optout_rate=low + 0.004)}  # fmt: skip
    now = {MILD: then[MILD], DEEP: lives(contribution_profit=deep, optout_rate=high)}
    before = baseline(then)
    found = moves(asked, before, now, RULES, ExpectedChanges())
    assert {one.verdict for one in found} == {"pass"}
    end = conclude(asked, before, now, RULES, found)
    assert (end.verdict, end.then and end.then.verdict, end.now and end.now.verdict) == ("fail", DEEP, MILD)
    assert end.reason == f"the verdict was {DEEP} and is {MILD}, and what a bound is set on has moved"


def test_equal_arms_are_ordered_by_name_wherever_they_stand_in_the_file(asked: Question) -> None:
    arms = {MILD: lives(), DEEP: lives()}
    for names in ((MILD, DEEP), (DEEP, MILD)):
        turned = Question(**{**vars(asked), "arms": {name: asked.arms[name] for name in names}})
        end = conclusion_of(turned, arms)
        assert end is not None
        assert end.order == (DEEP, MILD)


def test_another_deciding_kpi_is_another_conclusion(asked: Question) -> None:
    """Though the same arm wins by both."""
    luck = np.random.default_rng(1).normal(0.0, 1.0, RUNS)
    arms = {
        MILD: lives(contribution_profit=1e6 + luck, optout_rate=0.05 + 1e-4 * luck),
        DEEP: lives(contribution_profit=2e6 + luck, optout_rate=0.01 + 1e-4 * luck),
    }
    before = Baseline("", "", (), {}, {}, conclusion_of(asked, arms), arms)
    assert rule_moved(asked, before) is None
    other = Question(**{**vars(asked), "compare": type(asked.compare)(kpi="optout_rate")})
    end = rule_moved(other, before)
    assert end is not None
    expected = f"the verdict was {DEEP} by contribution_profit and is {DEEP} by optout_rate"
    assert end.reason == f"{expected} from the very runs of the baseline"
