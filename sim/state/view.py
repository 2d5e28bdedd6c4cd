"""The view: what a marketer could know at the end of yesterday. No trait and no hidden stage is here."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.people.customer_columns import NEVER
from sim.people.population import Population
from sim.people.traits import topics
from sim.scenario import ENGAGEMENTS, RFMS, TIERS, Market, Range, Who
from sim.stages import OUT, Stage
from sim.state.run_state import GAP_BINS, RunState

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class View:
    """Columns of shape (size,), one per key of `Who`; days are whole days. `sources` are names by number."""

    def __init__(self, population: Population, market: Market, sources: tuple[str, ...], day: int) -> None:
        self._people = population
        self._market = market
        self._sources = sources
        self.day = day

    @property
    def contacts(self) -> Mask:
        """Who can be written to: all who are not out. People who drifted away look like any other buyer."""
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
        rate = self._market.need.order_rate
        repeats = np.maximum(self.orders.astype(float) - 1.0, 0.0)
        observed = np.where(self.orders > 0, self._since("first_order"), 0.0)
        return np.asarray((rate.shape / rate.mean + observed) / (rate.shape + repeats))

    @property
    def recency_own_cycles(self) -> Floats:
        """Recency over the person's own cycle."""
        return np.asarray(self.recency / self.own_cycle)

    @property
    def silence(self) -> Floats:
        """Days since the person's last order, question or interaction."""
        return self._since("last_heard")

    @property
    def engaged(self) -> npt.NDArray[np.int64]:
        """0 active, 1 silent, 2 dormant: places in `scenario.ENGAGEMENTS`."""
        market, silence = self._market.engagement, self.silence
        return (silence > market.silent_after).astype(np.int64) + (silence > market.dormant_after)

    @property
    def tier(self) -> npt.NDArray[np.int64]:
        """Lifecycle tier: places in `scenario.TIERS`."""
        much = self.orders >= self._market.engagement.high_value_orders
        return np.select([self.orders == 0, self.engaged == 2, much], [0, 3, 2], 1)

    @property
    def rfm(self) -> npt.NDArray[np.int64]:
        """RFM class against the shop's own medians: places in `scenario.RFMS`; one more for leads, who have none."""
        buyers = self.contacts & (self.orders > 0)
        recent = buyers & (self.recency <= _lower_median(self.recency[buyers]))
        often = buyers & (self.orders > _lower_median(self.orders[buyers]))
        much = buyers & (self.spent > _lower_median(self.spent[buyers]))
        kinds = [self.orders == 0, recent & often & much, recent & much & ~often, often & much & ~recent]
        return np.select(kinds, [len(RFMS), 0, 1, 2], RFMS.index("general"))

    def day_of(self, column: str) -> npt.NDArray[np.int64]:
        """Day of an event that the shop sees, shape (size,); far in the past for what has not happened."""
        return self._people.column(column).astype(np.int64)

    def matches(self, who: Who) -> Mask:
        """Contacts who meet every condition of `who`."""
        chosen = self.contacts
        if who.stage:
            chosen &= among(np.minimum(self.orders, 2), [_ORDERS_OF[name] for name in who.stage])
        if who.source:
            chosen &= among(
                self._people.column("source"),
                [self._sources.index(name) for name in who.source if name in self._sources],
            )
        for name, labels in (("engaged", ENGAGEMENTS), ("tier", TIERS), ("rfm", RFMS)):
            if getattr(who, name):
                chosen &= among(getattr(self, name), [labels.index(label) for label in getattr(who, name)])
        if who.tag:
            names = topics(self._market)
            chosen &= among(self._people.column("tag"), [names.index(name) + 1 for name in who.tag if name in names])
        for name in ("orders", "spent", "tenure", "recency", "recency_own_cycles", "last_touch"):
            interval: Range | None = getattr(who, name)
            if interval is not None:
                chosen &= within(getattr(self, name), interval)
        return chosen

    def _since(self, column: str) -> Floats:
        return np.asarray(self.day - self._people.column(column).astype(float))


_ORDERS_OF = {"lead": 0, "first_buyer": 1, "repeater": 2}
assert {stage.name.lower() for stage in Stage} >= set(_ORDERS_OF)


def among(values: npt.NDArray[np.integer], wanted: list[int]) -> Mask:
    """Which values, small whole numbers from -1, are wanted."""
    table = np.zeros(int(values.max(initial=0)) + 2, dtype=bool)
    table[[number for number in wanted if number < table.size - 1]] = True
    return np.asarray(table[values])


def within(values: npt.NDArray[Any], interval: Range) -> Mask:
    """Which values lie in the interval, its ends open or closed as it says."""
    inside = np.ones(values.shape, dtype=bool)
    if interval.low is not None:
        inside &= (values > interval.low) if interval.low_open else (values >= interval.low)
    if interval.high is not None:
        inside &= (values <= interval.high) if interval.high_closed else (values < interval.high)
    return inside


def _lower_median(values: npt.NDArray[Any]) -> float:
    """The ceil(n/2)-th smallest; 0 of nobody."""
    if values.size == 0:
        return 0.0
    place = (values.size - 1) // 2
    return float(np.partition(values, place)[place])


def view_of(state: RunState) -> View:
    """What is known this morning."""
    return View(state.population, state.inputs.market, state.inputs.sources, state.day)


def shop_cycle(state: RunState) -> float:
    """Median whole-day gap between orders seen so far; the market's cycle before any is seen."""
    seen = median_gap(state.books.gaps)
    return state.inputs.market.need.cycle if seen is None else max(seen, 1.0)


def median_gap(gaps: npt.NDArray[np.int64]) -> float | None:
    """Median whole-day gap from a histogram of gaps, shape (bins,); None when no gap has been seen."""
    total = int(gaps.sum())
    if total == 0:
        return None
    return float(np.searchsorted(np.cumsum(gaps), (total + 1) // 2))


assert NEVER < -GAP_BINS
