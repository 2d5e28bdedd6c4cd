"""What a check says of baselines on a terminal, and to programs."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import pytest
from rich.console import Console

from experiments import print_check
from experiments.expectations.checks import CheckResult
from experiments.regression.kpi_change_text import chance, telling
from experiments.regression.regression import ConclusionChange, Regression
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
    against,
    checked,
    outcome,
    same,
    scenario,
)  # fmt: skip


def printed(answer: CheckResult, width: int = 200) -> str:
    stream = io.StringIO()
    print_check(answer, Console(file=stream, width=width, highlight=False))
    return stream.getvalue()


def lines(answer: CheckResult) -> list[str]:
    return [" ".join(line.split()) for line in printed(answer).splitlines() if line.strip()]


def said(ask: Ask, one: Regression) -> list[str]:
    return lines(checked(scenario(ask(), against=one)))


def test_a_question_that_is_the_same_is_one_line(ask: Ask) -> None:
    name = "Small <b>question</b>"
    assert said(ask, same()) == [
        f"{name}: the same to the integer as its baseline (4 of 64 runs of each arm lived)",
        "pass: baselines: 1 the same to the integer",
    ]
    older = said(ask, same(versions=(("numpy", "2.3.1", "2.4.6"),)))
    assert older[1] == "the baseline was made under numpy 2.3.1 (here 2.4.6)"
    assert len(older) == 3


def test_a_move_is_told_in_its_unit_in_sds_in_money_and_with_the_way_to_accept_it(ask: Ask) -> None:
    told = said(ask, against(PROFIT, RATE))
    assert told[0].endswith("not the same to the integer as its baseline; judged by 32 of 64 pairs of runs of each arm")
    row = "contribution profit 47,776 CNY 48,662 CNY +886 CNY (+1.9 %, +0.16 sds) 478 CNY < 1e-8 fail: moved"
    assert row in told
    assert not any(line.startswith("opt-out") for line in told)
    assert told[-6:] == [
        "no change that matters: 1 more",
        f"in money: contribution profit of {MILD} +886 CNY (+1.9 %) a run",
        f"conclusion: the same, {DEEP} wins ({DEEP} > {MILD} by contribution profit)",
        "fail: contribution_profit moved",
        'if that is meant: --update --why "..." --may contribution_profit:up',
        "fail: baselines: 1 failed",
    ]


def test_with_the_same_model_it_is_said_where_to_look(ask: Ask) -> None:
    cause = (
        "the code of `sim` is the baseline's, so what it was given is another: the question, its market or a default"
    )
    made = replace(against().baseline, made={"model": model_fingerprint()})
    assert cause in said(ask, against(PROFIT, baseline=made))
    assert cause not in said(ask, against(PROFIT))
    assert cause not in said(ask, same(baseline=made))
    assert cause not in said(ask, against(PROFIT, baseline=replace(made, size={"seed": 9})))


def test_no_width_loses_a_word(ask: Ask) -> None:
    told = printed(checked(scenario(ask(), against=against(PROFIT, OPEN, RATE))), 100)
    assert max(map(len, told.splitlines())) <= 100
    words = " ".join(told.split())
    for word in ("48,662 CNY", "+886 CNY", "inconclusive: ", "runs", "would", "tell", "478 CNY", "< 1e-8"):
        assert word.strip() in words


def test_another_numpy_and_other_luck_are_said(ask: Ask) -> None:
    moved = against(RATE, versions=(("numpy", "2.3.1", "2.4.6"),), verdict="pass", reason="nothing moved that matters")
    assert said(ask, moved)[0].endswith(
        "integers differ from the baseline's, as they may: it was made under numpy 2.3.1 (here 2.4.6); "
        "judged by 32 of 64 pairs of runs of each arm"
    )
    assert said(ask, moved)[1:3] == [
        "no change that matters: 1 KPI",
        f"conclusion: the same, {DEEP} wins ({DEEP} > {MILD} by contribution profit)",
    ]
    lucky = against(RATE, lived=64)
    lucky = replace(lucky, baseline=replace(lucky.baseline, size={"seed": 9}))
    assert "of other luck than its baseline (seed 1, the baseline's 9); judged by 64 pairs" in said(ask, lucky)[0]


def test_a_conclusion_that_moved_is_told_with_both_orders(ask: Ask) -> None:
    end = ConclusionChange(
        END, OTHER, "fail", f"the verdict was {DEEP} and is {MILD}, and a difference between arms has moved"
    )
    told = said(ask, against(PROFIT, replace(PROFIT, change=-1.0), concluded=end))
    assert f"conclusion: {end.reason}" in told
    assert f"order by contribution profit: was {DEEP} > {MILD}, is {MILD} > {DEEP}" in told
    assert told[-2].endswith("--may contribution_profit --may verdict"), "up here and down there is either way"
    ruled = same(verdict="fail", concluded=end, reason="the verdict moved")
    assert f"conclusion: {end.reason}" in said(ask, ruled)


@pytest.mark.parametrize(
    ("one", "expected", "last"),
    [
        (against(reason="written: b/small.baseline", verdict="pass", renewed="written", comparable=False),
         ["written: b/small.baseline"], "pass: baselines: 1 written"),
        (against(PROFIT, replace(RATE, reason="moved, as intended"), reason="not written: contribution_profit moved",
                 renewed="not written"),
         ["not written: contribution_profit moved", "to accept: --may contribution_profit:up --may optout_rate:down"],
         "fail: baselines: 1 not written"),
        (against(PROFIT, OPEN, reason="not written: contribution_profit moved", renewed="not written",
                 concluded=ConclusionChange(END, OTHER, "pass", "the verdict turned, as intended")),
         ["to accept: --may contribution_profit:up --may verdict"], "fail: baselines: 1 not written"),
        (same(reason="not written: another question's moves were not intended", renewed="not written"),
         ["not written: another question's moves were not intended"], "pass: baselines: 1 not written"),
        (same(reason="the same to the integer; the baseline stays as it is", renewed="kept"),
         ["the same to the integer; the baseline stays as it is"], "pass: baselines: 1 kept"),
        (against(lived=0, reason="3 runs failed; the first at stage run: boom"),
         ["fail: 3 runs failed; the first at stage run: boom"], "fail: baselines: 1 failed"),
        (against(RATE, verdict="pass", reason="nothing moved that matters", notes=("ltv was intended",)),
         ["note: ltv was intended", "pass: nothing moved that matters"],
         "pass: baselines: 1 without a change that matters"),
    ],
)  # fmt: skip
def test_what_became_of_a_baseline(ask: Ask, one: Regression, expected: list[str], last: str) -> None:
    told = said(ask, one)
    assert told[-1] == last
    assert told[-1 - len(expected) : -1] == expected
    if not one.lived:
        assert told[0].endswith("could not be held against its baseline")


def test_expectations_and_baselines_are_counted_together(ask: Ask) -> None:
    met, missed = outcome("pass", "met"), outcome("fail", "not met", "other")
    told = lines(checked(scenario(ask(), met, missed, against=same())))
    assert told[-1] == "fail: 1 as expected, 1 not as expected; baselines: 1 the same to the integer"
    alone = scenario(ask(), met, failures=(RunFailure(MILD, 0, 0, "run", "boom"),))
    assert "note: 1 run failed; the first at stage run: boom" in lines(checked(alone))
    assert not any("expectation" in line for line in said(ask, same())), "no empty table"


def test_a_chance_is_never_told_too_small() -> None:
    assert [chance(p) for p in (1.0, 0.0123, 0.001, 9.99e-4, 8.4e-9, 1e-8, 0.0)] == [
        "1", "0.012", "0.001", "< 1e-3", "< 1e-8", "< 1e-8", "< 1e-300",
    ]  # fmt: skip
    assert telling([RATE, PROFIT, replace(RATE, reason="moved, by less than matters")])[0] is PROFIT


def test_programs_get_every_number_and_no_nan(ask: Ask) -> None:
    nothing = replace(RATE, baseline=math.nan, now=math.nan, change=math.nan, low=math.nan, high=math.nan, sds=None)
    versions = (("numpy", "2.3.1", "2.4.6"),)
    both = checked(
        scenario(ask(), outcome("pass", "met"), against=against(PROFIT, nothing, versions=versions)),
        scenario(ask(), outcome("pass", "met")),
    )
    first, second = json.loads(json.dumps(both.to_json(), allow_nan=False))["scenarios"]
    assert first["fingerprint_equal"] is False
    assert first["kpis"][0] == {
        "name": "contribution_profit", "arm": MILD, "unit": "money", "baseline": 4_777_600.0, "now": 4_866_200.0,
        "change": 88_600.0, "low": 78_000.0, "high": 99_000.0, "sds": 0.158, "smallest": 47_776.0, "p_value": 8.4e-9,
        "verdict": "fail", "reason": "moved", "runs": 32, "left_out": 0, "needed": None,
    }  # fmt: skip
    assert first["kpis"][1]["baseline"] is None
    assert first["conclusion"]["then"] == first["conclusion"]["now"]
    assert first["conclusion"]["then"]["order"] == [DEEP, MILD]
    assert (first["lived"], first["runs"], first["reason"]) == (32, 64, "contribution_profit moved")
    assert first["versions"] == [{"name": "numpy", "then": "2.3.1", "now": "2.4.6"}]
    assert list(both.moves()["kpi"]) == ["contribution_profit", "optout_rate"]
    assert both.moves()["scenario"].unique() == ["Small <b>question</b>"]
    empty = {"fingerprint_equal": None, "conclusion": None, "lived": None, "reason": None, "kpis": [], "versions": []}
    assert second.items() >= empty.items()
    assert first.keys() == second.keys()
