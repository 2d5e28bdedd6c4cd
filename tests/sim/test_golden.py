"""Two small histories in whole numbers: how much of everything happened, the same on every machine.

A change of these numbers is a change of the law or of its luck. It is right only when `docs/law.md` changed
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
from tests.reference import tell
from tests.worlds import scenario


@dataclass(frozen=True)
class Golden:
    """Events by kind, cents by kind of event, and some accounts summed over the run."""

    events: dict[str, int]
    cents: dict[str, int]
    accounts: dict[str, int]


PLAIN = Golden(
    events={
        "ADDED": 46,
        "FIRST_ORDER": 11,
        "ORDER": 78,
        "DRIFT": 10,
        "DELETE": 10,
        "PARCEL": 84,
        "QUESTION": 66,
        "COMPLAINT": 10,
        "RESOLVED": 10,
        "REFUND": 3,
        "DISPUTE": 1,
    },
    cents={
        "FIRST_ORDER": 131_292,
        "ORDER": 580_136,
        "REFUND": 23_291,
    },
    accounts={
        "list_value": 732_420,
        "discount": 20_992,
        "paid": 711_428,
        "goods": 292_965,
        "touches": 924,
        "message_cost": 4620,
        "parcel_cost": 53_400,
        "acquisition_cost": 14_000,
        "late_parcels": 22,
        "campaigns": 2,
        "replies_in_goal": 50,
        "resolved_in_goal": 10,
    },
)

RANDOM = Golden(
    events={
        "ADDED": 82,
        "FIRST_ORDER": 51,
        "ORDER": 1259,
        "DRIFT": 3,
        "DELETE": 31,
        "PARCEL": 1310,
        "QUESTION": 839,
        "COMPLAINT": 203,
        "RESOLVED": 202,
        "REFUND": 131,
        "DISPUTE": 65,
    },
    cents={
        "FIRST_ORDER": 1_539_523,
        "ORDER": 42_398_360,
        "REFUND": 4_484_305,
    },
    accounts={
        "list_value": 44_729_038,
        "discount": 791_155,
        "paid": 43_937_883,
        "goods": 17_455_925,
        "touches": 1824,
        "message_cost": 24_423,
        "parcel_cost": 0,
        "acquisition_cost": 43_605,
        "late_parcels": 0,
        "campaigns": 24,
        "replies_in_goal": 0,
        "resolved_in_goal": 143,
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
    told = tell(world)
    seen = Counter(event.kind.name for event in told)
    assert {e.name: seen[e.name] for e in Event} == golden.events
    cents = {e: sum(event.cents for event in told if event.kind.name == e) for e in golden.cents}
    assert cents == golden.cents


def test_another_seed_tells_other_numbers() -> None:
    events = run(scenario(seed=2), events=True).events
    assert events is not None
    kind = np.asarray(events["kind"])
    assert {e.name: int(np.count_nonzero(kind == e)) for e in Event} != PLAIN.events
