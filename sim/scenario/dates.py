"""When shopping days fall: the same date every year, or by the Chinese calendar."""

from __future__ import annotations

from datetime import date
from functools import cache

from sim.scenario.market import BigDay, Day

_EVERY_YEAR: dict[BigDay, tuple[int, int]] = {
    "618": (6, 18),
    "double_11": (11, 11),
    "double_12": (12, 12),
    "womens_day": (3, 8),
    "labour_day": (5, 1),
    "national_day": (10, 1),
}
_LUNAR: dict[BigDay, str] = {
    "chinese_new_year": "Chinese New Year (Spring Festival)",
    "mid_autumn": "Mid-Autumn Festival",
}


def dates_of(day: Day, first: date, last: date) -> list[date]:
    """The dates of a named day or date from `first` to `last`, both included: the date itself, or one each year.

    Holidays of the Chinese calendar come from the package `holidays`, which knows them up to 2100: the new year since
    1950, mid-autumn since it became a holiday in 2008.
    """
    found = [day] if isinstance(day, date) else [_in_year(day, year) for year in range(first.year, last.year + 1)]
    return [one for one in found if one is not None and first <= one <= last]


def occurrences(on: tuple[Day, ...], first: date, last: date) -> list[date]:
    """The dates of several days from `first` to `last`, rising, each once."""
    return sorted({one for day in on for one in dates_of(day, first, last)})


def _in_year(day: BigDay, year: int) -> date | None:
    return date(year, *_EVERY_YEAR[day]) if day in _EVERY_YEAR else _lunar(_LUNAR[day], year)


@cache
def _lunar(name: str, year: int) -> date | None:
    """The first day of a holiday, without the days off that only make up for it."""
    from holidays import country_holidays

    days = country_holidays("CN", years=year, observed=False, language="en_US")
    return min(days.get_named(name, lookup="icontains"), default=None)
