"""The days on which customers came, from a column that a user has named, and the day on which the shop opened."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import TYPE_CHECKING

import numpy as np

from calibration.orders.cells import lacking
from calibration.orders.columns import ENTERED, Columns, unread_entries
from calibration.orders.order_dates import read_dates
from calibration.orders.sieve import UNREADABLE, Sieve
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 50 * 366
"""Days before the first order in the file on which nobody is believed to have come, and no shop to have opened."""
OTHER_DAY = 0.1
"""Share of customers who came within the file on another day than that of their first order, above which the column is
said to be no first order's."""
NEAR = 1
"""Days between two writings of one day, in two zones."""


def read_entered(sieve: Sieve, columns: Columns, zone: tzinfo | None, today: date) -> None:
    """Give the rows a column `entered`, if a user has named one; else note columns that may be one.

    Days since 1970, NaN where the cell says nothing. Raises InputError where cells cannot be read as days.
    """
    if ENTERED not in columns.named:
        unread = unread_entries(sieve.source.cells.columns, columns)
        if unread:
            sieve.notes.append(
                f"not read, though it may say when a customer came: {', '.join(unread[:3])} (--map entered=COLUMN, if "
                "it is the day of a customer's first order, also before the file; a registration is none)"
            )
        return
    column = columns.named[ENTERED]
    place = f"{sieve.source.name}: column {column}"
    cells = sieve.cells(column)
    blank = lacking(cells)
    found = read_dates(cells, place, np.datetime64(today), zone)
    days = found.day.astype("datetime64[D]")
    bad = np.isnat(days) & ~blank & ~found.nothing
    if bad.mean() > UNREADABLE:
        first = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"{bad.mean():.1%} of the column cannot be read",
            place=f"{sieve.source.place(int(sieve.rows.index[first]))}, column {column}",
            expected="cells like 2026-01-31, or blank where it is not known, at most 1 % unreadable",
            got=repr(str(cells.iloc[first])[:40]),
        )
    entered = np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(float))
    sieve.rows = sieve.rows.assign(entered=entered)


def days_of_customers(rows: pd.DataFrame, column: str, file: str) -> tuple[pd.Series, list[str]]:
    """The day on which each customer came (days since 1970, NaN where it is not known), by code; and notes.

    rows: customer (a code), day (days since 1970) and entered. Raises InputError where more than 1 % of the customers
    have several days, or one after their first order.
    """
    people = rows.groupby("customer", sort=True).agg(
        low=("entered", "min"), high=("entered", "max"), first=("day", "min")
    )
    begin = people["first"].min()
    place = f"{file}: column {column}"
    several = people["high"] > people["low"]
    late = people["low"] > people["first"] + NEAR
    wrong = (
        (several, "one day for each customer", "customers with several"),
        (late, "days up to a customer's first order", "customers with a later one"),
    )
    notes = []
    for found, expected, got in wrong:
        count = int(found.sum())
        if count > UNREADABLE * len(people):
            raise InputError(place=place, expected=expected, got=f"{count:,} {got} of {len(people):,}")
        if count:
            notes.append(f"{column}: {count:,} {got}; when they came is taken as not known")
    early = begin - people["low"] > LONGEST
    if early.any():
        notes.append(f"{column}: {int(early.sum()):,} days more than 50 years before the file are taken as not known")
    entered = people["low"].where(~(several | late | early))
    within = entered >= begin
    other = within & ((people["first"] - entered).abs() > NEAR)
    if other.sum() > OTHER_DAY * max(int(within.sum()), 1):
        notes.append(
            f"{column}: {int(other.sum()):,} of {int(within.sum()):,} customers who came within the file ordered first "
            "on a later day: it may be a registration; who registered before the file did not always order before it, "
            "and the rates are then wrong"
        )
    known = int(entered.notna().sum())
    notes.append(
        f"{column}: {int((entered < begin).sum()):,} customers came before the file, {int(within.sum()):,} within it; "
        f"of {len(people) - known:,} it is not known"
    )
    return entered, notes


def check_opened(opened: date | None, first: date) -> None:
    """Raise InputError where the shop cannot have opened on that day. first: that of the first order in the file."""
    if opened is None:
        return
    days = (first - opened).days
    if days < 0 or days > LONGEST:
        expected = f"a day up to the first order in the file ({first}), at most 50 years before it"
        raise InputError(place="--opened", expected=expected, got=str(opened))
