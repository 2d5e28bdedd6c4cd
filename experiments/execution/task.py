"""A task: one run of a scenario or one call of a function, which can be done, stored and counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from experiments.execution.store import RunRecord, Spans, Store
from scenarios import InputError
from scenarios.values.own_formats import OfferMistake
from scenarios.values.own_kpis import KpiMistake
from sim.scenario import Customers

AddedFunctions = tuple[tuple[str, str | None, tuple[Any, ...]], ...]
"""Functions that were added in Python: a name for people, the version, and the functions themselves."""


@dataclass(frozen=True)
class TaskFailure:
    """Why a task gave no record: at which stage (plan, run, measure, worker), in one line.

    `mistake` is one of the user's that stops all tasks, None where the others go on.
    """

    stage: str
    message: str
    mistake: InputError | None = None


Outcome = RunRecord | TaskFailure


class Task(Protocol):
    """What can be run, stored and counted.

    `key` names everything that can change its outcome; `ledger_key` everything that can change its ledger, and the
    record is stored under it. A task that is not `storable` is neither stored nor reused. `spans` are the days that are
    measured.
    """

    @property
    def key(self) -> str: ...
    @property
    def ledger_key(self) -> str: ...
    @property
    def storable(self) -> bool: ...
    @property
    def spans(self) -> Spans: ...
    @property
    def added_functions(self) -> AddedFunctions: ...

    @property
    def customers(self) -> Customers | None:
        """Real customers that the work needs; they are sent to each process once."""

    def without_customers(self) -> Task:
        """The same work, small enough to be sent."""

    def run(self, customers: Customers | None, threads: int | None) -> Outcome:
        """Do the work with these customers; `threads` None lets the simulator choose."""

    def measured(self, record: RunRecord) -> Outcome:
        """The record of this ledger, measured over this task's spans by the present code: itself, where it is that."""


T = TypeVar("T")


def attempt(stage: str, work: Callable[[], T]) -> T | TaskFailure:
    """What the work gives, or how it failed: a fault in one run takes nothing from the others."""
    try:
        return work()
    except (Exception, SystemExit) as error:
        return TaskFailure(stage, error_text(error), error if isinstance(error, KpiMistake | OfferMistake) else None)


def error_text(error: BaseException) -> str:
    """An error in one line; a user's mistake needs no type's name."""
    text = " ".join(str(error).split())
    return text if isinstance(error, InputError) else f"{type(error).__name__}: {text}"


def stored_outcome(store: Store | None, task: Task) -> Outcome | None:
    """The task's record from the store, measured as the task asks, or None; what was measured anew is stored again."""
    record = store.get(task.ledger_key) if store and task.storable else None
    if store is None or record is None:
        return None
    current = task.measured(record)
    if isinstance(current, RunRecord) and current is not record:
        with suppress(OSError):  # a store that can only be read serves as well
            store.put(current)
    return current
