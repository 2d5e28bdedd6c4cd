"""Simulate the runs of one draw and replication again, and trace one person under each arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from experiments.execution.progress import Progress, Report, announce_compiling, verb_of_runs
from experiments.execution.python_functions import checked_chance
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.runs.question_setup import as_question, resized
from experiments.traces.divergence import TracePair, find_divergence
from experiments.traces.timelines import Timelines
from scenarios import InputError, belief_table
from scenarios.errors import nearest
from scenarios.reading.references import reference_to

if TYPE_CHECKING:
    from scenarios import Question
    from sim.output.ledger import Ledger
    from sim.scenario import Scenario

HIGHEST = 2**64 - 1


@verb_of_runs
def timeline(
    question: Question | Mapping[str, Scenario] | Mapping[str, Question],
    person: int,
    *,
    arms: Sequence[str] | None = None,
    draw: int = 0,
    replication: int = 0,
    draws: int | None = None,
    seed: int | None = None,
    progress: Report | bool | None = True,
) -> Timelines:
    """Trace one person under each arm, in the same runs that `compare` simulates.

    question: a loaded file; or by name loaded files of one arm each, or plain scenarios
    person: identity, as `rehearse timeline FILE` lists those who gained most, or from an event table
    arms: names of the arms; None: all
    draw: number of the plausible market, from 0
    replication: number of the random numbers, from 0
    draws: number of plausible markets that `draw` is one of; None: as the question says
    seed: random seed; None: that of the question
    progress: True shows a bar in a terminal or a notebook where work takes two seconds or more, False nothing; a
        function is called with each `Progress`

        question = rh.load("shop.toml")
        seen = rh.run(question, "30 days", draw=0, events=True).events["person"]
        print(rh.timeline(question, int(seen[0])).to_frame().head())

    Raises InputError for an unknown person, arm, draw or replication.
    """
    asked = resized(as_question(question), draws, None, seed)
    runs = select_runs(asked, arms, draw, replication)
    place = f"draw {draw}, replication {replication}"
    if not 0 <= person <= HIGHEST:
        raise _unknown_person(asked, person, place)
    done = simulate(runs, progress if callable(progress) else None, trace=(person,))
    traces = {run.arm: ledger.traces[0] for run, ledger in done}
    if not any(trace.events or trace.first is not None for trace in traces.values()):
        raise _unknown_person(asked, person, place)
    scenarios = {run.arm: run.scenario for run in runs}
    divergences = tuple(
        find_divergence(TracePair((a, b), (traces[a], traces[b]), (scenarios[a], scenarios[b])))
        for a, b in combinations(traces, 2)
    )
    return Timelines(asked, person, draw, replication, traces, divergences, scenarios)


lifeline = timeline
"""The former name of `timeline`."""


def _unknown_person(question: Question, person: int, place: str) -> InputError:
    source = (
        f"a number from the table that `rehearse timeline {reference_to(question.path)}` prints, or from events.parquet"
    )
    return InputError(f"no such person in {place}", place=str(question.path), expected=source, got=str(person))


def select_runs(question: Question, arms: Sequence[str] | None, draw: int, replication: int) -> list[PlannedRun]:
    """The runs that `compare` plans for one draw and replication, of the given arms. Raises InputError."""
    size = next(iter(question.arms.values())).run
    for name, got, count in (("draw", draw, size.draws), ("replication", replication, size.replications)):
        if not 0 <= got < count:
            place = f"{question.path}: {name}"
            raise InputError(place=place, expected=f"a whole number from 0 to {count - 1}", got=str(got))
    check_arms(question, arms)
    runs = plan(question, belief_table(question, size.draws), size.draws, size.replications)
    chosen = list(dict.fromkeys(arms or question.arms))
    by_arm = {run.arm: run for run in runs if (run.draw, run.replication) == (draw, replication)}
    return [by_arm[arm] for arm in chosen]


def check_arms(question: Question, arms: Sequence[str] | None) -> None:
    """Raises InputError for an arm that the question does not have."""
    for arm in arms or ():
        if arm not in question.arms:
            raise InputError(place=f"{question.path}: variants", expected=nearest(arm, question.arms), got=repr(arm))


def simulate(
    runs: Sequence[PlannedRun],
    progress: Callable[[Progress], None] | None,
    *,
    events: bool = False,
    trace: Sequence[int] = (),
) -> list[tuple[PlannedRun, Ledger]]:
    """Simulate the runs one after the other, with their events or with traces of people."""
    import sim

    done: list[tuple[PlannedRun, Ledger]] = []
    announce_compiling(progress)
    for run in runs:
        with checked_chance(run.scenario) as scenario:
            done.append((run, sim.run(scenario, run.draw, run.replication, events=events, trace=trace)))
        if progress:
            left = len(runs) - len(done)
            progress(Progress(len(done), len(runs), 0, 0, done[-1][1].seconds * left))
    return done
