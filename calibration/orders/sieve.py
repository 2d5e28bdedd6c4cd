"""Rows of an order table that are still in use, the count of those that are not, and orders in several files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.order_files.order_table import OrderTable, SetAside
from calibration.orders.cells import carry_down, distinct, form_of, lacking
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

UNREADABLE = 0.01
"""Share of a column's cells that may be unreadable."""

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


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

    def carried(self, column: str) -> tuple[Bools, Ints]:
        """Which cells of a column are blank, and of each row the row in use whose cell it takes, or -1.

        The rows in use need `order`, -1 for none.
        """
        blank = lacking(self.cells(column))
        return blank, carry_down(self.rows["order"].to_numpy(), blank)

    def filled(self, column: str) -> pd.Series:
        """The cells of a column, a blank one replaced by that of its order."""
        cells = self.cells(column)
        blank, source = self.carried(column)
        if not blank.any() or not (source[blank] >= 0).any():
            return cells
        own = np.where(source >= 0, source, np.arange(len(source)))
        return cells.iloc[own].set_axis(cells.index)

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

    def refuse_if_none(self) -> None:
        """InputError where no row is left."""
        if len(self.rows):
            return
        reasons = sorted(self.taken, key=lambda aside: -aside.rows)[:3]
        raise InputError(
            "no row is left as an order",
            place=self.source.name,
            expected="at least one sale with a customer, a date and an amount",
            got="; ".join(f"{aside.reason} ({aside.rows} rows)" for aside in reasons),
        )


def settle_files(sieve: Sieve, customer: str, date: str) -> None:
    """Of an order that stands in several files, leave the rows of the last one; it may have changed since.

    Orders of one number with another customer or another date are different orders, as two shops have them, and get
    codes of their own. One order across the end of a file and the start of another has its lines in both, and keeps
    them. customer, date: the columns that tell. The rows in use need `order`, -1 for none.
    """
    count = len(sieve.source.files)
    order = sieve.rows["order"].to_numpy()
    if count == 1 or not (order >= 0).any():
        return
    # One entry for each order in a file, with its first row there, which has its customer and date.
    file = sieve.source.file_of[sieve.rows.index]
    place = np.where(order >= 0, order, np.arange(len(order)) + int(order.max()) + 1) * count + file
    entries, first, entry = np.unique(place, return_index=True, return_inverse=True)
    who, when = distinct(sieve.cells(customer))[0], distinct(sieve.cells(date))[0]
    code = np.unique(np.stack([entries // count, who[first], when[first]]), axis=1, return_inverse=True)[1].reshape(-1)
    last = np.full(int(code.max()) + 1, -1)
    np.maximum.at(last, code, entries % count)
    sieve.rows["order"] = np.where(order >= 0, code[entry], -1)
    older = entries % count < last[code]
    ends = np.flatnonzero(np.diff(file, prepend=-1, append=-1))
    edges = np.union1d(entry[ends[:-1]], entry[ends[1:] - 1])
    if older.sum() == 1 and older[edges].any():
        return
    sieve.take(older[entry], "the order is in a later file too, where it may have changed")
