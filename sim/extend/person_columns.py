"""What strategies and mechanisms written in Python share: columns of their own, and the error for their mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def copy(self) -> dict[str, Floats]:
        """All columns as they are, to be gone back to."""
        return {name: column.copy() for name, column in self._kept.items()}

    def restore(self, columns: Mapping[str, Floats]) -> None:
        """Go back to columns that were copied, in place: who holds one goes on with it."""
        for name, column in self._kept.items():
            before = columns.get(name)
            column[:] = self._empty
            if before is not None:
                column[: before.size] = before


@dataclass
class SharedColumns:
    """What strategies note for mechanisms, by strategy; what mechanisms show to strategies, by mechanism and column, as
    it was at the end of yesterday."""

    notes: dict[str, PersonColumns] = field(default_factory=dict)
    shown: dict[str, dict[str, Floats]] = field(default_factory=dict)

    def notes_of(self, strategy: str) -> PersonColumns:
        """The notes of one strategy; nan where it has noted nothing."""
        return self.notes.setdefault(strategy, PersonColumns(np.nan))

    def column(self, mechanism: str, name: str, size: int) -> Floats:
        """A column that a mechanism shows, shape (size,); 0 for people who are new today. Raises WrongValue."""
        for what, got, names in (
            ("mechanism", mechanism, self.shown), ("column", name, self.shown.get(mechanism, {})),
        ):  # fmt: skip
            if got not in names:
                expected = f"one of {', '.join(sorted(names))}" if names else "none, as nothing is shown"
                raise WrongValue(f"extra: {what}", expected, repr(got))
        column = np.zeros(size)
        known = self.shown[mechanism][name]
        column[: known.size] = known
        return column


def shared_columns(state: RunState) -> SharedColumns:
    """Those of a run."""
    if state.decided.columns is None:
        state.decided.columns = SharedColumns()
    columns: SharedColumns = state.decided.columns
    return columns
