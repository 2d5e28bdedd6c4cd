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
        "ADDED": 64,
        "FIRST_ORDER": 21,
        "ORDER": 70,
        "DRIFT": 11,
        "DELETE": 10,
        "PARCEL": 90,
        "QUESTION": 132,
        "COMPLAINT": 10,
        "RESOLVED": 8,
        "REFUND": 5,
        "DISPUTE": 2,
        "MUTE": 5,
        "ABANDONED": 27,
        "LOST_PURCHASE": 4,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 193608, "ORDER": 545939, "REFUND": 37381, "COMPENSATION": 0, "CHARGEBACK": 1324},
    accounts={
        "list_value": 777285,
        "discount": 37738,
        "paid": 739547,
        "goods": 321648,
        "touches": 1877,
        "message_cost": 5013,
        "parcel_cost": 54600,
        "acquisition_cost": 17600,
        "late_parcels": 24,
        "campaigns": 2,
        "replies_in_goal": 97,
        "resolved_in_goal": 7,
        "interactions": 295,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 21,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 100,
        "FIRST_ORDER": 54,
        "ORDER": 239,
        "DRIFT": 75,
        "DELETE": 67,
        "PARCEL": 293,
        "QUESTION": 138,
        "COMPLAINT": 31,
        "RESOLVED": 30,
        "REFUND": 2,
        "DISPUTE": 7,
        "MUTE": 0,
        "ABANDONED": 19,
        "LOST_PURCHASE": 0,
        "COMPENSATION": 30,
        "CHARGEBACK": 0,
    },
    cents={"FIRST_ORDER": 1434161, "ORDER": 6456875, "REFUND": 24552, "COMPENSATION": 397116, "CHARGEBACK": 0},
    accounts={
        "list_value": 8216901,
        "discount": 325865,
        "paid": 7891036,
        "goods": 4824478,
        "touches": 1815,
        "message_cost": 24846,
        "parcel_cost": 0,
        "acquisition_cost": 47844,
        "late_parcels": 0,
        "campaigns": 11,
        "replies_in_goal": 73,
        "resolved_in_goal": 30,
        "interactions": 1182,
        "channel_optouts": 0,
        "gifts": 0,
        "coupon_orders": 25,
        "unmade_requests": 4,
    },
)

FIRST_LINE = Golden(
    events={
        "ADDED": 58,
        "FIRST_ORDER": 22,
        "ORDER": 72,
        "DRIFT": 11,
        "DELETE": 9,
        "PARCEL": 92,
        "QUESTION": 135,
        "COMPLAINT": 11,
        "RESOLVED": 9,
        "REFUND": 5,
        "DISPUTE": 2,
        "MUTE": 5,
        "ABANDONED": 16,
        "LOST_PURCHASE": 2,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 216902, "ORDER": 570067, "REFUND": 37313, "COMPENSATION": 0, "CHARGEBACK": 1324},
    accounts={
        "list_value": 827276,
        "discount": 40307,
        "paid": 786969,
        "goods": 342855,
        "touches": 1779,
        "message_cost": 4775,
        "parcel_cost": 56400,
        "acquisition_cost": 16000,
        "late_parcels": 27,
        "campaigns": 2,
        "replies_in_goal": 110,
        "resolved_in_goal": 8,
        "interactions": 285,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 24,
        "bot_answers": 64,
        "bot_cost": 121350,
        "unmade_requests": 10,
        "busy_seconds": 2790705,
    },
)
PAST = Golden(
    events={
        "ADDED": 64,
        "FIRST_ORDER": 27,
        "ORDER": 64,
        "DRIFT": 4,
        "DELETE": 11,
        "PARCEL": 86,
        "QUESTION": 121,
        "COMPLAINT": 10,
        "RESOLVED": 10,
        "REFUND": 0,
        "DISPUTE": 1,
        "MUTE": 5,
        "ABANDONED": 26,
        "LOST_PURCHASE": 6,
        "COMPENSATION": 0,
        "CHARGEBACK": 1,
    },
    cents={"FIRST_ORDER": 226389, "ORDER": 488682, "REFUND": 0, "COMPENSATION": 0, "CHARGEBACK": 1324},
    accounts={
        "list_value": 758975,
        "discount": 43904,
        "paid": 715071,
        "goods": 316134,
        "touches": 1903,
        "message_cost": 5091,
        "parcel_cost": 54600,
        "acquisition_cost": 17600,
        "late_parcels": 26,
        "campaigns": 2,
        "replies_in_goal": 88,
        "resolved_in_goal": 10,
        "interactions": 240,
        "channel_optouts": 5,
        "gifts": 0,
        "coupon_orders": 26,
        "bot_answers": 0,
        "bot_cost": 0,
        "unmade_requests": 0,
        "busy_seconds": 170472,
    },
)
BOT = {"strategy.service.bot": True, "market.sources.search.handling": 0.2}
YEARS = {"market.start": Start(500, 0.6, 0.5)}

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
