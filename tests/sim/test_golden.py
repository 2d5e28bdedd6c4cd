"""Two small histories in whole numbers: how much of everything happened, the same on every machine.

A change of these numbers is a change of the law or of its random numbers. It is right only when `docs/law.md` changed
too, which `test_the_reference_tells_them_too` makes sure of; then write the new numbers here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from sim import run
from sim.scenario import Scenario
from sim.stages import Event
from tests.random_worlds import seeded_world
from tests.reference import reference_events
from tests.worlds import scenario


@dataclass(frozen=True)
class Golden:
    """Events by kind, cents by kind of event, and some accounts summed over the run."""

    events: dict[str, int]
    cents: dict[str, int]
    accounts: dict[str, int]


PLAIN = Golden(
    events={
        "ADDED": 64,
        "FIRST_ORDER": 21,
        "ORDER": 70,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 90,
        "QUESTION": 133,
        "COMPLAINT": 10,
        "RESOLVED": 8,
        "REFUND": 5,
        "DISPUTE": 2,
        "MUTE": 5,
        "ABANDONED": 22,
        "LOST_PURCHASE": 6,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 193781, "ORDER": 526043, "REFUND": 37452, "COMPENSATION": 0, "CHARGEBACK": 1324},
    accounts={
        "list_value": 757549,
        "discount": 37725,
        "paid": 719824,
        "goods": 313764,
        "touches": 1876,
        "message_cost": 5012,
        "parcel_cost": 54600,
        "acquisition_cost": 17600,
        "late_parcels": 23,
        "campaigns": 2,
        "replies_in_goal": 83,
        "resolved_in_goal": 7,
        "interactions": 294,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 21,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 77,
        "FIRST_ORDER": 33,
        "ORDER": 258,
        "DRIFT": 67,
        "DELETE": 66,
        "PARCEL": 289,
        "QUESTION": 137,
        "COMPLAINT": 59,
        "RESOLVED": 52,
        "REFUND": 8,
        "DISPUTE": 13,
        "MUTE": 0,
        "ABANDONED": 25,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 52,
        "CHARGEBACK": 4,
    },
    cents={"FIRST_ORDER": 778400, "ORDER": 7689939, "REFUND": 199971, "COMPENSATION": 221596, "CHARGEBACK": 80509},
    accounts={
        "list_value": 9060443,
        "discount": 592104,
        "paid": 8468339,
        "goods": 2424296,
        "touches": 1325,
        "message_cost": 22003,
        "parcel_cost": 381501,
        "acquisition_cost": 36720,
        "late_parcels": 268,
        "campaigns": 12,
        "replies_in_goal": 43,
        "resolved_in_goal": 50,
        "interactions": 1495,
        "channel_optouts": 0,
        "gifts": 0,
        "coupon_orders": 19,
    },
)

CASES = [
    pytest.param(scenario(), PLAIN, id="plain"),
    pytest.param(seeded_world(0), RANDOM, id="random"),
]


@pytest.mark.parametrize(("world", "golden"), CASES)
def test_the_simulator_tells_the_golden_numbers(world: Scenario, golden: Golden) -> None:
    ledger = run(world, events=True)
    assert ledger.events is not None
    kind, cents = np.asarray(ledger.events["kind"]), np.asarray(ledger.events["cents"])
    assert {e.name: int(np.count_nonzero(kind == e)) for e in Event} == golden.events
    assert {e: int(cents[kind == Event[e]].sum()) for e in golden.cents} == golden.cents
    assert {name: int(ledger.series[name].sum()) for name in golden.accounts} == golden.accounts


@pytest.mark.parametrize(("world", "golden"), CASES)
def test_the_reference_tells_them_too(world: Scenario, golden: Golden) -> None:
    events = reference_events(world)
    seen = Counter(event.kind.name for event in events)
    assert {e.name: seen[e.name] for e in Event} == golden.events
    cents = {e: sum(event.cents for event in events if event.kind.name == e) for e in golden.cents}
    assert cents == golden.cents


def test_another_seed_tells_other_numbers() -> None:
    events = run(scenario(seed=2), events=True).events
    assert events is not None
    kind = np.asarray(events["kind"])
    assert {e.name: int(np.count_nonzero(kind == e)) for e in Event} != PLAIN.events
