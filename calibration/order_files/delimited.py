"""Delimited text (CSV, TSV and the like) as columns of text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.order_files.headers import (
    LOOKED_AT,
    DroppedRows,
    Ints,
    drop_rows,
    header_row,
    is_description,
    known_names,
)
from calibration.order_files.text_encodings import utf8_of
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = ",;\t|"
SAMPLE = 1 << 20
"""Bytes at the start in which separator and header are looked for."""
BELOW = 10
"""Rows below the header that are looked at."""
SEP_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)


@dataclass(frozen=True)
class FilePart:
    """The data rows of one file or sheet: cells, their row numbers from 1, what was dropped, and notes."""

    file: str
    cells: pd.DataFrame
    rows: Ints
    dropped: tuple[DroppedRows, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Record:
    """One record at the start of a text: its cells and the character at which it begins."""

    cells: list[str]
    start: int


def read_delimited(content: bytes, file: str, known: Collection[str], encoding: str | None = None) -> FilePart:
    """The rows of a delimited text. known: names of columns, folded, by which a header is found below other lines.
    encoding: as the user has named it, found by the bytes where None.

    Raises InputError for bytes that are no text, a file without a header, and rows with more fields than the header.
    """
    body, note = utf8_of(content, file, encoding)
    start = body[:SAMPLE].decode("utf-8", errors="ignore")
    _refuse_markup(start, file)
    notes = [note] if note else []
    first = SEP_LINE.match(start.split("\n", 1)[0])
    separator = first[1] if first else _separator(start, file, known)
    records = _records(start, separator, file)
    skipped = 1 if first else 0
    index = skipped + header_row([record.cells for record in records[skipped:]], known, file)
    if first:
        notes.append(f"the first line says that cells are separated by {separator!r}")
    if index > skipped:
        notes.append(f"the header was found in row {index + 1}, below other lines")
    names = [name.strip() for name in records[index].cells]
    below = [record.cells for record in records[index + 1 : index + 1 + BELOW]]
    width = max([len(names), *map(len, below)])
    table = _table(body[len(start[: records[index].start].encode()) :], separator, width, (file, index + 1))
    rows = np.arange(len(table), dtype=np.int64) + index + 2
    names = _named(table, names, rows, file)
    dropped = []
    if below and is_description(below[0], below[1:]):
        dropped.append(DroppedRows("a row that describes the columns", (index + 2,)))
        table, rows = table.iloc[1:].reset_index(drop=True), rows[1:]
    if len(table):
        table, rows, more = drop_rows(table.iloc[:, : len(names)].set_axis(names, axis=1), rows, file)
        dropped += more
    return FilePart(file, table.iloc[:, : len(names)].set_axis(names, axis=1), rows, tuple(dropped), tuple(notes))


def _refuse_markup(start: str, file: str) -> None:
    """InputError for pages and data that only carry the name of a table."""
    text = start.lstrip("\ufeff \t\r\n")[:200].lower()
    if text.startswith("<"):
        got = "a page of HTML" if "<html" in text or "<table" in text or "<!doctype" in text else "XML"
    elif text.startswith(("{", "[{", "[\n", "[\r")):
        got = "JSON"
    else:
        return
    raise InputError(place=file, expected="a table; open the file in a spreadsheet and save it as xlsx or CSV", got=got)


# --- the start of the text -------------------------------------------------------------------------


def _separator(start: str, file: str, known: Collection[str]) -> str:
    """The separator by which a row has most known names, or else most rows have one number of fields."""
    best, most = ",", (0, 0)
    for separator in SEPARATORS:
        rows = [record.cells for record in _records(start, separator, file) if any(record.cells)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        names = max((known_names(row, known) for row in rows), default=0)
        score = (names if names > 1 else 0, max((rows * width for width, rows in widths.items()), default=0))
        if score > most:
            best, most = separator, score
    return best


def _records(start: str, separator: str, file: str) -> list[_Record]:
    """The first records of a text, blank lines among them."""
    lines = _Lines(start)
    reader = csv.reader(lines, delimiter=separator)
    records: list[_Record] = []
    try:
        while len(records) < LOOKED_AT:
            begin = lines.given
            cells = next(reader, None)
            if cells is None:
                break
            records.append(_Record(cells, begin))
    except csv.Error as problem:
        place = f"{file}: row {len(records) + 1}"
        if "field larger" not in str(problem):
            raise InputError(place=place, expected="rows of cells", got=str(problem)) from None
        expected = f"cells of at most {csv.field_size_limit():,} characters"
        raise InputError(place=place, expected=expected, got="a longer one (an unclosed quotation mark?)") from None
    return records


class _Lines:
    """The lines of a text, and how many characters were given out."""

    def __init__(self, text: str) -> None:
        self.lines = io.StringIO(text, newline="")
        self.given = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.lines.readline()
        if not line:
            raise StopIteration
        self.given += len(line)
        return line


# --- all rows --------------------------------------------------------------------------------------


def _table(body: bytes, separator: str, width: int, place: tuple[str, int]) -> pd.DataFrame:
    """All records below the header in `width` columns of text, blank lines as blank rows."""
    import pandas as pd

    file, header = place
    options: dict[str, Any] = {
        "sep": separator,
        "dtype": str,
        "keep_default_na": False,
        "na_values": [],
        "skip_blank_lines": False,
    }
    try:
        table: pd.DataFrame = pd.read_csv(io.BytesIO(body), header=None, names=range(width + 1), skiprows=1, **options)
        return table
    except pd.errors.EmptyDataError:
        return pd.DataFrame({index: pd.Series([], dtype=str) for index in range(width + 1)})
    except pd.errors.ParserError as problem:
        reason = str(problem).strip().splitlines()[-1]
        seen = re.search(r"Expected \d+ fields in line (\d+), saw (\d+)", reason)
        if seen:
            row, got = int(seen[1]) + header - 1, seen[2]
            expected = f"as many fields as in the header, {width}"
            raise InputError(place=f"{file}: row {row}", expected=expected, got=got) from None
        got = reason.replace("Error tokenizing data. C error: ", "")
        raise InputError(place=file, expected="rows of cells, each quotation mark closed", got=got) from None


def _named(table: pd.DataFrame, names: list[str], rows: Ints, file: str) -> list[str]:
    """The header without blank names at its end; InputError where a row has a cell beyond it."""
    while names and not names[-1]:
        names = names[:-1]
    for column in range(len(names), table.shape[1]):
        more = table[column].fillna("").str.strip().ne("").to_numpy(dtype=bool)
        if more.any():
            at = int(np.flatnonzero(more)[0])
            got = str(int(np.flatnonzero(table.iloc[at].fillna("").str.strip().ne(""))[-1]) + 1)
            expected = f"as many fields as in the header, {len(names)}"
            raise InputError(place=f"{file}: row {rows[at]}", expected=expected, got=got)
    return names
