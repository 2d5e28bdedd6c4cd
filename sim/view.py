"""The View: what a marketer could know at the end of yesterday. No trait and no hidden stage is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.population import NEVER
from sim.scenario import Interval, Who
from sim.stages import OUT, Stage

if TYPE_CHECKING:
    from sim.shop import Shop

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

GAP_BINS = 4096


class View:
    """Columns of shape (size,), one per key of `Who`; days are whole days."""

    def __init__(self, shop: Shop, day: int) -> None:
        self._people = shop.population
        self._shop = shop
        self.day = day

    @property
    def contacts(self) -> Mask:
        """Who can be written to: everybody who is not out. People who drifted look like any other buyer."""
        return np.asarray(self._people.column("stage") < OUT)

    @property
    def orders(self) -> npt.NDArray[np.int32]:
        """Order-days so far."""
        return self._people.column("orders")

    @property
    def spent(self) -> npt.NDArray[np.int64]:
        """Cents paid so far."""
        return self._people.column("spent")

    @property
    def tenure(self) -> Floats:
        """Days since the person was added."""
        return self._since("added")

    @property
    def recency(self) -> Floats:
        """Days since the last order; very many for leads."""
        return self._since("last_order")

    @property
    def last_touch(self) -> Floats:
        """Days since the last message; very many for people never written to."""
        return self._since("last_touch")

    @property
    def own_cycle(self) -> Floats:
        """A person's expected gap given history, (alpha + T) / (r + x) days; T since the first order, x repeats."""
        rate = self._shop.market.need.order_rate
        repeats = np.maximum(self.orders.astype(float) - 1.0, 0.0)
        observed = np.where(self.orders > 0, self._since("first_order"), 0.0)
        return np.asarray((rate.shape / rate.mean + observed) / (rate.shape + repeats))

    @property
    def recency_own_cycles(self) -> Floats:
        """Recency over the person's own cycle."""
        return np.asarray(self.recency / self.own_cycle)

    def matches(self, who: Who) -> Mask:
        """Contacts who meet every condition of `who`."""
        chosen = self.contacts
        if who.stage:
            chosen &= np.isin(np.minimum(self.orders, 2), [_ORDERS_OF[name] for name in who.stage])
        if who.source:
            chosen &= np.isin(self._people.column("source"), self._shop.source_numbers(who.source))
        for name in ("orders", "spent", "tenure", "recency", "recency_own_cycles", "last_touch"):
            interval: Interval | None = getattr(who, name)
            if interval is not None:
                chosen &= within(getattr(self, name), interval)
        return chosen

    def _since(self, column: str) -> Floats:
        return np.asarray(self.day - self._people.column(column).astype(float))


_ORDERS_OF = {"lead": 0, "first_buyer": 1, "repeater": 2}
assert {stage.name.lower() for stage in Stage} >= set(_ORDERS_OF)


def within(values: npt.NDArray[Any], interval: Interval) -> Mask:
    """Which values lie in the interval, its ends open or closed as it says."""
    inside = np.ones(values.shape, dtype=bool)
    if interval.low is not None:
        inside &= (values > interval.low) if interval.low_open else (values >= interval.low)
    if interval.high is not None:
        inside &= (values <= interval.high) if interval.high_closed else (values < interval.high)
    return inside


def median_gap(gaps: npt.NDArray[np.int64]) -> float | None:
    """Median whole-day gap from a histogram of gaps, shape (bins,); None when no gap has been seen."""
    total = int(gaps.sum())
    if total == 0:
        return None
    return float(np.searchsorted(np.cumsum(gaps), (total + 1) // 2))


assert NEVER < -GAP_BINS
