"""The question of a sweep: simulate every arm at every point of a design, on common random numbers, and analyse."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.execution.progress import SAY_ABOVE, Progress, Report, verb_of_runs
from experiments.execution.scheduler import ExecutionSettings, run_tasks
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import Task, TaskFailure
from experiments.report import write_sweep
from experiments.runs.function_calls import Model
from experiments.runs.provenance import provenance
from experiments.sweeps.designs import Design, design
from experiments.sweeps.sweep_analysis import analyse
from experiments.sweeps.sweep_result import Sweep
from experiments.sweeps.sweep_runs import Planned, Row, function_calls, result_row, run_table, scenario_runs
from scenarios import Plan, checked_additions, load_plan
from scenarios.values.own_kpis import OwnKpi
from sim.offers.own_format import OwnFormat
from sim.scenario import Mechanism


@verb_of_runs
def sweep(
    plan: str | Path | Mapping[str, Any] | Plan,
    model: Model | None = None,
    *,
    version: str | None = None,
    market: str | None = None,
    jobs: int | None = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    store: str | Path | None = None,
    progress: Report | bool | None = True,
    kpis: Sequence[OwnKpi] = (),
    offers: Sequence[type[OwnFormat]] = (),
    mechanisms: Sequence[Mechanism] = (),
) -> Sweep:
    """Simulate every arm at every point of a plan. A run that fails is a row.

    plan: a file, a mapping of the same structure, or a loaded one
    model: in place of a scenario, a function that is called with the plan's parameters by name and returns numbers by
        name
    version: text that stands for what `model` does, and must change when the function does; without it no calls are
        kept
    market: the market in place of the scenario's: `library:NAME`, a file, or the folder of a calibration
    jobs: number of processes; None: one for each core. It changes no number
    cluster: address of a Dask scheduler, whose workers take the place of the processes
    out: folder for the report and the tables; finished runs are kept as they end in `.runs` beside it
    store: folder of finished runs, in place of `.runs` beside `out`
    progress: True shows a bar in a terminal or a notebook where work takes two seconds or more, False nothing; a
        function is called with each `Progress`
    kpis: KPIs of one's own, which a plan that is read here may name
    offers: discount formats of one's own, in which its offers may be
    mechanisms: mechanisms, which are added to the world of every arm

        vary = {"strategy.service.agents": {"values": [1, 2]}}
        plan = {"design": "grid", "draws": 1, "replications": 1, "variants": ["30 days"], "vary": vary}
        swept = rh.sweep({"scenario": rh.load("shop.toml"), "sweep": plan})
        print(swept.to_frame()[["strategy.service.agents", "contribution_profit"]])

    Raises InputError for mistakes of the user, and where every run fails.
    """
    start = time.perf_counter()
    report = progress if callable(progress) else None
    additions = checked_additions(kpis, offers, mechanisms)
    asked = plan if isinstance(plan, Plan) else load_plan(plan, market=market, additions=additions)
    points = design(asked)
    planned = scenario_runs(asked, points) if model is None else function_calls(asked, points, model, version)
    wanted = dict(_with_progress(planned, asked, points, report))
    rows: dict[str, Row] = {}
    seconds: dict[str, float] = {}

    def receive(task: Task, outcome: RunRecord | TaskFailure) -> None:
        rows[task.key] = result_row(asked, outcome)
        if isinstance(outcome, RunRecord):
            seconds[task.key] = outcome.seconds

    tasks = [task for task in wanted.values() if not isinstance(task, TaskFailure)]
    reused = run_tasks(tasks, ExecutionSettings(jobs, cluster, Store.beside(out, store)), receive, report)
    by_place = {
        place: result_row(asked, one) if isinstance(one, TaskFailure) else rows[one.key]
        for place, one in wanted.items()
    }
    runs = run_table(asked, by_place)
    counts = {"planned": len(runs), "reused": reused, "failed": int(runs["stage"].notna().sum())}
    made = provenance(asked.question, counts, time.perf_counter() - start, list(seconds.values()))
    answer = analyse(asked, points, runs, made | {"draws": asked.draws, "replications": asked.replications})
    if out is not None:
        write_sweep(answer, Path(out))
    return answer


def _with_progress(
    planned: Planned, plan: Plan, points: Design, progress: Callable[[Progress], None] | None
) -> Planned:
    """The planned runs, with progress where planning takes long."""
    start = time.perf_counter()
    total = len(points.values) * len(plan.arms) * plan.draws * plan.replications
    for count, one in enumerate(planned):
        if progress and count % 256 == 0 and time.perf_counter() - start > SAY_ABOVE:
            progress(Progress(count, total, 0, 0, None, "planning the runs"))
        yield one
