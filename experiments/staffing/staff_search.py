"""The least staff by shift that keeps a goal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.runs.planned_runs import PlannedRun, plan_from
from experiments.runs.question_setup import resized
from experiments.staffing.service_goal import ServiceGoal
from experiments.staffing.staff_answer import StaffAnswer, measured_staff, share_kept
from experiments.staffing.ticket_streams import TicketStream, recorded
from scenarios import InputError
from sim.scenario import WEEKDAYS
from sim.scenario.presence import open_spans

if TYPE_CHECKING:
    from experiments.runs.planned_runs import PlannedRun
    from scenarios import Question
    from sim.scenario import Shift

MOST_AGENTS = 1000
"""Where even so many do not keep the goal, it cannot be kept."""
TURNS = 3
"""How often a staff is looked for and simulated at most."""
ShowRuns = Callable[[int, int, str], None]
"""Shows progress: runs done, runs in all, and what is going on."""


def least_staff(
    question: Question,
    arm: str | None = None,
    *,
    goal: str = "80% in 2 min",
    chance: float = 0.9,
    draws: int | None = None,
    progress: ShowRuns | None = None,
) -> StaffAnswer:
    """Find the least staff of one arm's shifts that keeps a goal in a share `chance` of its plausible markets.

    The tickets of a run with the present staff are put before others, then the staff found is run; where it does not
    keep the goal, as better service brings more tickets, its own tickets are put before others, at most `TURNS` times.
    Raises InputError for a goal that is none, an arm without a staff, where nobody asks, and where no staff keeps it.
    """
    aim, name = ServiceGoal.of(goal), arm if arm is not None else next(iter(question.arms))
    if name not in question.arms:
        raise InputError(place="--variant", expected=f"one of {', '.join(question.arms)}", got=repr(name))
    if not question.arms[name].strategy.service.staff:
        raise InputError(place="strategy.service", expected="agents or shifts", got="no staff")
    if not 0.0 < chance <= 1.0:
        raise InputError(place="--chance", expected="a share above 0, and 1 at most", got=f"{chance:g}")
    if not open_spans(question.arms[name]):
        expected = "somebody who is at the desk on some day of the run"
        raise InputError(place="strategy.service", expected=expected, got="nobody: closed, or hired too late")
    chosen, show = replace(question, arms={name: question.arms[name]}), progress or (lambda done, total, words: None)
    runs = [run for run in plan_from(resized(chosen, draws, 1)) if run.replication == 0]
    count = RunsDone(show, (1 + TURNS) * len(runs))
    streams = _simulated(runs, None, count)
    if not any(stream.asked.any() for stream in streams):
        expected = "questions while somebody of the staff is there"
        raise InputError(place="strategy.service", expected=expected, got=f"none in {len(runs)} runs")
    for _ in range(TURNS):
        count.say("looking for the least staff")
        shifts = _least(streams, aim, chance)
        streams = _simulated(runs, shifts, count)
        if share_kept([stream.answered_within(aim.time) for stream in streams], aim) >= chance:
            break
    certain = not question.beliefs and question.posterior is None
    return replace(measured_staff(name, aim, chance, shifts, streams), certain=certain)


@dataclass
class RunsDone:
    """Counts runs and shows how many are done."""

    show: ShowRuns
    total: int
    done: int = 0

    def say(self, words: str, more: int = 0) -> None:
        """So many more runs are done."""
        self.done += more
        self.show(self.done, self.total, words)


def _simulated(runs: Sequence[PlannedRun], shifts: tuple[Shift, ...] | None, count: RunsDone) -> list[TicketStream]:
    """The tickets of each run, with other shifts if there are any."""
    streams: list[TicketStream] = []
    words = "simulating with the present staff" if shifts is None else "simulating with the staff found"
    for run in runs:
        count.say(words)
        plan, scenario = run.scenario.strategy.service, run.scenario
        if shifts is not None:
            plan = replace(plan, agents=None, hours=(0.0, 1.0), shifts=shifts)
            scenario = replace(scenario, strategy=replace(scenario.strategy, service=plan))
        streams.append(recorded(scenario, run.draw, 0))
        count.say(words, 1)
    return streams


def _least(streams: Sequence[TicketStream], goal: ServiceGoal, chance: float) -> tuple[Shift, ...]:
    """One agent a shift, then more where an hour helps most until the goal is kept, then as few hours as keep it."""
    shifts = tuple(replace(shift, agents=1) for shift in streams[0].scenario.strategy.service.staff)
    while not share_kept(_shares(streams, shifts, goal), goal) >= chance:
        if sum(shift.agents for shift in shifts) >= MOST_AGENTS:
            expected = "a goal that some number of agents can keep in these hours"
            raise InputError(place="--goal", expected=expected, got=goal.text)
        step = max(1, sum(shift.agents for shift in shifts) // 8)
        now, hours = _mean_share(streams, shifts, goal), _hours_a_week(shifts)

        def helps(more: tuple[Shift, ...], now: float = now, hours: float = hours) -> float:
            return (_mean_share(streams, more, goal) - now) / (_hours_a_week(more) - hours)

        shifts = max(_changed(shifts, step), key=helps)
    while True:
        fewer = [one for one in _changed(shifts, -1) if share_kept(_shares(streams, one, goal), goal) >= chance]
        if not fewer:
            return shifts
        shifts = min(fewer, key=lambda one: (_hours_a_week(one), -_mean_share(streams, one, goal)))


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


def _mean_share(streams: Sequence[TicketStream], shifts: tuple[Shift, ...], goal: ServiceGoal) -> float:
    """Over the markets in which somebody asks."""
    return float(np.mean([share for share in _shares(streams, shifts, goal) if not math.isnan(share)]))
