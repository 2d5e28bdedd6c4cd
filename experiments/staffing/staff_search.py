"""The least staff by shift that keeps a goal, with Erlang's closed forms beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.runs.planned_runs import plan_from
from experiments.runs.question_setup import resized
from experiments.staffing.erlang import ErlangLine
from experiments.staffing.ticket_streams import TicketStream, recorded
from scenarios import InputError
from scenarios.errors import InvalidValue
from scenarios.values.quantities import parse
from sim.firm.staff import agent_days, staff_of
from sim.scenario import WEEKDAYS
from sim.scenario.presence import open_spans
from sim.units import Days

if TYPE_CHECKING:
    from experiments.runs.planned_runs import PlannedRun
    from scenarios import Question
    from sim.scenario import Shift

HOURS = 24
MOST_AGENTS = 1000
"""Where even so many do not keep the goal, it cannot be kept."""
MOST_ROUNDS = 5
"""How often a staff is sought, each time with the tickets that the last one found brings."""


@dataclass(frozen=True)
class ServiceGoal:
    """A share of the questions that come while the desk is open, to be answered within a time, in days."""

    share: float
    time: float
    text: str

    @classmethod
    def of(cls, text: str) -> ServiceGoal:
        """The goal that a text such as "80% in 2 min" states. Raises InputError."""
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*in\s+(.+?)\s*", text)
        try:
            share, time = (float(found[1]) / 100.0, float(parse(found[2], Days, ""))) if found else (0.0, 0.0)
        except InvalidValue:
            share = time = 0.0
        if not (0.0 < share < 1.0 and time > 0.0):
            raise InputError(place="--goal", expected='a share in a time, such as "80% in 2 min"', got=repr(text))
        return cls(share, time, f"{100.0 * share:g}% in {found[2] if found else ''}")


@dataclass(frozen=True)
class HourOfDay:
    """One hour of the day over all days: questions and other tickets that come, and how they fare."""

    hour: int
    tickets: float
    agents: float
    utilisation: float
    answered: float
    erlang: float


@dataclass(frozen=True)
class StaffAnswer:
    """The staff found and what was measured of it in runs with it; `kept` is the share of draws that keep the goal."""

    arm: str
    goal: ServiceGoal
    chance: float
    shifts: tuple[Shift, ...]
    kept: float
    answered: tuple[float, ...]
    abandoned: float
    waiting: float
    ticket_cost: float
    hours: tuple[HourOfDay, ...]

    def to_json(self) -> dict[str, Any]:
        """Shares as fractions, costs in cents, hours from 0 to 23."""
        return {
            "arm": self.arm, "goal": {"share": self.goal.share, "days": self.goal.time}, "chance": self.chance,
            "shifts": [
                {"agents": one.agents, "hours": list(one.hours), "days": list(one.days), "skills": list(one.skills)}
                for one in self.shifts
            ],
            "kept_in": self.kept, "answered_in_time": list(self.answered), "abandoned": self.abandoned,
            "waiting_at_the_end": self.waiting, "cost_a_ticket": self.ticket_cost,
            "hours": [vars(hour) for hour in self.hours],
        }  # fmt: skip


def least_staff(
    question: Question,
    arm: str | None = None,
    *,
    goal: str = "80% in 2 min",
    chance: float = 0.9,
    draws: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StaffAnswer:
    """Find the least staff of one arm's shifts that keeps a goal in a share `chance` of its plausible markets.

    The tickets of a run with the present staff are put before others, then the staff found is run. Where people who are
    answered sooner buy and write so much more that it does not keep the goal, their tickets are, and so on. Raises
    InputError for a goal that is none, an arm without a staff, and where no staff keeps the goal.
    """
    aim, name = ServiceGoal.of(goal), arm if arm is not None else next(iter(question.arms))
    if name not in question.arms:
        raise InputError(place="--variant", expected=f"one of {', '.join(question.arms)}", got=repr(name))
    if not question.arms[name].strategy.service.staff:
        raise InputError(place="strategy.service", expected="agents or shifts", got="no staff")
    if not open_spans(question.arms[name]):
        expected = "somebody who is at the desk on some day of the run"
        raise InputError(place="strategy.service", expected=expected, got="nobody: closed, or hired too late")
    chosen = replace(question, arms={name: question.arms[name]})
    runs = [run for run in plan_from(resized(chosen, draws, 1)) if run.replication == 0]
    shifts = question.arms[name].strategy.service.staff
    streams = _recorded(runs, shifts, 0, progress)
    for done in range(1, MOST_ROUNDS + 1):
        shifts = _least(streams, aim, chance)
        streams = _recorded(runs, shifts, done, progress)
        if _kept([stream.answered_within(aim.time) for stream in streams], aim) >= chance:
            break
    return _answer(name, aim, chance, shifts, streams)


def _recorded(
    runs: Sequence[PlannedRun], shifts: tuple[Shift, ...], rounds: int, progress: Callable[[int, int], None] | None
) -> list[TicketStream]:
    """The tickets of runs with these shifts; there were so many `rounds` of the same before, and at least two are."""
    streams: list[TicketStream] = []
    for run in runs:
        plan = replace(run.scenario.strategy.service, agents=None, hours=(0.0, 1.0), shifts=shifts)
        scenario = replace(run.scenario, strategy=replace(run.scenario.strategy, service=plan))
        streams.append(recorded(scenario, run.draw, 0))
        if progress is not None:
            progress(rounds * len(runs) + len(streams), max(rounds + 1, 2) * len(runs))
    return streams


def _least(streams: Sequence[TicketStream], goal: ServiceGoal, chance: float) -> tuple[Shift, ...]:
    """One agent a shift, then more where an hour helps most until the goal is kept, then as few hours as keep it."""
    shifts = tuple(replace(shift, agents=1) for shift in streams[0].scenario.strategy.service.staff)
    while not _kept(shares := _shares(streams, shifts, goal), goal) >= chance:
        if sum(shift.agents for shift in shifts) >= MOST_AGENTS:
            expected = "a goal that some number of agents can keep in these hours"
            raise InputError(place="--goal", expected=expected, got=goal.text)
        step = max(1, sum(shift.agents for shift in shifts) // 8)
        now, hours = _mean(shares), _hours_a_week(shifts)

        def helps(more: tuple[Shift, ...], now: float = now, hours: float = hours) -> float:
            return (_mean(_shares(streams, more, goal)) - now) / (_hours_a_week(more) - hours)

        shifts = max(_changed(shifts, step), key=helps)
    while True:
        fewer = [one for one in _changed(shifts, -1) if _kept(_shares(streams, one, goal), goal) >= chance]
        if not fewer:
            return shifts
        shifts = min(fewer, key=lambda one: (_hours_a_week(one), -_mean(_shares(streams, one, goal))))


def _hours_a_week(shifts: tuple[Shift, ...]) -> float:
    """What a staff works, in days."""
    return sum(
        shift.agents * (shift.hours[1] - shift.hours[0]) * (len(shift.days) or len(WEEKDAYS)) for shift in shifts
    )


def _changed(shifts: tuple[Shift, ...], by: int) -> list[tuple[Shift, ...]]:
    """The staff with so many agents more in one of its shifts."""
    return [
        (*shifts[:i], replace(shift, agents=shift.agents + by), *shifts[i + 1 :])
        for i, shift in enumerate(shifts)
        if shift.agents + by >= 1
    ]


def _shares(streams: Sequence[TicketStream], shifts: tuple[Shift, ...], goal: ServiceGoal) -> list[float]:
    return [stream.before(shifts).answered_within(goal.time) for stream in streams]


def _mean(shares: Sequence[float]) -> float:
    """Over the draws in which anybody asks."""
    asked = [share for share in shares if not math.isnan(share)]
    return sum(asked) / max(len(asked), 1)


def _kept(shares: Sequence[float], goal: ServiceGoal) -> float:
    """Share of draws that keep the goal; a market in which nobody asks does."""
    return float(np.mean([math.isnan(share) or share >= goal.share for share in shares]))


def _answer(
    arm: str, goal: ServiceGoal, chance: float, shifts: tuple[Shift, ...], streams: Sequence[TicketStream]
) -> StaffAnswer:
    shares = [stream.answered_within(goal.time) for stream in streams]
    money, days = streams[0].scenario.market.money, streams[0].scenario.run.days
    wages = float(agent_days(staff_of(streams[0].scenario)).sum()) * money.wage
    seats = sum(shift.agents for shift in shifts) * money.seat * days
    tickets = float(np.mean([(stream.rows["row"] >= 0).sum() for stream in streams]))
    waits = [(s.rows["row"] >= 0) & np.isinf(s.rows["start"]) & np.isinf(s.rows["finish"]) for s in streams]
    return StaffAnswer(
        arm, goal, chance, shifts, _kept(shares, goal), tuple(shares),
        float(np.nanmean([stream.abandoned() for stream in streams])), float(np.mean([one.sum() for one in waits])),
        (wages + seats) / max(tickets, 1.0), tuple(_hours(streams, goal)),
    )  # fmt: skip


def _hours(streams: Sequence[TicketStream], goal: ServiceGoal) -> list[HourOfDay]:
    """What comes and what is done by hour of the day, in the mean of all draws, beside Erlang A for that hour."""
    scenario, found = streams[0].scenario, []
    staff, days = staff_of(scenario), scenario.run.days
    present = np.diff(staff.agents) @ staff.present.astype(float)
    rows = np.concatenate([stream.rows for stream in streams])
    asked = np.concatenate([stream.asked for stream in streams])
    hour, answered = (rows["arrival"] % 1.0 * HOURS).astype(int), rows["start"] - rows["arrival"] <= goal.time
    begun = np.isfinite(rows["start"])
    started = np.where(begun, rows["start"], 0.0) % 1.0 * HOURS
    people = rows["row"] >= 0
    patience = scenario.market.service.patience
    for clock in range(HOURS):
        middle = (clock + 0.5) / HOURS
        there = (staff.opens <= middle) & (middle < staff.closes)
        agents = float((np.diff(staff.agents)[there] @ staff.present[there]).sum()) / days
        mine = people & (hour == clock)
        tickets = float(mine.sum()) / (len(streams) * days)
        if not tickets or not agents or not present.any():
            continue
        handling = float(rows["handling"][mine].mean())
        kinds = np.bincount(rows["kind"][mine], minlength=3)[:3] / mine.sum()
        mean_patience = float(kinds @ [patience.pre_sale, patience.after_sale, patience.complaint])
        line = ErlangLine(max(1, round(agents)), tickets * HOURS, handling, mean_patience)
        work = (
            rows["handling"][begun & (started >= clock) & (started < clock + 1)].sum() * HOURS / (len(streams) * days)
        )
        share = float(answered[mine & asked].mean()) if (mine & asked).any() else math.nan
        found.append(HourOfDay(clock, tickets, agents, float(work) / agents, share, line.answered_within(goal.time)))
    return found
