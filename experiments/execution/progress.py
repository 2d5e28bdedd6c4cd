"""How far the tasks of one call are, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from experiments.execution.store import RunRecord
from experiments.execution.task import Outcome, TaskFailure
from scenarios.progress_bar import Show
from scenarios.questions.verb_calls import verb
from sim.fingerprint import is_compiled

COMPILED_FIRST = "compiling the model for this machine, once"
COMPILING = 60.0
"""Seconds that compiling takes, about."""
SAY_ABOVE = 2.0
"""Seconds of expected work from which the expectation is announced."""


@dataclass(frozen=True)
class Progress:
    """How far the work is. `expected` is the remaining time in seconds, once it is known."""

    done: int
    total: int
    reused: int
    failed: int
    expected: float | None = None
    message: str = ""


Report = Callable[[Progress], None]
"""Called as work goes on."""


def reported(show: Show) -> Report:
    """A report that shows the progress of runs."""
    return lambda state: show(state.done, state.total, state.message, state.expected)


verb_of_runs = verb(reported)
"""Decorates a function of the Python interface whose work are runs."""


def announce_compiling(report: Report | None) -> None:
    """Report that the model will be compiled, where it is not yet."""
    if report and not is_compiled():
        report(Progress(0, 0, 0, 0, COMPILING, COMPILED_FIRST))


class ProgressCounter:
    """Counts the tasks of one call as they end, and reports each time."""

    def __init__(self, total: int, report: Callable[[Progress], None] | None) -> None:
        self.state, self._report = Progress(0, total, 0, 0), report
        self.start_clock()

    def start_clock(self) -> None:
        """The pace is measured from now on; `executed` counts tasks since then."""
        self._started, self.executed = time.perf_counter(), 0

    def count(self, outcome: Outcome, tasks: int, *, reused: bool, waiting: int) -> None:
        """One outcome, that of so many tasks, while so many other tasks have none."""
        state, first = self.state, self.state.expected is None
        self.executed += not reused
        expected = None if reused and first else self._expected(outcome, waiting)
        self.state = replace(
            state,
            done=state.done + tasks,
            reused=state.reused + (tasks if reused else tasks - 1) * isinstance(outcome, RunRecord),
            failed=state.failed + tasks * isinstance(outcome, TaskFailure),
            expected=expected,
            message=_announcement(expected, state.total - state.done - tasks) if first else "",
        )
        self.say(self.state.message)

    def say(self, message: str) -> None:
        """Report, with a message for people."""
        if self._report:
            self._report(replace(self.state, message=message))

    def _expected(self, outcome: Outcome, waiting: int) -> float:
        """Seconds for the rest at the pace so far; a first run's own time has no compilation in it."""
        spent = time.perf_counter() - self._started
        if self.executed <= 1 and isinstance(outcome, RunRecord):
            spent = min(spent, outcome.seconds)
        return spent / max(self.executed, 1) * waiting


def _announcement(expected: float | None, runs: int) -> str:
    if expected is None or expected < SAY_ABOVE:
        return ""
    duration = f"{expected:.0f} s" if expected < 120 else f"{expected / 60:.0f} min"
    return f"about {duration} for {runs} more runs"
