"""Discounts in an order export: list value, money off by kind, depth, and depth by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.orders.amounts import Currency, read_amounts
from calibration.orders.cells import blank_in, distinct
from calibration.orders.columns import LIST_VALUE, OFF, Columns
from calibration.orders.sieve import UNREADABLE, Sieve
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FEWEST_AGREE = 0.5
"""Share of rows in which list value less discounts must be the amount for the discounts to be described."""
ROUNDING = 1.01
"""Cents by which a row may miss the sum."""
STATUS = "spend is fitted on list value; the response to discounts is not fitted to these columns alone"
COUPONS = ("coupon", "coupon_match")
"""Kinds of discounts that are had by using a coupon."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Spread:
    """Depth, as a share of list value, over the orders that have a discount."""

    p10: float
    median: float
    p90: float


@dataclass(frozen=True)
class Kind:
    """One column of discounts: share of orders that have it, share of all list value, its depth among them.

    in_amount: whether the amount has it taken off; if not, another party paid it or it is part of another column.
    """

    kind: str
    column: str
    in_amount: bool
    orders: float
    given: float
    depth: Spread | None


@dataclass(frozen=True)
class Month:
    """One calendar month: orders, share with a discount, their median depth, share of list value given away."""

    month: str
    orders: int
    discounted: float
    depth: float | None
    given: float


@dataclass(frozen=True)
class Discounts:
    """Discounts of a whole export. `orders` are those described; shares and depths are of their list value.

    sum: the equation of list value, discounts and amount. disagree: rows in which it does not hold (they are not
    described), the first of them in row `first_row` of the file.
    """

    sum: str
    rows: int
    disagree: int
    first_row: int | None
    orders: int
    discounted: float
    given: float
    depth: Spread | None
    kinds: tuple[Kind, ...]
    months: tuple[Month, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain data, with a note on what it is used for."""
        kinds, months = ([asdict(one) for one in rows] for rows in (self.kinds, self.months))
        return {**asdict(self), "kinds": kinds, "months": months, "fitted": False, "status": STATUS}


@dataclass(frozen=True)
class DiscountColumns:
    """Money read from the columns of list value and discounts, cents by row of the file; blank is no discount."""

    cents: pd.DataFrame
    names: Mapping[str, str]
    notes: tuple[str, ...]
    currencies: tuple[Currency, ...]


def read_columns(sieve: Sieve, columns: Columns) -> DiscountColumns:
    """Read what the export has of list value and discounts in the rows in use.

    A column that was found by its name but holds no money is left out with a note; one that was mapped raises
    InputError.
    """
    import pandas as pd

    read, names, notes, currencies = {}, {}, [], []
    for kind in (k for k in (LIST_VALUE, *OFF) if k in columns.named):
        column = columns.named[kind]
        try:
            read[kind], currency = _cents(sieve, kind, column)
        except InputError as problem:
            if kind in columns.mapped:
                raise
            notes.append(f"{problem}; the column is left out of the discounts")
            continue
        names[kind] = column
        currencies += [currency] if currency else []
    return DiscountColumns(pd.DataFrame(read, index=sieve.rows.index), names, tuple(notes), tuple(currencies))


def _cents(sieve: Sieve, kind: str, column: str) -> tuple[Floats, Currency | None]:
    cells, place = sieve.cells(column), f"{sieve.source.name}: column {column}"
    codes, text = distinct(cells)
    blank = (blank_in(text) | (text == "-").to_numpy(dtype=bool))[codes]
    amounts, currency = read_amounts(cells, place)
    if not blank.all():
        bad = np.isnan(amounts) & ~blank
        if bad.sum() > UNREADABLE * np.count_nonzero(~blank):
            row = int(cells.index[bad][0])
            expected = f"{kind} as money like 12.50, at most 1 % unreadable"
            place = f"{place}: row {sieve.source.row_of[row]}"
            raise InputError(place=place, expected=expected, got=repr(str(cells.loc[row])[:40]))
    cents = np.rint(amounts * 100.0)
    if kind == LIST_VALUE:
        return cents, currency
    return np.where(blank, 0.0, np.abs(cents)), currency


def describe(
    columns: DiscountColumns, amount: Floats, day: npt.NDArray[np.datetime64], order: npt.NDArray[np.int64] | None
) -> tuple[Discounts | None, str]:
    """Describe the rows that are used: `amount` in cents before refunds, `day` and `order` one per row.

    columns must hold the same rows. order: the order of which a row is a line; without it every row is an order.
    Returns None where nothing is described, with a note on why if there are such columns.
    """
    cents = columns.cents
    if not columns.names or not len(cents):
        return None, ""
    taken, listed, agrees = _listed(cents, amount)
    counted = np.isfinite(listed) & (amount >= 0.0)
    words = _words(columns.names, taken, LIST_VALUE in cents)
    if not counted.any() or agrees[counted].mean() < FEWEST_AGREE:
        share = f"{agrees[counted].mean():.0%}" if counted.any() else "none"
        return None, (
            f"{words} in only {share} of the rows, so discounts are not described: "
            f"name their columns by --map {LIST_VALUE}=COLUMN,{OFF[0]}=COLUMN"
        )
    odd, used = counted & ~agrees, counted & agrees & (listed > 0.0)
    lines = cents.assign(listed=listed, off=listed - amount, day=day)[used]
    first = int(cents.index[odd][0]) if odd.any() else None
    sizes = int(counted.sum()), int(odd.sum()), first
    return _described(_orders_of(lines, None if order is None else order[used]), columns.names, taken, words, sizes), ""


def list_values(columns: DiscountColumns, amount: Floats) -> pd.DataFrame:
    """List value of each row (`listed`, cents; the amount where the sum does not hold) and money off it by coupons
    (`coupon`, cents; NaN where no column says so), of discounts that `describe` describes. Arguments as there."""
    import pandas as pd

    _, listed, agrees = _listed(columns.cents, amount)
    used = agrees & (listed > 0.0) & (amount >= 0.0) & np.isfinite(listed)
    kinds = tuple(kind for kind in COUPONS if kind in columns.cents)
    off = _sum(columns.cents, kinds) if kinds else np.full(amount.size, np.nan)
    return pd.DataFrame({"listed": np.where(used, listed, amount), "coupon": off}, index=columns.cents.index)


def _listed(cents: pd.DataFrame, amount: Floats) -> tuple[tuple[str, ...], Floats, Bools]:
    """The kinds that the amount has taken off, list values, and whether the sum holds, of each row."""
    taken = _taken_off(cents, amount)
    listed = cents[LIST_VALUE].to_numpy() if LIST_VALUE in cents else amount + _sum(cents, taken)
    return taken, listed, _agree(listed, _sum(cents, taken), amount, exact=bool(taken))


def _taken_off(cents: pd.DataFrame, amount: Floats) -> tuple[str, ...]:
    """The kinds of discount that the amount has taken off: those with which the sum holds in most rows.

    Without a list value there is no sum to try: then `discount`, a total, or where there is none all kinds.
    """
    kinds = tuple(k for k in OFF if k in cents)
    if LIST_VALUE not in cents:
        return kinds[:1] if OFF[0] in kinds else kinds
    choices = chain.from_iterable(combinations(kinds, n) for n in range(len(kinds), 0, -1))
    listed = cents[LIST_VALUE].to_numpy()
    return max(choices, key=lambda c: int(_agree(listed, _sum(cents, c), amount, exact=True).sum()), default=())


def _sum(cents: pd.DataFrame, kinds: tuple[str, ...]) -> Floats:
    return np.asarray(cents[list(kinds)].sum(axis=1), dtype=np.float64)


def _agree(listed: Floats, off: Floats, amount: Floats, exact: bool) -> Bools:
    gap = listed - off - amount
    return np.asarray(np.abs(gap) <= ROUNDING if exact else gap >= -ROUNDING, dtype=np.bool_)


def _words(names: Mapping[str, str], taken: tuple[str, ...], has_list: bool) -> str:
    less = " and ".join(names[kind] for kind in taken)
    if not has_list:
        return f"no column holds the list value: it is taken as the amount and {less}"
    return f"{names[LIST_VALUE]} less {less} is the amount" if taken else f"{names[LIST_VALUE]} is at least the amount"


def _orders_of(lines: pd.DataFrame, order: npt.NDArray[np.int64] | None) -> pd.DataFrame:
    """One row an order: sums of its lines, on the day of the first."""
    if order is None:
        return lines
    how = {name: "min" if name == "day" else "sum" for name in lines}
    return lines.groupby(order, sort=False, dropna=False).agg(how)


def _described(
    orders: pd.DataFrame,
    names: Mapping[str, str],
    taken: tuple[str, ...],
    words: str,
    sizes: tuple[int, int, int | None],
) -> Discounts:
    listed, off = orders["listed"].to_numpy(), orders["off"].to_numpy()
    total = max(float(listed.sum()), 1.0)
    kinds = tuple(
        Kind(kind, names[kind], kind in taken, _share(own), float(own.sum()) / total, _spread(own, listed))
        for kind in OFF
        if kind in names
        for own in [orders[kind].fillna(0.0).to_numpy()]
    )
    months = tuple(_month(str(month), part) for month, part in orders.groupby(orders["day"].dt.strftime("%Y-%m")))
    spread = _spread(off, listed)
    return Discounts(words, *sizes, len(orders), _share(off), float(off.sum()) / total, spread, kinds, months)


def _month(month: str, orders: pd.DataFrame) -> Month:
    listed, off = orders["listed"].to_numpy(), orders["off"].to_numpy()
    spread = _spread(off, listed)
    given = float(off.sum()) / max(float(listed.sum()), 1.0)
    return Month(month, len(orders), _share(off), spread.median if spread else None, given)


def _share(off: Floats) -> float:
    return float(np.mean(off > ROUNDING)) if off.size else 0.0


def _spread(off: Floats, listed: Floats) -> Spread | None:
    some = off > ROUNDING
    if not some.any():
        return None
    return Spread(*(float(q) for q in np.quantile(off[some] / listed[some], [0.1, 0.5, 0.9])))
