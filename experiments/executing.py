"""Do the planned runs and put them into tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.campaigns import campaigns_table, curves_table
from experiments.idle import sent_by_arm
from experiments.planning import Run
from experiments.store import Piece, Store
from experiments.tasks import Failed
from experiments.tidy import runs_table, series_table
from experiments.work import Means, Progress, finish

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question


Place = tuple[str, int, int]
"""An arm, a draw and a replication."""


@dataclass(frozen=True)
class Failure:
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
    failures: tuple[Failure, ...]
    pieces: Mapping[str, Piece]
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
    runs: Sequence[Run],
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
    pieces: dict[str, Piece] = {}
    failures: dict[Place, Failure] = {}

    def take(run: Run, outcome: Piece | Failed) -> None:
        if isinstance(outcome, Piece):
            pieces[run.key] = outcome
        else:
            place = run.arm, run.draw, run.replication
            failures[place] = Failure(*place, outcome.stage, outcome.message)

    reused = finish(runs, Means(jobs, cluster, store), take, progress)
    return tabled(runs, pieces, failures, reused, time.perf_counter() - start)


def tabled(
    runs: Sequence[Run], pieces: Mapping[str, Piece], failures: Mapping[Place, Failure], reused: int, seconds: float
) -> Results:
    """Finished and failed runs as tables, in the plan's order."""
    in_order = (failures.get((run.arm, run.draw, run.replication)) for run in runs)
    failed = tuple(failure for failure in in_order if failure)
    tables = runs_table(runs, pieces), series_table(runs, pieces)
    around = campaigns_table(runs, pieces), curves_table(runs, pieces)
    return Results(*tables, failed, pieces, reused, seconds, *around, sent_by_arm(runs, pieces))
