"""Worker pools on this machine: this process alone, or several."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Protocol

from experiments.execution.task import Outcome, Task
from scenarios import InputError
from sim.child_process import follow_parent
from sim.scenario import Customers


class WorkerPool(Protocol):
    """Runs tasks; `width` of them are worth submitting at once."""

    @property
    def width(self) -> int: ...

    def submit(self, task: Task) -> Future[Outcome]:
        """Begin a task; its outcome comes with the future."""

    def restart(self) -> None:
        """Start again after a worker process died, which ends what the others were running.

        Raises InputError where no worker process has ever started.
        """

    def close(self) -> None:
        """Let running tasks end, begin no more, and end the worker processes."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class SerialPool:
    """This process: a task has ended when it has been submitted. `threads` None lets the simulator choose."""

    threads: int | None = None
    width: int = 1

    def submit(self, task: Task) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        future.set_result(task.run(task.customers, self.threads))
        return future

    def restart(self) -> None: ...

    def close(self) -> None: ...


class ProcessPool:
    """Processes of this machine, each with an equal share of the cores as threads."""

    def __init__(self, jobs: int, customers: Sequence[Customers | None]) -> None:
        self.jobs, self._customers = jobs, tuple(customers)
        self._places = {id(one): place for place, one in enumerate(self._customers)}
        self._pool = self._start()

    @property
    def width(self) -> int:
        """Two for each process: one that runs and one that waits."""
        return 2 * self.jobs

    def _start(self) -> ProcessPoolExecutor:
        share = max(1, cores() // self.jobs)
        shared = (self._customers, share)
        pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), initializer=_start_worker, initargs=shared)
        with _interrupts_held():
            self._alive = pool.submit(os.getpid)
        return pool

    def submit(self, task: Task) -> Future[Outcome]:
        with _interrupts_held():
            return self._pool.submit(_in_process, task.without_customers(), self._places[id(task.customers)])

    def restart(self) -> None:
        if self._alive.exception() is not None:
            raise InputError(
                "worker processes die as soon as they start",
                expected='a script that starts them under `if __name__ == "__main__":`, or jobs = 1',
                got=f"jobs = {self.jobs}",
            )
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._start()

    def close(self) -> None:
        processes = list((self._pool._processes or {}).values())
        try:
            self._pool.shutdown(wait=True, cancel_futures=True)
        except KeyboardInterrupt:  # a second Ctrl-C waits for no run, and a pool half shut down would wait for ever
            for process in processes:
                process.kill()
            raise


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C comes when the block has ended. A process that starts in it leaves Ctrl-C to this one from its first
    moment: until it has imported what it runs, it would print where it was."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_shared: dict[str, tuple[Customers | None, ...] | int] = {}
"""Of a worker process: the customers of all tasks, and its number of threads."""


def _start_worker(customers: tuple[Customers | None, ...], threads: int) -> None:
    """Customers are sent once per process and not with each task."""
    follow_parent()
    _shared.update(customers=customers, threads=threads)


def _in_process(task: Task, customers: int) -> Outcome:
    known, threads = _shared["customers"], _shared["threads"]
    assert isinstance(known, tuple)
    assert isinstance(threads, int)
    return task.run(known[customers], threads)
