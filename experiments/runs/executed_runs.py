"""Do the planned runs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from experiments.execution.process_pool import cores
from experiments.execution.progress import Progress, announce_compiling
from experiments.execution.scheduler import ExecutionSettings, run_tasks
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import TaskFailure
from experiments.runs.planned_runs import PlannedRun, RunAddress
from experiments.runs.results import Results, RunFailure

ADDRESSES_AT_ONCE = 4
"""Of these a process remembers the people of day one (`sim/people/first_people.py`)."""


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
    records: dict[str, RunRecord] = {}
    failed: dict[RunAddress, RunFailure] = {}

    def take(run: PlannedRun, outcome: RunRecord | TaskFailure) -> None:
        if isinstance(outcome, RunRecord):
            records[run.key] = outcome
        else:
            failed[run.address] = RunFailure(*run.address, outcome.stage, outcome.message)

    settings = ExecutionSettings(jobs, cluster, store)
    if runs and cluster is None:
        announce_compiling(progress)
    in_turn = by_turns(runs, min(jobs or cores(), ADDRESSES_AT_ONCE))
    reused = run_tasks(in_turn, settings, take, progress)
    return Results(tuple(runs), records, failed, reused, time.perf_counter() - start)


def by_turns(runs: Sequence[PlannedRun], processes: int) -> list[PlannedRun]:
    """The runs of so many addresses side by side, arm by arm.

    Processes that take turns then do the arms of one draw and replication each, whose people are the same.
    """
    places: dict[tuple[int, int], int] = {}
    seen: Counter[tuple[int, int]] = Counter()
    turns = []
    for run in runs:
        address = run.draw, run.replication
        place = places.setdefault(address, len(places))
        turns.append((place // processes, seen[address], run))
        seen[address] += 1
    return [run for _, _, run in sorted(turns, key=lambda turn: turn[:2])]
