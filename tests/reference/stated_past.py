"""Customers whose past is stated: what the days of the history leave them with, and who they are given all of it.

Written from `docs/law.md`, A stated past. Rates are found by the integrals of `history.py`, areas in the place of days.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import logsumexp

from sim.draws import Decision
from sim.scenario import Customers, Market, ShopHistory
from tests.reference.chance import RandomNumbers
from tests.reference.coupons import Coupon, Till
from tests.reference.history import Past, both, gap_under_way, gaps, lasts, of_seekers, quantile, quiet, since_first
from tests.reference.past_days import Motive, PastDays, days_of_all
from tests.reference.person import Person
from tests.reference.scored_history import POINTS, given_motive, motives_of, silence
from tests.reference.scored_reach import days_that_count, nearest, silences

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop


@dataclass(frozen=True)
class Stated:
    """What a history says of one person taken for one of a class.

    evidence: log of the class's share times the likelihood. stays, drifted: chances given the class and the history;
    what is left of one is gone. Areas are since entering, of ordering since the first order; that of drifting has the
    days before the history in which the person had not drifted.
    """

    name: str
    evidence: float
    days: PastDays
    stays: float
    drifted: float
    order_last: float
    order_end: float
    drift_end: float
    delete_end: float


def stated_of(market: Market, customers: Customers, row: int) -> dict[str, Stated]:
    """What the history says of one customer, by class."""
    history = customers.history
    assert history is not None
    before = 0.0 if customers.before is None else float(customers.before[row])
    motives = motives_of(market, history, row)
    days = days_of_all(market, history, row, motives)
    return {name: _stated(market, (days[name], before), name, motive) for name, motive in motives.items()}


def _stated(market: Market, given: tuple[PastDays, float], name: str, motive: Motive) -> Stated:
    days, before = given
    order, drift, o = market.need.order_rate, market.need.dropout_rate, market.optout.shape
    whole = given_motive(days, motive, POINTS, before)
    found = silence(
        days,
        (order.shape, order.shape / order.mean / motive.orders, market.need.regularity),
        (drift.shape, drift.shape / drift.mean + before, o if days.hidden else math.inf),
        POINTS,
    )
    here = not days.known
    return Stated(
        name,
        math.log(motive.share) + whole,
        days,
        found.stays / found.whole if here else 0.0,
        found.drifted / found.whole if here else 0.0,
        days.gaps[-1],
        sum(days.areas.order),
        before + sum(days.areas.drift),
        sum(days.areas.delete),
    )


def class_of(random: RandomNumbers, identity: int, stated: dict[str, Stated]) -> Stated:
    """The class of a customer, drawn given the history: first whether the goods suit, then the motive."""
    every = logsumexp([one.evidence for one in stated.values()])
    chance = {name: math.exp(one.evidence - every) for name, one in stated.items()}
    if random.u(identity, Decision.FIT) >= 1.0 - chance.get("unfit", 0.0):
        return stated["unfit"]
    suits = sum(each for name, each in chance.items() if name != "unfit")
    seeks = random.u(identity, Decision.MOTIVE) < chance.get("seeker", 0.0) / suits
    return stated["seeker" if seeks else "interested"]


def stated_customers(shop: Shop, customers: Customers) -> Iterator[Person]:
    """The customers who are contacts on day one, each with what the past has left."""
    history, market, random = customers.history, shop.market, shop.random
    assert history is not None
    for row, identity in enumerate(customers.identity.tolist()):
        stated = class_of(random, identity, stated_of(market, customers, row))
        u = random.u(identity, Decision.ALIVE)
        if u >= stated.stays + stated.drifted:
            continue
        person = Person(identity, "", float(stated.days.person.added - history.days), random, market)
        person.fit, person.drifted = stated.days.person.fit, u >= stated.stays
        person.spent = int(customers.spent[row])
        _with_rates(person, stated, (int(customers.list_value[row]), int(customers.spend_orders[row])))
        _with_stocks(person, stated.days, history.days)
        person.heard_on = -days_silent(person, -person.heard_on, stated.days.lift)
        person.coupon = coupon_left(history, row)
        yield person


def _with_rates(person: Person, stated: Stated, spend: tuple[int, int]) -> None:
    """Rates and thresholds, given all that the person did."""
    market, random, me = person.market, person.random, person.identity
    need, orders = market.need, stated.days.person.orders
    if stated.name == "seeker":
        market = of_seekers(market)
        person.delta *= market.people.seeker_price
        person.order_rate *= market.people.seeker_orders
    bought = orders > 0
    ran = Past(me, orders, stated.order_end, stated.order_end - stated.order_last, *spend)
    u, k = random.u(me, Decision.ORDER_RATE), need.regularity
    if bought and k == 1.0:
        rate = quantile(both(gaps(market.need.order_rate, k, orders - 1, since_first(ran)), quiet(k, ran.recency)), u)
        person.order_rate = rate * stated.days.learned
        person.order_left = person.order_threshold(orders + 1)
    elif bought:
        gap = gap_under_way(market, ran, random.u(me, Decision.RESIDUAL))
        rate = quantile(gaps(market.need.order_rate, k, orders, since_first(ran) + gap), u)
        person.order_rate = rate * stated.days.learned
        person.order_left = rate * (gap - ran.recency)
    run = stated.drift_end if bought else 0.0
    person.drift_rate = quantile(lasts(need.dropout_rate, run), random.u(me, Decision.DRIFT_RATE))
    v = market.spend.mean * (market.spend.q - 1.0) / market.spend.p + spend[0]
    person.spend_rate = random.gamma(market.spend.q + market.spend.p * spend[1], me, Decision.SPEND_LEVEL) / v
    person.deletion_left = person.patience(Decision.DELETION, 0, stated.delete_end)


def _with_stocks(person: Person, days: PastDays, length: int) -> None:
    """Stocks, days and counts as the class has them; day `length` of the history is day one."""
    past = days.person
    person.attention, person.fatigue, person.trust, person.news = past.attention, past.fatigue, past.trust, past.news
    person.remembered, person.expected, person.hoped = past.remembered, past.expected, past.hoped
    if not person.drifted:
        person.debt, person.waiting = past.debt, past.waiting
    person.campaign_days = [day - length for day in past.campaign_days]
    if past.announced is not None:
        person.announced = past.announced[0] - length, past.announced[1]
    person.orders, person.touches, person.heard_on = past.orders, past.touches, past.heard_on - length
    if past.last_touch_on is not None:
        person.last_touch_on = past.last_touch_on - length
    if not math.isinf(days.last_complaint):
        person.last_complaint_at = days.last_complaint - length
    if past.first_order_on is not None:
        person.first_order_at, person.last_order_at = past.first_order_on - length, past.last_order_at - length


def days_silent(person: Person, since: int, lift: float) -> int:
    """How many days before day one a person was last heard of, `since` days after the last order or adding."""
    engagement = person.market.engagement
    if engagement.rate == 0.0:
        return since
    lift *= engagement.drifted if person.drifted else 1.0
    chances = silences(engagement, nearest(lift), days_that_count(engagement, since))
    u, reached = person.random.u(person.identity, Decision.INTERACTION), 0.0
    for days in range(1, max(chances)):
        reached += chances[days]
        if u < reached:
            return days
    return since


def coupon_left(history: ShopHistory, row: int) -> Coupon | None:
    """The coupon that a customer held on the last day and has not used, if it is not over."""
    held = 0 if history.offer is None else int(history.offer[-1, row])
    if held == 0 or used_one(history, row, history.days - 1):
        return None
    past = history.offers[held - 1]
    if not past.coupon or past.first + past.days <= history.days:
        return None
    return Coupon(past.offer, Till(None), past.first - history.days)


def used_one(history: ShopHistory, row: int, day: int) -> bool:
    """Whether an order of that day used a coupon: one with a saving, where that is not known."""
    for place in range(history.begin[row], history.begin[row + 1]):
        if history.order_day[place] == day:
            known = -1 if history.used is None else int(history.used[place])
            return history.saving[place] > 0.0 if known < 0 else known == 1
    return False


def table_of(past: Sequence[Stated], length: int) -> dict[str, list[float]]:
    """Stocks, days and counts of people on day one, by the names of the engine's columns; days count from day one."""

    def on(day: float | None) -> float:
        return -1e9 if day is None or math.isinf(day) else day - length

    people = [one.days.person for one in past]
    found = {name: [float(getattr(one, name)) for one in people] for name in STOCKS}
    begun = [one.campaign_days for one in people]
    return found | {
        "habit": [one.remembered for one in people],
        "announced": [one.announced[1] if one.announced else 0.0 for one in people],
        "announced_day": [on(one.announced[0] if one.announced else None) for one in people],
        "campaign_day": [on(days[-1] if days else None) for days in begun],
        "campaign_gap": [float(days[-1] - days[-2]) if len(days) > 1 else 0.0 for days in begun],
        "added": [on(one.added) for one in people],
        "first_order": [on(one.first_order_on) for one in people],
        "second_order": [on(one.second_order_on) for one in people],
        "last_order": [on(one.last_order_at) for one in people],
        "last_heard": [on(one.heard_on) for one in people],
        "last_touch": [on(one.last_touch_on) for one in people],
        "last_complaint": [one.days.last_complaint - length for one in past],
    }


STOCKS = ("attention", "fatigue", "trust", "news", "debt", "waiting", "expected", "hoped", "touches", "orders")
