"""A stated past: the simulator and the independent reference leave people with the same, and go on with the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pytest

from sim.past import own_customers
from sim.past.past_state import PastState, past_state
from sim.people.first_people import forget_people
from sim.scenario import Customers, Offer, PastOffer, Scenario, ShopHistory
from sim.stages import Event
from tests.dice import GeneratorDice
from tests.random_histories import random_history
from tests.random_worlds import seeded_world
from tests.reference.chance import RandomNumbers
from tests.reference.reference_run import Shop
from tests.reference.stated_past import Stated, stated_of, table_of
from tests.sim.test_reference import Row, fast, first_difference, rows_of
from tests.worlds import changed

PASTS = [(1, 1.0), (2, 2.5), pytest.param(6, 1.0, marks=pytest.mark.slow), pytest.param(9, 1.5, marks=pytest.mark.slow)]
"""Seeds and regularities."""
PEOPLE, BEFORE, AHEAD = 60, 40, 30
ADDRESS = (3, 2)
"""Draw and replication."""
BUSY = {
    "market.start_with": 0,
    "market.need.order_rate.mean": 0.08,
    "market.need.dropout_rate.mean": 0.015,
    "market.optout.background": 0.01,
}
"""So many order, drift and delete the contact that some do before day one, and some after it."""
VALID = 8.0
"""Days of a coupon that some hold when the run begins."""
Floats = npt.NDArray[np.float64]


def customers_of(rng: np.random.Generator, history: ShopHistory, basket: int) -> Customers:
    """What a shop knows of the people of a history; some were there before it begins."""
    n, counts = history.size, np.diff(history.begin)
    came = history.entered.astype(float) - 1.0
    bought = counts > 0
    first, last = came.copy(), came.copy()
    first[bought] = history.order_day[history.begin[:-1][bought]]
    last[bought] = history.order_day[history.begin[1:][bought] - 1]
    listed = np.round(basket * counts * rng.lognormal(0.0, 0.5, n)).astype(np.int64)
    return Customers(
        identity=rng.integers(0, 2**64, n, dtype=np.uint64),
        orders=counts.astype(np.int64),
        age=history.days - first,
        recency=history.days - last,
        spent=np.round(0.9 * listed).astype(np.int64),
        spend_orders=counts.astype(np.int64),
        before=np.where(history.lead, 0.0, rng.integers(0, 2, n) * 100.0),
        history=history,
        listed=listed,
    )


def with_coupons(rng: np.random.Generator, history: ShopHistory) -> ShopHistory:
    """The history with a coupon that half of the people hold on its last days; some of them order then, and some of
    these are known to have used it or not."""
    coupon = PastOffer("outreach.back", Offer("percent", depth=0.3, valid=VALID), BEFORE - 3, int(VALID), coupon=True)
    held = np.zeros((BEFORE, PEOPLE), dtype=np.int16) if history.offer is None else history.offer.copy()
    there = (history.entered < BEFORE - 3) & (history.deleted == BEFORE) & (np.diff(history.begin) > 0)
    held[BEFORE - 3 :, there & (rng.random(PEOPLE) < 0.5)] = len(history.offers) + 1
    days = history.order_day.copy()
    last = history.begin[1:][there & (rng.random(PEOPLE) < 0.3)] - 1
    days[last] = np.maximum(days[last], BEFORE - 1)
    return replace(
        history, offer=held, offers=(*history.offers, coupon), order_day=days,
        used=rng.integers(-1, 2, days.size).astype(np.int8),
    )  # fmt: skip


@cache
def world_of(seed: int, k: float) -> Scenario:
    """A world with everything on, whose own customers have a random history of 40 days."""
    world = changed(seeded_world(seed, 30, AHEAD), BUSY | {"market.need.regularity": k})
    rng = np.random.default_rng([seed, 1])
    history = random_history(GeneratorDice(rng), PEOPLE, BEFORE, tuple(sorted(world.market.media)))
    history = with_coupons(rng, replace(history, start=world.run.start - timedelta(days=BEFORE)))
    return replace(world, customers=customers_of(rng, history, world.market.spend.mean))


@cache
def stated(seed: int, k: float) -> tuple[dict[str, Stated], ...]:
    """What the reference says of each customer, by class."""
    world = world_of(seed, k)
    assert world.customers is not None
    return tuple(stated_of(world.market, world.customers, row) for row in range(PEOPLE))


def ours(world: Scenario) -> PastState:
    assert world.customers is not None
    assert world.customers.history is not None
    return past_state(world.market, world.customers.history, world.customers)


def differing(found: PastState, theirs: tuple[dict[str, Stated], ...]) -> set[str]:
    """The stocks, days, counts, areas and chances in which the two differ for any contact, and whether the likelihoods
    do for anybody, in any class."""
    apart: set[str] = set()
    for place, name in enumerate(found.classes):
        rows = [row for row, classes in enumerate(theirs) if name in classes and not classes[name].days.known]
        those = [theirs[row][name] for row in rows]
        pairs = [(field, getattr(found, field)[place, rows], [getattr(one, field) for one in those]) for field in FOUND]
        pairs += [(each, found.columns[each][place, rows], values) for each, values in table_of(those, BEFORE).items()]
        pairs.append(("factor", found.factor[place, rows], [one.days.learned for one in those]))
        pairs.append(("lift", found.lift[place, rows], [one.days.lift for one in those]))
        every = [(row, classes[name].evidence) for row, classes in enumerate(theirs) if name in classes]
        pairs.append(("evidence", found.log_evidence[place, [row for row, _ in every]], [one for _, one in every]))
        apart |= {each for each, a, b in pairs if not np.allclose(a, b, rtol=1e-9, atol=1e-9)}
    return apart


FOUND = ("stays", "drifted", "order_last", "order_end", "drift_end", "delete_end")


@pytest.mark.parametrize(("seed", "k"), [*PASTS, (10, 2.5)])
def test_both_leave_the_same(seed: int, k: float) -> None:
    """Stocks, days, counts, areas, chances and likelihoods of 60 customers on day one, by class, to 1e-9.

    In the last of these worlds people wait for campaigns while they hold a coupon.
    """
    world, theirs = world_of(seed, k), stated(seed, k)
    found = ours(world)
    assert {*found.columns} == {*table_of([], BEFORE)}
    assert differing(found, theirs) == set()


@cache
def reference_run(seed: int, k: float) -> tuple[tuple[Row, ...], Counter[str]]:
    """The events of the reference, and how many people of each kind it began with."""
    world = world_of(seed, k)
    shop = Shop(world, RandomNumbers(world.run.seed, *ADDRESS))
    here, classes = shop.people, stated(seed, k)
    seen = Counter(
        here=len(here),
        gone=PEOPLE - len(here),
        drifted=sum(person.drifted for person in here),
        leads=sum(person.orders == 0 for person in here),
        coupon=sum(person.coupon is not None for person in here),
        unfit=sum("unfit" in one for one in classes),
        learned=sum(one["interested"].days.learned != 1.0 for one in classes),
    )
    shop.env.run(until=world.run.days)
    return tuple(rows_of(shop.events)), seen


def test_the_pasts_have_everything_in_them() -> None:
    """People of each class, some drifted, some gone, coupons used and not."""
    seen = reference_run(1, 1.0)[1] + reference_run(2, 2.5)[1]
    assert len(seen) == 7
    assert min(seen.values()) >= 3, seen


@pytest.mark.parametrize(("seed", "k"), PASTS)
def test_both_go_on_with_the_same_events(seed: int, k: float) -> None:
    """30 days from day one on: who, what, when and for how many cents."""
    world = world_of(seed, k)
    ours = fast(world, *ADDRESS)
    assert world.customers is not None
    own = {*world.customers.identity.tolist()}
    assert sum(row[0] in own and row[1] == Event.ORDER for row in ours) > 10
    assert sum(row[0] in own and row[1] == Event.DELETE for row in ours) > 2
    assert first_difference(ours, reference_run(seed, k)[0]) is None


OFF: dict[str, dict[str, float]] = {
    "a half-life": {"attention.half_life": 1.01},
    "what a message tires": {"fatigue.weight.offer": 1.01},
    "what is remembered of a discount": {"offers.reference_memory": 0.99},
    "what a message costs of the contact": {"optout.per_message": 1.01},
    "who seeks benefits": {"people.benefit_seekers": 1.01},
    "what a first order under a discount teaches": {"lead.learning": 1.01},
}


@pytest.mark.parametrize("what", OFF)
def test_a_constant_off_by_one_percent_is_noticed(what: str) -> None:
    """In what the past leaves."""
    world = world_of(1, 1.0)
    assert differing(ours(changed(world, scaled(world, OFF[what]))), stated(1, 1.0))


@pytest.mark.parametrize("what", ["a half-life", "what a message costs of the contact"])
def test_another_past_is_noticed_in_the_events(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same run from people whose past alone had a constant off by a tenth."""
    world = world_of(1, 1.0)
    wrong = changed(world, scaled(world, {path: times + 0.09 for path, times in OFF[what].items()})).market
    monkeypatch.setattr(own_customers, "past_state", lambda market, *rest: past_state(wrong, *rest))
    forget_people()
    found = fast(world, *ADDRESS)
    forget_people()
    assert first_difference(found, reference_run(1, 1.0)[0]) is not None


def scaled(world: Scenario, times: dict[str, float]) -> dict[str, float]:
    """The numbers of a market at these paths, multiplied."""
    return {f"market.{path}": factor * attrgetter(path)(world.market) for path, factor in times.items()}
