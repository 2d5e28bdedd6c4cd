"""Customers with a stated history go on as they would have gone on: a run under campaigns, cut in two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim import run
from sim.engine import advance, open_run
from sim.past import own_customers
from sim.past.past_state import REAL_STOCKS, PastState, past_state
from sim.people.customer_columns import COLUMNS
from sim.people.first_people import first_people, forget_people
from sim.scenario import Customers, Offer, PastOffer
from sim.shard import PeoplePart, Shard
from sim.shards.shard_process import own_part
from sim.stages import Event, Stage
from sim.state.first_morning import RunOptions, day_one_people
from sim.threads import Threads
from tests.sim.stated_world import STOCKS, CutWorld, cut_world

CUT, DAYS = 300, 390
BEGUN = 2
"""Runs that begin at the cut."""
FAR = 4.5
SPREAD = 1.5
"""Variance of a count of orders or leavers over a Poisson count's, at most."""


@cache
def world(k: float, known: bool = True) -> CutWorld:
    """`known`: whether deletions are."""
    return cut_world({"market.need.regularity": k}, known, CUT, DAYS, seed=4)


@cache
def begun(k: float, known: bool = True) -> dict[str, float]:
    """Means over the runs that begin at the cut."""
    return means(world(k, known), world(k, known).customers)


def means(at: CutWorld, customers: Customers) -> dict[str, float]:
    forget_people()
    found: list[dict[str, float]] = []
    for replication in range(1, BEGUN + 1):
        opened = open_run(at.begun(customers), 0, replication)
        column = opened.state.population.column
        one = {stage.name: float((column("stage") == stage).sum()) for stage in list(Stage)[:4]}
        here = column("stage") < Stage.DRIFTED
        one |= {stock: float(column(stock)[here].mean()) for stock in STOCKS}
        opened.state.threads.close()
        ledger = run(at.begun(customers), 0, replication, events=True, threads=1)
        assert ledger.events is not None
        one["orders"] = float(np.isin(ledger.events["kind"], [Event.FIRST_ORDER, Event.ORDER]).sum())
        one["left"] = float((ledger.events["kind"] == Event.DELETE).sum())
        found.append(one)
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def count_of(at: CutWorld, name: str) -> float:
    if name in ("orders", "left"):
        return float(at.went_on.sum()) if name == "orders" else float(at.left)
    return float((at.stages == Stage[name]).sum())


def away(at: CutWorld, found: dict[str, float], name: str) -> float:
    """How many standard errors a count lies from that of the run that went on."""
    truth = count_of(at, name)
    return abs(found[name] - truth) / np.sqrt(SPREAD * truth * (1.0 + 1.0 / BEGUN))


COUNTS = ("LEAD", "FIRST_BUYER", "REPEATER", "DRIFTED", "orders", "left")


SLOW = [
    pytest.param(1.0, True),
    *(pytest.param(*each, marks=pytest.mark.slow) for each in ((2.0, True), (1.0, False), (2.0, False))),
]


@pytest.mark.parametrize(("k", "known"), SLOW)
def test_a_stated_past_goes_on(k: float, known: bool) -> None:
    """Who is what, and 90 days' orders and leavers of 4,800 people, each within 4.5 standard errors."""
    found = begun(k, known)
    assert {
        name: away(world(k, known), found, name) for name in COUNTS if away(world(k, known), found, name) > FAR
    } == {}


@pytest.mark.parametrize("k", [1.0, pytest.param(2.0, marks=pytest.mark.slow)])
def test_stocks_are_what_they_were(k: float) -> None:
    """The means over contacts who have not drifted, to 3 %: who these are is drawn."""
    at, here = world(k), world(k).stages < Stage.DRIFTED
    for stock in STOCKS:
        assert begun(k)[stock] == pytest.approx(float(at.stocks[stock][here].mean()), rel=0.03), stock


def without_stocks(*given: Any) -> PastState:
    past = past_state(*given)
    return replace(past, columns={n: 0.0 * v if n in REAL_STOCKS else v for n, v in past.columns.items()})


def nobody_drifted(*given: Any) -> PastState:
    past = past_state(*given)
    return replace(past, stays=past.stays + past.drifted, drifted=0.0 * past.drifted)


def leaving_like_newcomers(*given: Any) -> PastState:
    past = past_state(*given)
    return replace(past, delete_end=0.0 * past.delete_end)


TWINS: dict[str, tuple[Callable[..., PastState], str]] = {
    "without stocks": (without_stocks, "orders"),
    "nobody has drifted": (nobody_drifted, "orders"),
    "who has stayed leaves like a newcomer": (leaving_like_newcomers, "left"),
}


@pytest.mark.parametrize(
    "wrong", [name if name == "without stocks" else pytest.param(name, marks=pytest.mark.slow) for name in TWINS]
)
def test_a_past_that_is_forgotten_is_noticed(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given, name = TWINS[wrong]
    monkeypatch.setattr(own_customers, "past_state", given)
    assert away(world(1.0), means(world(1.0), world(1.0).customers), name) > FAR
    forget_people()


@pytest.mark.slow
def test_days_alone_do_not_make_a_past() -> None:
    """The twin: the same customers without their history, as calibration without a stated one leaves them."""
    at = world(1.0)
    bought = replace(at.customers, history=None).of(at.customers.orders > 0)
    assert away(at, means(at, bought), "orders") > FAR


def test_threads_change_no_bit() -> None:
    shop, people = world(1.0).begun(), []
    for count in (1, 3):
        forget_people()
        threads = Threads(count)
        people.append(first_people(day_one_people(shop, 0, 7, RunOptions()), 1, threads).people)
        threads.close()
    size = people[0].identity.size
    for name, one in people[0]._asdict().items():
        assert np.array_equal(one, getattr(people[1], name)[..., :size], equal_nan=one.dtype.kind == "f"), name


def test_parts_of_the_people_are_the_same_people() -> None:
    """What a shard makes of its own customers, to the bit."""
    shop = world(1.0).begun()
    threads = Threads(1)
    whole = first_people(day_one_people(shop, 0, 7, RunOptions()), 1, threads)
    rows = 0
    for number in range(2):
        part = PeoplePart(number, 2)
        own = day_one_people(own_part(shop, part), 0, 7, RunOptions(shard=Shard(part)))
        some = first_people(own, 1, threads)
        among = np.flatnonzero(part.holds(whole.column("identity")))
        rows += some.size
        for name in COLUMNS:
            assert np.array_equal(some.column(name), whole.column(name)[among]), name
    assert rows == whole.size > 0
    threads.close()


def test_people_of_another_history_are_others() -> None:
    """Kept people are compared by value with all that they follow from, the history and the whole market too."""
    at = world(1.0)
    given, again = (day_one_people(at.begun(), 0, 1, RunOptions()) for _ in range(2))
    assert given.same(again.to_keep())
    history = at.customers.history
    assert history is not None
    later = replace(history, saving=np.where(np.arange(history.saving.size) == 5, 0.5, history.saving))
    other = at.begun(replace(at.customers, history=later))
    assert not given.same(day_one_people(other, 0, 1, RunOptions()))
    louder = replace(at.shop.market, attention=replace(at.shop.market.attention, max_lift=0.1))
    assert not given.same(day_one_people(replace(at.begun(), market=louder), 0, 1, RunOptions()))


def test_a_coupon_from_before_day_one_holds_until_it_is_over() -> None:
    """Sixty hold a coupon of ten days given six days before the cut; every second one has used it on the last day."""
    at = world(1.0)
    history = at.customers.history
    assert history is not None
    assert history.offer is not None
    bought = np.diff(history.begin) > 0
    who = np.flatnonzero(bought & (history.deleted == CUT) & (at.stages < Stage.DRIFTED))[:60]
    offer, days, saving = history.offer.copy(), history.order_day.copy(), history.saving.copy()
    offer[CUT - 1, who] = len(history.offers) + 1
    used = history.begin[who[::2] + 1] - 1
    days[used], saving[used] = CUT - 1, 0.3
    coupon = PastOffer("outreach.back", Offer("percent", depth=0.3, valid=10.0), CUT - 6, 10, coupon=True)
    past = replace(history, offer=offer, order_day=days, saving=saving, offers=(*history.offers, coupon))
    opened = open_run(at.begun(replace(at.customers, history=past)), 0, 1)
    held = []
    for day in range(5):
        advance(opened, day + 1)
        column = opened.state.population.column
        rows = np.searchsorted(column("identity"), at.people[who])
        held.append((column("coupon")[rows] > 0) & (column("offer")[rows] > 0))
    opened.state.threads.close()
    assert not held[3][::2].any(), "used"
    assert held[3][1::2].mean() > 0.7, "until day 3, but for those who order under it or leave"
    assert not held[4].any()
