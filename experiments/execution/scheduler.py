"""Do what is to be done, here, in several processes or on a cluster, and keep each piece as it comes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from experiments.execution.cluster import ClusterPool
from experiments.execution.process_pool import Outcome, ProcessPool, SerialPool, WorkerPool, cores
from experiments.execution.run_locks import RunLocks, claims_in
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import Task, TaskFailure, error_text
from experiments.runs.python_functions import processes, say_unkept
from scenarios import InputError
from sim.scenario import Customers

SAY_ABOVE = 2.0
"""Seconds of expected work from which the expectation is announced, and other processes are started."""
GLANCE = 0.2
"""Seconds between two looks at what other processes have under way."""

T = TypeVar("T", bound=Task)


@dataclass(frozen=True)
class ExecutionSettings:
    """Where work is done and kept: `jobs` processes (None: as many as are worth it), or the cluster whose scheduler is
    at the address `cluster`. None of it changes a result."""

    jobs: int | None = None
    cluster: str | None = None
    store: Store | None = None


@dataclass(frozen=True)
class Progress:
    """Where the work stands. `expected` is the remaining time in seconds, once it is known."""

    done: int
    total: int
    reused: int
    failed: int
    expected: float | None = None
    message: str = ""


def finish(
    tasks: Sequence[T],
    means: ExecutionSettings,
    take: Callable[[T, Outcome], None],
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Hand every task's outcome to `take` as it comes, and return how many needed no work: they were kept already, or
    are the same work as another.

    What the store holds is not done again, what another process has under way is waited for, and tasks with one key
    are done once. On Ctrl-C what is running on this machine ends and is kept; KeyboardInterrupt goes on and says so.
    Raises InputError where the store cannot be written or the cluster cannot be reached.
    """
    work = _Scheduler(tasks, means, take, progress)
    try:
        if means.store:
            say_unkept(tasks)
        work.reuse()
        if work.todo:
            work.do()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(work.kept_so_far()) from None
    return work.state.reused


class _Scheduler:
    """The tasks of one call: to do, under way, elsewhere, done."""

    def __init__(
        self,
        tasks: Sequence[Any],
        means: ExecutionSettings,
        take: Callable[[Any, Outcome], None],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.means, self.take, self.progress = means, take, progress
        self.jobs = means.jobs if means.cluster else processes(tasks, means.jobs)
        self.same: dict[str, list[Task]] = {}
        for task in tasks:
            self.same.setdefault(task.key, []).append(task)
        self.todo: deque[Task] = deque()
        self.elsewhere: list[Task] = []
        self.suspects: deque[Task] = deque()
        self.flying: dict[Future[Outcome], Task] = {}
        self.claims = RunLocks(None)
        self.state = Progress(0, len(tasks), 0, 0)
        self.began, self.lived, self.kept = time.perf_counter(), 0, 0

    def reuse(self) -> None:
        """Take what the store holds; the rest is to do."""
        for tasks in self.same.values():
            piece = self._held(tasks[0])
            if piece is None:
                self.todo.append(tasks[0])
            else:
                self._done(tasks[0], piece, reused=True)

    def do(self) -> None:
        """Do what is to do, and wait for what others do."""
        store = self.means.store
        with ExitStack() as stack:
            with _writable(store):
                self.claims = stack.enter_context(claims_in(store.folder if store else None))
            workers: WorkerPool = SerialPool()
            if self.means.cluster:
                workers = ClusterPool(self.means.cluster, self._customers())
            else:
                self._first(workers)
                workers = self._hired()
            self.began, self.lived = time.perf_counter(), 0
            try:
                while self.todo or self.suspects or self.flying or self.elsewhere:
                    self._turn(workers)
            finally:
                workers.close()
                self._harvest_kept()

    def _first(self, workers: WorkerPool) -> None:
        """The first task is done here, to be timed, and to compile what others then load."""
        while self.todo and not self.lived:
            self._fill(workers, 1)
            self._harvest(workers)

    def _hired(self) -> WorkerPool:
        left = len(self.todo)
        jobs = self.jobs or (cores() if (self.state.expected or 0.0) > SAY_ABOVE else 1)
        if min(jobs, left) <= 1:
            return SerialPool()
        return ProcessPool(min(jobs, left), self._customers())

    def _customers(self) -> list[Customers | None]:
        """Of all tasks, since one that is under way elsewhere may come back to be done here."""
        waiting = (*self.todo, *self.elsewhere)
        return list({id(task.customers): task.customers for task in waiting}.values())

    def _turn(self, workers: WorkerPool) -> None:
        self._fill(workers, workers.width)
        if self.flying:
            self._harvest(workers)
        elif self.elsewhere and not self.todo:
            if self.progress:
                self.progress(replace(self.state, message="waiting for runs that another command has under way"))
            time.sleep(GLANCE)
            self.todo.extend(self.elsewhere)
            self.elsewhere = []

    def _fill(self, workers: WorkerPool, width: int) -> None:
        """Begin tasks; after a worker's death its suspects go first and alone, so that the culprit is known."""
        if self.suspects:
            if not self.flying:
                self._begin(workers, self.suspects.popleft())
            return
        while self.todo and len(self.flying) < width:
            task = self.todo.popleft()
            if self._claimed(task):
                self._begin(workers, task)

    def _begin(self, workers: WorkerPool, task: Task) -> None:
        try:
            future = workers.submit(task)
        except BrokenExecutor as broken:
            future = Future()
            future.set_exception(broken)
        self.flying[future] = task

    def _claimed(self, task: Task) -> bool:
        """Whether the task is ours to do: not under way elsewhere, nor finished there since we looked."""
        if not (self.means.store and task.kept):
            return True
        if not self.claims.take(task.key):
            self.elsewhere.append(task)
            return False
        piece = self._held(task)
        if piece is not None:
            self.claims.leave(task.key)
            self._done(task, piece, reused=True)
        return piece is None

    def _harvest(self, workers: WorkerPool) -> None:
        done, _ = wait(self.flying, return_when=FIRST_COMPLETED)
        broken = False
        for future in done:
            try:
                outcome = future.result()
            except BrokenExecutor:
                broken = True
                continue
            except CancelledError:
                raise InputError(
                    f"--cluster {self.means.cluster}: the scheduler is lost; {self.kept_so_far()}"
                ) from None
            except Exception as error:
                outcome = TaskFailure("worker", error_text(error))
            self._done(self.flying.pop(future), outcome)
        if broken:
            self._bury(workers)

    def _bury(self, workers: WorkerPool) -> None:
        """A worker process died: one task alone is the culprit, of several each is tried again by itself."""
        lost = list(self.flying.values())
        self.flying = {}
        workers.restart()
        if len(lost) == 1:
            self._done(lost[0], TaskFailure("worker", "its process died, perhaps for want of memory"))
        else:
            self.suspects.extend(lost)

    def _harvest_kept(self) -> None:
        """What ended while everybody went home is kept too."""
        store = self.means.store
        for future, task in self.flying.items():
            if store and task.kept and future.done() and not future.cancelled() and not future.exception():
                outcome = future.result()
                if isinstance(outcome, RunRecord):
                    _keep(store, outcome)
                    self.kept += len(self.same[task.key])

    def _held(self, task: Task) -> RunRecord | None:
        store = self.means.store
        return store.get(task.key, task.spans) if store and task.kept else None

    def _done(self, task: Task, outcome: Outcome, *, reused: bool = False) -> None:
        twins = self.same[task.key]
        if not reused:
            if self.means.store and task.kept:
                if isinstance(outcome, RunRecord):
                    _keep(self.means.store, outcome)
                self.claims.leave(task.key)
            self.lived += 1
        self.kept += len(twins) * (twins[0].kept and isinstance(outcome, RunRecord))
        for twin in twins:
            self.take(twin, outcome)
        self._tell(len(twins), outcome, reused)

    def _tell(self, count: int, outcome: Outcome, reused: bool) -> None:
        state, first = self.state, self.state.expected is None
        expected = None if reused and first else self._expected(outcome)
        left = state.total - state.done - count
        self.state = replace(
            state,
            done=state.done + count,
            reused=state.reused + (count if reused else count - 1) * isinstance(outcome, RunRecord),
            failed=state.failed + count * isinstance(outcome, TaskFailure),
            expected=expected,
            message=_announcement(expected, left) if first else "",
        )
        if self.progress:
            self.progress(self.state)

    def _expected(self, outcome: Outcome) -> float:
        """Seconds for the rest at the pace so far; a first run's own time has no compilation in it."""
        spent = time.perf_counter() - self.began
        if self.lived <= 1 and isinstance(outcome, RunRecord):
            spent = min(spent, outcome.seconds)
        return spent / max(self.lived, 1) * (len(self.todo) + len(self.flying) + len(self.elsewhere))

    def kept_so_far(self) -> str:
        """What an interruption leaves, in words."""
        store = self.means.store
        if store is None:
            return "nothing is kept without a folder for it"
        return f"{self.kept} of {self.state.total} runs are kept in {store.folder}; the same command goes on from there"


def _announcement(expected: float | None, runs: int) -> str:
    if expected is None or expected < SAY_ABOVE:
        return ""
    wait_for = f"{expected:.0f} s" if expected < 120 else f"{expected / 60:.0f} min"
    return f"about {wait_for} for {runs} more runs"


def _keep(store: Store, piece: RunRecord) -> None:
    with _writable(store):
        store.put(piece)


@contextmanager
def _writable(store: Store | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{store.folder if store else '.'}: a finished run cannot be kept: {error.strerror or error}; "
            "what was kept before is whole, and the next start goes on from it"
        ) from None
