"""Four small histories in whole numbers: how much of everything happened, the same on every machine.

A change of these numbers is a change of the law or of its random numbers. It is right only when `docs/law.md` changed
too, which `test_the_reference_tells_them_too` makes sure of; then write the new numbers here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from sim import run
from sim.scenario import Scenario, Start
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
        "FIRST_ORDER": 21,
        "ORDER": 72,
        "DRIFT": 11,
        "DELETE": 11,
        "PARCEL": 91,
        "QUESTION": 143,
        "COMPLAINT": 11,
        "RESOLVED": 10,
        "REFUND": 4,
        "DISPUTE": 2,
        "MUTE": 4,
        "ABANDONED": 28,
        "LOST_PURCHASE": 7,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
        "RETURN": 10,
    },
    cents={
        "FIRST_ORDER": 194126,
        "ORDER": 543245,
        "REFUND": 31728,
        "COMPENSATION": 0,
        "CHARGEBACK": 1321,
        "RETURN": 50103,
    },
    accounts={
        "list_value": 778388,
        "discount": 41017,
        "paid": 737371,
        "goods": 322040,
        "touches": 2134,
        "message_cost": 6262,
        "content_cost": 111000,
        "parcel_cost": 55800,
        "acquisition_cost": 17200,
        "late_parcels": 24,
        "campaigns": 2,
        "replies_in_goal": 104,
        "resolved_in_goal": 9,
        "interactions": 315,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 22,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 107,
        "FIRST_ORDER": 9,
        "ORDER": 44,
        "DRIFT": 42,
        "DELETE": 83,
        "PARCEL": 53,
        "QUESTION": 255,
        "COMPLAINT": 9,
        "RESOLVED": 4,
        "REFUND": 6,
        "DISPUTE": 2,
        "MUTE": 0,
        "ABANDONED": 19,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 0,
        "CHARGEBACK": 0,
        "RETURN": 11,
    },
    cents={
        "FIRST_ORDER": 195237,
        "ORDER": 1297015,
        "REFUND": 226918,
        "COMPENSATION": 0,
        "CHARGEBACK": 0,
        "RETURN": 327018,
    },
    accounts={
        "list_value": 1571336,
        "discount": 79084,
        "paid": 1492252,
        "goods": 426294,
        "touches": 3669,
        "message_cost": 25899,
        "content_cost": 113766,
        "parcel_cost": 0,
        "acquisition_cost": 10652,
        "late_parcels": 0,
        "campaigns": 11,
        "replies_in_goal": 221,
        "resolved_in_goal": 3,
        "interactions": 602,
        "channel_optouts": 0,
        "gifts": 34920,
        "goods_back": 44972,
        "packaging": 2385,
        "freight_back": 14333,
        "payment_fees": 22925,
        "platform_fees": 58081,
        "commission": 1412,
        "coupon_orders": 14,
        "unmade_requests": 2,
    },
)

FIRST_LINE = Golden(
    events={
        "ADDED": 56,
        "FIRST_ORDER": 22,
        "ORDER": 75,
        "DRIFT": 11,
        "DELETE": 9,
        "PARCEL": 94,
        "QUESTION": 147,
        "COMPLAINT": 12,
        "RESOLVED": 11,
        "REFUND": 4,
        "DISPUTE": 2,
        "MUTE": 4,
        "ABANDONED": 17,
        "LOST_PURCHASE": 3,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
        "RETURN": 8,
    },
    cents={
        "FIRST_ORDER": 217092,
        "ORDER": 579884,
        "REFUND": 31657,
        "COMPENSATION": 0,
        "CHARGEBACK": 1321,
        "RETURN": 42340,
    },
    accounts={
        "list_value": 840328,
        "discount": 43352,
        "paid": 796976,
        "goods": 348067,
        "touches": 2024,
        "message_cost": 5980,
        "content_cost": 111000,
        "parcel_cost": 58200,
        "acquisition_cost": 15600,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 119,
        "resolved_in_goal": 9,
        "interactions": 304,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 25,
        "bot_answers": 68,
        "bot_cost": 121470,
        "unmade_requests": 10,
        "busy_seconds": 2801893,
    },
)
PAST = Golden(
    events={
        "ADDED": 62,
        "FIRST_ORDER": 27,
        "ORDER": 63,
        "DRIFT": 4,
        "DELETE": 11,
        "PARCEL": 88,
        "QUESTION": 129,
        "COMPLAINT": 11,
        "RESOLVED": 10,
        "REFUND": 2,
        "DISPUTE": 1,
        "MUTE": 4,
        "ABANDONED": 19,
        "LOST_PURCHASE": 5,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
        "RETURN": 10,
    },
    cents={
        "FIRST_ORDER": 219791,
        "ORDER": 483813,
        "REFUND": 10069,
        "COMPENSATION": 0,
        "CHARGEBACK": 1321,
        "RETURN": 53545,
    },
    accounts={
        "list_value": 752538,
        "discount": 48934,
        "paid": 703604,
        "goods": 313218,
        "touches": 2163,
        "message_cost": 6363,
        "content_cost": 125000,
        "parcel_cost": 54000,
        "acquisition_cost": 17200,
        "late_parcels": 30,
        "campaigns": 2,
        "replies_in_goal": 99,
        "resolved_in_goal": 10,
        "interactions": 262,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 28,
        "bot_answers": 0,
        "bot_cost": 0,
        "unmade_requests": 0,
        "busy_seconds": 192781,
    },
)
BOT = {"strategy.service.bot": True, "market.sources.search.handling": 0.2}
YEARS = {"market.start": Start(500, 0.6, 0.5), "market.need.season.hours": (0.4,) * 8 + (1.3,) * 16}

CASES = [
    pytest.param(scenario(), PLAIN, id="plain"),
    pytest.param(seeded_world(0), RANDOM, id="random"),
    pytest.param(scenario(BOT), FIRST_LINE, id="first line"),
    pytest.param(scenario(YEARS), PAST, id="past"),
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
