"""One or several order files as one table of cells. What the cells mean is not asked here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.order_files.delimited import read_delimited
from calibration.order_files.file_contents import contents_of
from calibration.order_files.profiles import fold, known_headers
from calibration.order_files.typed_tables import is_typed, read_typed
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

OVERLAP = "the same row is in a later file: the exports overlap"


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


def read_order_table(
    paths: Sequence[str | Path], known: Collection[str] = (), encoding: str | None = None
) -> OrderTable:
    """The rows of all files as one table. known: names of columns, by which a header is found below other lines.
    encoding: of text, as the user has named it.

    Rows that stand in several files, as exports with overlapping dates have them, are kept in the last one and counted
    in `set_aside`. Raises InputError, in one line, for a file that cannot be read, and for files whose columns differ.
    """
    import pandas as pd

    names = frozenset(map(fold, known)) | known_headers()
    digests, parts = [], []
    for path in map(Path, paths):
        for name, content in contents_of(path):
            digests.append(hashlib.sha256(content).hexdigest())
            typed = is_typed(content)
            parts.append(read_typed(content, name, names) if typed else read_delimited(content, name, names, encoding))
    if not parts:
        raise InputError(place="order files", expected="at least one", got="none")
    files = _different_names([part.file for part in parts])
    tables = [_in_order_of(parts[0].cells, part.cells, files[0], file) for part, file in zip(parts, files, strict=True)]
    gone = _overlaps(tables)
    aside, notes = [], []
    for file, part, copies in zip(files, parts, gone, strict=True):
        named = file if len(files) > 1 else ""
        aside += [SetAside(one.reason, len(one.rows), one.rows[0], file=named) for one in part.dropped]
        notes += [f"{file}: {note}" if len(files) > 1 else note for note in part.notes]
        if copies.any():
            aside.append(SetAside(OVERLAP, int(copies.sum()), int(part.rows[copies][0]), file=file))
            notes.append(
                f"{file}: {int(copies.sum()):,} of its {len(copies):,} rows are in a later file too and count once"
            )
    kept = [table[~copies] if copies.any() else table for table, copies in zip(tables, gone, strict=True)]
    return OrderTable(
        cells=pd.concat(kept, ignore_index=True) if len(kept) > 1 else kept[0],
        files=tuple(files),
        file_of=np.repeat(np.arange(len(kept)), [len(table) for table in kept]),
        row_of=np.concatenate([part.rows[~copies] for part, copies in zip(parts, gone, strict=True)]),
        set_aside=tuple(aside),
        notes=tuple(notes),
        digest=digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest(),
    )


def _different_names(names: list[str]) -> list[str]:
    """File names, with a number where two folders have files of one name."""
    return [
        name if names.count(name) == 1 else f"{name} ({names[: i + 1].count(name)})" for i, name in enumerate(names)
    ]


def _in_order_of(first: pd.DataFrame, table: pd.DataFrame, file: str, other: str) -> pd.DataFrame:
    """A table with its columns in the order of the first one; InputError where they are not the same."""
    names, mine = list(first.columns), list(table.columns)
    if names == mine:
        return table
    if sorted(names) == sorted(mine) and len(set(names)) == len(names):
        return table[names]
    missing, more = [n for n in names if n not in mine], [n for n in mine if n not in names]
    got = "; ".join(
        f"{word} {', '.join(repr(name[:30]) for name in some[:5])}"
        for word, some in (("without", missing), ("with", more))
        if some
    )
    raise InputError(place=other, expected=f"the columns of {file}", got=got or "repeated names in another order")


def _overlaps(tables: Sequence[pd.DataFrame]) -> list[Bools]:
    """Of each table, the rows that a later one has as often: the k-th copy of a row goes if one has k copies."""
    import pandas as pd

    gone = [np.zeros(len(table), dtype=bool) for table in tables]
    if len(tables) == 1:
        return gone
    keys = []
    for table in tables:
        row = pd.util.hash_pandas_object(_comparable(table), index=False)
        copy = row.groupby(row).cumcount()
        keys.append(pd.util.hash_pandas_object(pd.DataFrame({"row": row, "copy": copy}), index=False).to_numpy())
    return [*(np.isin(keys[i], np.concatenate(keys[i + 1 :])) for i in range(len(keys) - 1)), gone[-1]]


def _comparable(table: pd.DataFrame) -> pd.DataFrame:
    """Cells as text that is the same for one value, whether a file holds it as a whole number, a number or text."""
    import pandas as pd

    columns = []
    for index in range(table.shape[1]):
        column = table.iloc[:, index]
        text = column.astype(str).where(column.notna(), "").str.strip().str.removesuffix(" 00:00:00")
        number = pd.to_numeric(text, errors="coerce")
        columns.append(text.where(number.isna(), number.map("{:.15g}".format)))
    return pd.concat(columns, axis=1)
