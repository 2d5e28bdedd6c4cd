"""The least staff that keeps a goal, and the closed forms beside it."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from rich.console import Console

from experiments import least_staff, print_staff
from experiments.staffing.erlang import ErlangLine
from experiments.staffing.staff_search import ServiceGoal
from experiments.staffing.ticket_streams import recorded
from scenarios import InputError
from sim import run
from sim.scenario import Service, Shift
from tests.command_line import RunCommand
from tests.worlds import scenario

from .conftest import Ask


def test_erlang_c_by_hand() -> None:
    """One agent with load 1/2: a mean wait of one handling time, and P(wait <= t) = 1 - e^(-t / 2h) / 2."""
    line = ErlangLine(1, 50.0, 0.01)
    assert line.mean_wait() == pytest.approx(0.01)
    assert line.answered_within(0.0) == pytest.approx(0.5)
    assert line.answered_within(0.02) == pytest.approx(1.0 - 0.5 * math.exp(-1.0))
    assert line.abandoned() == 0.0
    with pytest.raises(ValueError, match="more work than agents"):
        ErlangLine(1, 100.0, 0.01).mean_wait()


def test_erlang_a_has_erlang_c_as_its_limit_and_bears_any_load() -> None:
    patient, endless = ErlangLine(3, 210.0, 0.01, 1e6), ErlangLine(3, 210.0, 0.01)
    assert patient.mean_wait() == pytest.approx(endless.mean_wait(), rel=1e-4)
    full = ErlangLine(2, 2000.0, 0.01, 0.01)
    assert full.abandoned() == pytest.approx(0.9, rel=1e-3)
    assert full.abandoned() + full.answered_within(1.0) == pytest.approx(1.0)


def test_a_stream_is_that_of_the_run() -> None:
    """The recorded tickets before the run's own staff wait as long as those in its ledger."""
    desk = Service(shifts=(Shift(1, (0.4, 0.6)), Shift(1, (0.5, 0.55), ("mon", "fri"))), parallel_chats=2)
    world = scenario({"strategy.service": desk, "market.start_with": 300}, days=40)
    stream, ledger = recorded(world, 0, 0), run(world)
    answered = stream.rows[np.isfinite(stream.rows["start"]) & (stream.rows["kind"] < 2)]
    waits = np.floor((answered["start"] - answered["arrival"]) * 86400.0 + 0.5)
    questions = ledger.tickets["kind"] < 2
    assert sorted(waits) == sorted(ledger.tickets["seconds"][questions])
    more = stream.before((Shift(3, (0.4, 0.6)),))
    assert more.answered_within(0.001) > stream.answered_within(0.001)


@pytest.mark.parametrize("text", ["80%", "in 2 min", "120% in 2 min", "80% in 2", "0% in 2 min", "80% in -1 min"])
def test_what_is_no_goal(text: str) -> None:
    with pytest.raises(InputError, match="80% in 2 min"):
        ServiceGoal.of(text)


def test_the_least_staff_keeps_the_goal(ask: Ask) -> None:
    question = ask()
    answer = least_staff(question, goal="70% in 5 min", chance=1.0, draws=2)
    assert answer.kept == 1.0
    assert min(answer.answered) >= 0.7
    assert answer.to_json()["shifts"][0]["agents"] == answer.shifts[0].agents
    text = io.StringIO()
    print_staff(answer, Console(file=text, width=200))
    assert "least staff" in text.getvalue()
    with pytest.raises(InputError, match="variant"):
        least_staff(question, "nobody")


def test_nobody_who_ever_comes_is_no_staff_to_start_from(ask: Ask) -> None:
    question = ask()
    arm = question.arms["mild"]
    start = arm.run.start
    away = Service(shifts=(Shift(1, hired=start + timedelta(days=arm.run.days - 1)),))
    closed = replace(question, arms={"mild": replace(arm, strategy=replace(arm.strategy, service=away))})
    with pytest.raises(InputError, match="closed, or hired too late"):
        least_staff(closed, draws=1)
    nobody = recorded(closed.arms["mild"], 0, 0)
    assert math.isnan(nobody.answered_within(1.0))


def test_the_command(command: RunCommand) -> None:
    done = command("staff", "small.toml", "--goal", "70% in 5 min", "--draws", "1", "--json", "-")
    assert done.code == 0
    assert done.json["goal"]["share"] == 0.7
    wrong = command("staff", "small.toml", "--goal", "fast")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 1)
