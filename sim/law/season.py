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


def week_shock(market: Market, key: np.uint64, day: int) -> float:
    """The multiplier of the week that holds `day`: log-normal with mean one."""
    shock = market.need.week_shock
    if shock == 0.0:
        return 1.0
    from scipy.special import ndtri

    u = keyed(key, np.uint64(0), int(Decision.WEEK_SHOCK), day // 7)
    return float(np.exp(shock * ndtri(u) - 0.5 * shock**2))
