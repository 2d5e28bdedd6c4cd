"""People who are watched: counted right, and nothing is different for being watched."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine import run
from sim.output.ledger import Ledger
from sim.output.watch import Watch
from sim.output.watched_kpis import WATCHED, measure_watched
from sim.scenario import Range, Scenario, Who
from sim.stages import Event
from tests.worlds import scenario

FIRST, LAST = 12, 45
ORDERS = (Event.FIRST_ORDER, Event.ORDER)


def world() -> Scenario:
    """Leads who order and delete within weeks, and 80 buyers on day one."""
    return scenario({
        "market.start_with": 80, "market.need.order_rate.mean": 0.08, "market.optout.background": 0.004,
        "market.sources.search.exposures": 12.0, "strategy.acquisition.search.daily_cap": 20,
        "strategy.acquisition.search.budget": 1e6,
    })  # fmt: skip


def watched(who: Who, first: int = FIRST, last: int = LAST) -> tuple[Ledger, Any]:
    ledger = run(world(), events=True, watches=(Watch(who, first, last),))
    return ledger, ledger.watched[0]


def logged(ledger: Ledger, *kinds: Event, first: int = 0, last: int = 10**6) -> tuple[np.ndarray, np.ndarray]:
    """Persons and cents of the events of these kinds on days first to before last."""
    events = ledger.events
    assert events is not None
    which = np.isin(events["kind"], kinds) & (events["day"] >= first) & (events["day"] < last)
    return events["person"][which], events["cents"][which]


def test_the_books_are_the_same_with_and_without() -> None:
    plain = run(world(), events=True)
    ledger, _ = watched(Who(stage=("lead",)))
    assert ledger.fingerprint == plain.fingerprint
    for account, daily in plain.series.items():
        assert (ledger.series[account] == daily).all(), account
    assert plain.watched == []


def test_everybody_is_what_the_ledger_counts() -> None:
    ledger, own = watched(Who())
    days = slice(FIRST, LAST)
    for count in ("orders", "first_orders", "paid", "optouts", "live"):
        assert getattr(own, count) == ledger.series[count][days].sum() > 0, count
    buyers, _ = logged(ledger, *ORDERS, first=FIRST, last=LAST)
    assert own.ordered == np.unique(buyers).size > 10
    contacts = sum(int(ledger.series[name][FIRST - 1]) for name in ("lead", "first_buyer", "repeater", "drifted"))
    assert own.people == contacts + int(ledger.series["added"][FIRST : LAST - 1].sum())


def test_leads_are_followed_whatever_becomes_of_them() -> None:
    """Counted again from the events: leads of the first morning, and all who were added later."""
    ledger, own = watched(Who(stage=("lead",)))
    added, _ = logged(ledger, Event.ADDED, last=LAST - 1)
    early, _ = logged(ledger, Event.ADDED, last=FIRST)
    gone, _ = logged(ledger, Event.FIRST_ORDER, Event.DELETE, Event.DISPUTE, last=FIRST)
    members = np.setdiff1d(added, np.intersect1d(early, gone))
    assert np.intersect1d(early, gone).size > 0
    assert own.people == members.size > 20
    buyers, cents = logged(ledger, *ORDERS, first=FIRST, last=LAST)
    theirs = np.isin(buyers, members)
    assert own.orders == theirs.sum() > 0
    assert own.paid == cents[theirs].sum()
    assert own.ordered == np.unique(buyers[theirs]).size
    deleted, _ = logged(ledger, Event.DELETE, first=FIRST, last=LAST)
    assert own.optouts == np.isin(deleted, members).sum() > 0


def test_a_number_is_not_that_of_others() -> None:
    """Two groups that share nobody and leave out nobody make up the whole."""
    few, many = Who(orders=Range(high=2.0)), Who(orders=Range(low=2.0))
    ledger = run(world(), watches=tuple(Watch(who, FIRST, LAST) for who in (few, many, Who())))
    for name in ("people", "orders", "first_orders", "ordered", "paid", "optouts", "live"):
        one, two, both = (getattr(own, name) for own in ledger.watched)
        assert one + two == both > 0, name
    assert all(own.people for own in ledger.watched)


def test_measures_are_their_ratios() -> None:
    _, own = watched(Who())
    own = replace(own, people=10, orders=6, ordered=4, paid=9_000, optouts=1, live=300)
    expected = {
        "orders_per_customer": 0.6, "orders_per_contact_year": 365 * 6 / 300, "spend_per_customer": 900.0,
        "aov": 1500.0, "optout_rate": 1 - math.exp(-30 / 300), "optout_share": 0.1, "repurchase_rate": 0.4,
    }  # fmt: skip
    assert {name: measure_watched(own, name).value for name in WATCHED} == pytest.approx(expected)
    assert np.isnan(measure_watched(replace(own, people=0), "optout_share").value)
