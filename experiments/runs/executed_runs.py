"""Do the planned runs and put them into tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.execution.progress import Progress
from experiments.execution.scheduler import ExecutionSettings, run_tasks
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import TaskFailure
from experiments.runs.campaign_tables import campaigns_table, curves_table
from experiments.runs.idle_programmes import sent_by_arm
from experiments.runs.planned_runs import PlannedRun
from experiments.runs.result_tables import runs_table, series_table

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question


Place = tuple[str, int, int]
"""An arm, a draw and a replication."""


@dataclass(frozen=True)
class RunFailure:
    """A run that could not be done, at which stage (run, measure, worker) and why."""

    arm: str
    draw: int
    replication: int
    stage: str
    message: str


@dataclass(frozen=True)
class Results:
    """All runs of a plan. `runs` is tidy, one row per run, KPI and window; `series` one row per run and day;
    `campaigns` one row per campaign that was held; `curves` one per run, campaign and day from a start.

    `sent` are messages delivered by arm and programme over all runs, None for an arm whose runs did not count them.
    `pieces` are the finished runs by key, `reused` how many came from the store, `failures` what is missing.
    """

    runs: pd.DataFrame
    series: pd.DataFrame
    failures: tuple[RunFailure, ...]
    pieces: Mapping[str, RunRecord]
    reused: int
    seconds: float
    campaigns: pd.DataFrame
    curves: pd.DataFrame
    sent: Mapping[str, Mapping[str, int] | None]

    def counts(self, question: Question) -> dict[str, int]:
        """Runs planned, reused and failed."""
        run = next(iter(question.arms.values())).run
        planned = len(question.arms) * run.draws * run.replications
        return {"planned": planned, "reused": self.reused, "failed": len(self.failures)}

    def lives(self) -> list[float]:
        """Seconds of each run, wherever and whenever it was lived."""
        return [piece.seconds for piece in self.pieces.values()]


def execute(
    runs: Sequence[PlannedRun],
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    store: Store | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Results:
    """Do every run that the store does not hold, and return all of them in the plan's order.

    `jobs` processes (default: one per core where there is enough work) or the workers of a cluster give the same table
    as one. A failed run is recorded and the others go on. On Ctrl-C, running ones end and are
    kept, and KeyboardInterrupt goes on. Raises InputError where the store cannot be written, and for several
    processes where they cannot find a function that was added in Python.
    """
    start = time.perf_counter()
    pieces: dict[str, RunRecord] = {}
    failures: dict[Place, RunFailure] = {}

    def take(run: PlannedRun, outcome: RunRecord | TaskFailure) -> None:
        if isinstance(outcome, RunRecord):
            pieces[run.key] = outcome
        else:
            place = run.arm, run.draw, run.replication
            failures[place] = RunFailure(*place, outcome.stage, outcome.message)

    reused = run_tasks(runs, ExecutionSettings(jobs, cluster, store), take, progress)
    return tabled(runs, pieces, failures, reused, time.perf_counter() - start)


def tabled(
    runs: Sequence[PlannedRun],
    pieces: Mapping[str, RunRecord],
    failures: Mapping[Place, RunFailure],
    reused: int,
    seconds: float,
) -> Results:
    """Finished and failed runs as tables, in the plan's order."""
    in_order = (failures.get((run.arm, run.draw, run.replication)) for run in runs)
    failed = tuple(failure for failure in in_order if failure)
    tables = runs_table(runs, pieces), series_table(runs, pieces)
    around = campaigns_table(runs, pieces), curves_table(runs, pieces)
    return Results(*tables, failed, pieces, reused, seconds, *around, sent_by_arm(runs, pieces))
