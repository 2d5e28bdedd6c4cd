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
        "ORDER": 68,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 87,
        "QUESTION": 129,
        "COMPLAINT": 10,
        "RESOLVED": 8,
        "REFUND": 5,
        "DISPUTE": 4,
        "MUTE": 5,
        "ABANDONED": 27,
        "LOST_PURCHASE": 5,
    },
    cents={"FIRST_ORDER": 193608, "ORDER": 540752, "REFUND": 37373},
    accounts={
        "list_value": 770193,
        "discount": 35833,
        "paid": 734360,
        "goods": 318812,
        "touches": 1851,
        "message_cost": 4939,
        "parcel_cost": 53400,
        "acquisition_cost": 17600,
        "late_parcels": 22,
        "campaigns": 2,
        "replies_in_goal": 89,
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
        "FIRST_ORDER": 61,
        "ORDER": 96,
        "DRIFT": 64,
        "DELETE": 86,
        "PARCEL": 148,
        "QUESTION": 119,
        "COMPLAINT": 74,
        "RESOLVED": 72,
        "REFUND": 1,
        "DISPUTE": 24,
        "MUTE": 4,
        "ABANDONED": 63,
        "LOST_PURCHASE": 0,
    },
    cents={"FIRST_ORDER": 1859200, "ORDER": 2462626, "REFUND": 29536},
    accounts={
        "list_value": 4460842,
        "discount": 139016,
        "paid": 4321826,
        "goods": 3240565,
        "touches": 1953,
        "message_cost": 27618,
        "parcel_cost": 136119,
        "acquisition_cost": 69726,
        "late_parcels": 148,
        "campaigns": 9,
        "replies_in_goal": 11,
        "resolved_in_goal": 0,
        "interactions": 546,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 33,
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
