"""What strategies and mechanisms written in Python share: columns of their own, and the error for their mistakes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from sim.state.run_state import RunState
from sim.units import WrongValue

Floats = npt.NDArray[np.float64]


class AddedError(Exception):
    """A mistake in a function that was added in Python; one line: which function, on which day, what."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def mistake(state: RunState, place: str, error: Exception) -> AddedError:
    """The error for an exception that was raised today; `place` names the function."""
    what = str(error) if isinstance(error, WrongValue) else f"{type(error).__name__}: {error}"
    when = state.inputs.scenario.run.start + timedelta(days=state.day)
    return AddedError(f"{place}, day {state.day} ({when}): {what}")


class PersonColumns:
    """Named columns with one number per person; they grow with the population, and new places hold `empty`."""

    def __init__(self, empty: float) -> None:
        self._empty = empty
        self._kept: dict[str, Floats] = {}

    def get(self, name: str, size: int) -> Floats:
        """One column, shape (size,); writing to it writes to what is kept, until the population has grown."""
        kept = self._kept.get(name)
        if kept is None or kept.size < size:
            grown = np.full(size if kept is None else max(size, 2 * kept.size), self._empty)
            if kept is not None:
                grown[: kept.size] = kept
            self._kept[name] = kept = grown
        return kept[:size]
