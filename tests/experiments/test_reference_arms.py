"""Reference arms: what they are, that none is run twice, what they add to a verdict; and arms that all lose money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import sim
from experiments import compare, print_comparison, rebuild
from experiments.comparison.beside_references import references_text
from experiments.comparison.comparison_text import format_verdict
from experiments.comparison.reference_arms import reference_arms
from experiments.output.console import console_on
from experiments.report.page import headline, page, reason
from scenarios import Question
from sim.output.ledger import Ledger
from sim.scenario import Scenario
from tests.json_page import assert_documented

from .conftest import Ask, planted_ledger

ALL = ("references = []\n", "")
FEW = "references = []\n", 'confidence = "75 %"\n'
"""The same at a confidence at which five draws can name an arm."""
CAMPAIGNS = {0.05: 900_000.0, 0.12: 600_000.0, 0.15: 750_000.0, None: 300_000.0}
"""Cents that a run earns, by the depth of its campaign; None: without one."""
Earn = Callable[[dict[float | None, float]], list[tuple[float | None, int, int]]]


@pytest.fixture
def earning(monkeypatch: pytest.MonkeyPatch) -> Earn:
    """Replaces the simulator by one in which the campaign's depth decides what a run earns; returns the runs done."""

    def planting(cents: dict[float | None, float]) -> list[tuple[float | None, int, int]]:
        done: list[tuple[float | None, int, int]] = []

        def run(scenario: Scenario, draw: int = 0, replication: int = 0, **_: object) -> Ledger:
            campaign = scenario.strategy.campaigns.get("rhythm")
            depth = getattr(campaign.offer, "depth", None) if campaign else None
            done.append((depth, draw, replication))
            return planted_ledger(scenario, cents[depth] * (1.0 + 0.01 * draw) + 6_000.0 * replication)

        monkeypatch.setattr(sim, "run", run, raising=False)
        return done

    return planting


def named(question: Question) -> dict[str, str]:
    return {one.name: one.runs_as for one in reference_arms(question)}


def test_what_the_references_do(ask: Ask) -> None:
    question = ask(ALL)
    nothing, today = reference_arms(question)
    assert (nothing.name, today.name) == ("do nothing", "as today")
    assert today.strategy == question.today
    assert getattr(today.strategy.campaigns["rhythm"].offer, "depth", None) == 0.15, "that of the shop"
    idle = nothing.strategy
    assert (idle.campaigns, idle.outreach, idle.acquisition, idle.welcome) == ({}, {}, {}, None)
    assert (idle.service, idle.delivery) == (today.strategy.service, today.strategy.delivery)
    arm = question.arms["mild"].with_programme("more", lambda view, memory: None, version="1")  # type: ignore[arg-type]
    assert nothing.beside(arm).programmes == {}
    assert nothing.beside(arm).market is arm.market


def test_a_reference_that_is_an_arm_has_no_runs_of_its_own(ask: Ask) -> None:
    assert named(ask()) == {}
    assert named(ask(("references = []", 'references = "as today"'))) == {"as today": "as today"}
    assert named(ask(ALL, ('"5 %"', '"15 %"'))) == {"do nothing": "do nothing", "as today": "mild"}
    assert named(ask(ALL, ("[variants.mild]", '[variants."as today"]'))) == {"do nothing": "do nothing"}
    question = ask(ALL)
    assert named(replace(question, today=None)) == {"do nothing": "do nothing"}
    idle = reference_arms(question)[0].strategy
    assert named(replace(question, today=idle)) == {"do nothing": "do nothing", "as today": "do nothing"}


def test_no_arm_is_run_twice(ask: Ask, earning: Earn, tmp_path: Path) -> None:
    done = earning(CAMPAIGNS)
    question = ask(ALL, ('"5 %"', '"15 %"'))
    answer = compare(question, draws=3, jobs=1, store=tmp_path)
    assert len(done) == len(set(done)) == 3 * 2 * 3, "two arms, and do nothing; as today is the arm `mild`"
    assert {depth for depth, _, _ in done} == {0.15, 0.12, None}
    again = compare(question, draws=3, jobs=1, store=tmp_path)
    assert again.to_json() == answer.to_json() | {"runs": {"reused": 18, "finished": 18}}
    assert len(done) == 18


@pytest.mark.slow
def test_a_report_finds_the_runs_of_references_again(ask: Ask, earning: Earn, tmp_path: Path) -> None:
    done = earning(CAMPAIGNS)
    question = ask(ALL, ('"5 %"', '"15 %"'))
    answer = compare(question, draws=3, jobs=1, out=tmp_path / "out")
    again = rebuild(tmp_path / "out")
    assert again.to_json() == answer.to_json() | {"runs": {"reused": 18, "finished": 18}}  # type: ignore[union-attr]
    assert len(done) == 18
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert list(dict.fromkeys(runs["variant"])) == [*question.arms, "do nothing"]
    assert len(list((tmp_path / "out" / "scenarios").iterdir())) == 3


def test_references_are_shown_and_cannot_win(ask: Ask, earning: Earn) -> None:
    earning(CAMPAIGNS | {0.15: 5_000_000.0})
    answer = compare(ask(FEW), draws=5, jobs=1)
    assert answer.verdict == "mild", "although as today earns more"
    assert_documented(answer.to_json(), "rehearse compare")
    nothing, today = answer.to_json()["references"]
    assert (nothing["best"], nothing["difference"]) == ("mild", pytest.approx(612_000, rel=1e-3))
    assert nothing["difference_low"] < nothing["difference"] < nothing["difference_high"]
    assert today["difference"] < 0.0 < nothing["mean"] < today["mean"]
    assert answer.beside.startswith("mild does not beat going on as today: it is behind by")
    assert nothing["share_ahead"] > 0.95 > 0.05 > today["share_ahead"]
    assert answer.loss == ""
    stream = StringIO()
    print_comparison(answer, console_on(stream))
    for text in (stream.getvalue(), page(answer)):
        assert "for reference: do nothing" in text
        assert "for reference: as today" in text
    assert len(answer.strategies) == 2


@pytest.mark.parametrize(
    ("nothing", "said"),
    [
        (950_000.0, "mild does not beat doing nothing: it is behind by 510 CNY (95 % interval"),
        (900_000.0, "mild does not beat doing nothing: both come to the same."),
        (300_000.0, ""),
    ],
)
def test_the_verdict_says_where_doing_nothing_is_as_good(ask: Ask, earning: Earn, nothing: float, said: str) -> None:
    earning(CAMPAIGNS | {None: nothing})
    answer = compare(ask(ALL), draws=5, jobs=1)
    assert answer.beside.startswith(said)
    assert bool(answer.beside) == bool(said)
    for text in (format_verdict(answer), answer.to_json()["reason"], reason(answer)):
        assert text.endswith(answer.beside)


def test_it_says_where_that_is_not_clear(ask: Ask, earning: Earn) -> None:
    earning(CAMPAIGNS)
    answer = compare(ask(ALL), draws=2, replications=1, jobs=1)
    open_ = replace(answer.references[0], difference=1_000.0, difference_low=-9_000.0, difference_high=11_000.0)
    interval = "95 % interval −90 CNY to 110 CNY"
    said = f"It is not clear that mild beats doing nothing: it is ahead by 10 CNY ({interval})."
    assert references_text(answer.plan, (open_,)) == said
    single = replace(open_, difference_low=None, difference_high=None)
    assert references_text(answer.plan, (single,)) == "", "the verdict says that a single run has no error bar"
    assert references_text(answer.plan, ()) == ""
    some = replace(open_, difference_low=200.0, share_ahead=0.6)
    said = "mild is ahead of doing nothing by 10 CNY on average, but in only 60 % of plausible markets."
    assert references_text(answer.plan, (some,)) == said
    assert references_text(answer.plan, (replace(some, share_ahead=0.96),)) == ""
    today = replace(some, name="as today")
    assert references_text(answer.plan, (replace(today, runs_as="deep"),)) == "", "the verdict speaks of arms"
    assert references_text(answer.plan, (replace(today, runs_as="as today"),)) == said.replace(
        "doing nothing", "going on as today"
    )


def test_it_says_where_the_best_arm_does_nothing_itself(ask: Ask, earning: Earn) -> None:
    earning(CAMPAIGNS | {None: 990_000.0})
    question = ask(FEW)
    idle = replace(question.arms["mild"], strategy=reference_arms(question)[0].strategy)
    answer = compare(replace(question, arms={"quiet": idle, "mild": question.arms["mild"]}), draws=5, jobs=1)
    assert (answer.verdict, answer.beside) == ("quiet", "quiet is the same as doing nothing.")


def test_that_every_arm_loses_money_comes_first(ask: Ask, earning: Earn) -> None:
    earning({0.05: -200_000.0, 0.12: -600_000.0, 0.15: -1.0, None: -800_000.0})
    answer = compare(ask(FEW), draws=5, jobs=1)
    assert answer.verdict == "mild"
    first = "Every arm loses money: mild the least, 2,010 CNY over 60 days; doing nothing loses 8,130 CNY."
    assert answer.loss == first
    assert format_verdict(answer).startswith(f"{first} Choose mild: mild is ahead of")
    assert answer.to_json()["reason"].startswith(first)
    assert answer.to_json()["all_lose_money"] is True
    assert headline(answer) == "Every arm loses money"
    assert reason(answer).startswith(first)
    earning({0.05: -200_000.0, 0.12: 600_000.0, 0.15: -1.0, None: -800_000.0})
    some = compare(ask(ALL), draws=5, jobs=1)
    assert some.loss == ""
    assert some.to_json()["all_lose_money"] is False
