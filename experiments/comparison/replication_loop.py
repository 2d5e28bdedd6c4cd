"""Replications by precision: live a pilot, then as many more as the widest interval still asks for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from experiments.comparison.panel import judge_failures, panel
from experiments.comparison.precision_goal import PrecisionGoal, Unit
from experiments.comparison.question_setup import resized
from experiments.comparison.statistics import Floats
from experiments.comparison.stop_rule import Pilot, half_widths, needed, pilot
from experiments.execution.progress import Progress
from experiments.output.format_values import format_amount, format_count
from experiments.runs.executed_runs import Results
from experiments.runs.idle_programmes import together
from scenarios import InputError

if TYPE_CHECKING:
    from experiments.comparison.comparison import Comparison
    from scenarios import Question

Live = Callable[["Question", int, str], Results]
"""Lives a question from unit number `first` on, and says `message` of it."""


@dataclass(frozen=True)
class PrecisionReached:
    """How it ended. `asked` and `reached` are half-widths of the widest interval in the KPI's stored unit.

    `units` are the complete draws (replications, where there is one draw) and `pilot` those of them that came first,
    of `began_with` lived; `stopped` says what ended it: the `precision`, or the ceiling of `most`.
    """

    unit: Unit
    asked: float
    reached: float
    units: int
    began_with: int
    most: int
    stopped: Literal["precision", "ceiling"]
    pilot: Pilot

    def to_json(self) -> dict[str, Any]:
        """Plain fields; the pilot's number of units only."""
        return vars(self) | {"pilot": self.pilot.units}


def lived(
    question: Question, goal: PrecisionGoal | None, live: Live
) -> tuple[Question, Results, PrecisionReached | None]:
    """The question's runs as it stands; with a goal, see `live_until_narrow`."""
    if goal is None:
        return question, live(question, 0, ""), None
    return live_until_narrow(question, goal, live)


def live_until_narrow(
    question: Question, goal: PrecisionGoal, live: Live
) -> tuple[Question, Results, PrecisionReached]:
    """The question with as many units as it took, their runs, and how it ended.

    Each stage lives new units only. Raises InputError where fewer than two units are complete.
    """
    done, size, message = 0, goal.pilot, ""
    results: Results | None = None
    first: Pilot | None = None
    while size > done:
        question = resized(question, **{goal.unit: size})
        stage = live(question, done, message)
        results, done = stage if results is None else joined(results, stage), size
        judge_failures(question, results)
        units = _complete(question, goal, results)
        if first is None and units.shape[1] < goal.pilot and done < goal.most:
            size = _filled(goal, units, done)
        else:
            first = first or _pilot(question, goal, units)
            size = _next_size(goal, first, units, done)
        message = f"auto: {size - done:,} more {goal.unit}"
    assert results is not None
    assert first is not None
    return question, results, _ended(goal, first, units)


def _complete(question: Question, goal: PrecisionGoal, results: Results) -> Floats:
    """Shape (arms, complete units); one complete draw of several is one unit, however many lives it holds."""
    values = panel(question, results.runs, question.compare.kpi).values
    return values.mean(axis=2) if goal.unit == "draws" else values[:, 0]


def _pilot(question: Question, goal: PrecisionGoal, units: Floats) -> Pilot:
    if units.shape[1] < 2:
        raise InputError(
            f"{question.path}: replications auto: at least 2 complete {goal.unit} are needed to see how they spread; "
            f"got {units.shape[1]} of {goal.pilot}"
        )
    return pilot(units, question.compare.confidence)


def _filled(goal: PrecisionGoal, units: Floats, lived: int) -> int:
    """Units to have lived for a whole pilot, with as many incomplete ones among them as so far: a quantile that few
    complete ones fix asks for far too many runs."""
    complete: int = max(units.shape[1], 1)
    return min(goal.most, math.ceil(lived * goal.pilot / complete))


def _next_size(goal: PrecisionGoal, first: Pilot, units: Floats, lived: int) -> int:
    """Units to have lived after the next stage, with as many incomplete ones among them as so far."""
    complete = units.shape[1]
    more = (needed(first, units, goal.precision) - complete) * lived / complete
    return goal.most if lived + more >= goal.most else lived + math.ceil(more)


def saying(message: str, progress: Callable[[Progress], None] | None) -> Callable[[Progress], None] | None:
    """Progress that says at once, and as it goes on, what a stage is for."""
    if not message or progress is None:
        return progress
    progress(Progress(0, 0, 0, 0, None, message))
    return lambda state: progress(replace(state, message=state.message or message))


def _ended(goal: PrecisionGoal, first: Pilot, units: Floats) -> PrecisionReached:
    reached = float(half_widths(first, units).max())
    stopped: Literal["precision", "ceiling"] = "precision" if reached <= goal.precision * (1 + 1e-9) else "ceiling"
    return PrecisionReached(goal.unit, goal.precision, reached, units.shape[1], goal.pilot, goal.most, stopped, first)


def joined(one: Results, other: Results) -> Results:
    """Two sets of runs of the same arms as one, in their order."""
    arms = {*one.sent, *other.sent}
    return Results(
        runs=_stacked(one.runs, other.runs),
        series=_stacked(one.series, other.series),
        failures=one.failures + other.failures,
        pieces={**one.pieces, **other.pieces},
        reused=one.reused + other.reused,
        seconds=one.seconds + other.seconds,
        campaigns=_stacked(one.campaigns, other.campaigns),
        curves=_stacked(one.curves, other.curves),
        sent={arm: together(one.sent.get(arm, {}), other.sent.get(arm, {})) for arm in arms},
    )


def _stacked(one: Any, other: Any) -> Any:
    import pandas as pd

    parts = [part for part in (one, other) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else one


def format_precision(answer: Comparison) -> str:
    """One line on how many runs were lived, and how precise that is against what was asked; else empty."""
    if answer.auto is None:
        return ""
    reached, asked, short = (
        format_amount(value, answer.measure.unit, answer.currency)
        for value in (answer.auto.reached, answer.auto.asked, answer.auto.reached - answer.auto.asked)
    )
    size = f"auto: {format_count(answer.draws, 'draw')} x {format_count(answer.replications, 'replication')}"
    if answer.auto.stopped == "precision":
        return f"{size}, half-width {reached} of {asked} asked"
    return f"{size}, the most allowed: half-width {reached}, {short} more than the {asked} asked"
