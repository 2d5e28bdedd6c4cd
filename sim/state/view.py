"""The view: what a marketer could know at the end of yesterday. No trait and no hidden stage is here."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import BLOCK
from sim.law.numbers import repurchase_cycle
from sim.people.customer_columns import NEVER
from sim.people.population import Population
from sim.scenario import RFMS, Who
from sim.shard import Shard
from sim.stages import OUT
from sim.state.condition_numbers import conditions_of
from sim.state.holdout import NOBODY, Holdout
from sim.state.matching import Conditions, Morning, match
from sim.state.run_state import GAP_BINS, NOT_FOLLOWED, Days, RunInputs, RunState
from sim.threads import Threads

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class View:
    """Columns of shape (size,), one per key of `Who`; days are whole days."""

    def __init__(self, population: Population, inputs: RunInputs, day: int, threads: Threads, shard: Shard) -> None:
        self._people = population
        self._market = inputs.market
        self._sources = inputs.sources
        self._threads = threads
        self._shard = shard
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
        recency, orders, spent = self.medians
        recent, often, much = self.recency <= recency, self.orders > orders, self.spent > spent
        recent, often, much = buyers & recent, buyers & often, buyers & much
        kinds = [self.orders == 0, recent & often & much, recent & much & ~often, often & much & ~recent]
        return np.select(kinds, [len(RFMS), 0, 1, 2], RFMS.index("general"))

    def day_of(self, column: str) -> npt.NDArray[np.int64]:
        """Day of an event that the shop sees, shape (size,); far in the past for what has not happened."""
        return self._people.column(column).astype(np.int64)

    @property
    def medians(self) -> tuple[float, float, float]:
        """The shop's own medians over buyers who can be written to: recency, orders, cents paid."""
        buyers = self.contacts & (self.orders > 0)
        recency, orders, spent = (
            lower_median(values[buyers], self._shard) for values in (self.recency, self.orders, self.spent)
        )
        return recency, orders, spent

    def matches(self, who: Who) -> Mask:
        """Contacts who meet every condition of `who`."""
        return np.asarray(self.groups(conditions_of(who, self._market, self._sources))[0])

    def groups(self, conditions: Conditions, holdout: Holdout = NOBODY, last_sent: Days = NOT_FOLLOWED) -> Mask:
        """Contacts who meet every condition: those addressed, and those left out by lot; shape (2, size).

        `last_sent`: days of a programme's last messages, shape (size,), where it follows people's own cycles.
        """
        people, size = self._people.people, self._people.size
        medians = self.medians if conditions.ranked else (0.0, 0.0, 0.0)
        groups = np.empty((2, size), dtype=bool)
        left_out = holdout.of(self._people)
        self._threads.share(
            match, size, BLOCK, people, Morning(self.day, *medians), conditions, last_sent, left_out, groups,
            light=True,
        )  # fmt: skip
        return groups

    def _since(self, column: str) -> Floats:
        return np.asarray(self.day - self._people.column(column).astype(float))


def lower_median(values: npt.NDArray[Any], shard: Shard) -> float:
    """The ceil(n/2)-th smallest of whole numbers, shape (n,), over all shards; 0 of nobody."""
    if shard.alone:
        if values.size == 0:
            return 0.0
        place = (values.size - 1) // 2
        return float(np.partition(values, place)[place])
    ends = shard.gather(np.array([values.min(), values.max()] if values.size else [], dtype=np.int64))
    low, high = int(min(np.concatenate(ends), default=0)), int(max(np.concatenate(ends), default=0))
    place = (int(shard.total(np.array([values.size]))[0]) - 1) // 2
    while low < high:
        middle = (low + high) // 2
        if shard.total(np.array([np.count_nonzero(values <= middle)]))[0] > place:
            high = middle
        else:
            low = middle + 1
    return float(low)


def view_of(state: RunState) -> View:
    """What is known this morning."""
    return View(state.population, state.inputs, state.day, state.threads, state.shard)


def shop_cycle(state: RunState) -> float:
    """Median whole-day gap between orders seen so far; the market's cycle before any is seen."""
    seen = median_gap(state.shard.total(state.books.gaps))
    return repurchase_cycle(state.inputs.market.need) if seen is None else max(seen, 1.0)


def median_gap(gaps: npt.NDArray[np.int64]) -> float | None:
    """Median whole-day gap from a histogram of gaps, shape (bins,); None when no gap has been seen."""
    total = int(gaps.sum())
    if total == 0:
        return None
    return float(np.searchsorted(np.cumsum(gaps), (total + 1) // 2))


assert NEVER < -GAP_BINS
