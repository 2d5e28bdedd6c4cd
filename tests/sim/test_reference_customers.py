"""The shop's own customers: the simulator and the independent reference draw the same people from a history."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.law.day_one import History, class_history, order_rates, p_alive, seeker_chance
from sim.scenario import Customers, Scenario
from sim.stages import Event
from tests.random_worlds import seeded_world
from tests.reference.chance import RandomNumbers
from tests.reference.history import chance_of_life, chance_of_seeking, is_alive, of_seekers, pasts, seeks_benefits
from tests.sim.test_reference import Row, fast, first_difference, slow
from tests.worlds import changed

HISTORIES = [(6, 1.0), (2, 1.5), (3, 3.0), (4, 1.0), (6, 6.0)]
"""Seeds and regularities; in each world the busiest customer's orders hang on every part of their past."""
CUSTOMERS = 25


def random_customers(seed: int, cycle: float, basket: int) -> Customers:
    """Histories around a cycle in days and a basket in cents; the first eight are odd."""
    rng = np.random.default_rng(seed)
    n = CUSTOMERS
    orders = 1 + rng.geometric(0.3, n)
    recency = np.round(rng.exponential(0.7 * cycle, n), rng.integers(0, 2))
    pace = cycle * rng.uniform(0.3, 2.0, n)
    orders[:8] = [1, 1, 1, 1, 2, 40, 400, 3]
    recency[:4] = [0.0, 1.0, 2.0 * cycle, 60.0 * cycle]
    recency[4:8] = [0.0, math.floor(cycle), 1.0, 40.0 * cycle]
    pace[6] = 1.0
    age = recency + np.where(orders == 1, 0.0, np.ceil((orders - 1) * pace))
    known = np.minimum(orders, rng.integers(0, 6, n) * 4)
    spent = np.round(basket * known * rng.lognormal(0.0, 0.6, n))
    identity = rng.integers(0, 2**64, n, dtype=np.uint64)
    return Customers(identity, orders.astype(np.int64), age, recency, spent.astype(np.int64), known.astype(np.int64))


@cache
def world_of(seed: int, k: float) -> Scenario:
    """A world with everything on that starts from a random history."""
    world = changed(seeded_world(seed, 60, 90), {"market.start_with": 0, "market.need.regularity": k})
    market = world.market
    return replace(world, customers=random_customers(seed, market.need.cycle, market.spend.mean))


@cache
def reference_rows(seed: int, k: float) -> tuple[Row, ...]:
    return tuple(slow(world_of(seed, k)))


@cache
def living(seed: int, k: float) -> dict[int, int]:
    """Row by identity of the customers who are alive on day one, in the reference's view."""
    world = world_of(seed, k)
    assert world.customers is not None
    random = RandomNumbers(world.run.seed, 0, 0)
    markets = {False: world.market, True: of_seekers(world.market)}
    return {
        past.identity: row
        for row, past in enumerate(pasts(world.customers))
        if is_alive(random, markets[seeks_benefits(random, world.market, past)], past)
    }


@pytest.mark.parametrize(("seed", "k"), HISTORIES)
def test_both_tell_the_same_events(seed: int, k: float) -> None:
    """25 customers with a past and what 90 days of acquisition add: who, what, when and for how many cents."""
    ours = fast(world_of(seed, k))
    theirs = living(seed, k)
    assert 3 < len(theirs) < CUSTOMERS
    assert sum(row[0] in theirs and row[1] == Event.ORDER for row in ours) > 10
    assert first_difference(ours, reference_rows(seed, k)) is None


@pytest.mark.parametrize(("seed", "k"), HISTORIES)
def test_who_lives_is_a_matter_of_integrals(seed: int, k: float) -> None:
    """Chances of life agree to 1e-6, so that a uniform falls between them once in a million customers."""
    world = world_of(seed, k)
    known, need = world.customers, world.market.need
    assert known is not None
    repeats = (known.orders - 1).astype(float)
    ours = p_alive(
        History(repeats, known.age - known.recency, known.age, known.recency), need.order_rate, need.dropout_rate, k
    )
    theirs = [chance_of_life(world.market, past) for past in pasts(known)]
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-6)
    assert max(theirs) == 1.0
    assert min(theirs) < 0.01


@pytest.mark.parametrize(("seed", "k"), HISTORIES)
def test_who_seeks_benefits_is_a_matter_of_integrals(seed: int, k: float) -> None:
    """Chances of being a benefit-seeker agree to 1e-6, and some histories say much."""
    world = world_of(seed, k)
    known, market = world.customers, world.market
    assert known is not None
    repeats = (known.orders - 1).astype(float)
    history = History(repeats, known.age - known.recency, known.age, known.recency)
    each = [
        class_history(history, rate, market.need).log_likelihood for rate in order_rates(market.need, market.people)
    ]
    ours = seeker_chance(each[0], each[1], market.people.benefit_seekers)
    theirs = [chance_of_seeking(market, past) for past in pasts(known)]
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-6)
    assert np.ptp(theirs) > 0.05


def busiest(seed: int, k: float) -> int:
    """Row of the customer who orders most in the run, of those who live and whose spend is known."""
    known = world_of(seed, k).customers
    assert known is not None
    orders = Counter(row[0] for row in reference_rows(seed, k) if row[1] == Event.ORDER)
    spenders = {person: row for person, row in living(seed, k).items() if known.spend_orders[row] > 0}
    return spenders[max(spenders, key=lambda person: orders[person])]


TWINS: dict[str, Callable[[float], float]] = {
    "recency": lambda days: days + 1.0,
    "age": lambda days: days + 1.0,
    "orders": lambda number: number + 1,
    "spent": lambda cents: cents * 1.01,
    "spend_orders": lambda number: number + 1,
}


@pytest.mark.parametrize("column", TWINS)
@pytest.mark.parametrize(("seed", "k"), HISTORIES[:3])
def test_another_past_of_one_customer_is_noticed(seed: int, k: float, column: str) -> None:
    """The twin: one customer's last order a day earlier, or anything else in the history slightly off."""
    world = world_of(seed, k)
    row = busiest(seed, k)
    values = getattr(world.customers, column).copy()
    values[row] = TWINS[column](values[row])
    assert world.customers is not None
    wrong = replace(world, customers=replace(world.customers, **{column: values}))
    assert first_difference(fast(wrong), reference_rows(seed, k)) is not None
