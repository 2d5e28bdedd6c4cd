"""What strategies and mechanisms written in Python share: columns of their own, and words for their mistakes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sim.run_state import RunState

Floats = npt.NDArray[np.float64]


class AddedError(Exception):
    """A mistake in a function that was added in Python; one line: whose, on which day, what."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def mistake(shop: RunState, whose: str, problem: object) -> AddedError:
    """The error for something that went wrong today; an exception is told by its kind and its words."""
    what = f"{type(problem).__name__}: {problem}" if isinstance(problem, Exception) else problem
    when = shop.scenario.run.start + timedelta(days=shop.today)
    return AddedError(f"{whose}, day {shop.today} ({when}): {what}")


class PersonColumns:
    """Named columns with one number per person; they grow with the population, and new places hold `empty`."""

    def __init__(self, empty: float) -> None:
        self._empty = empty
        self._held: dict[str, Floats] = {}

    def get(self, name: str, size: int) -> Floats:
        """One column, shape (size,); writing to it writes to what is kept, until the population has grown."""
        held = self._held.get(name)
        if held is None or held.size < size:
            grown = np.full(size if held is None else max(size, 2 * held.size), self._empty)
            if held is not None:
                grown[: held.size] = held
            self._held[name] = held = grown
        return held[:size]
