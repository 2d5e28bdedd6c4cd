"""The least staff that keeps a goal, and the closed forms beside it."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from experiments import StaffAnswer, draw_staff, least_staff, print_staff
from experiments.staffing.erlang import ErlangLine
from experiments.staffing.service_goal import ServiceGoal
from experiments.staffing.staff_answer import measured_staff
from experiments.staffing.ticket_streams import TicketStream, recorded
from scenarios import InputError
from sim import run
from sim.scenario import Service, Shift
from tests.command_line import RunCommand
from tests.json_page import assert_documented
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
    assert_documented(answer.to_json(), "rehearse staff")
    assert answer.to_json()["shifts"][0]["agents"] == answer.shifts[0].agents
    text = io.StringIO()
    print_staff(answer, Console(file=text, width=200))
    assert "for 70% in 5 min, kept in 100 % of plausible markets" in text.getvalue()
    for other, words in (
        (replace(answer, certain=True), "goal kept in 100 % of the draws, which are all of one market"),
        (replace(answer, answered=(0.1,), kept=0.0), "goal not kept in the one market that was simulated"),
    ):
        text = io.StringIO()
        print_staff(other, Console(file=text, width=200))
        assert words in text.getvalue()
        assert "plausible" not in text.getvalue()
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


def answered(desk: Service, days: int = 40) -> tuple[TicketStream, StaffAnswer]:
    """A stream of one run, and the answer that goes with it."""
    world = scenario({"strategy.service": desk, "market.start_with": 300}, days=days)
    stream = recorded(world, 0, 0)
    return stream, measured_staff("arm", ServiceGoal.of("80% in 5 min"), 0.9, desk.staff, [stream])


def test_the_report_adds_up() -> None:
    """Tickets, agents and work of the hours are those of the run; what waits at closing is counted by hand."""
    stream, answer = answered(Service(shifts=(Shift(1, (0.375, 0.625)), Shift(2, (0.5, 0.75))), parallel_chats=2))
    rows, days = stream.rows, stream.scenario.run.days
    assert sum(hour.tickets for hour in answer.hours) * days == pytest.approx((rows["row"] >= 0).sum())
    assert np.allclose([hour.agents for hour in answer.hours[8:19]], [0, 1, 1, 1, 3, 3, 3, 2, 2, 2, 0])
    hours = sum(hour.utilisation * hour.agents for hour in answer.hours if hour.agents) / 18.0
    assert hours == pytest.approx(answer.utilisation, rel=0.15)  # without what rests overnight
    assert answer.hours[12].capacity == pytest.approx(3.0 * answer.hours[9].capacity)
    by_hand = []
    for day in range(days):
        here = rows[(rows["row"] >= 0) & (rows["arrival"] <= day + 0.75)]
        gone = np.where(np.isinf(here["start"]), here["finish"], here["start"])
        by_hand.append(int((gone > day + 0.75).sum()))
    assert answer.backlog == pytest.approx(np.mean(by_hand))
    wages = 18.0 / 24.0 * 60_000.0 + 3 * 1_000.0
    assert answer.ticket_cost == pytest.approx(wages * days / (rows["row"] >= 0).sum())


def test_what_the_bot_answers_is_nothing_for_the_staff() -> None:
    stream, answer = answered(Service(1, (0.3, 0.8), bot=True))
    solved = stream.rows["solved"]
    assert 0.2 < answer.by_bot < 0.6
    assert not stream.asked[solved].any()
    assert (stream.rows["start"] == stream.rows["arrival"])[solved].all()
    assert sum(hour.tickets for hour in answer.hours) * 40 == pytest.approx((~solved & (stream.rows["row"] >= 0)).sum())
    more = stream.before((Shift(5, (0.3, 0.8)),))
    assert (more.rows["start"] == more.rows["arrival"])[solved].all()


def test_the_picture(tmp_path: Path) -> None:
    """PNG or SVG, also of a desk that nobody is at for most of the day."""
    answer = answered(Service(1, (0.4, 0.5)), days=15)[1]
    assert draw_staff(answer, tmp_path / "desk.png").read_bytes().startswith(b"\x89PNG")
    text = draw_staff(answer, tmp_path / "desk.svg").read_text(encoding="utf-8")
    assert all(words in text for words in ("1 agent for 80% in 5 min", "Utilisation", "Erlang A", "capacity"))
    with pytest.raises(InputError, match="svg"):
        draw_staff(answer, tmp_path / "desk.pdf")


def test_where_nobody_asks_there_is_no_least_staff(ask: Ask) -> None:
    never = "".join(f'questions_per_{what} = "0 %"\n' for what in ("touch", "purchase", "order"))
    with pytest.raises(InputError, match="questions while somebody"):
        least_staff(ask(("[variants.mild]\n", f"[market.service]\n{never}[variants.mild]\n")), draws=1)


def test_the_command(command: RunCommand, tmp_path: Path) -> None:
    picture = str(tmp_path / "desk.png")
    done = command("staff", "small.toml", "--goal", "70% in 5 min", "--draws", "1", "--json", "-", "--picture", picture)
    assert done.code == 0
    assert done.json["goal"]["share"] == 0.7
    assert len(done.json["hours"]) == 24
    assert Path(picture).stat().st_size > 10_000
    assert "looking for the least staff" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--goal", "fast"), "80% in 2 min"),
        (("--goal", "80%"), "80% in 2 min"),
        (("--goal", "80% in 0 min"), "80% in 2 min"),
        (("--variant", "none"), "mild, deep"),
        (("--chance", "1.5"), "--chance"),
        (("--chance", "often"), "--chance"),
        (("--draws", "0"), "--draws"),
        (("--picture", "desk.gif"), ".png or .svg"),
        (("--picture", "no/such/desk.png"), "no such folder"),
        (("--picture", "one.png", "--json", "one.png"), "a file of its own"),
        (("--json", "no/such/answer.json"), "no such folder"),
        (("--market", "gone.toml"), "gone.toml"),
    ],
)
def test_mistakes_are_one_line(command: RunCommand, options: tuple[str, ...], words: str) -> None:
    wrong = command("staff", "small.toml", *options)
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 1)
    assert words in wrong.err
