"""A run that one process has under way is waited for by another; a process that dies lets go of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.execution.run_locks import run_locks
from experiments.execution.scheduler import ExecutionSettings, run_tasks
from experiments.execution.store import RunRecord, Spans, Store
from experiments.execution.task import AddedFunctions, TaskFailure
from experiments.runs.executed_runs import execute

from .conftest import Ask, Plant
from .test_executed_runs import runs_of

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from experiments.execution.run_locks import run_locks
with run_locks(Path(sys.argv[1])) as locks:
    print([locks.take(key) for key in sys.argv[2:]], flush=True)
    time.sleep(600)
"""


def holding(folder: Path, *keys: str) -> subprocess.Popen[str]:
    """Another process with claims on these runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), *keys],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == str([True] * len(keys))
    return process


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_claim_is_one_process_s_until_it_dies(tmp_path: Path) -> None:
    one, two = "0" * 32, "0" * 14 + "1" + "0" * 17
    other = holding(tmp_path, one)
    with run_locks(tmp_path) as locks:
        assert not locks.take(one)
        assert locks.take(two), "a neighbour's place is free"
        other.send_signal(signal.SIGKILL)
        other.wait(20)
        until(lambda: locks.take(one))


def test_what_another_process_has_under_way_is_taken_from_it(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    runs = runs_of(ask())
    whole = Store(tmp_path / "whole")
    execute(runs, jobs=1, store=whole)
    theirs, done[:] = runs[3], []
    store = Store(tmp_path / "runs")
    other = holding(store.folder, theirs.ledger_key)
    looks: list[int] = []

    def look(*_: object) -> None:
        looks.append(len(done))
        if len(done) == 11 and other.poll() is None:
            piece = whole.get(theirs.ledger_key)
            assert piece is not None
            store.put(piece)
            other.kill()

    results = execute(runs, jobs=1, store=store, progress=look)
    other.wait(20)
    assert len(done) == 11, "theirs is not done again"
    assert results.reused == 1
    assert len(results.records) == 12


def test_what_a_dead_process_had_under_way_is_done(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    runs = runs_of(ask())
    store = Store(tmp_path / "runs")
    other = holding(store.folder, *(run.ledger_key for run in runs[:4]))

    def look(*_: object) -> None:
        if len(done) == 8:
            other.kill()

    results = execute(runs, jobs=1, store=store, progress=look)
    other.wait(20)
    assert len(done) == len(set(done)) == 12
    assert results.reused == 0


@dataclass(frozen=True)
class Count:
    """A task that counts its customers."""

    key: str
    customers: Any
    storable: bool = True
    spans: Spans = field(default_factory=dict)
    added_functions: AddedFunctions = ()

    @property
    def ledger_key(self) -> str:
        return self.key

    def without_customers(self) -> Count:
        return replace(self, customers=None)

    def measured(self, record: RunRecord) -> RunRecord:
        return record

    def run(self, customers: Any, threads: int | None) -> RunRecord:
        return RunRecord(self.key, "", 0.01, {}, [("count", "run", float(len(customers)), 1.0, 1.0)], {})


def test_customers_of_work_that_comes_back_from_elsewhere_are_sent_too(tmp_path: Path) -> None:
    """The first task is another process's when ours are hired, and nobody else has its customers."""
    keys = [f"{place:x}" * 32 for place in range(6)]
    tasks = [Count(key, range(7) if key == keys[0] else range(3)) for key in keys]
    other = holding(tmp_path, keys[0])
    found: dict[str, float] = {}

    def take(task: Count, outcome: RunRecord | TaskFailure) -> None:
        assert isinstance(outcome, RunRecord)
        found[task.key] = outcome.measures[0][2]
        if len(found) == 5:
            other.kill()

    run_tasks(tasks, ExecutionSettings(2, store=Store(tmp_path)), take)
    other.wait(20)
    assert found == {key: 7.0 if key == keys[0] else 3.0 for key in keys}
