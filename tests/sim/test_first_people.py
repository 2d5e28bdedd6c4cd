"""The people of day one are made once for all variants that have the same: kept ones change no result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim import run
from sim.draws import identities
from sim.people import first_people as module
from sim.people.customer_columns import CustomerColumns
from sim.people.first_people import KEPT_PEOPLE, KEPT_POPULATIONS, DayOnePeople, first_people, forget_people
from sim.scenario import Customers, Scenario, Start
from sim.state.first_morning import RunOptions, day_one_people
from sim.threads import Threads
from tests.worlds import scenario

CUSTOMERS = 60


def customers(factor: int = 1) -> Customers:
    n = np.arange(CUSTOMERS)
    orders = 1 + n % 4
    age, recency = 100.0 + n, np.where(orders == 1, 100.0 + n, 5.0 + n % 30)
    return Customers(identities("known", 0, n), orders, age, recency, factor * 9000 * orders, orders)


def world(changes: dict[str, Any] | None = None, days: int = 20) -> Scenario:
    return replace(scenario({"market.start_with": 40} | (changes or {}), days=days), customers=customers())


def people_of(given: DayOnePeople, capacity: int = 200) -> CustomerColumns:
    population = first_people(given, capacity, Threads())
    assert population.size == CUSTOMERS + 40
    return population.people


def equal(a: CustomerColumns, b: CustomerColumns) -> bool:
    size = CUSTOMERS + 40
    return all(np.array_equal(x[..., :size], y[..., :size]) for x, y in zip(a, b, strict=True))


def given(changed: Scenario | None = None, draw: int = 0, replication: int = 0) -> DayOnePeople:
    return day_one_people(changed or world(), draw, replication, RunOptions())


CHANGES: dict[str, Callable[[], DayOnePeople]] = {
    "order rate": lambda: given(world({"market.need.order_rate.mean": 0.0777})),
    "regularity": lambda: given(world({"market.need.regularity": 3.0})),
    "spend": lambda: given(world({"market.spend.mean": 12_345.0})),
    "people": lambda: given(world({"market.people.price_sensitivity": 0.9})),
    "interests": lambda: given(world({"market.people.interests": {"basics": 0.4}})),
    "history": lambda: given(world({"market.start": Start(200, 0.5, 0.0)})),
    "customers": lambda: given(replace(world(), customers=customers(2))),
    "seed": lambda: given(replace(world(), run=replace(world().run, seed=99))),
    "draw": lambda: given(draw=1),
    "replication": lambda: given(replication=1),
    "other numbers": lambda: day_one_people(world(), 0, 0, RunOptions(random_numbers_of=1)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_people_are_made_anew(change: str) -> None:
    """After others were kept, the people are those that a new process would make; and they are others."""
    first, other = people_of(given()), CHANGES[change]()
    after = people_of(other)
    forget_people()
    assert equal(after, people_of(other))
    assert not equal(after, first)


def test_the_same_people_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = people_of(given())
    monkeypatch.setattr(module, "_made", None)
    again = people_of(given(), capacity=150)
    assert equal(first, again)
    assert again.stage.size == 150
    assert not any(np.shares_memory(x, y) for x, y in zip(first, again, strict=True))


def test_a_run_changes_nobody_who_is_kept() -> None:
    """Two runs in a row, and one of a new process, have the same events."""
    prints = [run(world()).fingerprint, run(world()).fingerprint]
    forget_people()
    assert len({*prints, run(world()).fingerprint}) == 1


def test_customers_are_compared_by_value() -> None:
    """Also where the caller wrote into the arrays."""
    known = customers()
    first = people_of(given(replace(world(), customers=known)))
    assert equal(first, people_of(given(replace(world(), customers=customers()))))
    known.spent[:] *= 3
    changed = people_of(given(replace(world(), customers=known)))
    assert np.array_equal(changed.spent[40:100], 3 * first.spent[40:100])


def test_few_people_are_kept() -> None:
    for replication in range(KEPT_POPULATIONS + 2):
        people_of(given(replication=replication))
    assert len(module._kept.entries) == KEPT_POPULATIONS
    several = replace(given(), synthetic=KEPT_PEOPLE // 2, customers=None)
    for _ in range(2):
        several = replace(several, keys=several.keys._replace(traits=several.keys.traits + np.uint64(1)))
        first_people(several, 1, Threads())
    assert sum(population.size for _, population in module._kept.entries) <= KEPT_PEOPLE
    kept = module._kept.entries
    first_people(replace(several, synthetic=KEPT_PEOPLE + 1), 1, Threads())
    assert module._kept.entries == kept


@pytest.mark.parametrize("count", [2, 3])
def test_threads_make_the_same_people(count: int) -> None:
    many = replace(given(), synthetic=KEPT_PEOPLE + 7, customers=None)
    threads = Threads(count)
    shared, alone = first_people(many, 1, threads), first_people(many, 1, Threads())
    threads.close()
    assert shared.size == KEPT_PEOPLE + 7
    assert all(np.array_equal(x, y) for x, y in zip(shared.people, alone.people, strict=True))
