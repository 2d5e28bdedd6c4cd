"""A run that one process has locked is waited for by another; the lock of a process that dies is released."""

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
    """Another process that has locked these runs."""
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


def test_a_lock_is_held_until_its_process_dies(tmp_path: Path) -> None:
    one, two = "0" * 32, "0" * 14 + "1" + "0" * 17
    other = holding(tmp_path, one)
    with run_locks(tmp_path) as locks:
        assert not locks.take(one)
        assert locks.take(two), "a similar key has another byte"
        other.send_signal(signal.SIGKILL)
        other.wait(20)
        until(lambda: locks.take(one))


def test_a_run_of_another_process_is_waited_for(ask: Ask, plant: Plant, tmp_path: Path) -> None:
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
            record = whole.get(theirs.ledger_key)
            assert record is not None
            store.put(record)
            other.kill()

    results = execute(runs, jobs=1, store=store, progress=look)
    other.wait(20)
    assert len(done) == 11, "the other process's run is not done again"
    assert results.reused == 1
    assert len(results.records) == 12


def test_a_run_that_a_dead_process_had_locked_is_done(ask: Ask, plant: Plant, tmp_path: Path) -> None:
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


def test_customers_of_a_task_that_comes_back_from_elsewhere_are_sent_too(tmp_path: Path) -> None:
    """Another process has locked the first task when the pool starts, and no other task has its customers."""
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
