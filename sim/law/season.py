"""The season: multipliers that the need of all people shares on one day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, keyed
from sim.scenario import Market, Scenario
from sim.scenario.dates import occurrences

Floats = npt.NDArray[np.float64]


def known_season(scenario: Scenario) -> Floats:
    """Product of the multipliers of weekday, month and big dates by day of the run; shape (days,)."""
    run, season = scenario.run, scenario.market.need.season
    months = season.yearly or (1.0,) * 12
    dates = [run.start + timedelta(days=day) for day in range(run.days)]
    known = [season.weekday[date.weekday()] * months[date.month - 1] for date in dates]
    return np.array(known) * big_dates(scenario)


def big_dates(scenario: Scenario) -> Floats:
    """Product of the big dates' multipliers by day of the run, shape (days,)."""
    run, factors = scenario.run, np.ones(scenario.run.days)
    for big in scenario.market.need.season.dates.values():
        covered = np.zeros(run.days, dtype=bool)
        for date in occurrences(big.on, run.start - timedelta(days=big.days), run.start + timedelta(days=run.days)):
            first = (date - run.start).days
            covered[max(first, 0) : max(first + big.days, 0)] = True
        factors[covered] *= big.multiplier
    return factors


def week_shocks(market: Market, key: np.uint64, days: int) -> Floats:
    """The multiplier of each day's week: log-normal with mean one; shape (days,)."""
    shock = market.need.week_shock
    if shock == 0.0:
        return np.ones(days)
    from scipy.special import ndtri

    weeks = range((days + 6) // 7)
    u = np.array([keyed(key, np.uint64(0), int(Decision.WEEK_SHOCK), week) for week in weeks])
    return np.repeat(np.exp(shock * ndtri(u) - 0.5 * shock**2), 7)[:days]
