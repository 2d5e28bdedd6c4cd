"""The forecast averaged over settings by their record, with bands that allow for lasting shifts of the level.

No market can carry it: the engine knows no fading rates. What the written market says is `market_forecast`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.forecasting.class_corrections import corrected
from calibration.forecasting.expected_orders import ExpectedOrders, expectation
from calibration.forecasting.futures import Bands, Middle, drawn_levels, simulated_bands
from calibration.forecasting.record import Fitted, Record, averaged, expectations, fit_settings, record, with_levels
from calibration.levels.calendar_levels import CalendarLevels
from calibration.model.fitting import REGULAR
from calibration.model.likelihood import days_before
from calibration.model.posterior import LAW_MISS, FittedMarket, drawn_parameters
from sim.scenario import Season

Floats = npt.NDArray[np.float64]

USUAL_MISS, ITS_WEIGHT = 0.1, 3.0
"""Log miss of totals that is expected before there is a record, and the origins that it counts for."""
BUYERS_MISS = 0.08
POINT_DRAWS = 20
"""Draws of the posterior over which the market's expectations are averaged."""
MARKET_BAND = (
    "parameters (posterior draws), process (chance variation of each customer), week shocks, lasting shifts of the "
    "level and the law's usual miss"
)
FORECAST_BAND = f"{MARKET_BAND}, a season that is not clear, and misses like those at earlier origins"


@dataclass(frozen=True)
class OrderForecast:
    """Expectations with bands, and what the bands include; where it is averaged: its record and levels."""

    expected: ExpectedOrders
    bands: Bands
    band_includes: str
    record: Record | None = None
    levels: CalendarLevels | None = None

    @property
    def buyers(self) -> float:
        """Expected number of customers with any order."""
        return float(self.expected.some.sum())


def market_forecast(fitted: FittedMarket, days: int, seed: int) -> OrderForecast:
    """What the written market says: the mean over draws of its posterior, with its season, level and week shocks."""
    known, draws = fitted.orders, drawn_parameters(fitted)
    levels = drawn_levels(fitted.draws, -(-days // 7), seed)
    daily = fitted.chosen.daily(known, known.days + 1 + days)
    likely = daily.copy()
    likely[-days:] *= np.exp(levels).mean(axis=0).repeat(7)[:days]
    some = [expectation(known, p, likely) for p in draws[:: max(1, len(draws) // POINT_DRAWS)]]
    people, chance, by_day = (np.mean([getattr(e, n) for e in some], axis=0) for n in ("people", "some", "by_day"))
    mean = ExpectedOrders(people, chance, by_day)
    middle = Middle(mean.weekly, float(chance.sum()), BUYERS_MISS)
    return OrderForecast(mean, simulated_bands(known, draws, daily, levels, middle), MARKET_BAND)


def averaged_forecast(fitted: FittedMarket, days: int, seed: int) -> OrderForecast:
    """Settings averaged by their record before the end of the orders; draws of the market's posterior make bands."""
    known, season = fitted.orders, _without_months(fitted.chosen.season)
    own = _own(fitted, days)
    kept = record(known, days, season, own)
    mean = averaged(expectations(known, own), kept.weights)
    mean = corrected(mean, kept.corrections, known.customers["x"].to_numpy(np.int64))
    share = sum(weight for setting, weight in kept.weights.items() if setting.calendar)
    daily = own.even * (own.moved / own.even) ** share
    moves = (own.levels.draws - own.levels.ahead)[:, -mean.weekly.size :]
    levels = moves + _lasting(own.levels, kept, seed)[:, None]
    middle = Middle(mean.weekly, float(mean.some.sum()), _usual(kept.buyers_misses, BUYERS_MISS))
    bands = simulated_bands(known, drawn_parameters(fitted), daily, levels, middle)
    return OrderForecast(mean, bands, FORECAST_BAND, kept, own.levels)


def _own(fitted: FittedMarket, days: int) -> Fitted:
    """What all settings need, by the market's own fits where they are there."""
    season = _without_months(fitted.chosen.season)
    regular = [model.parameters for model in fitted.models if model.name == REGULAR]
    if days_before(fitted.orders) is not None:
        regular = [fitted.plain.parameters]
    if not regular:
        return fit_settings(fitted.orders, days, season)
    return with_levels(fitted.orders, days, season, (fitted.plain.parameters, regular[0]))


def _without_months(season: Season | None) -> Season | None:
    """Weekdays and big days: months are among the levels, which have their own season."""
    return season and replace(season, yearly=())


def _usual(misses: Sequence[float], before: float) -> float:
    """Root mean square of log misses, with what is expected of them before there are any."""
    seen = ITS_WEIGHT * before**2 + float(np.sum(np.square(misses)))
    return float(np.sqrt(seen / (ITS_WEIGHT + len(misses))))


def _lasting(levels: CalendarLevels, kept: Record, seed: int) -> Floats:
    """Draws of a shift over all weeks ahead: what misses at earlier origins have beyond the calendar's own spread."""
    spread = float((levels.draws - levels.ahead).mean(axis=1).var())
    sd = np.sqrt(max(_usual(kept.misses, USUAL_MISS) ** 2 - spread, 0.0) + LAW_MISS**2)
    return np.asarray(sd * np.random.default_rng([seed, 31]).standard_normal(len(levels.draws)))
