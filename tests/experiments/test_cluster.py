"""A real scheduler and two real workers on this machine give the table of one core, even when one is killed."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments import compare, run_arm, sweep
from experiments.execution.cut_runs import ClusterWorkers, Cut
from experiments.execution.progress import Progress
from experiments.execution.store import Store
from scenarios import InputError
from sim.shards.shard_line import Meeting, ShardFailure

from .conftest import Ask

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]
    start_worker: Callable[[], subprocess.Popen[bytes]]


def start(stack: ExitStack, folder: Path, program: str, *options: str) -> subprocess.Popen[bytes]:
    log = stack.enter_context((folder / f"{program}.log").open("ab"))
    process = subprocess.Popen(
        [Path(sys.executable).parent / "dask", program, *options], cwd=ROOT, stdout=log, stderr=log
    )
    stack.callback(process.wait, 30)
    stack.callback(process.kill)
    return process


@contextmanager
def started(folder: Path) -> Iterator[Running]:
    described = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = start(stack, folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                          "--scheduler-file", str(described))  # fmt: skip
        deadline = time.monotonic() + 60
        while not described.exists() or not described.read_text():
            assert time.monotonic() < deadline, (folder / "scheduler.log").read_text()
            time.sleep(0.05)
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
        address = json.loads(described.read_text())["address"]
        start_worker = partial(start, stack, folder, "worker", address, *options)
        cluster = Running(address, scheduler, [start_worker() for _ in range(2)], start_worker)
        await_workers(cluster)
        yield cluster


def await_workers(cluster: Running) -> None:
    """Wait until all have joined."""
    from distributed import Client

    with Client(cluster.address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(len(cluster.workers), timeout=60)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A scheduler and two workers, each a process, for all tests."""
    with started(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def running(whole: Running) -> Iterator[Running]:
    """The same for a test that kills a worker, in whose place another is started."""
    yield whole
    whole.workers[:] = [one if one.poll() is None else whole.start_worker() for one in whole.workers]
    await_workers(whole)


def lasting(ask: Ask) -> dict[str, Any]:
    """A plan of 24 runs."""
    return {
        "scenario": ask(),
        "sweep": {
            "design": "latin",
            "points": 6,
            "draws": 1,
            "kpis": ["contribution_profit", "orders"],
            "vary": {
                "strategy.campaigns.rhythm.lasts": {"low": "3 d", "high": "9 d"},
                "market.fatigue.half_life": "belief",
            },
        },
    }


def test_a_cluster_gives_the_table_of_one_core_though_a_worker_is_killed(
    running: Running, ask: Ask, tmp_path: Path
) -> None:
    plan = lasting(ask)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.done == 9 and not killed:
            running.workers[0].send_signal(signal.SIGKILL)
            killed.append(progress.done)

    store = tmp_path / "store"
    spread = sweep(plan, cluster=running.address, store=store, progress=kill_one)
    assert killed == [9]
    assert running.workers[0].wait(30) == -signal.SIGKILL
    assert running.workers[1].poll() is None
    alone = sweep(plan, jobs=1)
    assert (spread.failures, len(alone.runs)) == (0, 24)
    assert table_hash(spread.runs) == table_hash(alone.runs)
    assert len(Store(store).keys()) == 24
    again = sweep(plan, cluster=running.address, store=store)
    assert again.reused == 24


def table_hash(runs: pd.DataFrame) -> str:
    return hashlib.sha256(runs.to_csv(index=False).encode()).hexdigest()


def test_a_comparison_on_a_cluster_is_that_of_one_core(whole: Running, ask: Ask) -> None:
    spread = compare(ask(), draws=3, cluster=whole.address)
    alone = compare(ask(), draws=3, jobs=1)
    pd.testing.assert_frame_equal(spread.results.runs, alone.results.runs)
    pd.testing.assert_frame_equal(spread.results.series, alone.results.series)
    assert spread.reason == alone.reason


def test_a_run_in_shards_on_a_cluster_is_that_of_one_core(whole: Running, ask: Ask) -> None:
    sizes = {"draws": 1, "replications": 1}
    spread = run_arm(ask(), shards=2, cluster=whole.address, **sizes)
    alone = run_arm(ask(), jobs=1, **sizes)
    pd.testing.assert_frame_equal(spread.results.runs, alone.results.runs)
    pd.testing.assert_frame_equal(spread.results.series, alone.results.series)


def test_more_shards_than_workers_is_one_line(whole: Running, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.execution.cut_runs.PATIENCE", 1.0)
    with pytest.raises(InputError, match="at least 3 workers") as caught:
        run_arm(ask(), shards=3, cluster=whole.address, draws=1, replications=1)
    assert "\n" not in str(caught.value)


def test_a_worker_that_dies_ends_a_run_in_shards(running: Running, ask: Ask) -> None:
    scene = next(iter(ask().arms.values()))
    lasting = replace(scene, run=replace(scene.run, horizon=30_000))
    kill = threading.Timer(3.0, lambda: running.workers[0].send_signal(signal.SIGKILL))
    kill.start()
    with pytest.raises(ShardFailure, match="ended before the run was over") as caught:
        Cut(2, running.address).run(lasting, 0, 0)
    assert "\n" not in str(caught.value)
    assert running.workers[1].poll() is None


def test_a_worker_that_dies_before_its_shard_starts_ends_the_run(
    running: Running, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = ClusterWorkers.start

    def start_and_die(workers: ClusterWorkers, meeting: Meeting, count: int) -> None:
        workers._client.wait_for_workers(count, timeout=60)  # one that is stopped before it has joined is never there
        running.workers[0].send_signal(signal.SIGSTOP)
        start(workers, meeting, count)
        running.workers[0].kill()

    monkeypatch.setattr(ClusterWorkers, "start", start_and_die)
    with pytest.raises(ShardFailure, match=r"worker tcp.* ended before the run was over"):
        Cut(2, running.address).run(next(iter(ask().arms.values())), 0, 0)


def test_no_scheduler_is_one_line(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.execution.cluster.PATIENCE", 1.0)
    with pytest.raises(InputError) as caught:
        compare(ask(), draws=1, replications=1, cluster="tcp://127.0.0.1:1")
    assert caught.value.place == "--cluster tcp://127.0.0.1:1"
    assert caught.value.got
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["nonsense", "bogus://x:1", "tcp://127.0.0.1:abc"])
def test_no_address_is_one_line_at_once(ask: Ask, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributed.Client", lambda *_, **__: pytest.fail("it must not come so far"))
    with pytest.raises(InputError) as caught:
        compare(ask(), draws=1, replications=1, cluster=address)
    assert caught.value.place == f"--cluster {address}"
    assert caught.value.got


def test_another_model_on_a_worker_is_refused(whole: Running, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.execution.cluster.model_fingerprint", lambda: "0123456789abcdef")
    with pytest.raises(InputError, match="the worker tcp://") as caught:
        compare(ask(), draws=1, replications=1, cluster=whole.address)
    assert "0123456789abcdef" in caught.value.expected
    assert caught.value.got.startswith("model ")


def test_a_lost_scheduler_is_one_line(
    whole: Running, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of these tests, since none has a scheduler afterwards."""
    monkeypatch.setattr("experiments.execution.cluster.PATIENCE", 5.0)

    def lose(progress: Progress) -> None:
        if progress.done == 3:
            whole.scheduler.kill()
            whole.scheduler.wait(30)

    store = Store(tmp_path / "runs")
    with pytest.raises(InputError) as caught:
        sweep(lasting(ask), cluster=whole.address, store=store.folder, progress=lose)
    stored = len(store.keys())
    assert 3 <= stored < 24
    assert caught.value.place == f"--cluster {whole.address}"
    assert f"{stored} of 24 runs are kept in {store.folder}" in caught.value.problem
