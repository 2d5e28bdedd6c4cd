"""The runs of a sweep: planned at every point, and as rows of one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.execution.python_functions import check_versions
from experiments.execution.store import RunRecord
from experiments.execution.task import Task, TaskFailure, attempt
from experiments.runs.function_calls import FunctionCaller, Model
from experiments.runs.planned_runs import RunNamer, market_of
from experiments.sweeps.designs import Design
from scenarios import InputError, Plan, belief_table, place_point, with_draw

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

FAILURE = ("stage", "message")
"""Columns of a run's row that say where and why it failed; empty for one that did not."""
WINDOWS = ("horizon", "run")
"""The windows of a sweep's KPIs: the whole horizon of a run, or the call of a function."""
Row = dict[str, Any]


class SweepPlace(NamedTuple):
    """The place of a run in a sweep: the first columns of the table of runs."""

    point: int
    variant: str
    draw: int
    replication: int
    random_numbers: str
    """`shared` for the common random numbers of all points; `own` for fresh ones, which give the noise floor."""


PLACE = (*SweepPlace._fields[:-1], "luck")
"""Names of these columns."""
Planned = Iterator[tuple[SweepPlace, Task | TaskFailure]]


def scenario_runs(plan: Plan, design: Design) -> Planned:
    """The runs of a scenario; those of a point are adjacent, so that an interruption keeps whole points."""
    question = plan.question
    if question is None:
        raise InputError("missing key", place=f"{plan.path}: scenario", expected="a file's name, or in Python model=")
    check_versions(question.arms)
    table, naming = belief_table(question, plan.draws), RunNamer(question)
    markets = [market_of(table, draw) for draw in range(plan.draws)]
    for point, values in enumerate(design.values):
        arms = {
            arm: attempt("plan", partial(place_point, scenario, values, plan.lines))
            for arm, scenario in question.arms.items()
        }
        for draw, market in enumerate(markets):
            scenarios = _in_market(arms, values, market)
            names = {arm: naming.of(one) for arm, one in scenarios.items() if not isinstance(one, TaskFailure)}
            for place in _places(plan, design, point, draw):
                arm = place.variant
                one = scenarios[arm]
                if isinstance(one, TaskFailure):
                    yield place, one
                else:
                    yield place, naming.run(arm, draw, place.replication, one, names[arm])


def _in_market(
    arms: Mapping[str, Scenario | TaskFailure], values: Mapping[str, Any], market: Mapping[str, float]
) -> dict[str, Scenario | TaskFailure]:
    """The arms at one point, all in the market of one draw."""
    valid = [one for one in arms.values() if not isinstance(one, TaskFailure)]
    if not valid:
        return dict(arms)
    shared = with_draw(valid[0], values, market).market
    return {arm: one if isinstance(one, TaskFailure) else replace(one, market=shared) for arm, one in arms.items()}


def function_calls(plan: Plan, design: Design, model: Model, version: str | None) -> Planned:
    """The calls of a function."""
    if plan.question is not None:
        raise InputError(place=f"{plan.path}: scenario", expected="either this key or model=", got="both")
    reserved = [axis.path for axis in plan.axes if axis.path in (*PLACE, *FAILURE)]
    if reserved:
        problem = "the table of runs has a column of this name"
        raise InputError(problem, place=f"{plan.path}: sweep.vary", expected="other names", got=reserved[0])
    caller = FunctionCaller(model, version, [axis.path for axis in plan.axes])
    for point, values in enumerate(design.values):
        for draw in range(plan.draws):
            for place in _places(plan, design, point, draw):
                yield place, caller.call(values, draw, place.replication)


def _places(plan: Plan, design: Design, point: int, draw: int) -> Iterator[SweepPlace]:
    """A point's replications in one market, for every arm; a repeated point has replications of its own."""
    fresh = int(design.fresh[point])
    first = plan.replications * fresh
    for replication in range(first, first + plan.replications):
        for arm in plan.arms:
            yield SweepPlace(point, arm, draw, replication, "own" if fresh else "shared")


def result_row(plan: Plan, outcome: RunRecord | TaskFailure) -> Row:
    """The columns of a run's row after its place: KPIs, or where and why it failed."""
    if isinstance(outcome, TaskFailure):
        return {"stage": outcome.stage, "message": outcome.message}
    values = {kpi: value for kpi, window, value, _, _ in outcome.measures if window in WINDOWS}
    taken = [kpi for kpi in values if kpi in (*PLACE, *FAILURE, *(axis.path for axis in plan.axes))]
    if taken:
        return {"stage": "measure", "message": f"a number has the name of another column: {taken[0]}"}
    missing = [kpi for kpi in plan.kpis if kpi not in values]
    if missing:
        return {"stage": "measure", "message": f"no number has the name {missing[0]}; there are {', '.join(values)}"}
    return {kpi: values[kpi] for kpi in plan.kpis or values}


def run_table(plan: Plan, rows: Mapping[SweepPlace, Row]) -> pd.DataFrame:
    """One row per run, in the plan's order."""
    import pandas as pd

    table = pd.DataFrame([{**dict(zip(PLACE, place, strict=True)), **row} for place, row in rows.items()])
    return table.reindex(columns=[*PLACE, *(plan.kpis or kpi_columns(table)), *FAILURE])


def kpi_columns(runs: pd.DataFrame) -> list[str]:
    """The columns of a table of runs that are KPIs."""
    return [name for name in runs.columns if name not in (*PLACE, *FAILURE)]
