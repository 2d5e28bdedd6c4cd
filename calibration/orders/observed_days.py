"""The day of each row, and the last day of observation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo

import numpy as np
import numpy.typing as npt

from calibration.orders.cells import lacking
from calibration.orders.columns import Columns
from calibration.orders.order_dates import Dates, read_dates
from calibration.orders.sieve import Sieve
from scenarios.errors import InputError

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
