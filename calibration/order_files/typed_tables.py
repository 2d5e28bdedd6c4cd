"""Files whose cells have types: Parquet, and the sheets of a workbook."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.order_files.delimited import BELOW, FilePart
from calibration.order_files.file_contents import CEILING, within
from calibration.order_files.headers import LOOKED_AT, DroppedRows, drop_rows, header_row, is_description, known_names
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from pyarrow import RecordBatch
    from pyarrow.parquet import ParquetFile

EXACT = 1e15
"""Whole numbers from here on lose digits in a spreadsheet."""
ROWS = 8192
"""Rows of a Parquet file that are unpacked at once."""
DAY_FIRST = re.compile(r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


def is_typed(content: bytes) -> bool:
    """Whether the bytes are Parquet or a workbook."""
    return content[:4] in (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_typed(content: bytes, file: str, known: Collection[str]) -> FilePart:
    """The rows of a Parquet file or a workbook. known: names of columns, folded. InputError where it cannot be read."""
    return _parquet(content, file) if content[:4] == b"PAR1" else _workbook(content, file, known)


# --- Parquet ---------------------------------------------------------------------------------------


def _parquet(content: bytes, file: str) -> FilePart:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        source = parquet.ParquetFile(io.BytesIO(content))
        table = pa.Table.from_batches(_batches(source, file), source.schema_arrow).to_pandas()
    except InputError:
        raise
    except Exception as problem:  # the reader raises many kinds for a damaged file
        raise InputError(place=file, expected="a complete Parquet file", got=repr(str(problem)[:80])) from None
    table = table.reset_index(drop=not any(table.index.names))
    table.columns = [str(name).strip() for name in table.columns]
    columns = [_plain(table.iloc[:, index]) for index in range(table.shape[1])]
    return FilePart(file, _joined(columns, list(table.columns)), np.arange(len(table), dtype=np.int64) + 1)


def _batches(source: ParquetFile, file: str) -> list[RecordBatch]:
    """All rows, counted as they unpack, since one long text that all rows share takes little room in the file."""
    about = source.metadata
    size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    within(max(size, about.num_rows * about.num_columns), file, CEILING)
    found, size = [], 0
    for batch in source.iter_batches(ROWS):
        found.append(batch)
        size += batch.nbytes
        within(size, file, CEILING)
    return found


def _joined(columns: Sequence[pd.Series], names: list[str]) -> pd.DataFrame:
    """Columns side by side; names may be repeated."""
    import pandas as pd

    return pd.concat(columns, axis=1).set_axis(names, axis=1) if columns else pd.DataFrame()


def _plain(column: pd.Series) -> pd.Series:
    """Numbers, dates and booleans as they are; anything else as text, "" for blank."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(column):
        return column
    return _typed(column.astype(object).where(column.notna(), ""))


# --- workbooks -------------------------------------------------------------------------------------


def _workbook(content: bytes, file: str, known: Collection[str]) -> FilePart:
    """The sheet with most known names, with the sheets of the same header that go on where it ends."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError, KeyError) as problem:
        got = repr(" ".join(str(problem).split())[:80])
        raise InputError(place=file, expected="a complete workbook without a password", got=got) from None
    sheets = {name: rows for name, rows in sheets.items() if any(any(cell != "" for cell in row) for row in rows)}
    if not sheets:
        raise InputError(place=f"{file}: row 1", expected="a header and rows", got="an empty workbook")
    hits = {name: _hits(rows, known) for name, rows in sheets.items()}
    main = max(sheets, key=lambda name: hits[name])
    part = _sheet(sheets[main], _place(file, main, sheets), known)
    for name in [name for name in sheets if name != main]:
        if hits[name] == hits[main] and hits[main] > 1:
            part = _appended(part, _sheet(sheets[name], _place(file, name, sheets), known), name)
        else:
            part = replace(part, notes=(*part.notes, f"sheet {name!r} was not read"))
    names = list(part.cells.columns)
    columns = [_typed(part.cells.iloc[:, index], f"{file}: column {names[index]}") for index in range(len(names))]
    return FilePart(file, _joined(columns, names), part.rows, part.dropped, part.notes)


def _place(file: str, sheet: str, sheets: Collection[str]) -> str:
    return file if len(sheets) == 1 else f"{file}: sheet {sheet}"


def _hits(rows: Sequence[Sequence[Any]], known: Collection[str]) -> int:
    """The most known names in one of the first rows."""
    texts = [[cell for cell in row if isinstance(cell, str)] for row in rows[:LOOKED_AT]]
    return max(known_names(row, known) for row in texts)


def _sheet(rows: Sequence[Sequence[Any]], place: str, known: Collection[str]) -> FilePart:
    import pandas as pd

    start = [[_text(cell) for cell in row] for row in rows[:LOOKED_AT]]
    index = header_row(start, known, place)
    names = [name.strip() for name in start[index]]
    table = pd.DataFrame(list(rows[index + 1 :]), columns=range(len(names)), dtype=object)
    numbers = np.arange(len(table), dtype=np.int64) + index + 2
    named = [column for column, name in enumerate(names) if name or (table[column] != "").any()]
    table = table[named].set_axis([names[column] for column in named], axis=1)
    notes = (f"the header was found in row {index + 1}, below other lines",) if index else ()
    dropped: list[DroppedRows] = []
    below = start[index + 1 : index + 1 + BELOW]
    if below and is_description(below[0], below[1:]):
        dropped.append(DroppedRows("a row that describes the columns", (index + 2,)))
        table, numbers = table.iloc[1:].reset_index(drop=True), numbers[1:]
    if len(table):
        table, numbers, more = drop_rows(table, numbers, place)
        dropped += more
    return FilePart(place, table, numbers, tuple(dropped), notes)


def _appended(part: FilePart, other: FilePart, sheet: str) -> FilePart:
    import pandas as pd

    if list(part.cells.columns) != list(other.cells.columns):
        got = f"another in sheet {sheet!r}"
        raise InputError(place=part.file, expected="one header in all sheets of orders", got=got)
    cells = pd.concat([part.cells, other.cells], ignore_index=True)
    notes = (*part.notes, *other.notes, f"sheet {sheet!r} was read too; its rows count on")
    rows = np.concatenate([part.rows, other.rows + int(part.rows.max(initial=0))])
    return FilePart(part.file, cells, rows, part.dropped + other.dropped, notes)


# --- cells -----------------------------------------------------------------------------------------


def _typed(column: pd.Series, place: str = "") -> pd.Series:
    """A column of objects as numbers, dates or booleans where all that are not blank are such, else as text."""
    import pandas as pd

    kinds = {type(cell) for cell in column if not (isinstance(cell, str) and not cell.strip())}
    blank = column.map(lambda cell: isinstance(cell, str) and not cell.strip()).to_numpy(dtype=bool)
    if kinds and kinds <= {int, float, Decimal}:
        numbers = pd.to_numeric(column.mask(blank, None), errors="coerce").astype(float)
        whole = bool((numbers.dropna() % 1 == 0).all())
        if not whole or (not blank.any() and bool((numbers.abs() < EXACT).all())):
            return numbers.astype(np.int64) if whole else numbers
    elif kinds and kinds <= {date, datetime}:
        return pd.Series(pd.to_datetime(column.mask(blank, None)), index=column.index)
    elif kinds == {bool} and not blank.any():
        return column.astype(bool)
    if kinds & {date, datetime} and any(isinstance(cell, str) and DAY_FIRST.match(cell) for cell in column):
        problem = "some dates are dates and others text: a spreadsheet may have exchanged days and months"
        raise InputError(problem, place=place, expected="the export as it came, or dates like 2026-01-31")
    return column.map(_text).astype(str)


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, and with an exponent where digits are lost."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    if isinstance(cell, int) and abs(cell) >= EXACT:
        return repr(float(cell)) if abs(cell) >= 1e16 else f"{cell:.14e}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)
