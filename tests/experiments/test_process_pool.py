"""Processes share the cores, survive the death of one of them, and die with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.execution.process_pool import cores
from experiments.execution.scheduler import ExecutionSettings, run_tasks
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import TaskFailure
from experiments.runs.function_calls import FunctionCall, FunctionCaller
from scenarios import InputError

ROOT = Path(__file__).parents[2]


def fatal(x: float) -> float:
    """Kills its process at 3, as a system short of memory does."""
    if x == 3.0:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)
    return 2.0 * x


def fatal_at_once(x: float) -> float:
    """Kills the first process that it is sent to, before any other work is done."""
    if x == 1.0:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.5 * (x == 2.0))
    return 2.0 * x


def leaving(x: float) -> float:
    """Ends its program at 3, as code that was a script does."""
    return sys.exit("enough") if x == 3.0 else 2.0 * x


def threads(x: float) -> dict[str, float]:
    """How many threads this process is to use, and whether Ctrl-C does not reach it."""
    from experiments.execution.process_pool import _shared

    held = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return {"threads": float(_shared.get("threads", 0)), "held": float(held)}  # type: ignore[arg-type]


def done(
    function: object, jobs: int, store: Store | None = None, version: str | None = "1"
) -> dict[float, RunRecord | TaskFailure]:
    calling = FunctionCaller(function, version, ["x"])  # type: ignore[arg-type]
    found: dict[float, RunRecord | TaskFailure] = {}

    def take(call: FunctionCall, outcome: RunRecord | TaskFailure) -> None:
        found[call.given["x"]] = outcome

    run_tasks([calling.call({"x": float(x)}, 0, 0) for x in range(12)], ExecutionSettings(jobs, store=store), take)
    return found


def test_a_worker_s_death_is_one_failed_run_and_the_others_are_done(tmp_path: Path) -> None:
    found = done(fatal, 2, Store(tmp_path / "runs"))
    failed = {x: one for x, one in found.items() if isinstance(one, TaskFailure)}
    assert failed == {3.0: TaskFailure("worker", "its process died, perhaps for want of memory")}
    values = {x: one.measures[0][2] for x, one in found.items() if isinstance(one, RunRecord)}
    assert values == {float(x): 2.0 * x for x in range(12) if x != 3}
    assert len(Store(tmp_path / "runs").keys()) == 11


def test_a_death_before_anything_is_done_is_one_failed_run_too() -> None:
    found = done(fatal_at_once, 2)
    failed = {x: one for x, one in found.items() if isinstance(one, TaskFailure)}
    assert failed == {1.0: TaskFailure("worker", "its process died, perhaps for want of memory")}
    assert len(found) == 12


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_function_that_ends_its_program_is_one_failed_run(jobs: int) -> None:
    found = done(leaving, jobs)
    failed = {x: one for x, one in found.items() if isinstance(one, TaskFailure)}
    assert failed == {3.0: TaskFailure("run", "SystemExit: enough")}
    assert len(found) == 12


def test_processes_share_the_cores_and_leave_ctrl_c_to_their_parent() -> None:
    found = done(threads, 2)
    assert {one.measures[1][2] for x, one in found.items() if isinstance(one, RunRecord) and x > 0} == {1.0}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    threads_used = {one.measures[0][2] for x, one in found.items() if isinstance(one, RunRecord) and x > 0}
    assert threads_used == {float(max(1, cores() // 2))}


SCRIPT = """
from experiments import sweep
from tests.experiments.test_process_pool import leaving
plan = {"sweep": {"design": "grid", "vary": {"x": {"values": [4, 5, 6, 7]}}}}
sweep(plan, model=leaving, version="1", jobs=2)
"""


def test_a_script_without_a_main_guard_is_refused(tmp_path: Path) -> None:
    """A sweep of a plain function, which starts sooner than the simulator; its processes are the same."""
    (tmp_path / "script.py").write_text(SCRIPT)
    ended = subprocess.run(
        [sys.executable, tmp_path / "script.py"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("scenarios.errors.InputError: ")
    assert 'if __name__ == "__main__":' in last


PARENT = """
import sys, time
from experiments.execution.process_pool import ProcessPool
from tests.experiments.test_process_pool import Asleep
if __name__ == "__main__":
    pool = ProcessPool(2, [None])
    futures = [pool.submit(Asleep(sys.argv[1])) for _ in range(2)]
    time.sleep(600)
"""


class Asleep:
    """A task that says which process it is in, and never ends."""

    customers = None

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def without_customers(self) -> Asleep:
        return self

    def run(self, customers: None, threads: int | None) -> TaskFailure:
        (Path(self.folder) / str(os.getpid())).touch()
        time.sleep(600)
        return TaskFailure("run", "")


def test_processes_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(PARENT)
    at_work = tmp_path / "at_work"
    at_work.mkdir()
    parent = subprocess.Popen([sys.executable, script, at_work], env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 30
    while len(list(at_work.iterdir())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait(20)
    left = [int(path.name) for path in at_work.iterdir()]
    while any(Path(f"/proc/{pid}").exists() for pid in left):
        assert time.monotonic() < deadline, "a worker process is still there"
        time.sleep(0.05)


def test_jobs_that_cannot_find_the_function_are_one_line() -> None:
    with pytest.raises(InputError) as mistake:
        done(lambda x: x, 2, version=None)
    assert mistake.value.place.endswith("<lambda>")
    assert mistake.value.got.endswith("jobs = 2")
