"""Benefit-seekers among the shop's own customers: they go on as people of two motives do, given what each has done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from sim import run
from sim.draws import identities
from sim.law import day_one
from sim.scenario import Customers
from sim.stages import Event
from tests.worlds import RESPONSES_OFF, scenario

Floats = npt.NDArray[np.float64]

PEOPLE, CUT, AHEAD = 60_000, 200, 60
SHARE, FACTOR = 0.4, 0.2
RATE, SHAPE, DRIFT = 0.06, 2.0, 0.004
CLASSES = 4
"""Customers without a repeat, with one, with two, with more."""
WORLD = RESPONSES_OFF | {
    "market.start_with": 0,
    "market.need.order_rate.mean": RATE,
    "market.need.order_rate.shape": SHAPE,
    "market.need.dropout_rate.mean": DRIFT,
    "market.need.dropout_rate.shape": 1.0,
    "market.need.week_shock": 0.0,
    "market.need.season.weekday": (1.0,) * 7,
    "market.need.regularity": 1.0,
    "market.people.benefit_seekers": SHARE,
    "market.people.seeker_orders": FACTOR,
}


@cache
def planted() -> tuple[Customers, Floats, Floats]:
    """Histories of people of two motives, and how many are seekers and orders to come by class of repeats."""
    rng = np.random.default_rng(5)
    seeker = rng.random(PEOPLE) < SHARE
    lam = rng.gamma(SHAPE, RATE / SHAPE, PEOPLE) * np.where(seeker, FACTOR, 1.0)
    life = rng.exponential(size=PEOPLE) / rng.gamma(1.0, DRIFT, PEOPLE)
    before, after = np.minimum(life, CUT), np.clip(life - CUT, 0.0, AHEAD)
    repeats = rng.poisson(lam * before)
    last = np.where(repeats > 0, before * rng.random(PEOPLE) ** (1.0 / np.maximum(repeats, 1)), 0.0)
    spent = np.full(PEOPLE, 8500, dtype=np.int64) * (repeats + 1)
    who = identities("start", 0, np.arange(PEOPLE))
    known = Customers(who, repeats + 1, np.full(PEOPLE, float(CUT)), CUT - last, spent, repeats + 1)
    to_come = rng.poisson(lam * after).astype(float)
    return known, by_class(known, seeker.astype(float)), by_class(known, to_come)


def by_class(known: Customers, values: Floats) -> Floats:
    return np.bincount(np.minimum(known.orders - 1, CLASSES - 1), weights=values, minlength=CLASSES)


def distances() -> tuple[float, float]:
    """Largest distance in standard errors of the seekers, and of the orders to come, of any class of repeats."""
    known, seekers, to_come = planted()
    case = replace(scenario(WORLD, days=AHEAD), customers=known)
    key = np.uint64(3)
    drawn = day_one.day_one_rates(key, known, case.market.need, case.market.spend, case.market.people)
    ours = by_class(known, drawn.seeker.astype(float))
    ledger = run(case, events=True)
    assert ledger.events is not None
    order = np.argsort(known.identity)
    rows = order[np.searchsorted(known.identity[order], ledger.events["person"])]
    orders = by_class(known, np.bincount(rows[ledger.events["kind"] == Event.ORDER], minlength=PEOPLE).astype(float))
    return (
        float(np.max(np.abs(ours - seekers) / np.sqrt(ours + seekers + 1.0))),
        float(np.max(np.abs(orders - to_come) / np.sqrt(2.0 * (orders + to_come + 1.0)))),
    )


def test_people_of_two_motives_go_on() -> None:
    """Who seeks benefits, and 60 days' orders, by repeats so far; orders vary by at most twice a Poisson count."""
    seekers, orders = distances()
    assert seekers < 4.5
    assert orders < 4.5


TWINS: dict[str, Callable[[Floats, Floats, float], Floats]] = {
    "none": lambda interested, seeking, share: np.zeros(interested.size),
    "as among newcomers": lambda interested, seeking, share: np.full(interested.size, share),
}


@pytest.mark.parametrize("wrong", TWINS)
def test_motives_that_forget_the_history_are_noticed(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twins: nobody, or as many as among newcomers whatever each has ordered."""
    monkeypatch.setattr(day_one, "seeker_chance", TWINS[wrong])
    assert min(distances()) > 4.5
