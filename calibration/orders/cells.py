"""Cells of an order export as plain text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

GUARDED = r"^[\t ]*=?[\t ]*[\"'](.*?)[\"']?[\t ]*$"
"""A spreadsheet formula or a leading apostrophe, written so that a number is kept as text."""
ODD = r"[^\x20-\x7e]|^[ =\"'`]| $"
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
WIDE_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "\u2032": "'", "`": "'"})
NO_VALUE = ("", "nan", "none", "nat", "<na>", "null", "\\n", "#n/a", "n/a")
"""Folded text of cells that hold nothing."""


def form_of(cell: str) -> str:
    """The form of a cell, 9 for each digit and a for each letter: what may be written to a file in its place."""
    return repr("".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in cell[:40]))


def text_of(cells: pd.Series) -> pd.Series:
    """Cells as text without guards and spaces at the ends, full-width characters made plain; "" where blank."""
    import pandas as pd

    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(object)
    text: pd.Series
    if pd.api.types.is_datetime64_any_dtype(cells):
        text = cells.dt.strftime("%Y-%m-%d %H:%M:%S%z")
    elif pd.api.types.is_bool_dtype(cells):
        text = cells.astype(str)
    elif pd.api.types.is_numeric_dtype(cells):
        text = _number_text(cells)
    elif pd.api.types.is_string_dtype(cells.dtype) and cells.dtype != object:
        text = cells
    else:
        text = cells.map(_cell_text)
    text = text.where(cells.notna(), "").astype(str)
    odd = text.str.contains(ODD, regex=True).to_numpy(dtype=bool)
    if not odd.any():
        return text
    some = text[odd]
    guarded = some.str.contains(r"^[\t ]*[='\"]", regex=True).to_numpy(dtype=bool)
    if guarded.any():
        some = some.where(~guarded, some.str.replace(GUARDED, r"\1", regex=True))
    codes, unique = pd.factorize(some)
    plain = np.array([_plain(cell) for cell in unique], dtype=object)
    whole = text.to_numpy(dtype=object, copy=True)
    whole[odd] = plain[codes]
    return pd.Series(whole, index=text.index).astype(str)


def distinct(cells: pd.Series) -> tuple[Ints, pd.Series]:
    """The code of each cell, and the text of each code, each text once."""
    import pandas as pd

    codes, unique = pd.factorize(cells, use_na_sentinel=False)
    text = text_of(pd.Series(unique))
    if len(text) and text.dtype == unique.dtype and bool((text.array == unique).all()):
        return codes.astype(np.int64), text
    again, once = pd.factorize(text)
    return again[codes].astype(np.int64), pd.Series(once).astype(str)


def lacking(cells: pd.Series) -> Bools:
    """Which cells are blank, as `text_of` has it."""
    import pandas as pd

    missing: Bools = np.array(cells.isna(), dtype=bool)
    if cells.dtype != object and not pd.api.types.is_string_dtype(cells.dtype):
        return missing
    short = ~missing & (cells.astype(str).str.len() <= 4).to_numpy(dtype=bool)
    if short.any():
        missing[short] = (text_of(cells[short]) == "").to_numpy(dtype=bool)
    return missing


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


def _number_text(cells: pd.Series) -> pd.Series:
    whole = cells.fillna(0).astype(float)
    if bool(((whole % 1 == 0) & (whole.abs() < 2**53)).all()):
        return cells.fillna(0).astype("int64").astype(str)
    return cells.astype(str)


def _plain(cell: str) -> str:
    text = UNSEEN.sub("", cell.translate(WIDE_QUOTES))
    return unicodedata.normalize("NFKC", text).strip().removeprefix("'")


def blank_in(text: pd.Series) -> Bools:
    """Which cells of `text_of` hold nothing."""
    short = (text.str.len() <= 5).to_numpy(dtype=bool)
    empty = np.zeros(len(text), dtype=bool)
    if short.any():
        empty[short] = text[short].str.lower().isin(NO_VALUE).to_numpy(dtype=bool)
    return empty


def carry_down(order: Ints, blank: Bools) -> Ints:
    """Of each row the row that has its value: itself, or the first row of its order that is not blank, or -1.

    order: the order of each row, -1 for none.
    """
    source = np.arange(order.size)
    filled = np.flatnonzero(~blank & (order >= 0))
    first = np.full(int(order.max(initial=-1)) + 1, -1)
    first[order[filled[::-1]]] = filled[::-1]
    lacking = np.flatnonzero(blank)
    named = order[lacking] >= 0
    source[lacking] = -1
    source[lacking[named]] = first[order[lacking[named]]]
    return source
