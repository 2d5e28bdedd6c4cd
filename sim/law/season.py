"""The season and the level: multipliers that the need of all people shares on one day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, keyed
from sim.scenario import Market, Need, Season
from sim.scenario.dates import occurrences

Floats = npt.NDArray[np.float64]


def known_season(season: Season, start: date, days: int) -> Floats:
    """Product of the multipliers of weekday, month and big dates by day from `start` on; shape (days,)."""
    months = season.yearly or (1.0,) * 12
    dates = [start + timedelta(days=day) for day in range(days)]
    known = [season.weekday[date.weekday()] * months[date.month - 1] for date in dates]
    return np.array(known) * big_dates(season, start, days)


def big_dates(season: Season, start: date, days: int) -> Floats:
    """Product of the big dates' multipliers by day from `start` on, shape (days,)."""
    factors = np.ones(days)
    for big in season.dates.values():
        covered = np.zeros(days, dtype=bool)
        for day in occurrences(big.on, start - timedelta(days=big.days), start + timedelta(days=days)):
            first = (day - start).days
            covered[max(first, 0) : max(first + big.days, 0)] = True
        factors[covered] *= big.multiplier
    return factors


def week_multipliers(market: Market, key: np.uint64, days: int) -> Floats:
    """The level of each day's week times the week's shock, both log-normal; shape (days,)."""
    return (level(market.need, key, days) * week_shocks(market.need, key, days)).repeat(7)[:days]


def week_shocks(need: Need, key: np.uint64, days: int) -> Floats:
    """Independent multipliers of mean one, shape (weeks,)."""
    shock = need.week_shock
    if shock == 0.0:
        return np.ones(weeks_of(days))
    return np.asarray(np.exp(shock * _normals(key, Decision.WEEK_SHOCK, days) - 0.5 * shock**2))


def level(need: Need, key: np.uint64, days: int) -> Floats:
    """Multipliers that last: exp(`need.level`) in the first week, then shifts that fade; shape (weeks,).

    The mean over random numbers is exp of what has not faded of `need.level`.
    """
    if need.level == 0.0 and need.level_shift == 0.0:
        return np.ones(weeks_of(days))
    kept, z = 2.0 ** (-7.0 / need.level_half_life), _normals(key, Decision.LEVEL, days)
    usual, moved, variance = need.level, 0.0, 0.0
    logs = np.empty(z.size)
    for week in range(z.size):
        if week:
            usual, moved = kept * usual, kept * moved + need.level_shift * z[week]
            variance = kept**2 * variance + need.level_shift**2
        logs[week] = usual + moved - 0.5 * variance
    return np.asarray(np.exp(logs))


def weeks_of(days: int) -> int:
    """Weeks of which the days are part."""
    return (days + 6) // 7


def _normals(key: np.uint64, decision: Decision, days: int) -> Floats:
    """The standard normal numbers of all weeks, which belong to person 0."""
    from scipy.special import ndtri

    return np.asarray(ndtri([keyed(key, np.uint64(0), int(decision), week) for week in range(weeks_of(days))]))
