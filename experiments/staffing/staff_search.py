"""The least staff by shift that keeps a goal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.runs.planned_runs import plan_from
from experiments.runs.question_setup import resized
from experiments.staffing.service_goal import ServiceGoal
from experiments.staffing.staff_answer import StaffAnswer, measured_staff, share_kept
from experiments.staffing.ticket_streams import TicketStream, recorded
from scenarios import InputError
from sim.scenario.presence import open_spans

if TYPE_CHECKING:
    from experiments.runs.planned_runs import PlannedRun
    from scenarios import Question
    from sim.scenario import Shift

MOST_AGENTS = 1000
"""Where even so many do not keep the goal, it cannot be kept."""
MOST_ROUNDS = 5
"""How often a staff is sought, each time with the tickets that the last one found brings."""
Progress = Callable[[int, int, str], None]
"""Called with progress: runs done, runs in all, and what is going on."""


def least_staff(
    question: Question,
    arm: str | None = None,
    *,
    goal: str = "80% in 2 min",
    chance: float = 0.9,
    draws: int | None = None,
    progress: Progress | None = None,
) -> StaffAnswer:
    """Find the least staff of one arm's shifts that keeps a goal in a share `chance` of its plausible markets.

    The tickets of a run with the present staff are put before others, then the staff found is run. Where people who are
    answered sooner buy and write so much more that it does not keep the goal, their tickets are, and so on. Raises
    InputError for a goal that is none, an arm without a staff, where nobody asks, and where no staff keeps the goal.
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
    chosen, report = replace(question, arms={name: question.arms[name]}), progress or (lambda done, total, words: None)
    runs = [run for run in plan_from(resized(chosen, draws, 1)) if run.replication == 0]
    shifts = question.arms[name].strategy.service.staff
    streams = _recorded(runs, shifts, 0, report)
    if not any(stream.asked.any() for stream in streams):
        expected = "questions while somebody of the staff is there"
        raise InputError(place="strategy.service", expected=expected, got=f"none in {len(runs)} runs")
    for done in range(1, MOST_ROUNDS + 1):
        report(done * len(runs), (done + 1) * len(runs), "looking for the least staff")
        shifts = _least(streams, aim, chance)
        streams = _recorded(runs, shifts, done, report)
        if share_kept([stream.answered_within(aim.time) for stream in streams], aim) >= chance:
            break
    return measured_staff(name, aim, chance, shifts, streams)


def _recorded(
    runs: Sequence[PlannedRun], shifts: tuple[Shift, ...], rounds: int, report: Progress
) -> list[TicketStream]:
    """The tickets of runs with these shifts; there were so many `rounds` of the same before, and at least two are."""
    streams: list[TicketStream] = []
    total = max(rounds + 1, 2) * len(runs)
    words = "simulating with the staff found" if rounds else "simulating with the present staff"
    for run in runs:
        report(rounds * len(runs) + len(streams), total, words)
        plan = replace(run.scenario.strategy.service, agents=None, hours=(0.0, 1.0), shifts=shifts)
        scenario = replace(run.scenario, strategy=replace(run.scenario.strategy, service=plan))
        streams.append(recorded(scenario, run.draw, 0))
    report((rounds + 1) * len(runs), total, words)
    return streams


def _least(streams: Sequence[TicketStream], goal: ServiceGoal, chance: float) -> tuple[Shift, ...]:
    """One agent a shift, then one more where that helps most until the goal is kept, then as few again as keep it."""
    shifts = tuple(replace(shift, agents=1) for shift in streams[0].scenario.strategy.service.staff)
    while not share_kept(_shares(streams, shifts, goal), goal) >= chance:
        if sum(shift.agents for shift in shifts) >= MOST_AGENTS:
            expected = "a goal that some number of agents can keep in these hours"
            raise InputError(place="--goal", expected=expected, got=goal.text)
        step = max(1, sum(shift.agents for shift in shifts) // 8)
        shifts = max(_changed(shifts, step), key=lambda one: _mean_share(streams, one, goal))
    while True:
        fewer = [one for one in _changed(shifts, -1) if share_kept(_shares(streams, one, goal), goal) >= chance]
        if not fewer:
            return shifts
        shifts = max(fewer, key=lambda one: _mean_share(streams, one, goal))


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
