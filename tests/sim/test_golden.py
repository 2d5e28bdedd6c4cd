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
        "ADDED": 62,
        "FIRST_ORDER": 22,
        "ORDER": 76,
        "DRIFT": 11,
        "DELETE": 11,
        "PARCEL": 93,
        "QUESTION": 145,
        "COMPLAINT": 12,
        "RESOLVED": 11,
        "REFUND": 4,
        "DISPUTE": 2,
        "MUTE": 4,
        "ABANDONED": 23,
        "LOST_PURCHASE": 4,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
        "RETURN": 8,
    },
    cents={
        "FIRST_ORDER": 193608,
        "ORDER": 545939,
        "REFUND": 37381,
        "COMPENSATION": 0,
        "CHARGEBACK": 1324,
        "RETURN": 48072,
    },
    accounts={
        "list_value": 875264,
        "discount": 47824,
        "paid": 827440,
        "goods": 362250,
        "touches": 2137,
        "message_cost": 6281,
        "parcel_cost": 58800,
        "acquisition_cost": 17200,
        "late_parcels": 26,
        "campaigns": 2,
        "replies_in_goal": 111,
        "resolved_in_goal": 10,
        "interactions": 314,
        "channel_optouts": 4,
        "gifts": 0,
        "goods_back": 16798,
        "packaging": 10920,
        "freight_back": 4000,
        "payment_fees": 3983,
        "platform_fees": 19879,
        "commission": 4440,
        "coupon_orders": 21,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 107,
        "FIRST_ORDER": 9,
        "ORDER": 43,
        "DRIFT": 42,
        "DELETE": 84,
        "PARCEL": 52,
        "QUESTION": 254,
        "COMPLAINT": 9,
        "RESOLVED": 4,
        "REFUND": 6,
        "DISPUTE": 2,
        "MUTE": 0,
        "ABANDONED": 19,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 0,
        "CHARGEBACK": 0,
        "RETURN": 0,
    },
    cents={
        "FIRST_ORDER": 1434161,
        "ORDER": 6456875,
        "REFUND": 24552,
        "COMPENSATION": 397116,
        "CHARGEBACK": 0,
        "RETURN": 0,
    },
    accounts={
        "list_value": 1550020,
        "discount": 79607,
        "paid": 1470413,
        "goods": 421267,
        "touches": 3639,
        "message_cost": 25794,
        "parcel_cost": 0,
        "acquisition_cost": 10652,
        "late_parcels": 0,
        "campaigns": 11,
        "replies_in_goal": 219,
        "resolved_in_goal": 2,
        "interactions": 603,
        "channel_optouts": 0,
        "gifts": 0,
        "goods_back": 0,
        "packaging": 23733,
        "freight_back": 0,
        "payment_fees": 148695,
        "platform_fees": 1412404,
        "commission": 36076,
        "coupon_orders": 25,
        "unmade_requests": 4,
    },
)

FIRST_LINE = Golden(
    events={
        "ADDED": 56,
        "FIRST_ORDER": 22,
        "ORDER": 74,
        "DRIFT": 11,
        "DELETE": 9,
        "PARCEL": 93,
        "QUESTION": 148,
        "COMPLAINT": 12,
        "RESOLVED": 11,
        "REFUND": 4,
        "DISPUTE": 2,
        "MUTE": 4,
        "ABANDONED": 16,
        "LOST_PURCHASE": 4,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
        "RETURN": 8,
    },
    cents={
        "FIRST_ORDER": 216902,
        "ORDER": 570067,
        "REFUND": 37313,
        "COMPENSATION": 0,
        "CHARGEBACK": 1324,
        "RETURN": 47932,
    },
    accounts={
        "list_value": 831118,
        "discount": 49950,
        "paid": 781168,
        "goods": 344410,
        "touches": 2027,
        "message_cost": 5991,
        "parcel_cost": 57600,
        "acquisition_cost": 15600,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 119,
        "resolved_in_goal": 10,
        "interactions": 302,
        "channel_optouts": 4,
        "gifts": 0,
        "goods_back": 16747,
        "packaging": 11280,
        "freight_back": 4000,
        "payment_fees": 4268,
        "platform_fees": 21305,
        "commission": 4248,
        "coupon_orders": 24,
        "bot_answers": 69,
        "bot_cost": 121480,
        "unmade_requests": 10,
        "busy_seconds": 2803958,
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
