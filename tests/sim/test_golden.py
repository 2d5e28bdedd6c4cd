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
        "FIRST_ORDER": 22,
        "ORDER": 76,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 89,
        "QUESTION": 132,
        "COMPLAINT": 10,
        "RESOLVED": 8,
        "REFUND": 5,
        "DISPUTE": 2,
        "MUTE": 5,
        "ABANDONED": 27,
        "LOST_PURCHASE": 5,
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
        "list_value": 753537,
        "discount": 40944,
        "paid": 712593,
        "goods": 312149,
        "touches": 1873,
        "message_cost": 4997,
        "parcel_cost": 54600,
        "acquisition_cost": 17600,
        "late_parcels": 23,
        "campaigns": 2,
        "replies_in_goal": 94,
        "resolved_in_goal": 7,
        "interactions": 295,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 22,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 100,
        "FIRST_ORDER": 54,
        "ORDER": 224,
        "DRIFT": 75,
        "DELETE": 67,
        "PARCEL": 278,
        "QUESTION": 131,
        "COMPLAINT": 28,
        "RESOLVED": 28,
        "REFUND": 1,
        "DISPUTE": 7,
        "MUTE": 0,
        "ABANDONED": 28,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 28,
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
        "list_value": 7578397,
        "discount": 338091,
        "paid": 7240306,
        "goods": 4461132,
        "touches": 1814,
        "message_cost": 24840,
        "parcel_cost": 0,
        "acquisition_cost": 10652,
        "late_parcels": 0,
        "campaigns": 11,
        "replies_in_goal": 75,
        "resolved_in_goal": 28,
        "interactions": 1180,
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
        "MUTE": 5,
        "ABANDONED": 17,
        "LOST_PURCHASE": 2,
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
        "list_value": 832557,
        "discount": 40620,
        "paid": 791937,
        "goods": 344969,
        "touches": 1776,
        "message_cost": 4764,
        "parcel_cost": 57600,
        "acquisition_cost": 16000,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 108,
        "resolved_in_goal": 8,
        "interactions": 285,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 25,
        "bot_answers": 63,
        "bot_cost": 121350,
        "unmade_requests": 10,
        "busy_seconds": 2789862,
    },
)
PAST = Golden(
    events={
        "ADDED": 64,
        "FIRST_ORDER": 28,
        "ORDER": 64,
        "DRIFT": 4,
        "DELETE": 11,
        "PARCEL": 86,
        "QUESTION": 122,
        "COMPLAINT": 10,
        "RESOLVED": 10,
        "REFUND": 0,
        "DISPUTE": 1,
        "MUTE": 5,
        "ABANDONED": 19,
        "LOST_PURCHASE": 4,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 0, "ORDER": 0, "REFUND": 0, "COMPENSATION": 0, "CHARGEBACK": 0, "RETURN": 0},
    accounts={
        "list_value": 762899,
        "discount": 45408,
        "paid": 717491,
        "goods": 317853,
        "touches": 1901,
        "message_cost": 5081,
        "parcel_cost": 55200,
        "acquisition_cost": 17600,
        "late_parcels": 26,
        "campaigns": 2,
        "replies_in_goal": 90,
        "resolved_in_goal": 10,
        "interactions": 240,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 27,
        "bot_answers": 0,
        "bot_cost": 0,
        "unmade_requests": 0,
        "busy_seconds": 185698,
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
