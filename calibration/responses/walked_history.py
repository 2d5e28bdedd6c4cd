"""A shop's history as evidence: the engine's own walk through everybody's days."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from calibration.responses.people_part import gaps_of_weeks, repeats_of_days
from sim.past.evidence import both, expected_orders, log_likelihoods
from sim.scenario import Market, ShopHistory
from sim.threads import Threads

Floats = npt.NDArray[np.float64]

MOST_THREADS = 8
"""More gain little: a shop's people are few blocks."""


@cache
def _threads() -> Threads:
    """Those of this process; results are the same bits for any number."""
    return Threads(min(os.cpu_count() or 1, MOST_THREADS))


@dataclass(frozen=True)
class WalkedHistory:
    """What a history says of a market."""

    history: ShopHistory

    @cached_property
    def seen(self) -> Floats:
        """Repeat order-days of each calendar day, shape (days,)."""
        return repeats_of_days(self.history)

    @cached_property
    def customers(self) -> int:
        """People who have ordered."""
        return int((np.diff(self.history.begin) > 0).sum())

    @cached_property
    def gaps(self) -> Floats:
        """Gaps between orders by their first and last week, shape (weeks, weeks)."""
        return gaps_of_weeks(self.history)

    def log_likelihoods(self, market: Market) -> Floats:
        """Of each person, shape (n,)."""
        return log_likelihoods(market, self.history, _threads())

    def expected_orders(self, market: Market) -> Floats:
        """Expected repeat order-days of each calendar day given all that each person did, shape (days,)."""
        return expected_orders(market, self.history, _threads())

    def both(self, market: Market) -> tuple[Floats, Floats]:
        """Log-likelihoods (n,) and expected orders (days,)."""
        return both(market, self.history, _threads())
