"""The day of each row, the last day of observation, and the days on which customers came and the shop opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.orders.cells import lacking
from calibration.orders.columns import ENTERED, Columns, unread_entries
from calibration.orders.order_dates import Dates, read_dates
from calibration.orders.sieve import UNREADABLE, Sieve
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

SENTINELS = (
    *("1970-01-01", "1970-01-02", "1969-12-31", "1900-01-01", "1899-12-30", "1899-12-31", "1904-01-01", "1753-01-01"),
    *("1980-01-01", "2000-01-01", "2099-12-31", "2100-01-01"),
)
"""Days that systems write for no date, if no order is within a year of them."""
FAR, FEW = 365, 0.01
"""Rows more than so many days from all others are no orders of the shop if they are at most that share."""
EXAMPLES = 20_000
"""Rows in use that show how dates are written to the reading of those that are not."""


LONGEST = 50 * 366
"""Days before the first order in the file on which nobody is believed to have come, and no shop to have opened."""
OTHER_DAY = 0.1
"""Share of customers who came within the file on another day than that of their first order, above which the column is
said to be no first order's."""
NEAR = 1
"""Days between two writings of one day, in two zones."""


def read_days(sieve: Sieve, columns: Columns, until: date | None, zone: tzinfo | None, today: date) -> date:
    """Give the rows in use their `day` (days since 1970), and take those out that have none.

    Returns the last day of observation: `until`, or else the last day on which the file has a row of any state, for a
    shop whose later orders were all cancelled was observed nevertheless.
    """
    column = columns.named["date"]
    place = f"{sieve.source.name}: column {column}"
    found = _read(sieve, columns, place, np.datetime64(today), zone)
    days = found.day.astype("datetime64[D]")
    sieve.rows = sieve.rows.assign(day=days.astype(np.int64))
    bad, nothing = np.isnat(days), found.nothing
    sieve.take(nothing, "a date that stands for none")
    sieve.take_unreadable(bad[~nothing], "date", column, "2026-01-31")
    sieve.refuse_if_none()
    day = sieve.rows["day"].to_numpy()
    sieve.take(day > np.datetime64(today).astype(int), f"dated after today ({today})")
    sieve.refuse_if_none()
    days = sieve.rows["day"].to_numpy().astype("datetime64[D]")
    far = outliers(days)
    gone = np.zeros(days.size, dtype=bool)
    for rows, reason in far:
        sieve.take(rows[~gone], reason)
        gone |= rows
    if until:
        day = sieve.rows["day"].to_numpy()
        sieve.take(day > np.datetime64(until).astype(int), f"dated after the end of observation ({until})")
    sieve.refuse_if_none()
    if until:
        return until
    return date.fromisoformat(str(_last_day(sieve, columns, zone, today)))


def _read(sieve: Sieve, columns: Columns, place: str, today: np.datetime64, zone: tzinfo | None) -> Dates:
    """Dates of the rows in use: those of the first column of dates, and of the second where that is blank."""
    column = columns.named["date"]
    cells = sieve.filled(column)
    blank = lacking(cells) if columns.dates[1:] else np.zeros(0, dtype=bool)
    if blank.any():  # such as orders that are paid on delivery, which have no time of payment
        other = columns.dates[1]
        cells = cells.where(~blank, sieve.filled(other))
        sieve.notes.append(f"{blank.sum()} rows without {column} were dated by {other}")
    found = read_dates(cells, place, today, zone)
    sieve.notes += found.notes
    return found


def _last_day(sieve: Sieve, columns: Columns, zone: tzinfo | None, today: date) -> np.datetime64:
    """The last day of the rows in use and of those that were set aside.

    The latter are read as the former are written. What cannot be read in that way, is dated after today, or more than
    a year after all other rows, says nothing, and stops no file.
    """
    import pandas as pd

    end = np.datetime64(int(sieve.rows["day"].max()), "D")
    table = sieve.source.cells
    used = np.zeros(len(table), dtype=bool)
    used[sieve.rows.index] = True
    others = np.flatnonzero(~used)
    if not others.size:
        return end
    column = columns.named["date"]
    cells = table[column].iloc[others]
    if columns.dates[1:]:
        cells = cells.where(~lacking(cells), table[columns.dates[1]].iloc[others])
    examples = sieve.rows["day"].iloc[:EXAMPLES]
    written = pd.concat([table[column].loc[examples.index], cells])
    try:
        read = read_dates(written, "", np.datetime64(today), zone).day.astype("datetime64[D]")
    except InputError:
        return end
    known, days = read[: len(examples)], read[len(examples) :]
    if (known != examples.to_numpy().astype("datetime64[D]"))[~np.isnat(known)].any():
        return end
    for day in np.unique(days[(days > end) & (days <= np.datetime64(today))]):
        if (day - end).astype(int) > FAR:
            break
        end = day
    return end


# --- outliers of time ------------------------------------------------------------------------------


def outliers(day: Days) -> list[tuple[Bools, str]]:
    """Rows whose date stands for none, and the few rows far from all others, with the reason."""
    found: list[tuple[Bools, str]] = []
    whole = day.astype("datetime64[D]")
    values, inverse, counts = np.unique(whole, return_inverse=True, return_counts=True)
    kept = np.ones(len(values), dtype=bool)
    for sentinel in SENTINELS:
        mine = values == np.datetime64(sentinel)
        others = values[kept & ~mine]
        if mine.any() and others.size and np.abs((others - np.datetime64(sentinel)).astype(int)).min() > FAR:
            kept &= ~mine
            found.append((mine[inverse], f"dated {sentinel}, which stands for no date"))
    tails: list[tuple[str, Callable[[Days, int], Bools]]] = [
        ("before", lambda days, at: days <= days[at]),
        ("after", lambda days, at: days > days[at]),
    ]
    for side, tail in tails:
        days, sizes = values[kept], counts[kept]
        gaps = np.flatnonzero(np.diff(days).astype(int) > FAR)
        few = [int(at) for at in gaps if sizes[tail(days, int(at))].sum() <= FEW * sizes.sum()]
        if few:
            at = int(max(few) if side == "before" else min(few))
            far = days[tail(days, at)]
            mine = np.isin(values, far) & kept
            kept &= ~mine
            found.append((mine[inverse], f"dated more than a year {side} all other orders, such as {far[0]}"))
    return found


# --- days of entry ---


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
