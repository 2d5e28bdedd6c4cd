"""Days with more orders than there was room for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim import run
from sim.day import day_arrays, more_orders
from sim.engine import OpenRun
from sim.output.ledger import Ledger
from sim.scenario import Campaign, Offer, Rhythm, Scenario
from sim.units import WrongValue
from tests.random_worlds import seeded_world
from tests.sim.test_laws import simulated
from tests.worlds import scenario

BLOCK = 8


def crowded(patch: pytest.MonkeyPatch, world: Scenario, need: bool = False) -> tuple[OpenRun, Ledger, int]:
    """The run with no room for orders at first, in blocks of eight people, and how often the room grew."""
    days: list[int] = []
    resume = more_orders.resume

    def counted(*arguments: Any) -> None:
        days.append(1)
        resume(*arguments)

    patch.setattr(day_arrays, "ROOM", 0)
    patch.setattr(day_arrays, "SPARE", 0)
    patch.setattr(more_orders, "resume", counted)
    opened, ledger = simulated(world, block=BLOCK, need=need)
    return opened, ledger, len(days)


def busy(depth: float, elasticity: float) -> Scenario:
    """A campaign of this depth every week for people who buy often."""
    sale = Campaign(offer=Offer.percent(depth), channel="direct", every=Rhythm(7.0), lasts=2.0)
    changes = {"market.need.order_rate.mean": 4.0, "market.offers.elasticity": elasticity, "market.start_with": 40}
    world = scenario(changes, days=40)
    return replace(world, strategy=replace(world.strategy, campaigns={"sale": sale}))


def test_room_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(4):
        world = seeded_world(seed, people=60, days=60)
        with monkeypatch.context() as patch:
            _, ledger, _ = crowded(patch, world)
        assert ledger.fingerprint == run(world).fingerprint


def test_deep_discounts_change_no_bit_and_need_is_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    world = busy(0.5, 2.0)
    roomy, plain = simulated(world, need=True)
    with monkeypatch.context() as patch:
        crowd, ledger, days = crowded(patch, world, need=True)
    assert days > 1
    assert ledger.fingerprint == plain.fingerprint
    assert crowd.state.books.need is not None
    assert roomy.state.books.need is not None
    for one, other in zip(crowd.state.books.need, roomy.state.books.need, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_orders_beyond_all_measure_are_refused_in_one_line() -> None:
    with pytest.raises(WrongValue, match="at most 100 orders of a person and day") as caught:
        run(scenario({"market.need.order_rate.mean": 1e6}, days=5))
    assert "\n" not in str(caught.value)
