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
        "ORDER": 74,
        "DRIFT": 11,
        "DELETE": 11,
        "PARCEL": 92,
        "QUESTION": 142,
        "COMPLAINT": 11,
        "RESOLVED": 10,
        "REFUND": 4,
        "DISPUTE": 2,
        "MUTE": 4,
        "ABANDONED": 26,
        "LOST_PURCHASE": 6,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
        "RETURN": 10,
    },
    cents={
        "FIRST_ORDER": 194116,
        "ORDER": 579912,
        "REFUND": 31728,
        "COMPENSATION": 0,
        "CHARGEBACK": 1321,
        "RETURN": 50409,
    },
    accounts={
        "list_value": 812744,
        "discount": 38716,
        "paid": 774028,
        "goods": 335781,
        "touches": 2134,
        "message_cost": 6262,
        "content_cost": 111000,
        "parcel_cost": 57000,
        "acquisition_cost": 17200,
        "late_parcels": 25,
        "campaigns": 2,
        "replies_in_goal": 104,
        "resolved_in_goal": 8,
        "interactions": 314,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 22,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 79,
        "FIRST_ORDER": 22,
        "ORDER": 103,
        "DRIFT": 42,
        "DELETE": 45,
        "PARCEL": 123,
        "QUESTION": 48,
        "COMPLAINT": 35,
        "RESOLVED": 35,
        "REFUND": 35,
        "DISPUTE": 21,
        "MUTE": 1,
        "ABANDONED": 1,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 0,
        "CHARGEBACK": 0,
        "RETURN": 0,
    },
    cents={
        "FIRST_ORDER": 457313,
        "ORDER": 2972241,
        "REFUND": 760624,
        "COMPENSATION": 0,
        "CHARGEBACK": 0,
        "RETURN": 0,
    },
    accounts={
        "list_value": 3765686,
        "discount": 336132,
        "paid": 3429554,
        "goods": 1713014,
        "touches": 3404,
        "message_cost": 45295,
        "content_cost": 387768,
        "parcel_cost": 0,
        "acquisition_cost": 16346,
        "late_parcels": 0,
        "campaigns": 19,
        "replies_in_goal": 0,
        "resolved_in_goal": 35,
        "interactions": 1485,
        "channel_optouts": 1,
        "gifts": 80157,
        "goods_back": 0,
        "packaging": 17958,
        "freight_back": 0,
        "payment_fees": 50658,
        "platform_fees": 288101,
        "commission": 125873,
        "coupon_orders": 25,
        "unmade_requests": 9,
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
        "RETURN": 9,
    },
    cents={
        "FIRST_ORDER": 217082,
        "ORDER": 581575,
        "REFUND": 31657,
        "COMPENSATION": 0,
        "CHARGEBACK": 1321,
        "RETURN": 53513,
    },
    accounts={
        "list_value": 842153,
        "discount": 43496,
        "paid": 798657,
        "goods": 348793,
        "touches": 2023,
        "message_cost": 5975,
        "content_cost": 111000,
        "parcel_cost": 58200,
        "acquisition_cost": 15600,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 118,
        "resolved_in_goal": 9,
        "interactions": 304,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 25,
        "bot_answers": 68,
        "bot_cost": 121470,
        "unmade_requests": 10,
        "busy_seconds": 2802493,
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
        "FIRST_ORDER": 219781,
        "ORDER": 483827,
        "REFUND": 10069,
        "COMPENSATION": 0,
        "CHARGEBACK": 1321,
        "RETURN": 53534,
    },
    accounts={
        "list_value": 752533,
        "discount": 48925,
        "paid": 703608,
        "goods": 313214,
        "touches": 2163,
        "message_cost": 6363,
        "content_cost": 125000,
        "parcel_cost": 54000,
        "acquisition_cost": 17200,
        "late_parcels": 30,
        "campaigns": 2,
        "replies_in_goal": 99,
        "resolved_in_goal": 10,
        "interactions": 260,
        "channel_optouts": 4,
        "gifts": 0,
        "coupon_orders": 28,
        "bot_answers": 0,
        "bot_cost": 0,
        "unmade_requests": 0,
        "busy_seconds": 193292,
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
