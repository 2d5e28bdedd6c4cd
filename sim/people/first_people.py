"""The people of day one, and those of the last runs of this process.

The variants of a comparison have the same people in the same draw and replication. They are made once, and each run
gets columns of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace

import numpy as np

from sim.draws import Identities, gamma_quantile_table, identities
from sim.people.past_days import PastDays, past_numbers
from sim.people.population import Past, Population, empty_population, join_customers, join_synthetic
from sim.people.trait_draws import Keys
from sim.people.traits import trait_numbers
from sim.scenario import Customers, Market, Need, People, Spend
from sim.shard import PeoplePart
from sim.threads import Threads

KEPT_PEOPLE = 50_000
"""Larger populations are not kept; of smaller ones at most so many people in all."""
KEPT_POPULATIONS = 8
SOME = 1_000_000
"""So many identities are made at a time."""


@dataclass(frozen=True)
class StatedCustomers:
    """A stated history of the shop's own customers: what else the people follow from, and how they join."""

    market: Market
    """All of it: what was done goes through the whole law."""
    digest: str
    """Of the history; `ShopHistory.digest`."""
    join: Callable[[Population, Threads], object] = field(compare=False)


@dataclass(frozen=True)
class DayOnePeople:
    """All that the people of day one follow from, and nothing else: where these are equal, so are the people."""

    keys: Keys
    closing: tuple[str, ...]
    """Channels that people can leave apart from the contact."""
    synthetic: int
    """How many are not the shop's own customers."""
    part: PeoplePart
    """Which of these."""
    need: Need
    spend: Spend
    people: People
    leaving: float
    """How alike they are in leaving: `optout.shape`."""
    customers: Customers | None = field(default=None, compare=False)
    past: PastDays | None = None
    """Of the synthetic ones; None where all have just made their first order."""
    stated: StatedCustomers | None = None
    """Of customers with a stated history."""

    def same(self, other: DayOnePeople) -> bool:
        """Whether the same people follow from both: compared by value, the customers' too."""
        return self == other and _same_customers(self.customers, other.customers)

    def to_keep(self) -> DayOnePeople:
        """A copy for comparisons: of a stated history no more than its digest."""
        stated, customers = self.stated, self.customers
        if stated is None or customers is None:
            return deepcopy(self)
        plain, kept = replace(customers, history=None), replace(stated, join=_no_join)
        return deepcopy(replace(self, customers=plain, stated=kept))


def first_people(given: DayOnePeople, capacity: int, threads: Threads) -> Population:
    """The people of day one, in columns of the caller's own with room for `capacity` people."""
    for kept, population in _kept.entries:
        if given.same(kept):
            return population.copy(capacity)
    population = _made(given, capacity, threads)
    _kept.keep(given, population)
    return population


def _made(given: DayOnePeople, capacity: int, threads: Threads) -> Population:
    numbers = trait_numbers(given.need, given.spend, given.people, given.leaving, given.closing)
    population = empty_population(given.keys, numbers, given.closing, capacity)
    table = gamma_quantile_table(given.need.regularity)
    if given.synthetic:
        past = None if given.past is None else past_numbers(given.past)
        join_synthetic(population, synthetic_people(given.synthetic, given.part), past, table, threads)
    if given.stated is not None:
        given.stated.join(population, threads)
    elif given.customers is not None:
        join_customers(population, Past(given.customers, given.need, given.spend, given.people), table, threads)
    return population


def synthetic_people(count: int, part: PeoplePart) -> Identities:
    """The identities of one part of so many people; of some at a time, since there may be very many."""
    found = []
    for first in range(0, count, SOME):
        who = identities("start", 0, np.arange(first, min(first + SOME, count)))
        found.append(who[part.holds(who)])
    return np.concatenate(found)


def _same_customers(a: Customers | None, b: Customers | None) -> bool:
    if a is None or b is None:
        return a is b
    return replace(a, history=None).same(replace(b, history=None))


def _no_join(population: Population, threads: Threads) -> None:
    """Of people who are kept: they have joined."""


class KeptPeople:
    """The last populations, newest first; entries are replaced and never changed, so that threads may read them."""

    def __init__(self) -> None:
        self.entries: tuple[tuple[DayOnePeople, Population], ...] = ()

    def keep(self, given: DayOnePeople, population: Population) -> None:
        """Keep a copy of these people, and of what they follow from, and forget the oldest ones."""
        if population.size > KEPT_PEOPLE:
            return
        entries, total = [(given.to_keep(), population.copy(population.size))], population.size
        for entry in self.entries[: KEPT_POPULATIONS - 1]:
            total += entry[1].size
            if total > KEPT_PEOPLE:
                break
            entries.append(entry)
        self.entries = tuple(entries)

    def forget(self) -> None:
        """Forget all: for tests that change the law."""
        self.entries = ()


_kept = KeptPeople()
forget_people = _kept.forget
