"""What people learn of a promise that is not kept, and what a kept one is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine import advance, open_run
from sim.law.numbers import service_numbers
from sim.law.waiting import news_of_parcel
from sim.scenario import Carrier, Delivery, Service, TimeSpread
from sim.stages import OUT, Stage
from sim.state.run_state import RunState
from tests.worlds import scenario

DAYS, SHARE = 60, 0.4
ALWAYS_4_DAYS = Carrier(TimeSpread(4.0, 4.0, 4.0), 500)


def shop_after(promise: float | None) -> RunState:
    """A shop whose parcels all take four days, after `DAYS` days."""
    changes: dict[str, Any] = {
        "market.start_with": 300,
        "market.delivery.learning": SHARE,
        "market.service.problems_per_order": 0.0,
        "market.service.problems_per_late_day": 0.0,
        "market.carriers": {"road": ALWAYS_4_DAYS},
        "strategy.delivery": Delivery("road", promise),
        "strategy.service": Service(unlimited=True),
    }
    opened = open_run(scenario(changes, days=DAYS))
    try:
        advance(opened, DAYS)
    finally:
        opened.state.threads.close()
    return opened.state


@pytest.mark.parametrize("promise", [0.0, 1.5])
def test_each_late_parcel_brings_people_nearer_to_the_lateness_that_there_is(promise: float) -> None:
    """After k parcels x days late a person expects x (1 - (1 - a)^k) days more than what is promised."""
    state = shop_after(promise)
    people, late, market = state.population, 4.0 - promise, state.inputs.market.delivery
    lateness, stage = people.column("lateness"), people.column("stage")
    steps = np.log1p(-lateness / late) / np.log1p(-SHARE)
    assert steps == pytest.approx(np.round(steps), abs=1e-6)
    assert steps.max() >= 3.0
    assert np.all(lateness[stage == Stage.LEAD] == 0.0)
    buyers = (stage > Stage.LEAD) & (stage < OUT)
    order, sigma = people.column("log_order")[buyers], people.column("sigma")[buyers]
    expected = -market.days_effect * (promise - market.usual + lateness[buyers]) * sigma
    settled = np.isclose(order, expected, rtol=1e-9, atol=0.0)
    assert settled.mean() > 0.9
    assert np.all(order[~settled] > expected[~settled])  # parcels of the last evening count from tomorrow on


@pytest.mark.parametrize("promise", [None, 4.0, 30.0])
def test_nothing_is_learned_from_parcels_in_time(promise: float | None) -> None:
    """One that comes long before its promise does not make the next promise short."""
    assert np.all(shop_after(promise).population.column("lateness") == 0.0)


def test_a_kept_promise_is_worth_what_it_promises() -> None:
    """At once and within the usual time: all of it; twice and a thousand times as long: a half and nothing."""
    numbers, usual = service_numbers(scenario(), np.empty((0, 2))), 3.0
    plain = news_of_parcel(2.0, 0.0, -1.0, usual, numbers)
    kept = [news_of_parcel(2.0, 0.0, promise, usual, numbers) - plain for promise in (2.0, 3.0, 6.0, 3000.0)]
    assert kept == pytest.approx(numbers.delivery * np.array([1.0, 1.0, 0.5, 0.001]))
    broken = news_of_parcel(2.0, 0.5, 1.5, usual, numbers) - plain
    assert broken == pytest.approx(-0.5 * numbers.loss_factor * numbers.delivery)
