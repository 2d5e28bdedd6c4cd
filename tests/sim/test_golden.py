"""Three small histories in whole numbers: how much of everything happened, the same on every machine.

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
        "ORDER": 71,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 90,
        "QUESTION": 133,
        "COMPLAINT": 10,
        "RESOLVED": 8,
        "REFUND": 5,
        "DISPUTE": 2,
        "MUTE": 5,
        "ABANDONED": 28,
        "LOST_PURCHASE": 6,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 193608, "ORDER": 532462, "REFUND": 37373, "COMPENSATION": 0, "CHARGEBACK": 1324},
    accounts={
        "list_value": 764087,
        "discount": 38017,
        "paid": 726070,
        "goods": 316370,
        "touches": 1877,
        "message_cost": 5013,
        "parcel_cost": 55200,
        "acquisition_cost": 17600,
        "late_parcels": 23,
        "campaigns": 2,
        "replies_in_goal": 92,
        "resolved_in_goal": 7,
        "interactions": 294,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 22,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 77,
        "FIRST_ORDER": 33,
        "ORDER": 262,
        "DRIFT": 67,
        "DELETE": 66,
        "PARCEL": 293,
        "QUESTION": 139,
        "COMPLAINT": 59,
        "RESOLVED": 53,
        "REFUND": 7,
        "DISPUTE": 13,
        "MUTE": 0,
        "ABANDONED": 24,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 53,
        "CHARGEBACK": 4,
    },
    cents={"FIRST_ORDER": 778400, "ORDER": 7844691, "REFUND": 168109, "COMPENSATION": 226168, "CHARGEBACK": 80436},
    accounts={
        "list_value": 9223073,
        "discount": 599982,
        "paid": 8623091,
        "goods": 2468690,
        "touches": 1326,
        "message_cost": 22020,
        "parcel_cost": 386745,
        "acquisition_cost": 36720,
        "late_parcels": 271,
        "campaigns": 12,
        "replies_in_goal": 42,
        "resolved_in_goal": 51,
        "interactions": 1498,
        "channel_optouts": 0,
        "gifts": 0,
        "coupon_orders": 19,
        "unmade_requests": 50,
    },
)

FIRST_LINE = Golden(
    events={
        "ADDED": 58,
        "FIRST_ORDER": 22,
        "ORDER": 73,
        "DRIFT": 11,
        "DELETE": 9,
        "PARCEL": 93,
        "QUESTION": 135,
        "COMPLAINT": 11,
        "RESOLVED": 9,
        "REFUND": 5,
        "DISPUTE": 2,
        "MUTE": 5,
        "ABANDONED": 19,
        "LOST_PURCHASE": 2,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 216902, "ORDER": 572984, "REFUND": 37305, "COMPENSATION": 0, "CHARGEBACK": 1324},
    accounts={
        "list_value": 831002,
        "discount": 41116,
        "paid": 789886,
        "goods": 344345,
        "touches": 1779,
        "message_cost": 4775,
        "parcel_cost": 57000,
        "acquisition_cost": 16000,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 107,
        "resolved_in_goal": 8,
        "interactions": 284,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 24,
        "bot_answers": 64,
        "bot_cost": 121350,
        "unmade_requests": 10,
        "busy_seconds": 2785444,
    },
)
BOT = {"strategy.service.bot": True, "market.sources.search.handling": 0.2}

CASES = [
    pytest.param(scenario(), PLAIN, id="plain"),
    pytest.param(seeded_world(0), RANDOM, id="random"),
    pytest.param(scenario(BOT), FIRST_LINE, id="first line"),
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
