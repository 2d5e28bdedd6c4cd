"""The season of a shop net of what it did: what weekdays, months and big days have beyond what the law expects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from calibration.levels.shop_season import AROUND, EVEN, with_big_days, with_months
from calibration.model.fitting import shrunk_weekdays
from calibration.responses.response_density import HistoryEvidence
from sim.scenario import Market, Season

Floats = npt.NDArray[np.float64]

FEWEST_ORDERS = 140
"""Repeat order-days from which on weekdays are judged: twenty each."""


def season_net_of(evidence: HistoryEvidence, market: Market, first: date) -> Season:
    """The season that orders show beyond what `market` without any season expects of each day; first: day 0.

    Its hours stay those of the market.
    """
    even = replace(market.need.season, weekday=EVEN, yearly=(), dates={})
    due = np.maximum(evidence.expected_orders(replace(market, need=replace(market.need, season=even))), 0.0)
    seen = evidence.seen
    if seen.sum() < FEWEST_ORDERS:
        return even
    season = replace(even, weekday=shrunk_weekdays(seen, due, first))

    def due_of_weeks(_: Floats) -> Floats:
        return np.add.reduceat(due, np.arange(0, due.size, 7))

    season = with_months(season, first, seen, due_of_weeks)
    # A big day is compared with the days around it, so what the shop did on it is taken out first.
    season = with_big_days(season, first, seen * around(due) / np.maximum(due, 1e-9))
    return with_months(season, first, seen, due_of_weeks) if season.dates else season


def around(daily: Floats) -> Floats:
    """The mean of the days around each day, shape (days,)."""
    total = np.concatenate([[0.0], np.cumsum(daily)])
    at = np.arange(daily.size)
    low, high = np.maximum(at - AROUND, 0), np.minimum(at + AROUND + 1, daily.size)
    return np.asarray((total[high] - total[low]) / (high - low))
