"""What can be done, kept and counted: one life of a scenario, or one call of a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from experiments.execution.store import RunRecord, Spans
from scenarios import InputError
from sim.scenario import Customers

Added = tuple[tuple[str, str | None, tuple[Any, ...]], ...]
"""Functions that were added in Python: what each is called, its version, and the functions themselves."""


@dataclass(frozen=True)
class TaskFailure:
    """Why a task gave no piece: at which stage (plan, run, measure, worker), in one line."""

    stage: str
    message: str


class Task(Protocol):
    """One piece of work. `key` names everything that can change its outcome; one that is not `kept` is neither stored
    nor reused; a stored piece must have been measured over `spans`."""

    @property
    def key(self) -> str: ...
    @property
    def kept(self) -> bool: ...
    @property
    def spans(self) -> Spans: ...

    @property
    def added(self) -> Added: ...

    @property
    def customers(self) -> Customers | None:
        """Real customers that the work needs; they are sent to each process once."""

    def without_customers(self) -> Task:
        """The same work, small enough to be sent."""

    def live(self, customers: Customers | None, threads: int | None) -> RunRecord | TaskFailure:
        """Do the work with these customers; `threads` None lets the simulator choose."""


T = TypeVar("T")


def attempt(stage: str, work: Callable[[], T]) -> T | TaskFailure:
    """What the work gives, or how it failed: a fault in one run takes nothing from the others."""
    try:
        return work()
    except (Exception, SystemExit) as error:
        return TaskFailure(stage, error_text(error))


def error_text(error: BaseException) -> str:
    """An error in one line; a user's mistake needs no type's name."""
    text = " ".join(str(error).split())
    return text if isinstance(error, InputError) else f"{type(error).__name__}: {text}"
