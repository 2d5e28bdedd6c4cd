"""Who does the work: this process, several on this machine, or those of a cluster."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Protocol

from experiments.execution.store import RunRecord
from experiments.execution.task import Task, TaskFailure
from scenarios import InputError
from sim.scenario import Customers

Outcome = RunRecord | TaskFailure


class WorkerPool(Protocol):
    """`width` tasks are worth having under way at once."""

    @property
    def width(self) -> int: ...

    def submit(self, task: Task) -> Future[Outcome]:
        """Begin a task."""

    def restart(self) -> None:
        """Begin anew after a worker process died and took the others' work along.

        Raises InputError where none ever came to life.
        """

    def close(self) -> None:
        """Let what is running end, begin nothing more, and send everybody home."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class SerialPool:
    """This process: a task is done when it is begun. `threads` None lets the simulator choose."""

    threads: int | None = None
    width: int = 1

    def submit(self, task: Task) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        future.set_result(task.live(task.customers, self.threads))
        return future

    def restart(self) -> None: ...

    def close(self) -> None: ...


class ProcessPool:
    """Processes of this machine, each with its share of the cores: together they ask for no more than there are."""

    def __init__(self, jobs: int, customers: Sequence[Customers | None]) -> None:
        self.jobs, self._customers = jobs, tuple(customers)
        self._places = {id(one): place for place, one in enumerate(self._customers)}
        self._pool = self._start()

    @property
    def width(self) -> int:
        """Two for each process: the next waits at its door."""
        return 2 * self.jobs

    def _start(self) -> ProcessPoolExecutor:
        share = max(1, cores() // self.jobs)
        begin = (self._customers, share)
        pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), initializer=_begin, initargs=begin)
        self._alive = pool.submit(os.getpid)
        return pool

    def submit(self, task: Task) -> Future[Outcome]:
        return self._pool.submit(_in_process, task.without_customers(), self._places[id(task.customers)])

    def restart(self) -> None:
        if self._alive.exception() is not None:
            raise InputError(
                "worker processes die as soon as they start; a script that starts them must do so under "
                f'`if __name__ == "__main__":`, and any can ask for one process; got jobs = {self.jobs}'
            )
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._start()

    def close(self) -> None:
        processes = list((self._pool._processes or {}).values())
        try:
            self._pool.shutdown(wait=True, cancel_futures=True)
        except KeyboardInterrupt:  # asked twice: nobody is waited for, and a pool half shut down would wait for ever
            for process in processes:
                process.kill()
            raise


_shared: dict[str, tuple[Customers | None, ...] | int] = {}


def _begin(customers: tuple[Customers | None, ...], threads: int) -> None:
    """Customers are sent once per process and not with each task; only the parent answers Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shared.update(customers=customers, threads=threads)


def _end_with_parent() -> None:
    """A parent that was killed sends nobody home: without this its processes would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_process(task: Task, customers: int) -> Outcome:
    known, threads = _shared["customers"], _shared["threads"]
    assert isinstance(known, tuple)
    assert isinstance(threads, int)
    return task.live(known[customers], threads)
