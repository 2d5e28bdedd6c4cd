"""Population: one array per attribute, one row per person; identities from origin, traits from identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import (
    Decision,
    Identities,
    identities,
    name_hash,
    thresholds,
    uniforms,
)
from sim.law.day_one import day_one_rates
from sim.people.customer_columns import COLUMNS, EMPTY_VALUES, CustomerColumns, column_of, columns_for, grown
from sim.people.traits import EXPONENTIAL, clocks, draw, motives, traits
from sim.scenario import Customers, Market
from sim.stages import Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class Population:
    """People, how many there are, the key of their random numbers, and the key of the numbers that set their traits.

    The two keys differ only where variance reduction is measured with the same people and other random numbers.
    """

    people: CustomerColumns
    size: int
    key: np.uint64
    trait_key: np.uint64
    closing: tuple[str, ...] = ()
    """Channels in use that people can leave apart from the contact."""

    def column(self, name: str) -> npt.NDArray[Any]:
        """One attribute of everybody, shape (size,); a view, so writing to it writes to the people."""
        return column_of(self.people, name)[: self.size]

    def uniforms(self, decision: Decision, rows: Ints, ordinal: npt.NDArray[np.integer]) -> Floats:
        """Uniforms of the people at `rows`, shape (n,)."""
        return uniforms(self.key, self.people.identity[rows], int(decision), ordinal.astype(np.int64))

    def has_left(self, channel: str) -> npt.NDArray[np.bool_]:
        """Who has left a channel, shape (size,)."""
        if channel not in self.closing:
            return np.zeros(self.size, dtype=bool)
        return np.asarray(self.people.closing_left[self.closing.index(channel), : self.size] <= 0.0)

    def join(self, rows: dict[str, npt.ArrayLike], count: int) -> slice:
        """Append `count` people; columns not in `rows` start empty. Returns their rows."""
        end = self.size + count
        if end > self.people.stage.size:
            self.people = grown(self.people, max(end, 2 * self.people.stage.size))
        where = slice(self.size, end)
        who = np.asarray(rows["identity"], dtype=np.uint64)
        for number, channel in enumerate(self.closing):
            u = draw(self.key, who, Decision.MUTE, name_hash(channel) % 2**32)
            self.people.closing_left[number, where] = thresholds(u, EXPONENTIAL)
        for name in COLUMNS:
            column_of(self.people, name)[where] = rows.get(name, EMPTY_VALUES.get(name, 0))
        self.size = end
        return where


def empty_population(key: np.uint64, trait_key: np.uint64, capacity: int, closing: tuple[str, ...] = ()) -> Population:
    """A population of nobody, with room for `capacity` people."""
    return Population(columns_for(max(capacity, 1), len(closing)), 0, key, trait_key, closing)


class Arrivals(NamedTuple):
    """Contacts added on one day: identities and instants of shape (n,), and the number of their source."""

    identity: Identities
    instant: Floats
    source: int


def join_leads(population: Population, arrivals: Arrivals, market: Market, news: float = 0.0) -> slice:
    """Contacts who were added; they are leads from the next day. `news`: trust of the welcome."""
    who, day = arrivals.identity, np.floor(arrivals.instant)
    rows = _first_columns(population, who, market)
    orders, price = motives(population.trait_key, who, market)
    rows |= {
        "lam": np.asarray(rows["lam"]) * orders,
        "delta": np.asarray(rows["delta"]) * price,
        "news": news,
        "last_heard": day,
        "identity": who,
        "source": arrivals.source,
        "stage": Stage.LEAD,
        "added": day,
        "order_left": thresholds(draw(population.key, who, Decision.FIRST_ORDER), EXPONENTIAL),
    }
    return population.join(rows, who.size)


def join_synthetic(population: Population, count: int, market: Market, table: Floats) -> slice:
    """`count` synthetic customers, each at the instant of their first order: 0."""
    who = identities("start", 0, np.arange(count))
    rows = _first_columns(population, who, market)
    rows |= _buyers(population.key, who, np.ones(count, dtype=np.int64), table)
    rows |= dict.fromkeys(("added", "first_order", "last_order", "last_heard", "order_day"), 0)
    return population.join(rows, count)


def join_customers(population: Population, customers: Customers, market: Market, table: Floats) -> slice:
    """The shop's own customers, their hidden rates drawn given the history of each."""
    key, who = population.key, customers.identity
    rows = _first_columns(population, who, market)
    rows |= _buyers(key, who, customers.orders, table)
    rates = day_one_rates(population.trait_key, customers, market, table)
    rows |= rates.columns
    rows |= dict.fromkeys(("added", "first_order"), np.floor(-customers.age))
    rows |= dict.fromkeys(("last_order", "last_heard", "order_day"), np.floor(-customers.recency))
    rows["spent"] = customers.spent
    rows["stage"] = np.where(rates.alive, np.asarray(rows["stage"]), np.int8(Stage.DRIFTED))
    return population.join(rows, who.size)


def _first_columns(population: Population, who: Identities, market: Market) -> dict[str, npt.ArrayLike]:
    return {**traits(population.trait_key, who, market), **clocks(population.key, who)}


def _buyers(key: np.uint64, who: Identities, orders: Ints, table: Floats) -> dict[str, npt.ArrayLike]:
    following = uniforms(key, who, int(Decision.ORDER), orders + 1)
    return {
        "identity": who,
        "source": -1,
        "fit": True,
        "stage": np.where(orders >= 2, np.int8(Stage.REPEATER), np.int8(Stage.FIRST_BUYER)),
        "orders": orders,
        "order_left": thresholds(following, table),
    }
