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
        "ORDER": 66,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 86,
        "QUESTION": 129,
        "COMPLAINT": 10,
        "RESOLVED": 8,
        "REFUND": 5,
        "DISPUTE": 4,
        "MUTE": 5,
        "ABANDONED": 21,
        "LOST_PURCHASE": 6,
    },
    cents={"FIRST_ORDER": 193781, "ORDER": 507090, "REFUND": 37452},
    accounts={
        "list_value": 737301,
        "discount": 36430,
        "paid": 700871,
        "goods": 305663,
        "touches": 1850,
        "message_cost": 4938,
        "parcel_cost": 52200,
        "acquisition_cost": 17600,
        "late_parcels": 21,
        "campaigns": 2,
        "replies_in_goal": 81,
        "resolved_in_goal": 7,
        "interactions": 293,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 21,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 159,
        "FIRST_ORDER": 63,
        "ORDER": 99,
        "DRIFT": 63,
        "DELETE": 87,
        "PARCEL": 151,
        "QUESTION": 123,
        "COMPLAINT": 72,
        "RESOLVED": 72,
        "REFUND": 1,
        "DISPUTE": 24,
        "MUTE": 5,
        "ABANDONED": 68,
        "LOST_PURCHASE": 0,
    },
    cents={"FIRST_ORDER": 1905073, "ORDER": 2526704, "REFUND": 29686},
    accounts={
        "list_value": 4574508,
        "discount": 142731,
        "paid": 4431777,
        "goods": 3323405,
        "touches": 1943,
        "message_cost": 27463,
        "parcel_cost": 140454,
        "acquisition_cost": 69726,
        "late_parcels": 151,
        "campaigns": 9,
        "replies_in_goal": 29,
        "resolved_in_goal": 0,
        "interactions": 578,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 35,
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
