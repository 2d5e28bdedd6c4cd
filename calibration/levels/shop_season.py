"""The season of a shop from its days: months and big days that the orders show, shrunk; nothing that they do not show.

A season is a value of the scenario format (`market.need.season`), and its multipliers of days are the engine's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import numpy as np
import numpy.typing as npt

from calibration.levels.calendar_levels import MONTHS, LevelPriors, calendar_levels, months_of
from sim.law.season import known_season
from sim.scenario import BigDate, BigDay, Day, Season
from sim.scenario.dates import dates_of, occurrences

Floats = npt.NDArray[np.float64]

EVEN = (1.0,) * 7
YEAR = 364
"""Days from which on months are judged."""
CLEAR = 5.0
"""Log of how many times as likely the days must be with a season, or with a big day, as without it."""
PASSES = 2
WINDOWS = (1, 3, 7)
"""Days that a big day may last."""
AROUND = 14
"""Days on either side with which a big day is compared."""
USUAL = 0.5
"""Sd of the log multiplier of a big day."""
LARGEST_CHANCE = 0.08
"""Variance of the log ratio by chance, of windows that tell anything: some fifteen orders expected."""
FEWEST_WINDOWS = 60
"""Windows without a big day by which chance is judged, at least."""
YEARS_AHEAD = 5
"""Years for which a day without a name in the format is written out as dates."""


def days_of(season: Season | None, first: date, days: int) -> Floats:
    """Multipliers of need by day from `first` on, shape (days,)."""
    return np.ones(days) if season is None else known_season(season, first, days)


def with_months(season: Season, first: date, seen: Floats, due: Callable[[Floats], Floats]) -> Season:
    """The season with the months that the weeks show, if they cover a year and show any.

    seen: repeat order-days of each day. due: what the law expects of each week beside the calendar, given what each
    customer did under multipliers of days (days,).
    Multipliers are posterior means beside lasting shifts and shocks of weeks, so they are shrunk towards one.
    """
    days, none = seen.size, replace(season, yearly=())
    if days < YEAR:
        return none
    weeks = days // 7
    counts, month = seen[: 7 * weeks].reshape(weeks, 7).sum(axis=1), months_of(first, weeks + 1)
    others = days_of(none, first, 7 * weeks).reshape(weeks, 7).mean(axis=1)
    found = season
    for _ in range(PASSES):
        expected = due(days_of(found, first, days))[:weeks] * others
        with_season = calendar_levels((counts, expected), month, 1, 1)
        without = calendar_levels((counts, expected), month, 1, 1, LevelPriors(seasons=((0.0, 1.0),)))
        if with_season.log_evidence - without.log_evidence < CLEAR:
            return none
        yearly = np.exp(with_season.months)
        found = replace(season, yearly=tuple((yearly * MONTHS / yearly.sum()).tolist()))
    return found


def with_big_days(season: Season, first: date, seen: Floats) -> Season:
    """The season with the big days that stand out from the days around them, each with its multiplier, shrunk.

    seen: repeat order-days of each day (days,). How far windows without a big day stand out is what chance does.
    """
    last = first + timedelta(days=seen.size - 1)
    even, dates = days_of(replace(season, dates={}), first, seen.size), {}
    for name, on in big_days(first, last).items():
        best = CLEAR
        for window in WINDOWS:
            ratios, chance = _log_ratios(seen, even, window)
            known = [(day - first).days for day in occurrences(on, first, last)]
            at = np.array([one for one in known if AROUND <= one < ratios.size - AROUND], dtype=np.int64)
            at = at[chance[at] < LARGEST_CHANCE]
            apart = np.abs(np.subtract.outer(np.arange(ratios.size), at)).min(axis=1, initial=AROUND) >= AROUND
            apart &= chance < LARGEST_CHANCE
            if not at.size or apart.sum() < FEWEST_WINDOWS:
                continue
            # Where days differ by more than chance without any big day, a big day has to stand out from that.
            weight = 1.0 / (chance[at] * max(1.0, float(np.mean(ratios[apart] ** 2 / chance[apart]))))
            ratio, noise = float(weight @ ratios[at] / weight.sum()), 1.0 / float(weight.sum())
            kept = USUAL**2 / (USUAL**2 + noise)
            gain = 0.5 * np.log1p(-kept) + 0.5 * ratio**2 * kept / noise
            if gain > best:
                best, dates[name] = gain, BigDate(on, window, float(np.exp(kept * ratio)))
    return replace(season, dates=dates)


def _log_ratios(seen: Floats, even: Floats, window: int) -> tuple[Floats, Floats]:
    """Log of the window's orders over those that the days around let expect, by its first day; its variance by chance.

    Two of shape (windows,).
    """
    total, due = (np.concatenate([[0.0], np.cumsum(v)]) for v in (seen, even))
    at = np.arange(seen.size - window + 1)
    low, high = np.maximum(at - AROUND, 0), np.minimum(at + window + AROUND, seen.size)
    inside, share = total[at + window] - total[at], due[at + window] - due[at]
    around, its_share = total[high] - total[low] - inside, due[high] - due[low] - share
    expected = around * share / np.maximum(its_share, 1e-9)
    return np.log((inside + 0.5) / (expected + 0.5)), 1.0 / (expected + 0.5) + 1.0 / (around + 0.5)


def big_days(first: date, last: date) -> dict[str, tuple[Day, ...]]:
    """Days that may be big, by name: those of the format, and others as dates until some years after the last day."""
    named: dict[str, tuple[Day, ...]] = {name: (name,) for name in get_args(BigDay)}
    years = range(first.year, last.year + YEARS_AHEAD + 1)
    named["black_friday"] = tuple(_black_friday(year) for year in years)
    named["christmas"] = tuple(date(year, 12, 24) for year in years)
    return {name: on for name, on in named.items() if any(dates_of(day, first, last) for day in on)}


def _black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    return date(year, 11, 23 + (3 - date(year, 11, 22).weekday()) % 7)
