"""Rows of an order table that are still in use, and the count of those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.order_files.order_table import OrderTable, SetAside
from calibration.orders.cells import form_of
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

UNREADABLE = 0.01
"""Share of a column's cells that may be unreadable."""

Bools = npt.NDArray[np.bool_]


class Sieve:
    """Removes rows from a table, one reason at a time, and counts them.

    rows: what is known of the rows in use, one row each; its index is the row in `source.cells`.
    """

    def __init__(self, source: OrderTable) -> None:
        import pandas as pd

        self.source = source
        self.rows = pd.DataFrame(index=source.cells.index)
        self.taken: list[SetAside] = list(source.set_aside)
        self.notes: list[str] = list(source.notes)

    def cells(self, column: str) -> pd.Series:
        """The cells of a column in the rows in use."""
        cells = self.source.cells[column]
        return cells if len(self.rows) == len(cells) else cells.iloc[self.rows.index.to_numpy()]

    def note(self, rows: Bools, reason: str, kept_for: str) -> None:
        """Count rows that stay in use for some things only."""
        if rows.any():
            self.add(self.rows.index[rows], reason, kept_for)

    def add(self, index: pd.Index, reason: str, kept_for: str = "") -> None:
        """Count the rows of `source.cells` with that index."""
        first = int(index[0])
        files = self.source.files
        file = files[self.source.file_of[first]] if len(files) > 1 else ""
        self.taken.append(SetAside(reason, len(index), int(self.source.row_of[first]), kept_for, file))

    def count(self, reason: str, rows: int, first_row: int, kept_for: str) -> None:
        """Count rows that another reading has counted; `first_row` is a row of `source.cells`."""
        row = int(self.source.row_of[first_row])
        self.taken.append(SetAside(reason, rows, row, kept_for))

    def take(self, rows: Bools, reason: str) -> None:
        """Take rows out of use."""
        self.note(rows, reason, "")
        if rows.any():
            self.rows = self.rows[~rows]

    def take_unreadable(self, bad: Bools, kind: str, column: str, example: str) -> None:
        """Take rows out whose cell cannot be read; InputError where they are many."""
        if not bad.any():
            return
        first = int(self.rows.index[bad][0])
        cell = str(self.source.cells[column].iloc[first])[:40]
        if bad.mean() > UNREADABLE:
            raise InputError(
                f"{bad.mean():.1%} of the column cannot be read",
                place=f"{self.source.place(first)}, column {column}",
                expected=f"cells like {example}, at most 1 % unreadable",
                got=repr(cell),
            )
        # Reasons are written to files, so they show the form of a cell and not what it says.
        self.take(bad, f"unreadable {kind}, first in row {self.source.row_of[first]}, of the form {form_of(cell)}")
