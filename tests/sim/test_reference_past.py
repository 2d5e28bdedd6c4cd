"""A stated past: the simulator and the independent reference leave people with the same, and go on with the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from sim.past.past_state import PastState, past_state
from sim.scenario import Customers, Scenario, ShopHistory
from sim.stages import Event
from tests.dice import GeneratorDice
from tests.random_histories import random_history
from tests.random_worlds import seeded_world
from tests.reference import reference_events
from tests.reference.stated_past import Told, table_of, told_of
from tests.sim.test_reference import Row, fast, first_difference, rows_of
from tests.worlds import changed

PASTS = [(1, 1.0), (2, 2.5), (5, 1.0)]
"""Seeds and regularities."""
PEOPLE, BEFORE, AHEAD = 60, 60, 60
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


@cache
def world_of(seed: int, k: float) -> Scenario:
    """A world with everything on, whose own customers have a random history of 60 days."""
    world = changed(seeded_world(seed, 30, AHEAD), {"market.start_with": 0, "market.need.regularity": k})
    rng = np.random.default_rng([seed, 1])
    history = random_history(GeneratorDice(rng), PEOPLE, BEFORE, tuple(sorted(world.market.media)))
    history = replace(history, start=world.run.start - timedelta(days=BEFORE))
    return replace(world, customers=customers_of(rng, history, world.market.spend.mean))


@cache
def told(seed: int, k: float) -> tuple[dict[str, Told], ...]:
    """What the reference says of each customer, by class."""
    world = world_of(seed, k)
    assert world.customers is not None
    return tuple(told_of(world.market, world.customers, row) for row in range(PEOPLE))


def ours(world: Scenario) -> PastState:
    assert world.customers is not None
    assert world.customers.history is not None
    return past_state(world.market, world.customers.history, world.customers)


def differing(found: PastState, theirs: tuple[dict[str, Told], ...]) -> set[str]:
    """The stocks, days, counts, areas and chances in which the two differ for anybody in any class."""
    apart: set[str] = set()
    for place, name in enumerate(found.classes):
        rows = [row for row, classes in enumerate(theirs) if name in classes and not classes[name].days.known]
        those = [theirs[row][name] for row in rows]
        pairs = [(field, getattr(found, field)[place, rows], [getattr(one, field) for one in those]) for field in FOUND]
        pairs += [(each, found.columns[each][place, rows], values) for each, values in table_of(those, BEFORE).items()]
        pairs.append(("factor", found.factor[place, rows], [one.days.learned for one in those]))
        pairs.append(("evidence", found.log_evidence[place, rows], [one.evidence for one in those]))
        apart |= {each for each, a, b in pairs if not np.allclose(a, b, rtol=1e-9, atol=1e-9)}
    return apart


FOUND = ("stays", "drifted", "order_last", "order_end", "drift_end", "delete_end")


@pytest.mark.parametrize(("seed", "k"), PASTS)
def test_both_leave_the_same(seed: int, k: float) -> None:
    """Stocks, days, counts, areas and chances of 60 customers on day one, by class, to 1e-9."""
    world, theirs = world_of(seed, k), told(seed, k)
    found = ours(world)
    assert {*found.columns} == {*table_of([], BEFORE)}
    assert differing(found, theirs) == set()


@cache
def reference_rows(seed: int, k: float) -> tuple[Row, ...]:
    return tuple(rows_of(reference_events(world_of(seed, k))))


@pytest.mark.parametrize(("seed", "k"), PASTS)
def test_both_go_on_with_the_same_events(seed: int, k: float) -> None:
    """60 days from day one on: who, what, when and for how many cents."""
    world = world_of(seed, k)
    ours = fast(world)
    assert world.customers is not None
    own = {*world.customers.identity.tolist()}
    assert sum(row[0] in own and row[1] == Event.ORDER for row in ours) > 10
    assert first_difference(ours, reference_rows(seed, k)) is None
