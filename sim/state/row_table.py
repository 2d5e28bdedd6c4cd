"""Tables of rows of one structured type that grow while a run goes on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class RowTable(NamedTuple):
    """Rows with room for more, as compiled functions take them; `used`, shape (1,), is how many are in use."""

    rows: npt.NDArray[Any]
    used: Ints


class GrowingTable:
    """A table that makes room before compiled functions write to it."""

    def __init__(self, kind: np.dtype[np.void]) -> None:
        self._table = RowTable(np.empty(64, dtype=kind), np.zeros(1, dtype=np.int64))

    def __len__(self) -> int:
        return int(self._table.used[0])

    def room(self, more: int) -> RowTable:
        """The table, with room for so many more rows."""
        rows, used = self._table
        needed = len(self) + more
        if needed > rows.size:
            grown = np.empty(2 * needed, dtype=rows.dtype)
            as_bytes(grown)[: len(self)] = as_bytes(rows)[: len(self)]
            self._table = RowTable(grown, used)
        return self._table

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Add rows at the end."""
        table, first = self.room(rows.size), len(self)
        place = slice(first, first + rows.size)
        if rows.dtype == table.rows.dtype:
            as_bytes(table.rows)[place] = as_bytes(rows)
        else:  # these fields of other rows
            table.rows[place] = rows
        table.used[0] += rows.size

    @property
    def rows(self) -> npt.NDArray[Any]:
        """The rows in use; a view, which holds until the table changes."""
        return self._table.rows[: len(self)]


def as_bytes(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view of rows, shape (n,), in which each is only bytes: numpy copies the fields of rows one after the other."""
    return rows.view(np.dtype((np.void, rows.dtype.itemsize)))
