"""What a strategy sent and offered, from known orders alone, equals what the engine had sent and offered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from sim import scenario as s
from sim.engine import advance, open_run
from sim.exposures import PastOrders, exposures
from sim.scenario.shop_history import ShopHistory
from sim.stages import OUT
from sim.units import WrongValue
from tests.worlds import RESPONSES_OFF, START, changed, scenario

DAYS = 120
Given = dict[tuple[int, int], set[tuple[object, ...]]]
"""Messages, and name and first day of the offer, by person and day."""

STRATEGY = s.Strategy(
    acquisition={"search": s.Acquisition()},
    outreach={
        "care": s.Outreach("direct", "care", every=s.Rhythm(6.5), who=s.Who(recency=s.Range(high=20.0)), at=0.8),
        "own": s.Outreach("direct", "value", every=s.Rhythm(1.5, "own_cycle"), who=s.Who(stage=("repeater",)), at=0.3),
        "rich": s.Outreach("direct", "value", every=s.Rhythm(9.0), who=s.Who(rfm=("important_value",))),
        "back": s.Outreach(
            "direct", "offer", after=s.After("order", 4), offer=s.Offer("percent", depth=0.1, valid=6.0), at=0.6
        ),
    },
    campaigns={
        "rhythm": s.Campaign(
            s.Offer("percent", depth=0.2),
            "direct",
            every=s.Rhythm(1.1, "shop_cycle"),
            lasts=4.0,
            phases=("launch", "proof", "deadline"),
            announce=2,
            budget=30_000,
        ),
        "small": s.Campaign(s.Offer("percent", depth=0.05), "direct", every=s.Rhythm(11.0), lasts=6.0, at=0.55),
    },
    welcome=s.Welcome(0.4, s.Offer("amount", off=1000, valid=7.0, first_order_only=True)),
    limits=s.Limits(touches_per_day=2, touches_per_30d=9, contact_gap=2),
    service=s.Service(unlimited=True),
)
WORLD = {
    **RESPONSES_OFF,
    "market.start_with": 0,
    "market.need.regularity": 10.0,  # two orders on a day, which a history counts as one, are rare
    "market.need.order_rate.mean": 0.08,
    "market.need.order_rate.shape": 3.0,
    "market.lead.first_order_7d": 0.6,
    "market.sources.search.exposures": 6.0,
    "market.offers.elasticity": 1.0,
    "market.offers.effort": {},
    "market.optout.background": 0.002,
    "strategy": STRATEGY,
}


def what_happened(shop: s.Scenario) -> tuple[PastOrders, Given]:
    """The orders of everybody who was added in a run, and what each was given on each day."""
    opened, given = open_run(shop), defaultdict(set)
    state, days = opened.state, shop.run.days
    deleted, orders = {}, defaultdict(lambda: [0, 0])
    for day in range(days):
        advance(opened, day + 1)
        people, results = state.population, state.results
        identity = people.column("identity").tolist()
        for touch, goes in zip(results.touches, [] if results.messages is None else results.messages.sent, strict=True):
            for row in np.flatnonzero(goes):
                given[identity[row], day].add((touch.programme, touch.hour, touch.content, touch.announces))
        for row in np.flatnonzero(people.column("offer")):
            if people.column("added")[row] < day:
                one = max(results.offers.parts(people.column("offer")[row]), key=lambda part: part.pull)
                first = people.column("coupon_from")[row] if one.coupon else day + one.days_left - lasts(shop, one.name)
                given[identity[row], day].add((one.name, int(first)))
        for order in results.orders:
            sums = orders[int(order["identity"]), day]
            sums[0] += int(order["value"])
            sums[1] += int(order["paid"])
        for row in np.flatnonzero(people.column("stage") >= OUT):
            deleted.setdefault(identity[row], day)
    state.threads.close()
    who = np.sort(state.population.column("identity"))
    added = dict(zip(identity, state.population.column("added").tolist(), strict=True))
    keys = sorted(orders)
    counts = np.bincount([np.searchsorted(who, np.uint64(k[0])) for k in keys], minlength=who.size)
    history = ShopHistory(
        start=START, days=days,
        entered=np.array([added[int(i)] + 1 for i in who], dtype=np.int32), lead=np.ones(who.size, dtype=bool),
        deleted=np.array([deleted.get(int(i), days) for i in who], dtype=np.int32), deletions_known=True,
        begin=np.append(0, np.cumsum(counts)), order_day=np.array([day for _, day in keys], dtype=np.int32),
        saving=np.array([1.0 - orders[key][1] / orders[key][0] for key in keys]), stated=False,
    )  # fmt: skip
    return PastOrders(history, who, np.array([orders[key][1] for key in keys]), savings_known=True), given


def lasts(shop: s.Scenario, name: str) -> int:
    return int(np.ceil(shop.strategy.campaigns[name].lasts))


def found(past: PastOrders, history: ShopHistory) -> Given:
    """The same of a history."""
    given: Given = defaultdict(set)
    identity = past.identity.tolist()
    assert history.sent is not None
    assert history.offer is not None
    for message, goes in zip(history.messages, history.sent, strict=True):
        for row in np.flatnonzero(goes):
            what = message.programme, message.hour, message.content, message.announces
            given[identity[row], message.day].add(what)
    for day, row in np.argwhere(history.offer):
        one = history.offers[history.offer[day, row] - 1]
        given[identity[row], int(day)].add((one.name.removeprefix("campaigns."), one.first))
    return given


def differing(past: PastOrders, one: Given, other: Given) -> set[tuple[int, int]]:
    """Persons and days with a difference, the days on which people left apart."""
    left = {int(i): int(day) for i, day in zip(past.identity, past.history.deleted, strict=True)}
    return {at for at in one.keys() | other.keys() if one.get(at) != other.get(at) and at[1] < left[at[0]]}


@pytest.fixture(scope="module")
def world() -> tuple[s.Scenario, PastOrders, Given]:
    shop = scenario(WORLD, days=DAYS)
    return shop, *what_happened(shop)


def test_the_same_is_sent_and_offered(world: tuple[s.Scenario, PastOrders, Given]) -> None:
    shop, past, given = world
    history = exposures(shop, past)
    assert differing(past, given, found(past, history)) == set()
    names = {what[0] for each in given.values() for what in each}
    assert names >= {
        "outreach.care", "outreach.own", "outreach.rich", "outreach.back", "campaigns.rhythm", "rhythm", "small",
        "welcome",
    }  # fmt: skip
    assert sum(map(len, given.values())) > 3000
    assert history.stated
    assert history.welcome_push == 0.4
    assert history.order_day is past.history.order_day


def test_an_order_on_another_day_would_be_seen(world: tuple[s.Scenario, PastOrders, Given]) -> None:
    shop, past, given = world
    day = past.history.order_day.copy()
    day[day.size // 2] -= 1
    other = replace(past, history=replace(past.history, order_day=day))
    assert differing(past, given, found(past, exposures(shop, other)))


def test_who_is_known_from_orders_comes_in_with_the_first(world: tuple[s.Scenario, PastOrders, Given]) -> None:
    """Nothing is sent to a buyer before the first order, nor to anybody after a deletion that is known."""
    shop, past, _ = world
    old = past.history
    first = old.order_day[np.minimum(old.begin[:-1], old.order_day.size - 1)]
    buys = np.diff(old.begin) > 0
    some = replace(old, entered=np.where(buys, first + 1, old.days).astype(np.int32), lead=~buys)
    history = exposures(shop, replace(past, history=some))
    assert history.sent is not None
    assert history.offer is not None
    day = np.array([message.day for message in history.messages])
    late, early = np.where(history.sent.any(axis=1), day, 0), day[:, None] < some.entered
    assert late.max() == DAYS - 1
    assert not (history.sent & early).any()
    assert not (history.sent & (day[:, None] > some.deleted)).any()
    assert not (history.offer[np.arange(DAYS)[:, None] < some.entered]).any()


def test_an_order_at_full_price_uses_no_coupon(world: tuple[s.Scenario, PastOrders, Given]) -> None:
    """Where savings are known; where they are not, whoever holds one is taken to use it."""
    shop, past, _ = world
    full = replace(past, history=replace(past.history, saving=np.zeros(past.history.saving.size)))
    days = []
    for known in (True, False):
        history = exposures(shop, replace(full, savings_known=known))
        assert history.offer is not None
        coupons = 1 + np.flatnonzero([one.coupon for one in history.offers])
        days.append(int(np.isin(history.offer, coupons).sum()))
    assert days[0] > days[1] > 0


def test_the_middle_quality_stands_for_that_of_all_campaigns(world: tuple[s.Scenario, PastOrders, Given]) -> None:
    """Which were good is not known: deep ones are worth their effort and shallow ones are not, however they differ."""
    shop, past, _ = world
    plans = {
        "deep": s.Campaign(s.Offer("percent", depth=0.2), "direct", every=s.Rhythm(10.0), lasts=3.0),
        "shallow": s.Campaign(s.Offer("percent", depth=0.05), "direct", every=s.Rhythm(7.0), lasts=2.0),
    }
    response = {"market.offers.campaign_spread": 1.0, "market.offers.effort": {"percent": 0.1}}
    history = exposures(changed(shop, {**response, "strategy": s.Strategy(campaigns=plans)}), past)
    assert history.offer is not None
    day = np.arange(DAYS)[:, None]
    there = (past.history.entered <= day) & (day <= past.history.deleted)
    held = (history.offer > 0)[there]
    assert (held == np.broadcast_to((day >= 10) & (day % 10 < 3), there.shape)[there]).all()
    assert {one.name for one in history.offers} == {"campaigns.deep"}


def test_what_a_strategy_does_not_say_is_refused(world: tuple[s.Scenario, PastOrders, Given]) -> None:
    shop, past, _ = world
    with pytest.raises(WrongValue) as caught:
        exposures(scenario({**WORLD, "strategy.campaigns.small.holdout": 0.1}), past)
    assert caught.value.place == "strategy.campaigns.small.holdout"
    with pytest.raises(WrongValue) as caught:
        exposures(shop.with_programme("mine", lambda view, memory: None), past)
    assert "mine" in caught.value.got
