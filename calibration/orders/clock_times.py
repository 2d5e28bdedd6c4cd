"""Stamps with a time zone: the day that it was at the shop."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Days = npt.NDArray[np.datetime64]

ZONED = (
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*"
    r"(Z|[A-Z]{2,4}|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|[+-]\d{2})(?: \d{4})?$"
)
"""Hours, minutes, seconds, half of the day and zone at the end of a stamp."""
COMPACT_ZONE = r"[T ](\d{2})(\d{2})(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})$"
WITH_ZONE = r"\d:\d\d.*(?:Z|[A-Z]{2,4}|[+-]\d\d:?\d\d|[+-]\d\d)(?: \d{4})?$"
ENDS = r"[A-Za-z]$|[+-]\d\d(?::?\d\d)?$| \d{4}$"
"""The end of a stamp that may name a zone."""
HOURS = {"Z": 0, "UTC": 0, "GMT": 0, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CDT": -5, "EST": -5, "EDT": -4}
HOURS |= {"CET": 1, "CEST": 2, "JST": 9, "BST": 1, "MEZ": 1, "MESZ": 2, "AEST": 10, "AEDT": 11, "HKT": 8, "SGT": 8}
"""Zones by name, in hours from UTC; names that stand for several zones (CST, IST) are left out."""


def zone_of(name: str | None) -> tzinfo | None:
    """The time zone of that name; InputError where there is none."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        expected = "a time zone such as Asia/Shanghai, Europe/Berlin or UTC"
        raise InputError(place="--timezone", expected=expected, got=repr(name)) from None


def local_days(days: Days, text: pd.Series, place: str, zone: tzinfo | None, notes: list[str]) -> Days:
    """Days of stamps that name their zone, as they were in `zone`; other days, and all without `zone`, as written.

    place: of the column, for messages; where it says UTC, stamps without a zone are in UTC.
    """
    import pandas as pd

    if "UTC" in place.rpartition(": column ")[2].upper():
        text = text.str.replace(r"(\d:\d\d(?: ?[AaPp][Mm])?)$", r"\1 UTC", regex=True)
    named = np.array(text.str.contains(ENDS, regex=True), dtype=bool) & ~np.isnat(days)
    if named.any():
        some = text[named].str.replace(COMPACT_ZONE, r" \1:\2:\3\4", regex=True)
        half = some.str.contains(r"\d[ ]*[aApP][mM]$", regex=True)
        text = text.where(~named, some.reindex(text.index))
        named[named] = some.str.contains(WITH_ZONE, regex=True) & ~half
    if not named.any():
        if zone is not None and text.str.contains(r"\d:\d\d", regex=True).any():
            notes.append(f"stamps name no time zone and were taken to be in {zone}")
        return days
    if zone is None:
        utc = text[named].str.contains(r"(?:Z|UTC|GMT|\+00:?00)$", regex=True)
        if bool(utc.all()):
            notes.append("stamps are in UTC, and so are the days (--timezone NAME for the shop's own)")
        else:
            notes.append("days are those that the stamps' own time zones have (--timezone NAME for another)")
        return days
    parts = text[named].str.extract(ZONED)
    zones, names = pd.factorize(parts[4])
    offset = pd.Series(np.append([_minutes(name) for name in names], np.nan)[zones], index=parts.index)
    if offset.isna().any():
        cell = text[named][offset.isna()].iloc[0]
        expected = "stamps whose time zone is given, such as 2026-01-31T12:00:00+01:00"
        raise InputError("an unknown time zone", place=place, expected=expected, got=repr(str(cell)[:40]))
    hour = parts[0].astype(float)
    afternoon, half = parts[3].fillna("").str.lower().str.startswith("p"), parts[3].notna()
    hour = hour.where(~half, hour % 12 + 12 * afternoon)
    minutes = hour * 60.0 + parts[1].astype(float) - offset
    seconds = np.floor(minutes.to_numpy() * 60.0).astype(np.int64) + parts[2].fillna("0").astype(int).to_numpy()
    stamps = pd.DatetimeIndex(days[named].astype("datetime64[s]") + seconds.astype("timedelta64[s]"), tz="UTC")
    result = days.copy()
    result[named] = stamps.tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[D]")
    notes.append(f"stamps that name a time zone were put into {zone}")
    return result


def _minutes(name: object) -> float:
    """Minutes from UTC of a zone as stamps name it; NaN where it is not known."""
    if not isinstance(name, str):
        return np.nan
    if name in HOURS:
        return 60.0 * HOURS[name]
    digits = "".join(c for c in name if c.isdigit())
    if len(digits) not in (2, 4):
        return np.nan
    minutes = 60.0 * int(digits[:2]) + int(digits[2:] or 0)
    return -minutes if "-" in name else minutes
