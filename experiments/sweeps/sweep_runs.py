"""One question over many points: every arm at every point of a design, on the same people with the same luck."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from experiments.execution.progress import SAY_ABOVE, Progress
from experiments.execution.python_functions import check_versions
from experiments.execution.scheduler import ExecutionSettings, run_tasks
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import Task, TaskFailure, attempt
from experiments.runs.function_calls import FunctionCaller, Model
from experiments.runs.planned_runs import RunNamer, market_of
from experiments.runs.provenance import provenance
from experiments.sweeps.designs import Design, design
from experiments.sweeps.sensitivity import indices
from experiments.sweeps.sweep_result import Sweep, responses
from scenarios import InputError, Plan, belief_table, drawn, load_plan, placed

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

BESIDE = ("stage", "message")
"""Columns of a run's row that say why it failed; empty for one that did not."""
WINDOWS = ("horizon", "run")
"""A sweep looks at the whole horizon, and at the one thing that a call of a function is."""


class Place(NamedTuple):
    """Where in a sweep a run belongs."""

    point: int
    variant: str
    draw: int
    replication: int
    luck: str
    """`shared` by all points, or its `own`, for what luck alone shows."""


def sweep(
    plan: str | Path | Mapping[str, Any] | Plan,
    model: Model | None = None,
    *,
    version: str | None = None,
    market: str | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Live every arm at every point of a plan: a file, a mapping of the same structure, or a loaded one.

    With `model` the plan has no scenario, and the function is called with the plan's parameters by name; its calls are
    kept where it has a `version`, which must change when the function does. The rest is as for `compare`. A run that
    fails is a row. Raises scenarios.InputError for what the user can put right, and where every run fails.
    """
    start = time.perf_counter()
    asked = plan if isinstance(plan, Plan) else load_plan(plan, market=market)
    chosen = design(asked)
    planned = _runs(asked, chosen) if model is None else _calls(asked, chosen, model, version)
    wanted = dict(_telling(planned, asked, chosen, progress))
    found: dict[str, Row] = {}
    lives: dict[str, float] = {}

    def take(task: Task, outcome: RunRecord | TaskFailure) -> None:
        found[task.key] = _row(asked, outcome)
        if isinstance(outcome, RunRecord):
            lives[task.key] = outcome.seconds

    tasks = [task for task in wanted.values() if not isinstance(task, TaskFailure)]
    reused = run_tasks(tasks, ExecutionSettings(jobs, cluster, Store.beside(out, store)), take, progress)
    rows = {
        place: _row(asked, one) if isinstance(one, TaskFailure) else found[one.key] for place, one in wanted.items()
    }
    runs = _table(asked, rows)
    counts = {"planned": len(runs), "reused": reused, "failed": int(runs["stage"].notna().sum())}
    made = provenance(asked.question, counts, time.perf_counter() - start, list(lives.values()))
    made |= {"draws": asked.draws, "replications": asked.replications}
    answer = analysed(asked, chosen, runs, made)
    if out is not None:
        from experiments.report import write_sweep

        write_sweep(answer, Path(out))
    return answer


def analysed(asked: Plan, chosen: Design, runs: pd.DataFrame, made: Mapping[str, Any]) -> Sweep:
    """What finished runs say. Raises InputError where every run failed."""
    failed = runs[runs["stage"].notna()]
    if len(failed) == len(runs):
        first = failed.iloc[0]
        raise InputError(f"{asked.path}: every run failed, the first at stage {first['stage']}: {first['message']}")
    kpis = [column for column in runs.columns if column not in (*Place._fields, *BESIDE)]
    groups = runs.groupby(["point", "variant"], sort=False)[kpis]
    means = groups.mean().where(groups.count().eq(groups.size(), axis=0)).reset_index()
    return Sweep(
        plan=asked,
        design=chosen,
        runs=runs,
        means=means,
        sensitivity=indices(asked, chosen, responses(asked, chosen, means)),
        failures=len(failed),
        reused=int(made["runs"]["reused"]),
        seconds=float(made["seconds"]["total"]),
        currency=_currency(asked),
        units=_units(asked, kpis),
        warnings=(*_warnings(failed), *_without(runs, kpis)),
        provenance=made,
    )


Row = dict[str, Any]
Planned = Iterator[tuple[Place, Task | TaskFailure]]


def _telling(planned: Planned, asked: Plan, chosen: Design, progress: Callable[[Progress], None] | None) -> Planned:
    """The planned runs as they are, told of where there are so many that planning takes a while."""
    start = time.perf_counter()
    total = len(chosen.values) * len(asked.arms) * asked.draws * asked.replications
    for count, one in enumerate(planned):
        if progress and count % 256 == 0 and time.perf_counter() - start > SAY_ABOVE:
            progress(Progress(count, total, 0, 0, None, "planning the runs"))
        yield one


def _runs(asked: Plan, chosen: Design) -> Planned:
    """The runs of a scenario, a point's next to each other so that an interruption keeps whole points."""
    question = asked.question
    if question is None:
        raise InputError(f"{asked.path}: scenario: is missing; allowed a file's name, or in Python model=; got neither")
    check_versions(question.arms)
    table, naming = belief_table(question, asked.draws), RunNamer(question)
    markets = [market_of(table, draw) for draw in range(asked.draws)]
    for point, values in enumerate(chosen.values):
        made = {
            arm: attempt("plan", partial(placed, scenario, values, asked.lines))
            for arm, scenario in question.arms.items()
        }
        for draw, market in enumerate(markets):
            met = _met(made, values, market)
            named = {arm: naming.of(one) for arm, one in met.items() if not isinstance(one, TaskFailure)}
            for life in _lives(asked, chosen, point):
                for arm, one in met.items():
                    place = Place(point, arm, draw, life, _luck(chosen, point))
                    yield place, one if isinstance(one, TaskFailure) else naming.run(arm, draw, life, one, named[arm])


def _met(
    made: Mapping[str, Scenario | TaskFailure], values: Mapping[str, Any], market: Mapping[str, float]
) -> dict[str, Scenario | TaskFailure]:
    """The arms at one point in one draw's market, which they share."""
    whole = {arm: one for arm, one in made.items() if not isinstance(one, TaskFailure)}
    if not whole:
        return dict(made)
    world = drawn(next(iter(whole.values())), values, market).market
    return {arm: one if isinstance(one, TaskFailure) else replace(one, market=world) for arm, one in made.items()}


def _calls(asked: Plan, chosen: Design, model: Model, version: str | None) -> Planned:
    """The calls of a function."""
    if asked.question is not None:
        raise InputError(f"{asked.path}: scenario: does not go with model=; allowed one of the two; got both")
    own = [axis.path for axis in asked.axes if axis.path in (*Place._fields, *BESIDE)]
    if own:
        raise InputError(
            f"{asked.path}: sweep.vary: is a column of the table of runs; allowed other names; got {own[0]}"
        )
    calling = FunctionCaller(model, version, [axis.path for axis in asked.axes])
    for point, values in enumerate(chosen.values):
        for draw in range(asked.draws):
            for life in _lives(asked, chosen, point):
                yield Place(point, asked.arms[0], draw, life, _luck(chosen, point)), calling.call(values, draw, life)


def _lives(asked: Plan, chosen: Design, point: int) -> range:
    """A point's replications; one that is lived with fresh luck has others than the rest."""
    first = asked.replications * int(chosen.fresh[point])
    return range(first, first + asked.replications)


def _luck(chosen: Design, point: int) -> str:
    return "own" if chosen.fresh[point] else "shared"


def _table(asked: Plan, found: Mapping[Place, Row]) -> pd.DataFrame:
    """One row per run, in the plan's order."""
    import pandas as pd

    table = pd.DataFrame([{**place._asdict(), **row} for place, row in found.items()])
    kpis = [name for name in table.columns if name not in (*Place._fields, *BESIDE)]
    return table.reindex(columns=[*Place._fields, *(asked.kpis or kpis), *BESIDE])


def _row(asked: Plan, outcome: RunRecord | TaskFailure) -> Row:
    """What a run's row says beside its place."""
    if isinstance(outcome, TaskFailure):
        return {"stage": outcome.stage, "message": outcome.message}
    values = {kpi: value for kpi, window, value, _, _ in outcome.measures if window in WINDOWS}
    taken = [kpi for kpi in values if kpi in (*Place._fields, *BESIDE, *(axis.path for axis in asked.axes))]
    if taken:
        return {"stage": "measure", "message": f"a number has the name of another column; got {taken[0]}"}
    missing = [kpi for kpi in asked.kpis if kpi not in values]
    if missing:
        return {"stage": "measure", "message": f"no number of the name {missing[0]}; got {', '.join(values)}"}
    return {kpi: values[kpi] for kpi in asked.kpis or values}


def _currency(asked: Plan) -> str | None:
    return None if asked.question is None else next(iter(asked.question.arms.values())).market.money.currency


def _units(asked: Plan, kpis: list[str]) -> dict[str, str]:
    from sim.output.measures import MEASURES

    return {kpi: "number" if asked.question is None else MEASURES[kpi].unit for kpi in kpis}


def _warnings(failed: pd.DataFrame) -> tuple[str, ...]:
    if not len(failed):
        return ()
    first = failed.iloc[0]
    place = f"point {first['point']}, {first['variant']!r}, draw {first['draw']}, replication {first['replication']}"
    count = f"{len(failed)} runs failed and their points are left out of the means"
    return (f"{count}; the first is {place}, at stage {first['stage']}: {first['message']}",)


def _without(runs: pd.DataFrame, kpis: list[str]) -> list[str]:
    """KPIs without a number in runs that did not fail, such as an average order value without orders."""
    whole = runs[runs["stage"].isna()]
    lacking = {kpi: int((~np.isfinite(whole[kpi].astype(float))).sum()) for kpi in kpis}
    return [
        f"{count} runs have no finite {kpi}, and their points are left out of what is said of it"
        for kpi, count in lacking.items()
        if count
    ]
