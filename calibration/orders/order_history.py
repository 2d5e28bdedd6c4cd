"""The order history of a shop: order-days by customer, and what the files say about how they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.order_files.order_table import SetAside, read_order_table
from calibration.orders.amounts import Currency
from calibration.orders.columns import ENTERED, NAMES
from calibration.orders.discounts import Discounts
from calibration.orders.observed_days import check_opened, days_of_customers
from calibration.orders.order_rows import OrderRows, ReadingOptions, read_order_rows
from calibration.orders.sieve import Sieve
from calibration.orders.states import StateCount
from scenarios.errors import InputError, shown

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
FEWEST_CUSTOMERS, FEWEST_REPEATS = 20, 10
WHOLESALE = 5.0
"""Log amounts this many robust standard deviations above the median are wholesale."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Orders:
    """A shop's order-days, same-day orders of one customer merged.

    customers: one row each, indexed by the export's own id; x (repeat order-days), t_x and T (weeks from the
    first order-day to the last one and to `last`), first_day and last_day (days since `first`), spent and
    repeat_spent (cents), spend_orders and repeat_spend_orders (order-days with a usable amount); repeats
    leave out the first day; where discounts are known also listed and repeat_listed, the list value of the same
    order-days (cents). orderdays: customer (row number in `customers`), day (days since `first`), cents,
    paid (order-day with a usable amount), with known discounts also listed (cents) and coupon (money off by coupons,
    cents, NaN where no column says so), sorted by customer and day. rows: of the files. digest: SHA-256 of
    their bytes. currency: as named in a column or by signs, if at all. discounts: of all files, if they have any.
    sales: what all orders come to net of refunds, in currency units. orders: how many there are. row_is: "order",
    "line" or "payment". profile: the export format, if it is a known one. opened: the day on which the shop began to
    win customers, where that is before the file. entered: by customer's id, the day of the first order (days since
    `first`), NaN where the file does not say.
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
    sales: float = 0.0
    orders: int = 0
    states: tuple[StateCount, ...] = ()
    state_words: tuple[StateCount, ...] = ()
    row_is: str = "order"
    profile: str | None = None
    opened: date | None = None
    entered: pd.Series | None = None

    @property
    def days(self) -> int:
        """Days from the first to the last day of the export."""
        return (self.last - self.first).days

    def to_json(self) -> dict[str, Any]:
        """The reading of the files, as `rehearse orders --json` promises it."""
        return {
            "schema": SCHEMA,
            "rows": self.rows,
            "customers": len(self.customers),
            "orders": self.orders,
            "order_days": len(self.orderdays),
            "amount": round(self.sales, 2),
            "currency": self.currency.name if self.currency else None,
            "first": self.first.isoformat(),
            "until": self.last.isoformat(),
            "states": [asdict(state) for state in self.states],
            "set_aside": [asdict(row) for row in self.set_aside],
            "warnings": list(self.notes),
            "profile": self.profile,
            "row_is": self.row_is,
            "columns": dict(self.columns),
        }

    def until(self, last: date) -> Orders:
        """The orders up to and including the day `last`."""
        kept = self.orderdays[self.orderdays["day"] <= (last - self.first).days]
        people, days = summarise(kept, self.customers.index, (last - self.first).days)
        return replace(self, last=last, customers=people, orderdays=days)


def read_orders(
    paths: str | Path | Sequence[str | Path],
    mapping: Mapping[str, str] | None = None,
    today: date | None = None,
    options: ReadingOptions | None = None,
) -> Orders:
    """Read one or several order files, and refuse those that are too few for a fit.

    mapping: kind of value to column name, such as {"amount": "total"}, and state to treatment, such as
    {"state:部分发货": "sale"}. Rows after `today` are set aside. Raises InputError, in one line, for files that
    cannot be used.
    """
    if not isinstance(options, ReadingOptions | None):
        raise InputError(place="options", expected="ReadingOptions", got=shown(options))
    orders = read_history(paths, mapping, replace(options or ReadingOptions(), today=today))
    people = len(orders.customers)
    _enough(people, "customers", FEWEST_CUSTOMERS, orders.file)
    _enough(len(orders.orderdays) - people, "repeat order-days", FEWEST_REPEATS, orders.file)
    paid = int(orders.orderdays["paid"].sum())
    _enough(paid, "order-days with an amount above zero", FEWEST_CUSTOMERS, orders.file)
    return orders


def read_history(
    paths: str | Path | Sequence[str | Path],
    mapping: Mapping[str, str] | None = None,
    options: ReadingOptions | None = None,
) -> Orders:
    """Read order files of any size; otherwise as `read_orders`."""
    several = [paths] if isinstance(paths, str | Path) else list(paths)
    known = [name for names in NAMES.values() for name in names]
    options = options or ReadingOptions()
    table = read_order_table(several, [*known, *(mapping or {}).values()], options.encoding)
    read = read_order_rows(table, mapping, options)
    orders = _counted(read, options, table.name)
    return replace(orders, file=table.name, rows=table.rows, digest=table.digest)


# --- counting --------------------------------------------------------------------------------------


def _counted(read: OrderRows, options: ReadingOptions, file: str) -> Orders:
    import pandas as pd

    sieve = read.sieve
    rows = sieve.rows
    each = bool((rows["order"] < 0).all())
    key = np.arange(len(rows)) if each else pd.factorize(rows["order"])[0]
    cents = np.rint(np.bincount(key, rows["cents"].to_numpy()))
    first = np.unique(key, return_index=True)[1]
    customer = rows["customer"].to_numpy()[first]
    day = np.full(len(cents), np.iinfo(np.int64).max)
    np.minimum.at(day, key, rows["day"].to_numpy())
    spend = _mark_spend(sieve, key, cents)
    begin, end = int(day.min()), int(day.max())
    codes, ids = pd.factorize(customer)
    span = end - begin + 1
    pairs, pair = np.unique(codes * span + (day - begin), return_inverse=True)
    merged = pd.DataFrame({"customer": pairs // span, "day": pairs % span})
    merged["cents"] = np.bincount(pair, spend, len(pairs)).astype(np.int64)
    merged["paid"] = merged["cents"] > 0
    if "listed" in rows:
        listed = np.where(spend > 0, np.rint(np.bincount(key, rows["listed"].to_numpy())), 0.0)
        merged["listed"] = np.maximum(np.bincount(pair, listed, len(pairs)).astype(np.int64), merged["cents"])
        merged["coupon"] = np.bincount(pair, np.bincount(key, rows["coupon"].to_numpy()), len(pairs))
    start, latest, last = np.datetime64(begin, "D").item(), np.datetime64(end, "D").item(), read.until
    if last > latest and options.until is None:
        sieve.notes.append(
            f"observed until {last}: the last order is of {latest}, but rows that do not count come after it "
            "(--until DATE for another end)"
        )
    check_opened(options.opened, start)
    entered = None
    if ENTERED in read.columns:
        came, notes = days_of_customers(rows, read.columns[ENTERED], file)
        sieve.notes += notes
        entered = (came - begin).set_axis(pd.Index(read.names[came.index], name="customer"))
    people, merged = summarise(merged, pd.Index(read.names[ids], name="customer"), (last - start).days)
    return Orders(
        file="",
        first=start,
        last=last,
        rows=0,
        customers=people,
        orderdays=merged,
        set_aside=tuple(sieve.taken),
        notes=tuple(sieve.notes),
        columns=read.columns,
        currency=read.currency,
        discounts=read.discounts,
        sales=float(cents.sum()) / 100.0,
        orders=len(cents),
        states=read.states.counts,
        state_words=read.states.words,
        row_is=read.kind.row_is,
        profile=read.profile.name if read.profile else None,
        opened=options.opened,
        entered=entered,
    )


def _mark_spend(sieve: Sieve, key: npt.NDArray[np.int64], cents: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The cents of each order that count as spend: neither zero nor wholesale. key: the order of each row in use."""
    zero = cents <= 0
    sieve.note(zero[key], "an amount of zero", "timing")
    logs = np.log(cents[~zero]) if not zero.all() else np.zeros(1)
    low, middle, high = np.percentile(logs, [25, 50, 75])
    limit = np.exp(middle + WHOLESALE * max(high - low, 0.5) / 1.349)
    wholesale = cents > limit
    reason = f"wholesale: above {limit / 100:,.2f}, five robust standard deviations over the median of log amounts"
    sieve.note(wholesale[key], reason, "timing")
    return np.where(wholesale | zero, 0, cents).astype(np.int64)


def _enough(got: int, what: str, fewest: int, file: str) -> None:
    if got < fewest:
        raise InputError(place=file, expected=f"at least {fewest} {what}", got=str(got))


def summarise(orderdays: pd.DataFrame, ids: pd.Index, end: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers' table at the end of day `end`, and their order-days with customers numbered in its order."""
    import pandas as pd

    kept, codes = np.unique(orderdays["customer"].to_numpy(), return_inverse=True)
    days = orderdays.assign(customer=codes).reset_index(drop=True)
    day, cents, paid = (days[name].to_numpy() for name in ("day", "cents", "paid"))
    # Order-days are sorted by customer and day, so a customer's first and last stand at the ends.
    size = np.bincount(codes)
    first = np.cumsum(size) - size
    last = first + size - 1

    def total(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.add.reduceat(values.astype(np.int64), first) if len(first) else values[:0].astype(np.int64)

    people = pd.DataFrame({"x": size - 1, "first_day": day[first], "last_day": day[last]})
    people["t_x"] = (people["last_day"] - people["first_day"]) / 7.0
    people["T"] = (end - people["first_day"]) / 7.0
    people["spent"], people["spend_orders"] = total(cents), total(paid)
    people["repeat_spent"] = people["spent"] - cents[first]
    if "listed" in days:
        listed = days["listed"].to_numpy()
        people["listed"] = total(listed)
        people["repeat_listed"] = people["listed"] - listed[first]
    people["repeat_spend_orders"] = people["spend_orders"] - paid[first]
    return people.set_index(ids[kept]), days
