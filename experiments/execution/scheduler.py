"""Runs tasks in this process, in several or on a cluster, and stores each record as it comes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from experiments.execution.cluster import ClusterPool
from experiments.execution.process_pool import ProcessPool, SerialPool, WorkerPool, cores
from experiments.execution.progress import SAY_ABOVE, Progress, ProgressCounter
from experiments.execution.python_functions import possible_jobs, warn_of_missing_versions
from experiments.execution.run_locks import RunLocks, run_locks
from experiments.execution.store import RunRecord, Store, warn_of_others
from experiments.execution.task import Outcome, Task, TaskFailure, error_text, stored_outcome
from scenarios import InputError
from scenarios.errors import shown
from sim.scenario import Customers

POLL = 0.2
"""Seconds between two looks at what other commands are running."""

T = TypeVar("T", bound=Task)


@dataclass(frozen=True)
class ExecutionSettings:
    """Where tasks are run and stored: in `jobs` processes (None: as many as are worth it), or on the cluster whose
    scheduler is at the address `cluster`. None of it changes a result."""

    jobs: int | None = None
    cluster: str | None = None
    store: Store | None = None

    def __post_init__(self) -> None:
        """Raises InputError for what is no number of processes."""
        jobs = self.jobs
        if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
            raise InputError(place="jobs", expected="a whole number from 1", got=shown(jobs))


def run_tasks(
    tasks: Sequence[T],
    settings: ExecutionSettings,
    receive: Callable[[T, Outcome], None],
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Hand every task's outcome to `receive` as it comes. Returns how many tasks needed no run of their own, because
    their record was stored or another task has the same ledger.

    A run that another command on the store has begun is waited for. On Ctrl-C, runs that have begun on this machine
    end and are stored, and KeyboardInterrupt is raised again with a message that says so. Raises InputError where the
    store cannot be written or the cluster cannot be reached, and for a KPI of the user's that fails.
    """
    work = _Scheduler(tasks, settings, receive, progress)
    try:
        if settings.store:
            warn_of_missing_versions(tasks)
            warn_of_others(settings.store.folder)
        work.take_stored()
        if work.waiting:
            work.run_rest()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(work.stored_so_far()) from None
    return work.progress.state.reused


class _Scheduler:
    """The tasks of one call. Of tasks with one ledger the first is run, and the others are measured from its record.

    `waiting` are to be run, `running` have begun here, and `elsewhere` another command has begun. `suspects` were
    running when a worker process died.
    """

    def __init__(
        self,
        tasks: Sequence[Any],
        settings: ExecutionSettings,
        receive: Callable[[Any, Outcome], None],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.settings, self.store, self.receive = settings, settings.store, receive
        self.jobs = settings.jobs if settings.cluster else possible_jobs(tasks, settings.jobs)
        self.same_ledger: dict[str, list[Task]] = {}
        for task in tasks:
            self.same_ledger.setdefault(task.ledger_key, []).append(task)
        self.waiting: deque[Task] = deque()
        self.elsewhere: list[Task] = []
        self.suspects: deque[Task] = deque()
        self.running: dict[Future[Outcome], Task] = {}
        self.locks = RunLocks(None)
        self.progress = ProgressCounter(len(tasks), progress)
        self.stored = 0

    def take_stored(self) -> None:
        """Take what the store has; the rest is to be run."""
        for tasks in self.same_ledger.values():
            outcome = stored_outcome(self.store, tasks[0])
            if outcome is None:
                self.waiting.append(tasks[0])
            else:
                self._end(tasks[0], outcome, reused=True)

    def run_rest(self) -> None:
        """Run what waits, and wait for what other commands run."""
        with ExitStack() as stack:
            with _writable(self.store):
                self.locks = stack.enter_context(run_locks(self.store.folder if self.store else None))
            workers: WorkerPool = SerialPool()
            if self.settings.cluster:
                workers = ClusterPool(self.settings.cluster, self._customers())
            else:
                self._run_first(workers)
                workers = self._pool()
            self.progress.start_clock()
            try:
                while self.waiting or self.suspects or self.running or self.elsewhere:
                    self._step(workers)
            finally:
                workers.close()
                self._store_ended()

    def _run_first(self, workers: WorkerPool) -> None:
        """The first task is run here: that takes its time, and compiles what others then load."""
        while self.waiting and not self.progress.executed:
            self._submit_waiting(workers, 1)
            self._collect(workers)

    def _pool(self) -> WorkerPool:
        left = len(self.waiting)
        jobs = self.jobs or (cores() if (self.progress.state.expected or 0.0) > SAY_ABOVE else 1)
        if min(jobs, left) <= 1:
            return SerialPool()
        return ProcessPool(min(jobs, left), self._customers())

    def _customers(self) -> list[Customers | None]:
        """Of all tasks: one that is running elsewhere may have to be run here."""
        tasks = (*self.waiting, *self.elsewhere)
        return list({id(task.customers): task.customers for task in tasks}.values())

    def _step(self, workers: WorkerPool) -> None:
        self._submit_waiting(workers, workers.width)
        if self.running:
            self._collect(workers)
        elif self.elsewhere and not self.waiting:
            self.progress.say("waiting for runs that another command has under way")
            time.sleep(POLL)
            self.waiting.extend(self.elsewhere)
            self.elsewhere = []

    def _submit_waiting(self, workers: WorkerPool, width: int) -> None:
        """Begin tasks. After a worker's death the suspects are run first and alone, so that the culprit is found."""
        if self.suspects:
            if not self.running:
                self._submit(workers, self.suspects.popleft())
            return
        while self.waiting and len(self.running) < width:
            task = self.waiting.popleft()
            if self._lock(task):
                self._submit(workers, task)

    def _submit(self, workers: WorkerPool, task: Task) -> None:
        try:
            future = workers.submit(task)
        except BrokenExecutor as broken:
            future = Future()
            future.set_exception(broken)
        self.running[future] = task

    def _lock(self, task: Task) -> bool:
        """Whether this process is to run the task: no other runs it now, or has stored it since the store was read."""
        if not (self.store and task.storable):
            return True
        if not self.locks.take(task.ledger_key):
            self.elsewhere.append(task)
            return False
        outcome = stored_outcome(self.store, task)
        if outcome is not None:
            self.locks.release(task.ledger_key)
            self._end(task, outcome, reused=True)
        return outcome is None

    def _collect(self, workers: WorkerPool) -> None:
        """Wait until something ends, and take what has ended."""
        ended, _ = wait(self.running, return_when=FIRST_COMPLETED)
        broken = False
        for future in ended:
            try:
                outcome = future.result()
            except BrokenExecutor:
                broken = True
                continue
            except CancelledError:
                lost = f"the scheduler is lost; {self.stored_so_far()}"
                raise InputError(lost, place=f"--cluster {self.settings.cluster}") from None
            except Exception as error:
                outcome = TaskFailure("worker", error_text(error))
            self._end(self.running.pop(future), outcome)
        if broken:
            self._after_death(workers)

    def _after_death(self, workers: WorkerPool) -> None:
        """A worker process died. A task that was running alone has failed; several are each run again alone."""
        lost = list(self.running.values())
        self.running = {}
        workers.restart()
        if len(lost) == 1:
            self._end(lost[0], TaskFailure("worker", "its process died, perhaps for want of memory"))
        else:
            self.suspects.extend(lost)

    def _store_ended(self) -> None:
        """Store what ended while the workers were closed."""
        for future, task in self.running.items():
            if future.done() and not future.cancelled() and not future.exception():
                self._store(task, future.result())

    def _store(self, task: Task, outcome: Outcome) -> None:
        if self.store and task.storable and isinstance(outcome, RunRecord):
            with _writable(self.store):
                self.store.put(outcome)
            self.stored += len(self.same_ledger[task.ledger_key])

    def _end(self, task: Task, outcome: Outcome, *, reused: bool = False) -> None:
        same = self.same_ledger[task.ledger_key]
        if reused:
            self.stored += len(same) * isinstance(outcome, RunRecord)
        else:
            self._store(task, outcome)
            if self.store and task.storable:
                self.locks.release(task.ledger_key)
        for one in same:
            own = _measured(one, outcome)
            if isinstance(own, TaskFailure) and own.mistake:
                raise own.mistake
            self.receive(one, own)
        waiting = len(self.waiting) + len(self.running) + len(self.elsewhere)
        self.progress.count(outcome, len(same), reused=reused, waiting=waiting)

    def stored_so_far(self) -> str:
        """What an interruption leaves, in words."""
        if self.store is None:
            return "nothing is kept without a folder for it"
        total, folder = self.progress.state.total, self.store.folder
        return f"{self.stored} of {total} runs are kept in {folder}; the same command goes on from there"


def _measured(task: Task, outcome: Outcome) -> Outcome:
    """The outcome as this task asks for it, without the ledger, which would fill the memory in a long sweep."""
    own = task.measured(outcome) if isinstance(outcome, RunRecord) else outcome
    return replace(own, ledger=b"") if isinstance(own, RunRecord) and own.ledger else own


@contextmanager
def _writable(store: Store | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"a finished run cannot be kept: {error.strerror or error}; what was kept before is whole, and the next "
            "start goes on from it",
            place=str(store.folder if store else "."),
        ) from None
