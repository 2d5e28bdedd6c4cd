"""Read an order export, set aside the rows that cannot be used, and count by customer and day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.orders.amounts import Currency, agree, read_amounts, read_currency
from calibration.orders.columns import CLOSED, FALSE, LIST_VALUE, OFF, PAYMENT, find_columns, read_dates, read_flags
from calibration.orders.discounts import DiscountColumns, Discounts, describe, read_columns
from calibration.orders.exports import content_of, table_of
from calibration.orders.order_table import SetAside
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CUSTOMERS, FEWEST_REPEATS = 20, 10
UNREADABLE = 0.01
WHOLESALE = 5.0
"""Log amounts this many robust standard deviations above the median are wholesale."""

PARSED = {"date": ("day", "2026-01-31"), "amount": ("cents", "1234.50"), "refunded": ("back", "12.50")}
"""Of a kind of column: the column of its parsed cells, and an example of a cell."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Orders:
    """A shop's order-days, same-day orders of one customer merged.

    customers: one row each, indexed by the export's own id; x (repeat order-days), t_x and T (weeks from the
    first order-day to the last one and to `last`), first_day and last_day (days since `first`), spent and
    repeat_spent (cents), spend_orders and repeat_spend_orders (order-days with a usable amount); repeats
    leave out the first day. orderdays: customer (row number in `customers`), day (days since `first`), cents,
    paid (order-day with a usable amount), sorted by customer and day. rows: of the file. digest: SHA-256 of
    the file's bytes. currency: as named in a column or by signs, if at all. discounts: of the whole file, if it
    has any.
    """

    file: str
    first: date
    last: date
    rows: int
    customers: pd.DataFrame
    orderdays: pd.DataFrame
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    currency: Currency | None = None
    discounts: Discounts | None = None

    @property
    def days(self) -> int:
        """Days from the first to the last day of the export."""
        return (self.last - self.first).days

    def until(self, last: date) -> Orders:
        """The orders up to and including the day `last`."""
        kept = self.orderdays[self.orderdays["day"] <= (last - self.first).days]
        people, days = summarise(kept, self.customers.index, (last - self.first).days)
        return replace(self, last=last, customers=people, orderdays=days)


def read_orders(path: str | Path, mapping: Mapping[str, str] | None = None, today: date | None = None) -> Orders:
    """Read a CSV, gzipped CSV or Parquet order export.

    mapping: kind of value to column name, such as {"amount": "total"}; kinds are customer, date, amount,
    order, refunded, status, currency, and gross, discount, retail, coupon and coupon_match to describe discounts.
    Rows after `today` are set aside. Raises InputError, in one line, for a file that cannot be used.
    """
    file = Path(path).name
    content = content_of(Path(path))
    table, note = table_of(content, file)
    columns = find_columns(table.columns, mapping, file)
    if table.empty:
        raise InputError("no orders", place=f"{file}: row 2", expected="at least one row after the header")
    offs = read_columns(table, columns, mapping or {}, file)
    columns = {kind: column for kind, column in columns.items() if kind not in (LIST_VALUE, *OFF)}
    table = table[list(columns.values())].set_axis(list(columns), axis=1)
    dates = read_dates(table["date"], f"{file}: column {columns['date']}")
    amounts, currency = read_amounts(table["amount"], f"{file}: column {columns['amount']}")
    if "currency" in table:
        column = read_currency(table.pop("currency"), f"{file}: column {columns['currency']}")
        currency = agree(column, currency, file)
    currency = reduce(lambda one, other: agree(one, other, file), offs.currencies, currency)
    table = table.assign(**{kind: _stripped(table[kind]) for kind in ("customer", "order") if kind in table})
    table = table.assign(cents=amounts * 100.0, day=dates.day)
    clean, aside = _clean(table, columns, file, today or date.today())
    seen, unseen = _discounts(offs, clean, amounts * 100.0)
    if seen and seen.first_row:
        aside += (SetAside(f"it does not hold that {seen.sum}", seen.disagree, seen.first_row, "timing and spend"),)
    orders = replace(_orders(clean, file, aside), rows=len(table), currency=currency, discounts=seen)
    notes = tuple(n for n in (note, dates.note, *offs.notes, unseen) if n)
    digest = hashlib.sha256(content).hexdigest()
    return replace(orders, notes=notes, columns={**columns, **offs.names}, digest=digest)


def _stripped(ids: pd.Series) -> pd.Series:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(ids):
        return ids
    return ids.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)


# --- cleaning --------------------------------------------------------------------------------------


class _Sieve:
    """Removes rows from a table, one reason at a time, and counts them."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self.taken: list[SetAside] = []

    def note(self, rows: Bools, reason: str, kept_for: str) -> None:
        if rows.any():
            first = int(self.table.index[rows][0]) + 2
            self.taken.append(SetAside(reason, int(rows.sum()), first, kept_for))

    def take(self, rows: Bools, reason: str) -> None:
        self.note(rows, reason, "")
        self.table = self.table[~rows]


def _clean(
    table: pd.DataFrame, columns: Mapping[str, str], file: str, today: date
) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    sieve = _Sieve(table)
    text = table["date"].astype(str).str.strip()
    blank = (text.isin(["", "nan", "NaT", "None"]) | table["date"].isna()).to_numpy(dtype=bool)
    if any(word in columns["date"].lower() for word in PAYMENT):
        sieve.take(blank, f"no {columns['date']}: never paid")
    names = sieve.table["customer"]
    sieve.take((names.isna() | (names.astype(str).str.strip() == "")).to_numpy(dtype=bool), "no customer id")
    _take_unreadable(sieve, "date", columns, file)
    _take_unreadable(sieve, "amount", columns, file)
    sieve.take((sieve.table["day"] > np.datetime64(today)).to_numpy(), f"dated after today ({today})")
    if "status" in sieve.table:
        closed = sieve.table["status"].astype(str).str.strip().str.lower().isin(CLOSED).to_numpy(dtype=bool)
        sieve.take(closed, "the order was closed or cancelled")
    _take_repeated(sieve)
    _take_refunds(sieve, columns, file)
    _mark_spend(sieve)
    return sieve.table, tuple(sieve.taken)


def _take_unreadable(sieve: _Sieve, kind: str, columns: Mapping[str, str], file: str) -> None:
    parsed, example = PARSED[kind]
    bad = sieve.table[parsed].isna().to_numpy()
    if not bad.any():
        return
    first, cell = int(sieve.table.index[bad][0]) + 2, str(sieve.table[kind][bad].iloc[0])[:40]
    if bad.mean() > UNREADABLE:
        raise InputError(
            f"{bad.mean():.1%} of the column cannot be read",
            place=f"{file}: row {first}, column {columns[kind]}",
            expected=f"cells like {example}, at most 1 % unreadable",
            got=repr(cell),
        )
    sieve.take(bad, f"unreadable {kind}, first in row {first}: {cell!r}")


def _take_repeated(sieve: _Sieve) -> None:
    table = sieve.table
    copies = table.drop(columns=["day", "cents"]).astype(str).duplicated().to_numpy()
    if "order" in table:
        sieve.take(copies, "a copy of an earlier row, order number included")
    else:
        sieve.note(copies, "like an earlier row; without order numbers it may be another order", "timing and spend")


def _take_refunds(sieve: _Sieve, columns: Mapping[str, str], file: str) -> None:
    if "refunded" in sieve.table:
        flags = read_flags(sieve.table["refunded"])
        if flags is not None:
            sieve.take(flags, "the order was refunded in full")
        else:
            _take_refunded_amounts(sieve, columns, file)
    _net_orders(sieve)


def _take_refunded_amounts(sieve: _Sieve, columns: Mapping[str, str], file: str) -> None:
    cells = sieve.table["refunded"]
    blank = cells.isna() | cells.astype(str).str.strip().isin(["", "-", "nan", "None", "<NA>", *FALSE])
    amounts, _ = read_amounts(cells, f"{file}: column {columns['refunded']}")
    sieve.table = sieve.table.assign(back=np.where(blank, 0.0, np.abs(amounts) * 100.0))
    _take_unreadable(sieve, "refunded", columns, file)
    back, cents = sieve.table["back"].to_numpy(), sieve.table["cents"].to_numpy()
    whole = (back > 0) & (back >= cents)
    sieve.note((back > 0) & ~whole, "refunded in part: the rest counts as spend", "timing and spend")
    sieve.table = sieve.table.assign(cents=cents - back)
    sieve.take(whole, "the order was refunded in full")


def _net_orders(sieve: _Sieve) -> None:
    """Subtract refund rows from the orders that they name; set aside those that name none."""
    negative = (sieve.table["cents"] < 0).to_numpy()
    if not negative.any():
        return
    if "order" not in sieve.table:
        sieve.take(negative, "a negative amount: a refund (the order that it undoes is not named)")
        return
    lines = sieve.table.groupby(["customer", "order"], dropna=False)
    net, refunded = lines["cents"].transform("sum").to_numpy(), lines["cents"].transform("min").to_numpy() < 0
    whole = refunded & (net <= 0)
    sieve.note(refunded & ~whole, "refunded in part: the rest counts as spend", "timing and spend")
    sieve.table = sieve.table.assign(day=lines["day"].transform("min").where(refunded, sieve.table["day"]))
    sieve.take(whole, "the order was refunded in full")


def _mark_spend(sieve: _Sieve) -> None:
    """Mark the rows whose amounts count as spend: neither zero nor wholesale."""
    table = sieve.table
    cents = np.rint(table["cents"].to_numpy())
    zero = cents == 0
    sieve.note(zero, "an amount of zero", "timing")
    logs = np.log(cents[cents > 0]) if (cents > 0).any() else np.zeros(1)
    low, middle, high = np.percentile(logs, [25, 50, 75])
    limit = np.exp(middle + WHOLESALE * max(high - low, 0.5) / 1.349)
    wholesale = cents > limit
    reason = f"wholesale: above {limit / 100:,.2f}, five robust standard deviations over the median of log amounts"
    sieve.note(wholesale, reason, "timing")
    sieve.table = table.assign(cents=np.where(wholesale, 0, cents).astype(np.int64))


# --- counting --------------------------------------------------------------------------------------


def _orders(table: pd.DataFrame, file: str, aside: tuple[SetAside, ...]) -> Orders:
    import pandas as pd

    codes, ids = pd.factorize(table["customer"])
    _enough(len(ids), "customers", FEWEST_CUSTOMERS, file)
    days = table["day"].to_numpy().astype("datetime64[D]")
    first, last = days.min(), days.max()
    merged = pd.DataFrame({"customer": codes, "day": (days - first).astype(np.int64), "cents": table["cents"]})
    merged = merged.groupby(["customer", "day"])["cents"].sum().reset_index()
    merged["paid"] = merged["cents"] > 0
    _enough(len(merged) - len(ids), "repeat order-days", FEWEST_REPEATS, file)
    _enough(int(merged["paid"].sum()), "order-days with an amount above zero", FEWEST_CUSTOMERS, file)
    people, merged = summarise(merged, pd.Index(ids, name="customer"), int((last - first).astype(int)))
    return Orders(file, first.item(), last.item(), len(table), people, merged, aside)


def _discounts(
    offs: DiscountColumns, used: pd.DataFrame, amounts: npt.NDArray[np.float64]
) -> tuple[Discounts | None, str]:
    names = None
    if "order" in used:
        lines = used.groupby(["customer", "order"], sort=False, dropna=False)
        names = np.asarray(lines.ngroup(), dtype=np.int64)
    rows = replace(offs, cents=offs.cents.loc[used.index])
    return describe(rows, amounts[used.index], used["day"].to_numpy(), names)


def _enough(got: int, what: str, fewest: int, file: str) -> None:
    if got < fewest:
        raise InputError(place=file, expected=f"at least {fewest} {what}", got=str(got))


def summarise(orderdays: pd.DataFrame, ids: pd.Index, end: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers' table at the end of day `end`, and their order-days with customers numbered in its order."""
    import pandas as pd

    codes, kept = pd.factorize(orderdays["customer"], sort=True)
    days = orderdays.assign(customer=codes).reset_index(drop=True)
    first = ~days["customer"].duplicated().to_numpy()
    grouped = days.groupby("customer")
    people = pd.DataFrame(
        {"x": grouped.size() - 1, "first_day": grouped["day"].min(), "last_day": grouped["day"].max()}
    )
    people["t_x"] = (people["last_day"] - people["first_day"]) / 7.0
    people["T"] = (end - people["first_day"]) / 7.0
    people["spent"], people["spend_orders"] = grouped["cents"].sum(), grouped["paid"].sum()
    repeats = days.assign(cents=days["cents"].where(~first, 0), paid=days["paid"] & ~first).groupby("customer")
    people["repeat_spent"], people["repeat_spend_orders"] = repeats["cents"].sum(), repeats["paid"].sum()
    return people.set_index(ids[kept]), days
