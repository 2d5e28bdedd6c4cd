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
        "FIRST_ORDER": 23,
        "ORDER": 68,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 87,
        "QUESTION": 112,
        "COMPLAINT": 11,
        "RESOLVED": 10,
        "REFUND": 6,
        "DISPUTE": 3,
        "MUTE": 5,
    },
    cents={"FIRST_ORDER": 223883, "ORDER": 554835, "REFUND": 51757},
    accounts={
        "list_value": 815177,
        "discount": 36459,
        "paid": 778718,
        "goods": 338343,
        "touches": 1877,
        "message_cost": 5025,
        "parcel_cost": 54600,
        "acquisition_cost": 17600,
        "late_parcels": 25,
        "campaigns": 2,
        "replies_in_goal": 76,
        "resolved_in_goal": 9,
        "interactions": 291,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 23,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 174,
        "FIRST_ORDER": 75,
        "ORDER": 158,
        "DRIFT": 63,
        "DELETE": 124,
        "PARCEL": 228,
        "QUESTION": 34,
        "COMPLAINT": 37,
        "RESOLVED": 23,
        "REFUND": 11,
        "DISPUTE": 14,
        "MUTE": 0,
    },
    cents={"FIRST_ORDER": 1699829, "ORDER": 4485929, "REFUND": 233136},
    accounts={
        "list_value": 6358699,
        "discount": 172941,
        "paid": 6185758,
        "goods": 3192678,
        "touches": 817,
        "message_cost": 11939,
        "parcel_cost": 321773,
        "acquisition_cost": 69223,
        "late_parcels": 0,
        "campaigns": 18,
        "replies_in_goal": 20,
        "resolved_in_goal": 19,
        "interactions": 1291,
        "channel_optouts": 0,
        "gifts": 20568,
        "coupon_orders": 18,
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
