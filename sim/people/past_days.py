"""The days before day one, as numbers: who was added when, the season then, and the law without a strategy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from sim.draws import gamma_quantile_table
from sim.law.numbers import law_numbers
from sim.law.season import known_season
from sim.people.past_lives import PastNumbers
from sim.scenario import Market

Floats = npt.NDArray[np.float64]

YEAR = 365.0


@dataclass(frozen=True)
class PastDays:
    """What pasts follow from, beside the people: the market, and the first day of the run."""

    market: Market
    first: date


def past_numbers(days: PastDays) -> PastNumbers:
    """The numbers of a market whose people have a history of at least one day."""
    market, history = days.market, days.market.start.history
    law = law_numbers(market)
    areas = np.stack([areas_of_leaving(market, 0.0), areas_of_leaving(market, law.first_day)])
    return PastNumbers(
        leads=float(market.start.leads),
        fit=float(market.people.fit),
        ages=np.stack([ages(market, area) for area in areas]),
        patience=1.0 + areas / market.optout.shape,
        season=known_season(market.need.season, days.first - timedelta(days=history), history),
        heat=law.lead_heat,
        interaction=float(law.interaction),
        fading=float(law.fading),
        drifted=float(law.drifted),
        thresholds=gamma_quantile_table(market.need.regularity),
        spend_p=float(market.spend.p),
        spend_table=gamma_quantile_table(market.spend.p),
    )


def areas_of_leaving(market: Market, first_day: float) -> Floats:
    """Area of deletion behind those who were added 1, 2, ... days ago, shape (history,).

    Who was added n days ago has been there for n - 1 whole days: each took the background hazard, the first of them
    `first_day` more.
    """
    whole_days = np.arange(market.start.history, dtype=np.float64)
    return market.optout.background * whole_days + first_day * (whole_days > 0.0)


def ages(market: Market, areas: Floats) -> Floats:
    """Share of those still there who were added at most 1, 2, ... days ago, shape (history,), given their `areas`."""
    shape, whole_days = market.optout.shape, np.arange(market.start.history, dtype=np.float64)
    logs = -market.start.growth / YEAR * whole_days - shape * np.log1p(areas / shape)
    weights = np.exp(logs - logs.max())
    return np.asarray(np.cumsum(weights) / weights.sum())
