"""The model is compiled before the first run: the day in one process, all else in another, and a bar shows how far."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import Any

from experiments.execution.process_pool import cores
from sim.compiled import counted
from sim.day.day import simulate_day
from sim.engine import advance, first_day_of, open_run, warm_up
from sim.fingerprint import cache_folder
from sim.scenario import Scenario
from sim.threads import Threads

FUNCTIONS = 175
"""Functions that are compiled before the first run, about; `tests/test_first_minute.py` counts them."""
POLL = 0.5
"""Seconds between two looks at what the other process has compiled."""


def compile_model(scenario: Scenario, tell: Callable[[int], None]) -> None:
    """Compile the model for this machine, and tell how many functions have been compiled so far.

    The day takes as long as all else together and needs nothing of it, so each is compiled in a process of its own.
    What one of them should have missed is compiled at the end.
    """

    def look(_: int = 0) -> None:
        tell(compiled_functions())

    look()
    with counted(look):
        if cores() > 1:
            day = get_context("spawn").Process(target=_compile_day, args=(first_day_of(scenario),), daemon=True)
            day.start()
            _simulate_with(first_day_of(scenario), _WithoutDay())
            while day.is_alive():
                day.join(POLL)
                look()
        warm_up(scenario)


def compiled_functions() -> int:
    """Functions of the simulator whose machine code is kept; one for several types of arguments counts as several."""
    return sum(1 for _ in cache_folder().glob("sim.*/*.nbc"))


class _WithoutDay(Threads):
    """Leaves the day out: nobody orders, and what comes after it is compiled for the same types all the same."""

    def share(
        self, work: Callable[..., Any], rows: int, step: int, *rest: Any, light: bool = False, heavy: bool = False
    ) -> None:
        """All work but that of the day."""
        if work is not simulate_day:
            super().share(work, rows, step, *rest, light=light, heavy=heavy)


class _DayIsCompiled(Exception):
    """Nothing that comes after the day is to be compiled."""


class _DayAlone(Threads):
    """Ends the run after its first day has been simulated."""

    def share(
        self, work: Callable[..., Any], rows: int, step: int, *rest: Any, light: bool = False, heavy: bool = False
    ) -> None:
        """Raises _DayIsCompiled after the work of the day."""
        super().share(work, rows, step, *rest, light=light, heavy=heavy)
        if work is simulate_day:
            raise _DayIsCompiled


def _compile_day(scenario: Scenario) -> None:
    """In a process of its own, which ends with its parent and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(_DayIsCompiled):
        _simulate_with(scenario, _DayAlone())


def _simulate_with(scenario: Scenario, threads: Threads) -> None:
    opened = open_run(scenario)
    opened.state.threads = threads
    advance(opened, 1)
