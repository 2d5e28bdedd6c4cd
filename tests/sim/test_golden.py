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
        "ORDER": 72,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 91,
        "QUESTION": 115,
        "COMPLAINT": 11,
        "RESOLVED": 11,
        "REFUND": 6,
        "DISPUTE": 2,
        "MUTE": 5,
    },
    cents={"FIRST_ORDER": 223883, "ORDER": 573711, "REFUND": 53477},
    accounts={
        "list_value": 835344,
        "discount": 37750,
        "paid": 797594,
        "goods": 346411,
        "touches": 1896,
        "message_cost": 5080,
        "parcel_cost": 57000,
        "acquisition_cost": 17600,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 76,
        "resolved_in_goal": 10,
        "interactions": 292,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 23,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 99,
        "FIRST_ORDER": 43,
        "ORDER": 262,
        "DRIFT": 55,
        "DELETE": 76,
        "PARCEL": 305,
        "QUESTION": 42,
        "COMPLAINT": 60,
        "RESOLVED": 60,
        "REFUND": 1,
        "DISPUTE": 29,
        "MUTE": 1,
    },
    cents={"FIRST_ORDER": 1003826, "ORDER": 7128005, "REFUND": 13396},
    accounts={
        "list_value": 8332929,
        "discount": 201098,
        "paid": 8131831,
        "goods": 2955328,
        "touches": 1348,
        "message_cost": 15086,
        "parcel_cost": 447740,
        "acquisition_cost": 24236,
        "late_parcels": 1,
        "campaigns": 51,
        "replies_in_goal": 34,
        "resolved_in_goal": 56,
        "interactions": 1055,
        "channel_optouts": 1,
        "gifts": 0,
        "coupon_orders": 20,
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
