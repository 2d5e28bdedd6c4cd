"""What was read of order files, without fitting: the answer of `rehearse orders`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from calibration.orders.columns import all_names
from calibration.orders.order_rows import OrderRows, ReadingOptions, read_order_rows
from calibration.orders.order_table import SetAside, read_order_table
from calibration.orders.reading_files import order_files
from calibration.orders.states import StateCount

SCHEMA = 1


@dataclass(frozen=True)
class OrderReading:
    """A reading in numbers.

    rows: of the files, blank ones apart. customers, orders, order_days (days on which a customer ordered). amount: in
    currency units, net of refunds. until: the last day of observation. months: orders of each month from the first
    to the last, by "2026-01". columns: kind of value to header.
    """

    files: tuple[str, ...]
    rows: int
    customers: int
    orders: int
    order_days: int
    amount: float
    currency: str | None
    first: date
    last: date
    until: date
    row_is: str
    profile: str | None
    columns: Mapping[str, str]
    states: tuple[StateCount, ...]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    months: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """The promised answer, schema 1, as plain data."""
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in ("rows", "customers", "orders", "order_days")},
            "amount": round(self.amount, 2),
            "currency": self.currency,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "until": self.until.isoformat(),
            "states": [asdict(count) for count in self.states],
            "set_aside": [asdict(one) for one in self.set_aside],
            "warnings": list(self.warnings),
            "profile": self.profile,
            "row_is": self.row_is,
            "columns": dict(self.columns),
            "notes": list(self.notes),
            "files": list(self.files),
            "months": dict(self.months),
        }


def read_report(
    paths: str | Path | Sequence[str | Path],
    mapping: Mapping[str, str] | None = None,
    options: ReadingOptions | None = None,
) -> OrderReading:
    """Read order files and describe the reading. Raises InputError, in one line, for files that cannot be read."""
    table = read_order_table(order_files(paths), all_names(mapping))
    said = options or ReadingOptions()
    return describe_reading(read_order_rows(table, mapping, said), said)


def describe_reading(read: OrderRows, options: ReadingOptions) -> OrderReading:
    """The numbers of a reading."""
    rows, table = read.sieve.rows, read.sieve.source
    order, day = rows["order"].to_numpy(), rows["day"].to_numpy()
    _, first = np.unique(order[order >= 0], return_index=True)
    starts = np.concatenate([day[order >= 0][first], day[order < 0]])
    last = _date(day.max())
    return OrderReading(
        files=table.files,
        rows=table.rows,
        customers=int(rows["customer"].nunique()),
        orders=starts.size,
        order_days=int(len(rows[["customer", "day"]].drop_duplicates())),
        amount=float(rows["cents"].sum()) / 100.0,
        currency=read.currency.written if read.currency else None,
        first=_date(day.min()),
        last=last,
        until=options.until or last,
        row_is=read.kind.row_is,
        profile=read.profile.name if read.profile else None,
        columns=read.columns,
        states=read.states.counts,
        set_aside=tuple(read.sieve.taken),
        notes=tuple(read.sieve.notes),
        warnings=tuple(read.sieve.warnings),
        months=_months(starts),
    )


def _date(day: Any) -> date:
    found: date = np.datetime64(int(day), "D").item()
    return found


def _months(days: np.ndarray) -> dict[str, int]:
    """Orders of each month, those without any among them."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    counts = np.bincount(months - months.min())
    return {str(np.datetime64(int(months.min()) + i, "M")): int(count) for i, count in enumerate(counts)}
