"""Checks on a terminal and as JSON, and regression tests as text."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import pytest
from rich.console import Console

from experiments import print_check
from experiments.checks.check_result import CheckResult
from experiments.checks.regression_text import format_p_value
from experiments.regression.regression_result import ConclusionChange, Regression
from experiments.runs.results import RunFailure
from sim.fingerprint import model_fingerprint
from tests.experiments.conftest import Ask
from tests.experiments.planted_checks import (
    DEEP,
    END,
    MILD,
    OPEN,
    OTHER,
    PROFIT,
    RATE,
    checked,
    equal,
    outcome,
    regression,
    scenario,
)  # fmt: skip
from tests.json_page import assert_documented


def printed(answer: CheckResult, width: int = 200) -> str:
    stream = io.StringIO()
    print_check(answer, Console(file=stream, width=width, highlight=False))
    return stream.getvalue()


def lines(answer: CheckResult) -> list[str]:
    return [" ".join(line.split()) for line in printed(answer).splitlines() if line.strip()]


def lines_of(ask: Ask, one: Regression) -> list[str]:
    return lines(checked(scenario(ask(), regression=one)))


def test_an_equal_question_is_one_line(ask: Ask) -> None:
    name = "Small <b>question</b>"
    assert lines_of(ask, equal()) == [
        f"{name}: equal to its baseline to the integer (4 of 64 runs of each arm simulated)",
        "pass: baselines: 1 equal to the integer",
    ]
    older = lines_of(ask, equal(versions=(("numpy", "2.3.1", "2.4.6"),)))
    assert older[1] == "the baseline was made with numpy 2.3.1 (here 2.4.6)"
    assert len(older) == 3


def test_a_change_is_shown_in_its_unit_in_sds_in_money_and_with_the_options_that_accept_it(ask: Ask) -> None:
    shown = lines_of(ask, regression(PROFIT, RATE))
    assert shown[0].endswith("not equal to its baseline; judged by 32 of 64 pairs of runs of each arm")
    row = "contribution profit 47,776 CNY 48,662 CNY +886 CNY (+1.9 %, +0.16 sds) 478 CNY < 1e-8 fail: changed"
    assert row in shown
    assert not any(line.startswith("opt-out") for line in shown)
    assert shown[-6:] == [
        "no change that matters: 1 more",
        f"in money: contribution profit of {MILD} +886 CNY (+1.9 %) a run",
        f"conclusion: the same, {DEEP} wins ({DEEP} > {MILD} by contribution profit)",
        "fail: contribution_profit changed",
        'to accept: --update --why "..." --may contribution_profit:up',
        "fail: baselines: 1 failed",
    ]


def test_with_the_same_model_the_cause_is_an_input(ask: Ask) -> None:
    cause = "the code of `sim` is that of the baseline, so the cause is an input: the question, its market or a default"
    made = replace(regression().baseline, made={"model": model_fingerprint()})
    assert cause in lines_of(ask, regression(PROFIT, baseline=made))
    assert cause not in lines_of(ask, regression(PROFIT))
    assert cause not in lines_of(ask, equal(baseline=made))
    assert cause not in lines_of(ask, regression(PROFIT, baseline=replace(made, size={"seed": 9})))


def test_no_word_is_lost_on_a_narrow_terminal(ask: Ask) -> None:
    shown = printed(checked(scenario(ask(), regression=regression(PROFIT, OPEN, RATE))), 100)
    assert max(map(len, shown.splitlines())) <= 100
    words = " ".join(shown.split())
    for word in ("48,662 CNY", "+886 CNY", "inconclusive: ", "runs", "would", "decide", "478 CNY", "< 1e-8"):
        assert word.strip() in words


def test_another_numpy_and_another_seed_are_named(ask: Ask) -> None:
    changed = regression(
        RATE, versions=(("numpy", "2.3.1", "2.4.6"),), verdict="pass", reason="nothing changed that matters"
    )
    assert lines_of(ask, changed)[0].endswith(
        "integers differ from the baseline's, as they may: it was made with numpy 2.3.1 (here 2.4.6); "
        "judged by 32 of 64 pairs of runs of each arm"
    )
    assert lines_of(ask, changed)[1:3] == [
        "no change that matters: 1 KPI",
        f"conclusion: the same, {DEEP} wins ({DEEP} > {MILD} by contribution profit)",
    ]
    reseeded = regression(RATE, simulated=64)
    reseeded = replace(reseeded, baseline=replace(reseeded.baseline, size={"seed": 9}))
    assert (
        "another random seed than that of its baseline (seed 1, the baseline's 9); judged by 64 pairs"
        in lines_of(ask, reseeded)[0]
    )


def test_a_changed_conclusion_is_shown_with_both_orders(ask: Ask) -> None:
    end = ConclusionChange(
        END, OTHER, "fail", f"the verdict was {DEEP} and is {MILD}, and a difference between arms has changed"
    )
    shown = lines_of(ask, regression(PROFIT, replace(PROFIT, change=-1.0), conclusion=end))
    assert f"conclusion: {end.reason}" in shown
    assert f"order by contribution profit: was {DEEP} > {MILD}, is {MILD} > {DEEP}" in shown
    assert shown[-2].endswith("--may contribution_profit --may verdict"), (
        "up in one arm and down in the other is either direction"
    )
    ruled = equal(verdict="fail", conclusion=end, reason="the verdict changed")
    assert f"conclusion: {end.reason}" in lines_of(ask, ruled)


@pytest.mark.parametrize(
    ("one", "expected", "last"),
    [
        (regression(reason="written: b/small.baseline", verdict="pass", update="written", comparable=False),
         ["written: b/small.baseline"], "pass: baselines: 1 written"),
        (regression(PROFIT, replace(RATE, expected=True), reason="not written: contribution_profit changed",
                    update="not written"),
         ["not written: contribution_profit changed", "to accept: --may contribution_profit:up --may optout_rate:down"],
         "fail: baselines: 1 not written"),
        (regression(PROFIT, OPEN, reason="not written: contribution_profit changed", update="not written",
                 conclusion=ConclusionChange(END, OTHER, "pass", "the verdict changed, as expected", expected=True)),
         ["to accept: --may contribution_profit:up --may verdict"], "fail: baselines: 1 not written"),
        (equal(reason="not written: another question has changes that were not expected", update="not written"),
         ["not written: another question has changes that were not expected"], "pass: baselines: 1 not written"),
        (equal(reason="equal to the integer; the baseline stays as it is", update="kept"),
         ["equal to the integer; the baseline stays as it is"], "pass: baselines: 1 kept"),
        (regression(simulated=0, reason="3 runs failed; the first at stage run: boom"),
         ["fail: 3 runs failed; the first at stage run: boom"], "fail: baselines: 1 failed"),
        (regression(RATE, verdict="pass", reason="nothing changed that matters", notes=("ltv was expected",)),
         ["note: ltv was expected", "pass: nothing changed that matters"],
         "pass: baselines: 1 without a change that matters"),
    ],
)  # fmt: skip
def test_what_became_of_a_baseline(ask: Ask, one: Regression, expected: list[str], last: str) -> None:
    shown = lines_of(ask, one)
    assert shown[-1] == last
    assert shown[-1 - len(expected) : -1] == expected
    if not one.simulated:
        assert shown[0].endswith("could not be compared with its baseline")


def test_expectations_and_baselines_are_counted_together(ask: Ask) -> None:
    met, missed = outcome("pass", "met"), outcome("fail", "not met", "other")
    shown = lines(checked(scenario(ask(), met, missed, regression=equal())))
    assert shown[-1] == "fail: 1 as expected, 1 not as expected; baselines: 1 equal to the integer"
    alone = scenario(ask(), met, failures=(RunFailure(MILD, 0, 0, "run", "boom"),))
    assert "note: 1 run failed; the first at stage run: boom" in lines(checked(alone))
    assert not any("expectation" in line for line in lines_of(ask, equal())), "no empty table"


def test_a_p_value_is_never_shown_too_small() -> None:
    assert [format_p_value(p) for p in (1.0, 0.0123, 0.001, 9.99e-4, 8.4e-9, 1e-8, 0.0)] == [
        "1", "0.012", "0.001", "< 1e-3", "< 1e-8", "< 1e-8", "< 1e-300",
    ]  # fmt: skip


def test_people_see_kpis_that_changed_or_may_have() -> None:
    small = replace(RATE, reason="changed, by less than matters", p_value=1e-6)
    allowed = replace(OPEN, verdict="pass", expected=True)
    assert [one.reported for one in (RATE, PROFIT, OPEN, small, allowed)] == [False, True, True, True, True]


def test_programs_get_every_number_and_no_nan(ask: Ask) -> None:
    nothing = replace(RATE, baseline=math.nan, now=math.nan, change=math.nan, low=math.nan, high=math.nan, sds=None)
    versions = (("numpy", "2.3.1", "2.4.6"),)
    both = checked(
        scenario(ask(), outcome("pass", "met"), regression=regression(PROFIT, nothing, versions=versions)),
        scenario(ask(), outcome("pass", "met")),
    )
    assert_documented(both.to_json(), "rehearse check")
    first, second = json.loads(json.dumps(both.to_json(), allow_nan=False))["scenarios"]
    assert first["fingerprint_equal"] is False
    assert first["kpis"][0] == {
        "name": "contribution_profit", "arm": MILD, "unit": "money", "baseline": 4_777_600.0, "now": 4_866_200.0,
        "change": 88_600.0, "low": 78_000.0, "high": 99_000.0, "sds": 0.158, "smallest": 47_776.0, "p_value": 8.4e-9,
        "verdict": "fail", "reason": "changed", "runs": 32, "left_out": 0, "needed": None,
    }  # fmt: skip
    assert first["kpis"][1]["baseline"] is None
    assert first["conclusion"]["then"] == first["conclusion"]["now"]
    assert first["conclusion"]["then"]["order"] == [DEEP, MILD]
    assert (first["lived"], first["runs"], first["reason"]) == (32, 64, "contribution_profit changed")
    assert first["versions"] == [{"name": "numpy", "then": "2.3.1", "now": "2.4.6"}]
    assert list(both.changes()["kpi"]) == ["contribution_profit", "optout_rate"]
    assert both.changes()["scenario"].unique() == ["Small <b>question</b>"]
    empty = {"fingerprint_equal": None, "conclusion": None, "lived": None, "reason": None, "kpis": [], "versions": []}
    assert second.items() >= empty.items()
    assert first.keys() == second.keys()
