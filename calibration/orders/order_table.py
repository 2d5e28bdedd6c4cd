"""One or several order files as one table of cells. What the cells mean is not asked here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.orders.exports import content_of, table_of
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SetAside:
    """Rows that are not used in full: why, how many, the first one, and what they are still kept for.

    first_row: as a spreadsheet counts rows, from 1. file: of the first one, where there are several files.
    """

    reason: str
    rows: int
    first_row: int
    kept_for: str = ""
    file: str = ""


@dataclass(frozen=True)
class OrderTable:
    """The rows of one or several order files, their columns named as in the header.

    cells: index 0, 1, ...; text columns hold text as it was written (guards such as `="5"` and spaces at the ends
    included) and "" for a blank cell; columns that Parquet or a spreadsheet hold as numbers, dates or booleans keep
    that type, with NaN or NaT for blank. Names may be repeated, as in the header. files: names without folders.
    file_of and row_of: of each row, its file (index into `files`) and its row in it, as a spreadsheet counts them,
    from 1. set_aside: rows that are no longer in `cells`, such as totals and repeated headers. notes: how the bytes
    were read, one line each. digest: SHA-256 of the bytes of all files.
    """

    cells: pd.DataFrame
    files: tuple[str, ...]
    file_of: Ints
    row_of: Ints
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""

    @property
    def name(self) -> str:
        """The files as messages name them."""
        return self.files[0] if len(self.files) == 1 else f"{self.files[0]} and {len(self.files) - 1} more"

    @property
    def rows(self) -> int:
        """Rows of the files after their headers, blank ones apart."""
        return len(self.cells) + sum(aside.rows for aside in self.set_aside)

    def place(self, row: int) -> str:
        """Where a row of `cells` stands, as messages name it."""
        return f"{self.files[self.file_of[row]]}: row {self.row_of[row]}"


def read_order_table(paths: Sequence[str | Path], known: Collection[str] = ()) -> OrderTable:
    """The rows of all files as one table. known: names of columns, by which a header is found below other lines.

    Raises InputError, in one line, for a file that cannot be read, and for files whose columns differ.
    """
    import pandas as pd

    tables, notes, digests = [], [], []
    for path in map(Path, paths):
        content = content_of(path)
        table, note = table_of(content, path.name)
        tables.append(table)
        notes += [note] if note else []
        digests.append(hashlib.sha256(content).hexdigest())
    if any(list(table.columns) != list(tables[0].columns) for table in tables):
        raise InputError(place=Path(paths[1]).name, expected="the same columns in all files", got="others")
    sizes = [len(table) for table in tables]
    digest = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return OrderTable(
        cells=pd.concat(tables, ignore_index=True),
        files=tuple(Path(path).name for path in paths),
        file_of=np.repeat(np.arange(len(tables)), sizes),
        row_of=np.concatenate([np.arange(size) + 2 for size in sizes]),
        notes=tuple(notes),
        digest=digest,
    )
