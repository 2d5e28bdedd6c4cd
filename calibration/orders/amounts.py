"""Money in the cells of an order export: the decimal mark and the currency."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.orders.cells import distinct
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DOLLARS = frozenset({"USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "CLP", "COP"})
ONE = {"US$": "USD", "HK$": "HKD", "NT$": "TWD", "CN\u00a5": "CNY", "RMB": "CNY", "元": "CNY", "人民币": "CNY"}
ONE |= {
    "美元": "USD",
    "欧元": "EUR",
    "日元": "JPY",
    "港元": "HKD",
    "港币": "HKD",
    "円": "JPY",
    "원": "KRW",
    "英镑": "GBP",
}
ONE |= {"€": "EUR", "£": "GBP", "₩": "KRW", "₹": "INR", "₽": "RUB", "R$": "BRL", "AU$": "AUD", "A$": "AUD"}
ONE |= {"CA$": "CAD", "C$": "CAD", "S$": "SGD", "NZ$": "NZD", "MX$": "MXN", "zł": "PLN", "Kč": "CZK", "Ft": "HUF"}
ONE |= {"₺": "TRY", "₫": "VND", "฿": "THB", "₱": "PHP", "₪": "ILS", "₴": "UAH", "SFr.": "CHF", "Fr.": "CHF"}
SIGNS = {"$": DOLLARS, "\u00a5": frozenset({"CNY", "JPY"}), **{s: frozenset({c}) for s, c in ONE.items()}}
SIGNS |= {"kr.": frozenset({"DKK", "ISK", "NOK", "SEK"}), "kr": frozenset({"DKK", "ISK", "NOK", "SEK"})}
SIGNS |= {"Rs.": frozenset({"INR", "LKR", "NPR", "PKR"}), "Rs": frozenset({"INR", "LKR", "NPR", "PKR"})}
"""The currencies that a written sign may stand for; three capitals stand for themselves."""

WORDS = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
TOKEN = rf"({WORDS}|(?<![A-Za-z])[A-Z]{{3}}(?![A-Za-z]))"
PLAIN = r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?"
POINT = r"[-+]?(?:\d+|[1-9]\d{0,2}(?:,\d{2,3})*,\d{3})?(?:\.\d*)?(?:[eE][-+]?\d+)?"
COMMA = r"[-+]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d{1,2})?"
MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"))
NEGATIVE = r"^\(([^()]*)\)$|^([^-]*\d[^-]*)-$|^([^-\d]+)-([^-]*)$"
"""(5.00), 5.00- and $-5.00."""
UNITS = {"分": 0.01, "cents": 0.01, "in cents": 0.01, "角": 0.1, "千元": 1e3, "thousands": 1e3, "in thousands": 1e3}
UNITS |= {
    "万元": 1e4,
    "万": 1e4,
    "萬元": 1e4,
    "millions": 1e6,
    "in millions": 1e6,
    "百万元": 1e6,
    "亿元": 1e8,
}
UNIT = re.compile(rf"(?i)[(\uff08\[]\s*({'|'.join(UNITS)})\s*[)\uff09\]]$")
"""Units that a header names in brackets at its end, in units of the currency."""
APOSTROPHE = r"(?<=\d)'(?=\d{3}(?:\D|$))"


@dataclass(frozen=True)
class Currency:
    """A currency as the export writes it, and the codes that this may stand for."""

    written: str
    codes: frozenset[str]

    @property
    def name(self) -> str:
        """Its code, or what the export writes, where that may stand for several."""
        return next(iter(self.codes)) if len(self.codes) == 1 else self.written


def read_amounts(cells: pd.Series, place: str) -> tuple[Floats, Currency | None]:
    """Money in currency units from numbers or text such as '¥1,234.50' (NaN where unreadable), and its currency.

    Whether point or comma is the decimal mark is decided once for the column, by the cells that can be read
    in one way only. Raises InputError where such cells contradict each other, where a point may be either,
    and where there are several currencies.
    """
    import pandas as pd

    scale, _ = unit_of(place)
    if cells.dtype == object and not cells.map(lambda cell: isinstance(cell, str)).any():
        cells = pd.to_numeric(cells, errors="coerce")
    if pd.api.types.is_numeric_dtype(cells):
        return _finite(scale * cells.to_numpy(dtype=float, na_value=np.nan)), None
    codes, written = distinct(cells)
    odd = written[~written.str.fullmatch(PLAIN) & written.str.contains(r"\d", regex=True)]
    odd = odd.str.replace(r"\b([A-Z]{1,2}) +\$", r"\1$", regex=True)
    text = pd.Series(list(written), dtype=object)
    currency = one_currency(odd.astype(object).str.findall(TOKEN).explode().dropna(), place)
    text.loc[odd.index] = [_simple(cell) for cell in odd]
    if _decimal_comma(text, written, place):
        text = text.where(text.str.fullmatch(COMMA), "").str.replace(".", "").str.replace(",", ".")
    else:
        text = text.where(text.str.fullmatch(POINT), "").str.replace(",", "")
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    if currency is not None and currency.codes == SIGNS["\u00a5"] and (np.nan_to_num(numbers) % 1).any():
        currency = Currency(currency.written, frozenset({"CNY"}))  # a yen has no hundredths
    return _finite(scale * numbers[codes]), currency


def unnamed(cells: pd.Series, column: str) -> list[str]:
    """A note on how many amounts of a column name no currency, where others name one; none where all do."""
    codes, written = distinct(cells)
    bare = np.asarray(written.str.fullmatch(PLAIN), dtype=bool)[codes]
    return [f"{column}: {bare.sum():,} amounts name no currency and are taken to be in that of the others"] * any(bare)


def unit_of(header: str) -> tuple[float, str]:
    """What an amount is multiplied by, and its unit, where a header ends with another one than that of the currency."""
    found = UNIT.search(header)
    return (UNITS[found[1].lower()], found[1]) if found else (1.0, "")


def _simple(cell: str) -> str:
    """An amount without currency and spaces, apostrophes between thousands dropped, and a minus in front."""
    text = re.sub(r"\s", "", re.sub(TOKEN, "", cell.translate(MINUS)))
    return re.sub(NEGATIVE, r"-\1\2\3\4", re.sub(APOSTROPHE, "", text))


def negative_in(text: pd.Series) -> Bools:
    """Which cells of `text_of` hold a negative amount, whatever its marks."""
    signs = text.str.contains("^[^0-9]*[-\u2212(][^0-9]*[0-9]|[0-9][ ]*[-\u2212]$", regex=True)
    return np.asarray(signs, dtype=np.bool_)


def _decimal_comma(text: pd.Series, written: pd.Series, place: str) -> bool:
    by_point = text.str.fullmatch(POINT) & text.str.contains(r"\d", regex=True)
    by_comma = text.str.fullmatch(COMMA)
    only_point, only_comma = written[by_point & ~by_comma], written[by_comma & ~by_point]
    if len(only_point) and len(only_comma):
        got = f"{only_point.iloc[0][:40]!r} and {only_comma.iloc[0][:40]!r}"
        raise InputError("two decimal marks", place=place, expected="one throughout, a point or a comma", got=got)
    either = written[by_point & by_comma & text.str.contains(".", regex=False)]
    grouped = only_point.str.contains(",", regex=False).all()
    if len(either) and grouped and not len(only_comma):
        problem = "a point before three digits may be a decimal mark or separate thousands"
        raise InputError(problem, place=place, expected="amounts like 1234.50", got=repr(either.iloc[0][:40]))
    return bool(len(only_comma))


def _finite(values: Floats) -> Floats:
    return np.where(np.abs(values) < 1e11, values, np.nan)


# --- currencies ------------------------------------------------------------------------------------


def read_currency(cells: pd.Series, place: str) -> Currency | None:
    """The one currency that a column of currencies holds, or None where all its cells are blank."""
    text = cells.dropna().astype(str).str.strip().str.replace("\uffe5", "\u00a5").str.upper()
    return one_currency(text[~text.isin(["", "NAN", "NONE", "<NA>"])], place)


def one_currency(signs: Iterable[str], place: str) -> Currency | None:
    """The currency that all signs can stand for; InputError where there is none, None where there are no signs."""
    seen = sorted(set(signs))
    if not seen:
        return None
    shared = SIGNS.get(seen[0], frozenset({seen[0]}))
    for sign in seen[1:]:
        more = SIGNS.get(sign, frozenset({sign}))
        if not shared & more:
            raise _several(place, seen)
        shared = shared & more
    return Currency(seen[0], shared)


def agree(first: Currency | None, second: Currency | None, file: str) -> Currency | None:
    """One currency of two columns that may each name one; InputError where they differ."""
    if first is None or second is None:
        return first or second
    if not first.codes & second.codes:
        raise _several(file, [first.written, second.written])
    return Currency(first.written, first.codes & second.codes)


def _several(place: str, signs: list[str]) -> InputError:
    expected = "one currency; read the orders of each as a file of its own"
    return InputError(place=place, expected=expected, got=" and ".join(sign[:20] for sign in signs[:4]))


def check_currency(found: Currency | None, expected: str, file: str) -> None:
    """InputError where the currency of a file, if it names one, is not the market's `money.currency`."""
    if found is not None and expected not in found.codes:
        wanted = f"the market's money.currency, {expected}, or a market of that currency by --market"
        raise InputError("money in another currency", place=file, expected=wanted, got=found.written)
