"""Where the header of a table stands, and which of its rows are no data: repeated headers, totals, lines below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.order_files.profiles import fold
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 100
"""Rows among which the header is looked for."""
TAIL = 20
"""Rows at the end that may be totals or lines below the table."""
FULL = 0.6
"""Share of the usual number of fields that a header of unknown names fills."""

GUARD = re.compile(r"""^\s*(?:="(.*)"|'(.*))\s*$""", re.DOTALL)
NUMBER = re.compile(r"^[-+(]*[^\w\s]{0,3}\s*\d[\d.,'\u2019\s]*[^\w\s]{0,2}\)?$")
DATE = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d{2})(?!\d)")
TOTAL_WORDS = """
    total totals sum sums subtotal subtotals grandtotal totalamount gesamt gesamtsumme summe zwischensumme totaux
    soustotal suma totale totaal totalgeneral 合计 总计 小计 汇总 总和 共计 总额 合計 總計 小計 總額 合計金額 итого
"""
WORDS = "|".join(sorted(TOTAL_WORDS.split()))
TOTAL = re.compile(rf"^({WORDS})(?:[:：].*)?$", re.DOTALL)
TOTAL_OF = re.compile(rf"^({WORDS})(?![^\W\d_])")
"""A word of totals with a month or a count after it, as a subtotal has."""

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DroppedRows:
    """Rows that are no data, by their numbers in the file, and why."""

    reason: str
    rows: tuple[int, ...]


def header_row(rows: Sequence[Sequence[str]], known: Collection[str], file: str) -> int:
    """Index of the header among the first rows: the row of text with most known names, else the first that is full.

    known: names of columns as `fold` gives them. Raises InputError where no row can be a header.
    """
    widths = Counter(sum(1 for _ in row) for row in rows if _filled(row))
    usual = max(widths, key=lambda width: (widths[width], width)) if widths else 0
    best, most = None, 1
    for index, row in enumerate(rows):
        hits = known_names(row, known)
        if hits < 2 and not _texts(row):
            continue
        if hits > most or (best is None and hits <= 1 and _filled(row) >= max(2, FULL * usual)):
            best, most = index, max(hits, 1)
    if best is None:
        first = next((index for index, row in enumerate(rows) if _filled(row)), 0)
        got = ", ".join(repr(cell.strip()[:20]) for cell in rows[first][:4]) if rows else "no rows"
        expected = "a header: a row of names of columns"
        raise InputError("no header", place=f"{file}: row {first + 1}", expected=expected, got=got)
    return best


def known_names(row: Sequence[str], known: Collection[str]) -> int:
    """How many known names of columns a row has. known: as `fold` gives them."""
    return sum(name in known for name in {fold(cell) for cell in row})


def is_description(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row after a header explains its names: all text, where every row below has a number or a date."""
    return bool(below) and _texts(row) and not any(_texts(other) for other in below if _filled(other))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _texts(row: Sequence[str]) -> bool:
    """At least two cells, and none is a number or a date."""
    cells = [GUARD.sub(lambda found: found[1] or found[2] or "", cell).strip() for cell in row if cell.strip()]
    return len(cells) > 1 and not any(NUMBER.match(cell) or DATE.search(cell) for cell in cells)


# --- rows that are no data -------------------------------------------------------------------------


def drop_rows(cells: pd.DataFrame, rows: Ints, file: str) -> tuple[pd.DataFrame, Ints, list[DroppedRows]]:
    """The rows of a table that are data, their numbers in the file, and what was dropped apart from blank rows.

    rows: number of each row in the file. Raises InputError where a later header has other names.
    """
    text = cells.set_axis(range(cells.shape[1]), axis=1)
    blank = _all_blank(text)
    again = _headers(text, [str(name) for name in cells.columns], rows, file)
    dropped = [DroppedRows("the header again", tuple(rows[again].tolist()))]
    gone = blank | again
    totals, below = _totals(text, np.flatnonzero(~gone))
    dropped.append(DroppedRows("a row of totals", tuple(rows[totals].tolist())))
    dropped.append(DroppedRows("a line below the table", tuple(rows[below].tolist())))
    gone[totals] = gone[below] = True
    if gone.any():
        cells, rows = cells[~gone].reset_index(drop=True), rows[~gone]
    return cells, rows, [one for one in dropped if one.rows]


def _all_blank(text: pd.DataFrame) -> Bools:
    blank: Bools = np.array(_stripped(text[0]).eq(""), dtype=bool)
    for column in text.columns[1:]:
        where = np.flatnonzero(blank)
        if not where.size:
            break
        blank[where] = _stripped(text[column].iloc[where]).eq("").to_numpy(dtype=bool)
    return blank


def _stripped(cells: pd.Series) -> pd.Series:
    return cells.astype(str).where(cells.notna(), "").str.strip()


def _headers(text: pd.DataFrame, names: list[str], rows: Ints, file: str) -> Bools:
    """Rows that repeat the header; InputError for a row of the same names in other columns."""
    named = [index for index, name in enumerate(names) if name]
    first = _stripped(text[named[0]])
    found = np.zeros(len(text), dtype=bool)
    for index in np.flatnonzero(first.isin([name for name in names if name]).to_numpy(dtype=bool)):
        row = [str(cell).strip() for cell in text.iloc[index]]
        if row == names:
            found[index] = True
        elif len(set(row) & set(names) - {""}) > len(named) / 2:
            problem = "a second header with its columns in another order"
            place = f"{file}: row {rows[index]}"
            raise InputError(problem, place=place, expected="one order of columns", got=", ".join(row)[:80])
    return found


def _totals(text: pd.DataFrame, kept: Ints) -> tuple[Ints, Ints]:
    """Rows of totals, and lines below the table: by words at the end, by words and blanks in it, by sums at the end."""
    tail, head = kept[-TAIL:], kept[:-TAIL]
    sample = text.iloc[head[:: max(1, head.size // 1000)] if head.size else tail[: max(1, tail.size // 2)]]
    fewest = int(min((_filled(row) for row in _strings(sample) if not _names_total(row, TOTAL_OF)), default=0))
    totals, below = set(_in_the_middle(text, kept, fewest)), list[int]()
    for index, row in zip(tail[::-1], reversed(_strings(text.iloc[tail])), strict=True):
        filled, last = _filled(row), index == kept[-1]
        words = _names_total(row) or (filled < fewest and _names_total(row, TOTAL_OF))
        if words or (last and filled < fewest and _is_sum(text, kept[kept < index], row)):
            totals.add(int(index))
        elif 2 * filled < fewest or filled + 2 <= min(fewest, 4):
            below.append(int(index))
        else:
            break
    return np.array(sorted(totals), dtype=np.int64), np.array(sorted(below), dtype=np.int64)


def _strings(table: pd.DataFrame) -> list[list[str]]:
    return [["" if cell != cell or cell is None else str(cell).strip() for cell in row] for row in table.to_numpy()]


def _names_total(row: Sequence[str], words: re.Pattern[str] = TOTAL) -> bool:
    return any(words.match(fold(cell)) for cell in row if cell)


def _in_the_middle(text: pd.DataFrame, kept: Ints, fewest: int) -> list[int]:
    """Subtotals: rows that begin a cell with such a word and leave more cells blank than any other row."""
    filled = np.zeros(len(text), dtype=np.int64)
    for column in text.columns:
        filled += np.asarray(text[column] != "", dtype=bool)
    where = kept[filled[kept] < fewest]
    rows = zip(where.tolist(), _strings(text.iloc[where]), strict=True)
    return [index for index, row in rows if _names_total(row, TOTAL_OF)]


def _is_sum(text: pd.DataFrame, above: Ints, row: Sequence[str]) -> bool:
    """Whether a number in the row is the sum of its column, in a column that varies."""
    import pandas as pd

    for column, cell in enumerate(row):
        plain = re.sub(r"[^\d.-]", "", cell)
        if not NUMBER.match(cell) or not re.fullmatch(r"-?\d+(?:\.\d*)?", plain):
            continue
        cells = text[column].iloc[above].astype(str).str.replace(r"[^\d.-]", "", regex=True)
        values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
        values = values[np.isfinite(values)]
        if values.size > 1 and abs(float(values.sum()) - float(plain)) < 0.01 and values.std() > 0:
            return True
    return False
