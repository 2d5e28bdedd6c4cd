"""Day one of a shop that is years old: leads of every age, buyers, repeaters, the lapsed and the dormant."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import run
from sim.people.customer_columns import NEVER
from sim.people.past_days import YEAR
from sim.people.population import Population
from sim.scenario import Scenario, Season, Start
from sim.stages import Stage
from sim.state.first_morning import RunOptions, first_morning
from tests.random_worlds import seeded_world
from tests.sim.test_reference import Row, fast, first_difference, slow
from tests.sim.test_shards import cut, equal
from tests.worlds import RESPONSES_OFF, changed, scenario

WORLDS = {1: Start(400, 0.5, 0.0), 2: Start(90, 0.0, -2.0), 5: Start(1, 1.0, 0.0), 7: Start(700, 0.9, 1.0)}


def world_of(seed: int) -> Scenario:
    return changed(seeded_world(seed, 120, 90), {"market.start": WORLDS[seed]})


@cache
def reference_rows(seed: int) -> list[Row]:
    return slow(world_of(seed))


@pytest.mark.parametrize("seed", WORLDS)
def test_both_tell_the_same_events(seed: int) -> None:
    """60 people with a past, what 90 days of acquisition add, and every programme there is."""
    world = world_of(seed)
    ours = fast(world)
    assert first_difference(ours, reference_rows(seed)) is None
    assert first_difference(ours, fast(changed(world, {"market.start": Start(0, 0.0, 0.0)}))) is not None


WRONG: dict[str, Any] = {
    "history": 401, "leads": 0.55, "growth": 0.05,
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_number_that_is_off_is_noticed(name: str) -> None:
    wrong = changed(world_of(1), {f"market.start.{name}": WRONG[name]})
    assert first_difference(fast(wrong), reference_rows(1)) is not None


# --- a base as a real one ---------------------------------------------------------------------------

PEOPLE, HISTORY = 40_000, 720
PLAIN: dict[str, Any] = RESPONSES_OFF | {
    "market.start_with": PEOPLE,
    "market.start": Start(HISTORY, 0.0, 0.0),
    "market.need.order_rate.mean": 0.01,
    "market.need.dropout_rate.mean": 0.004,
    "market.need.dropout_rate.shape": 1.6,
}


def base(changes: dict[str, Any] | None = None) -> Population:
    return first_morning(scenario(PLAIN | (changes or {})), 0, 0, RunOptions()).population


def ages(population: Population) -> np.ndarray[Any, Any]:
    return -population.column("added").astype(np.int64)


def near(sample: np.ndarray[Any, Any], mean: float) -> None:
    """Within 4.5 standard errors."""
    assert abs(sample.mean() - mean) < 4.5 * sample.std() / math.sqrt(sample.size)


@pytest.mark.parametrize("growth", [0.0, 1.0])
def test_a_base_of_buyers_is_that_of_pareto_nbd(growth: float) -> None:
    """Over all ages the share not drifted, and repeats, as closed forms have them (Schmittlein et al. 1987)."""
    market = scenario(PLAIN).market
    people = base({"market.start.growth": growth})
    days = np.arange(HISTORY, dtype=float)
    weights = np.exp(-growth * days / YEAR)
    weights /= weights.sum()
    order, drift = market.need.order_rate, market.need.dropout_rate
    s, beta = drift.shape, drift.shape / drift.mean
    near(ages(people), float(weights @ (days + 1.0)))
    near(people.column("stage") != Stage.DRIFTED, float(weights @ (beta / (beta + days)) ** s))
    repeats = order.mean * beta / (s - 1.0) * (1.0 - (beta / (beta + days)) ** (s - 1.0))
    near(people.column("orders") - 1, float(weights @ repeats))


def test_deleted_people_are_not_there_and_the_others_are_as_many() -> None:
    """Of who was added evenly, as many are still there as Lomax thresholds say; who stayed long goes on to stay."""
    people = base({"market.optout.background": 0.004, "market.optout.shape": 1.5})
    days, shape = np.arange(HISTORY, dtype=float), 1.5
    areas = 0.004 * days
    weights = (1.0 + areas / shape) ** -shape
    weights /= weights.sum()
    near(ages(people), float(weights @ (days + 1.0)))
    assert people.size == PEOPLE
    for more in (0.1, 1.0, 5.0):
        near(people.column("delete_left") > more, float(weights @ (1.0 + more / (shape + areas)) ** -shape))


def test_the_columns_of_a_past_agree() -> None:
    people = base({"market.start.leads": 0.6, "market.engagement.rate": 0.1, "market.people.fit": 0.7})
    orders, stage, added = (people.column(name) for name in ("orders", "stage", "added"))
    first, second, last, heard = (
        people.column(f"{n}") for n in ("first_order", "second_order", "last_order", "last_heard")
    )
    seen = Counter(stage.tolist())
    assert min(seen[one] for one in (Stage.LEAD, Stage.FIRST_BUYER, Stage.REPEATER, Stage.DRIFTED)) > 500
    assert set(seen) == {0, 1, 2, 3}
    assert ((orders == 0) == (stage == Stage.LEAD)).all()
    assert ((first == NEVER) == (orders == 0)).all()
    assert ((second == NEVER) == (orders < 2)).all()
    assert (people.column("spent")[orders == 0] == 0).all()
    assert (people.column("spent")[orders > 0] > 0).all()
    buyers, repeaters = orders > 0, orders > 1
    assert (added <= np.where(buyers, first, added)).all()
    assert (first[repeaters] <= second[repeaters]).all()
    assert (second[repeaters] <= last[repeaters]).all()
    assert (last <= heard).all()
    assert (heard < 0).all()
    assert (added[~buyers] >= -HISTORY).all()
    assert people.column("fit")[buyers].all()
    for name in ("order_left", "interact_left", "delete_left", "problem_left"):
        assert (people.column(name) > 0.0).all(), name
    alive = buyers & (stage != Stage.DRIFTED)
    assert (people.column("drift_left")[alive] > 0.0).all()


def test_a_base_goes_on_as_it_went() -> None:
    """Orders a contact-year on the first and the last days of a year agree where as many come as go.

    Contacts stay for 150 days in the mean, and one in 200 for 1,500 days, so that hardly anybody is older.
    """
    entries, background, shape = 60.0, 0.01, 3.0
    there = round(entries * float(((1.0 + background * np.arange(1500) / shape) ** -shape).sum()))
    world = PLAIN | {
        "market.start_with": there,
        "market.start": Start(1500, 1.0, 0.0),
        "market.optout.background": background,
        "market.optout.shape": shape,
        "market.need.season": Season((1.0,) * 7),
        "market.sources.search.exposures": entries / 0.4,
        "strategy.acquisition.search": scenario().strategy.acquisition["search"].__class__(),
    }
    series = run(scenario(world, days=360)).series
    rates = [
        365.0 * series["orders"][span].sum() / series["live"][span].sum() for span in (slice(0, 90), slice(270, 360))
    ]
    counts = [int(series["orders"][span].sum()) for span in (slice(0, 90), slice(270, 360))]
    assert abs(rates[1] / rates[0] - 1.0) < 4.5 * math.sqrt(sum(1.0 / n for n in counts)) + 0.01
    assert abs(series["live"][-1] / there - 1.0) < 0.03


def test_shards_give_everybody_the_same_past() -> None:
    world = scenario({"market.start_with": 200, "market.start": Start(300, 0.5, 0.0)}, days=20)
    equal(run(world, events=True), cut(world, 3))
