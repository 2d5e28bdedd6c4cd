"""A real scheduler and two real workers on this machine give the table of one core, even when one is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from experiments import compare
from experiments.executing import execute
from experiments.planning import Run, plan
from experiments.store import Store
from experiments.work import Progress
from scenarios import InputError, belief_table

from .conftest import Ask

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    address: str
    workers: list[subprocess.Popen[bytes]]


def start(stack: ExitStack, folder: Path, program: str, *options: str) -> subprocess.Popen[bytes]:
    log = stack.enter_context((folder / f"{program}.log").open("ab"))
    process = subprocess.Popen(
        [Path(sys.executable).parent / "dask", program, *options], cwd=ROOT, stdout=log, stderr=log
    )
    stack.callback(process.wait, 30)
    stack.callback(process.kill)
    return process


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A scheduler and two workers, each a process."""
    told = tmp_path / "scheduler.json"
    with ExitStack() as stack:
        start(stack, tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
              "--scheduler-file", str(told))  # fmt: skip
        deadline = time.monotonic() + 60
        while not told.exists() or not told.read_text():
            assert time.monotonic() < deadline, (tmp_path / "scheduler.log").read_text()
            time.sleep(0.05)
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path))
        address = json.loads(told.read_text())["address"]
        yield Running(address, [start(stack, tmp_path, "worker", address, *options) for _ in range(2)])


def runs_of(ask: Ask, draws: int) -> list[Run]:
    question = ask()
    return plan(question, belief_table(question, draws), draws, 2)


def test_a_cluster_gives_the_table_of_one_core_though_a_worker_is_killed(
    running: Running, ask: Ask, tmp_path: Path
) -> None:
    runs = runs_of(ask, 20)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.done == 15 and not killed:
            running.workers[0].send_signal(signal.SIGKILL)
            killed.append(progress.done)

    store = Store(tmp_path / "store")
    spread = execute(runs, cluster=running.address, store=store, progress=kill_one)
    assert killed == [15]
    assert running.workers[0].wait(30) == -signal.SIGKILL
    assert running.workers[1].poll() is None
    alone = execute(runs, jobs=1)
    assert not spread.failures
    pd.testing.assert_frame_equal(spread.runs, alone.runs)
    pd.testing.assert_frame_equal(spread.series, alone.series)
    assert len(store.keys()) == len(runs)
    again = execute(runs, cluster=running.address, store=store)
    assert again.reused == len(runs)


def test_no_scheduler_is_one_line(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.cluster.PATIENCE", 1.0)
    with pytest.raises(InputError) as caught:
        compare(ask(), draws=1, replications=1, cluster="tcp://127.0.0.1:1")
    text = str(caught.value)
    assert text.startswith("--cluster tcp://127.0.0.1:1: cannot be reached; allowed the address of a running scheduler")
    assert "got " in text
    assert "\n" not in text


def test_another_model_on_a_worker_is_refused(running: Running, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.cluster.model_fingerprint", lambda: "0123456789abcdef")
    with pytest.raises(InputError, match=r"the worker tcp://.* cannot be used; allowed the same checkout .* got model"):
        compare(ask(), draws=1, replications=1, cluster=running.address)
