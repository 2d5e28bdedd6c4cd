"""Population: one array per attribute, one row per person; identities from origin, traits from identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, Identities, gamma_quantile_table, uniforms
from sim.law.day_one import day_one_rates
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns, column_of, columns_for, copied
from sim.people.newcomers import PEOPLE_PER_PART, Newcomers, write_newcomers
from sim.people.past_lives import PastNumbers, live_past
from sim.people.trait_draws import Keys, TraitNumbers
from sim.scenario import Customers, Need, People, Spend
from sim.stages import Stage
from sim.threads import Threads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EXPONENTIAL = gamma_quantile_table(1.0)


@dataclass
class Population:
    """People, how many there are, the keys of their random numbers, and the numbers that they are drawn from.

    The two keys differ only where variance reduction is measured with the same people and other random numbers.
    """

    people: CustomerColumns
    size: int
    keys: Keys
    numbers: TraitNumbers
    closing: tuple[str, ...] = ()
    """Channels in use that people can leave apart from the contact."""

    @property
    def key(self) -> np.uint64:
        """The key of the people's random numbers."""
        return self.keys.events

    @property
    def trait_key(self) -> np.uint64:
        """The key of the numbers that set their traits."""
        return self.keys.traits

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

    def room(self, count: int) -> slice:
        """Rows for `count` more people, not filled; the population has grown by them."""
        end = self.size + count
        if end > self.people.stage.size:
            self.people = copied(self.people, self.size, max(end, 2 * self.people.stage.size))
        where = slice(self.size, end)
        self.people.left[where] = 0
        self.size = end
        return where

    def copy(self, capacity: int) -> Population:
        """The same people with columns of their own, with room for `capacity`."""
        return Population(
            copied(self.people, self.size, max(capacity, 1)), self.size, self.keys, self.numbers, self.closing
        )


def empty_population(keys: Keys, numbers: TraitNumbers, closing: tuple[str, ...], capacity: int) -> Population:
    """A population of nobody, with room for `capacity` people."""
    return Population(columns_for(max(capacity, 1), len(closing)), 0, keys, numbers, closing)


class Arrivals(NamedTuple):
    """Contacts added on one day: identities and instants of shape (n,), the number of their source, and whether a
    mechanism added them in Python: then they cost the source nothing and get no hook."""

    identity: Identities
    instant: Floats
    source: int
    of_mechanism: bool = False


def join_leads(population: Population, arrivals: Arrivals, news: float = 0.0) -> slice:
    """Contacts who were added; they are leads from the next day. `news`: trust of the welcome."""
    where = population.room(arrivals.identity.size)
    people = population.people
    people.identity[where] = arrivals.identity
    people.ints[c.ORDERS, where] = 0
    new = Newcomers(arrivals.source, news, arrivals.instant, EXPONENTIAL)
    write_newcomers(0, arrivals.identity.size, where.start, people, population.keys, population.numbers, new)
    return where


def join_synthetic(
    population: Population, who: Identities, past: PastNumbers | None, table: Floats, threads: Threads
) -> slice:
    """Synthetic people with their past; without one, each at the instant of the first order: 0."""
    where, people = population.room(who.size), population.people
    people.identity[where] = who
    people.ints[c.ORDERS, where] = 1
    write_buyers(population, where, table, threads)
    for column in (c.ADDED, c.FIRST_ORDER, c.LAST_ORDER, c.LAST_HEARD, c.ORDER_DAY):
        people.ints[column, where] = 0
    if past is not None:
        threads.share(live_past, who.size, PEOPLE_PER_PART, where.start, population.people, population.trait_key, past)
    return where


@dataclass(frozen=True)
class Past:
    """Customers with a past, and the parts of the market that their hidden rates follow from."""

    customers: Customers
    need: Need
    spend: Spend
    people: People


def join_customers(population: Population, past: Past, table: Floats, threads: Threads) -> slice:
    """The shop's own customers, their hidden rates drawn given the history of each."""
    customers = past.customers
    where = population.room(customers.identity.size)
    people = population.people
    people.identity[where] = customers.identity
    people.ints[c.ORDERS, where] = customers.orders
    write_buyers(population, where, table, threads)
    rates = day_one_rates(population.trait_key, customers, past.need, past.spend, past.people)
    for name, column in rates.columns.items():
        column_of(people, name)[where] = column
    since = customers.age if customers.before is None else customers.age + customers.before
    for number in (c.ADDED, c.FIRST_ORDER):
        people.ints[number, where] = np.floor(-since)
    for number in (c.LAST_ORDER, c.LAST_HEARD, c.ORDER_DAY):
        people.ints[number, where] = np.floor(-customers.recency)
    people.spent[where] = customers.spent
    people.stage[where][~rates.alive] = Stage.DRIFTED
    people.reals[c.DELTA, where][rates.seeker] *= past.people.seeker_price
    return where


def write_buyers(population: Population, where: slice, table: Floats, threads: Threads) -> None:
    """Write the columns of customers whose identities and orders are there."""
    threads.share(
        write_newcomers, where.stop - where.start, PEOPLE_PER_PART,
        where.start, population.people, population.keys, population.numbers, Newcomers(-1, 0.0, np.empty(0), table),
    )  # fmt: skip
