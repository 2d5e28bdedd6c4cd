"""Programmes that did nothing are named on the terminal, in the JSON and on the page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from rich.console import Console

import sim
from experiments import compare, print_answer, print_comparison, run_arm
from experiments.execution.store import Store
from experiments.report.page import page
from experiments.runs.idle_programmes import idle_programmes_text
from sim.output.ledger import Ledger
from tests.worlds import changed

from .conftest import Ask

NEVER = ("[variants.mild]\n", "[variants.mild]\nstrategy.campaigns.rhythm.first = 2027-03-01\n")


def counting(monkeypatch: pytest.MonkeyPatch, sent: dict[str, int]) -> None:
    """Let every run count these messages."""
    simulate = sim.run

    def run(*args: Any, **how: Any) -> Ledger:
        ledger = simulate(*args, **how)
        setattr(ledger, "sent", dict(sent))  # noqa: B010
        return ledger

    monkeypatch.setattr(sim, "run", run)


def idle(warnings: Sequence[str]) -> list[str]:
    """The lines that are not about the limit of four messages in 30 days, which the shop's campaign exceeds."""
    return [line for line in warnings if "4 in 30 days" not in line and "lets 4 through" not in line]


def test_a_campaign_that_never_began_is_named_for_its_arm_alone(ask: Ask) -> None:
    answer = compare(ask(NEVER), draws=2, replications=2, jobs=1)
    line = "campaigns.rhythm has no day in the run of 65 days: it is never held (arms: mild)"
    assert [one for one in answer.warnings if "never" in one] == [line]
    assert line in answer.to_json()["warnings"]
    assert f'<p class="warn">{line}</p>' in page(answer)
    text = io.StringIO()
    print_comparison(answer, Console(file=text, width=200))
    assert f"note: {line}" in text.getvalue()


def test_programmes_that_sent_no_message_are_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    counting(monkeypatch, {"campaigns.rhythm": 3, "outreach.care": 0})
    answer = run_arm(ask(), "mild", draws=1, replications=2, jobs=1)
    assert idle(answer.warnings) == idle(answer.to_json()["warnings"]) == ["outreach.care sent no message"]
    text = io.StringIO()
    print_answer(answer, Console(file=text, width=200))
    assert "note: outreach.care sent no message" in text.getvalue()


def test_one_message_in_one_run_is_enough(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate = sim.run

    def run(scenario: Any, draw: int = 0, replication: int = 0, **how: Any) -> Ledger:
        ledger = simulate(scenario, draw, replication, **how)
        setattr(ledger, "sent", {"outreach.care": replication, "campaigns.rhythm": 1})  # noqa: B010
        return ledger

    monkeypatch.setattr(sim, "run", run)
    assert idle(run_arm(ask(), "mild", draws=1, replications=2, jobs=1).warnings) == []
    said = run_arm(ask(), "mild", draws=1, replications=1, jobs=1).warnings
    assert idle(said) == ["outreach.care sent no message"]


def test_kept_runs_give_the_same_warnings(ask: Ask, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    counting(monkeypatch, {"campaigns.rhythm": 3})
    first = run_arm(ask(), "mild", draws=1, replications=1, jobs=1, out=tmp_path / "out")
    again = run_arm(ask(), "mild", draws=1, replications=1, jobs=1, out=tmp_path / "out")
    assert again.results.reused == 1 == len(Store(tmp_path / ".runs").keys())
    assert first.warnings == again.warnings
    assert idle(first.warnings) == ["outreach.care sent no message"]


def test_messages_that_nobody_has_time_to_write_are_said(ask: Ask) -> None:
    """One agent for an hour a day, who takes a quarter of an hour for each message."""
    by_hand = (
        "[variants.mild]\n",
        '[variants.mild]\nstrategy.service = { agents = 1, hours = "11:00-12:00" }\n'
        'strategy.outreach.note = { every = "1 d", channel = "direct", content = "care", style = "personal" }\n',
    )
    answer = compare(ask(by_hand), draws=1, replications=2, jobs=1)
    (line,) = [one for one in answer.warnings if "personal" in one]
    assert line.endswith("of the personal messages of mild were never written: its staff has no time for them")


def test_messages_that_limits_keep_back_are_those_of_the_horizon(ask: Ask) -> None:
    """Not the mean of all windows that are measured: the first 20 days, 60 days, and 65 with the cool-down."""
    news = 'strategy.outreach.news = { every = "1 d", channel = "direct", content = "value" }\n'
    answer = run_arm(ask(("[variants.mild]\n", "[variants.mild]\n" + news)), "mild", draws=1, replications=1, jobs=1)
    runs = answer.results.runs
    assert len(set(runs["window"])) > 1
    (row,) = runs[(runs["kpi"] == "unsent_share") & (runs["window"] == "horizon")].itertuples()
    (line,) = [one for one in answer.warnings if "were not sent" in one]
    assert line.startswith(f"{row.numerator:,.0f} of {row.denominator:,.0f} messages of mild were not sent in a run")


def test_a_desk_that_hardly_answers_and_a_shift_that_never_comes_are_said(ask: Ask) -> None:
    """A minute a day, and somebody who is looked for shortly before the run is over."""
    late = "{ agents = 1, hired = 2026-02-28 }"
    shifts = f'strategy.service.shifts = [{{ agents = 1, hours = "11:00-11:01" }}, {late}]\n'
    answer = run_arm(ask(("[variants.mild]\n", "[variants.mild]\n" + shifts)), "mild", draws=1, replications=1, jobs=1)
    assert "shift 2 of the desk never comes: hired 2026-02-28" in answer.warnings
    assert any("of the questions and complaints of mild were given up" in line for line in answer.warnings)


def test_requests_that_nobody_has_time_to_send_are_said(ask: Ask) -> None:
    """100 a day of half an hour each, for one agent."""
    by_hand = (
        "[variants.mild]\n",
        '[market.sources.store_orders]\nhandling = "30 min"\n[variants.mild]\n'
        'strategy.service = { agents = 1, hours = "09:00-18:00" }\n',
    )
    answer = compare(ask(by_hand), draws=1, replications=2, jobs=1)
    (line,) = [one for one in answer.warnings if "requests" in one and "mild" in one]
    assert line.endswith("of the requests to add the contact of mild were never sent: its staff has no time for them")


def test_an_arm_without_a_carrier_beside_one_that_has_one_is_named(ask: Ask) -> None:
    """It is cheaper for that reason alone; where no arm has a carrier, all are alike, and nothing is said."""
    answer = compare(ask(), draws=1, replications=1, jobs=1)
    assert not any("carrier" in one for one in answer.warnings)
    none = {f"strategy.delivery.{key}": None for key in ("carrier", "promise")}
    free = {arm: changed(scenario, none) for arm, scenario in answer.question.arms.items()}
    line = "mild has no carrier: its parcels come at once, without freight"
    assert line in idle_programmes_text({**answer.question.arms, "mild": free["mild"]}, answer.results)
    assert not any("carrier" in one for one in idle_programmes_text(free, answer.results))
