"""One customer: who they are, and the process that simulates their days."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from sim.draws import Decision, name_hash
from sim.scenario import Market, Offer
from sim.stages import Event
from tests.reference.chance import RandomNumbers
from tests.reference.coupons import Coupon, Held, Sale, Till, give, held_today
from tests.reference.hazards import Hazards, deletion_hazard, overnight, remember, todays_hazards
from tests.reference.history import Past, hidden, is_alive, of_seekers, seeks_benefits
from tests.reference.hours import hours_of
from tests.reference.messages import Letter, receive, sent_today

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop

Process = Generator[simpy.Event, Any, None]
DECIDED = 1e-12
DayEvent = tuple[float, int, Letter | Event]
"""Instant, rank among what happens at one instant, and what."""


class Person:
    """One customer's traits, clocks, stocks, and what the shop can see of them."""

    def __init__(self, identity: int, source: str, added: float, random: RandomNumbers, market: Market) -> None:
        self.identity, self.source, self.added = identity, source, added
        self.random, self.market = random, market
        self.hours = hours_of(tuple(market.need.season.hours))
        self._traits()
        self._interest()
        self.drift_left = random.exponential(identity, Decision.DRIFT)
        self.deletion_left = self.patience(Decision.DELETION, 0)
        self.first_order_left = random.exponential(identity, Decision.FIRST_ORDER)
        self.order_left = self.order_threshold(2)
        self.channel_left: dict[str, float] = {}
        self.problems = self.interactions = self.open_complaints = 0
        self.problem_left, self.interaction_left = self.problem_threshold(), self.interaction_threshold()
        self.attention = self.fatigue = self.trust = self.news = self.debt = self.waiting = self.remembered = 0.0
        self.drifted = self.stopped = False
        self.asked = self.asked_basket = 0
        self.last_complaint_at: float | None = None
        self.opportunity, self.lateness = 1.0, 0.0
        self.decided: float | None = None
        self.out_at = math.inf
        self.orders = self.spent = self.touches = 0
        self.first_order_at = self.last_order_at = math.inf
        self.last_touch_on = -math.inf
        self.heard_on = math.floor(added)
        self.gap_seen_on: int | None = None
        self._at_hand()

    def _at_hand(self) -> None:
        """What the firm's programmes have given or sent, or will today."""
        self.last_of_programme: dict[str, int] = {}
        self.sent: list[tuple[int, str]] = []
        self.left: set[str] = set()
        self.letters: list[Letter] = []
        self.invited: list[Sale] = []
        self.held_sale: Sale | None = None
        self.campaign_days: list[int] = []
        self.expected = self.hoped = 0.0
        self.announced: tuple[int, float] | None = None
        self.sees_through = False
        self.gifts: list[tuple[Offer, Till]] = []
        self.coupon: Coupon | None = None
        self.discounts_today: list[float] = []
        self.turned_away = False
        self.last_plan: Plan | None = None

    def _traits(self) -> None:
        random, market, me = self.random, self.market, self.identity
        need, spend, people = market.need, market.spend, market.people
        orders, dropout = need.order_rate, need.dropout_rate
        self.order_rate = random.gamma(orders.shape, me, Decision.ORDER_RATE) * orders.mean / orders.shape
        self.drift_rate = random.gamma(dropout.shape, me, Decision.DRIFT_RATE) * dropout.mean / dropout.shape
        v = spend.mean * (spend.q - 1.0) / spend.p
        self.spend_rate = random.gamma(spend.q, me, Decision.SPEND_LEVEL) / v
        self.kappa = self._response(people.contact_response, Decision.CONTACT_RESPONSE)
        self.delta = self._response(people.price_sensitivity, Decision.PRICE_SENSITIVITY)
        self.sigma = self._response(people.service_sensitivity, Decision.SERVICE_SENSITIVITY)
        self.fit = random.u(me, Decision.FIT) < people.fit
        if self.source and random.u(me, Decision.MOTIVE) < people.benefit_seekers:
            self.order_rate *= people.seeker_orders
            self.delta *= people.seeker_price

    def _response(self, spread: float, decision: Decision) -> float:
        return math.exp(spread * self.random.normal(self.identity, decision) - spread**2 / 2.0)

    def _interest(self) -> None:
        """What the person likes, and what the shop believes that the person likes; None for nothing."""
        shares = self.market.people.interests
        names: list[str | None] = [None, *sorted(shares)]
        u, cumulated = self.random.u(self.identity, Decision.INTEREST), 0.0
        self.interest: str | None = None
        for name in sorted(shares):
            if cumulated <= u < cumulated + shares[name]:
                self.interest = name
            cumulated += shares[name]
        self.tag = self.interest
        if self.random.u(self.identity, Decision.TAG) >= self.market.people.tag_accuracy and shares:
            others = [name for name in names if name != self.interest]
            self.tag = others[math.floor(len(others) * self.random.u(self.identity, Decision.OTHER_TAG))]

    @property
    def about_to_buy(self) -> bool:
        """Whether a purchase is decided and has not been made."""
        return (self.order_left if self.orders else self.first_order_left) == DECIDED

    def order_threshold(self, number: int) -> float:
        k = self.market.need.regularity
        return self.random.gamma(k, self.identity, Decision.ORDER, number) / k

    def patience(self, decision: Decision, ordinal: int, borne: float = 0.0) -> float:
        """What a person takes before leaving: exponential, with a readiness that is Gamma distributed over people.

        Of those who have `borne` an area and stayed, the less ready are more, and take that much more.
        """
        shape = self.market.optout.shape
        return (shape + borne) * math.expm1(-math.log1p(-self.random.u(self.identity, decision, ordinal)) / shape)

    def problem_threshold(self) -> float:
        return self.random.exponential(self.identity, Decision.PROBLEM, self.problems + 1)

    def interaction_threshold(self) -> float:
        return self.random.exponential(self.identity, Decision.INTERACTION, self.interactions + 1)

    def basket(self, number: int) -> float:
        return self.random.gamma(self.market.spend.p, self.identity, Decision.BASKET, number) / self.spend_rate

    def felt_trust(self) -> float:
        return self.trust / (1.0 + abs(self.trust))

    def tires_of(self, channel: str, area: float) -> bool:
        """Run down the clock of a channel that closes itself; whether the person closes it."""
        if channel not in self.channel_left:
            ordinal = name_hash(channel) % 2**32
            self.channel_left[channel] = self.patience(Decision.MUTE, ordinal)
        self.channel_left[channel] -= area
        if self.channel_left[channel] <= 0.0:
            self.left.add(channel)
        return channel in self.left

    def out_by_end_of(self, day: int) -> bool:
        return self.out_at < day + 1

    def begin_as_buyer(self, instant: float) -> None:
        self.fit = True
        self.orders, self.first_order_at, self.last_order_at = 1, instant, instant

    def begin_as_customer(self, past: Past) -> None:
        """The shop's own: what they have done, and what they are given that."""
        self.fit = True
        self.orders, self.spent = past.orders, past.spent
        self.first_order_at, self.last_order_at = -past.age, -past.recency
        self.heard_on = math.floor(self.last_order_at)
        market = self.market
        if seeks_benefits(self.random, market, past):
            market = of_seekers(market)
            self.delta *= market.people.seeker_price
        self.drifted = not is_alive(self.random, market, past)
        if self.drifted:
            return
        known = hidden(self.random, market, past)
        self.order_rate, self.drift_rate, self.spend_rate = known.order_rate, known.drift_rate, known.spend_rate
        self.order_left = self.order_threshold(past.orders + 1) if known.order_left is None else known.order_left


# --- a day -----------------------------------------------------------------------------------------


def live(shop: Shop, person: Person) -> Process:
    """The life of one contact, from the next midnight on."""
    while True:
        yield shop.day_begins
        if person.out_at <= shop.today:
            return
        yield from live_day(shop, person, shop.today)


def live_day(shop: Shop, person: Person, day: int) -> Process:
    if person.last_plan is not None:
        settle(shop, person, person.last_plan)
    if person.decided is not None:
        if person.orders == 0:
            person.first_order_left = person.decided
        else:
            person.order_left = person.decided
        person.decided = None
    person.problem_left, person.opportunity = person.problem_left * person.opportunity, 1.0
    for offer, till in person.gifts:
        give(person, offer, till, day)
    person.gifts = []
    overnight(person)
    post = receive(person, day, sent_today(shop, person, day), deletion_hazard(shop, person, day))
    if post.deleted is not None:
        person.out_at = post.deleted
    held = held_today(shop, person, day)
    hazards = todays_hazards(shop, person, day, held)
    plan: list[DayEvent] = [(day + letter.at, 0, letter) for letter in post.delivered]
    plan += [(instant, 1, Event.MUTE) for instant in post.muted]
    plan += [] if post.deleted is None else [(post.deleted, 2, Event.DELETE)]
    plan += drift(person, day, hazards)
    today = purchases(person, day, hazards, held, plan)
    person.last_plan, pending = today, sorted(plan + today.orders, key=lambda event: event[:2])
    while pending:
        instant, _, what = pending[0]
        if instant > shop.env.now:
            yield shop.until(instant)
        if what in (Event.ORDER, Event.FIRST_ORDER) and not today.settled and today.ends(shop) < instant:
            others = [event for event in pending if event not in today.orders]
            pending = sorted(others + again(shop, person, today), key=lambda event: event[:2])
            continue
        if what in (Event.ORDER, Event.FIRST_ORDER) and asks_first(shop, person, instant):
            pending = [event for event in pending if event[2] not in (Event.ORDER, Event.FIRST_ORDER)]
            continue
        happen(shop, person, held, what, instant)
        pending = pending[1:]
    if not person.out_by_end_of(day):
        evening(person, day, held, hazards)


def asks_first(shop: Shop, person: Person, instant: float) -> bool:
    """Whether the desk is asked before a purchase; then the clock stands still until that is decided."""
    number, service = person.orders + 1, shop.market.service
    if not shop.strategy.service.staff or person.drifted or person.out_by_end_of(shop.today):
        return False
    if person.asked == number or not person.random.u(person.identity, Decision.QUESTION_PURCHASE, number) < (
        service.questions_per_purchase
    ):
        return False
    person.asked, person.turned_away = number, True
    if person.orders == 0:
        person.first_order_left = math.inf
    else:
        person.order_left = math.inf
    shop.ask_about(person, number, instant)
    return True


def happen(shop: Shop, person: Person, held: Held, what: Letter | Event, instant: float) -> None:
    if isinstance(what, Letter):
        shop.deliver_message(person, what, instant)
    elif what in (Event.ORDER, Event.FIRST_ORDER):
        shop.checkout(person, held, instant)
    else:
        shop.record(person, what, instant)


def evening(person: Person, day: int, held: Held, hazards: Hazards) -> None:
    """The discounts of the day are remembered; whoever did not order may be heard of otherwise."""
    remember(person, held)
    ordered, person.discounts_today = bool(person.discounts_today) or person.turned_away, []
    person.turned_away = False
    if ordered or person.market.engagement.rate == 0.0:
        return
    area = hazards.interaction * (person.market.engagement.drifted if person.drifted else 1.0)
    if person.interaction_left > area:
        person.interaction_left -= area
        return
    person.interactions += 1
    person.interaction_left = person.interaction_threshold()
    person.heard_on = day


def drift(person: Person, day: int, hazards: Hazards) -> list[DayEvent]:
    """The end of need, if it comes today before the person deletes."""
    if person.orders == 0 or person.drifted:
        return []
    area = hazards.drift * person.hours.area(0.0, min(person.out_at, day + 1) - day)
    if person.drift_left > area:
        person.drift_left -= area
        return []
    person.drifted = True
    return [(day + person.hours.after(0.0, person.drift_left / hazards.drift), 1, Event.DRIFT)]


@dataclass
class Plan:
    """The orders that a day has in store, and what they become where the offer ends within it."""

    day: int
    end: float
    held: Held
    rate: float
    plain: float
    borrowed: float
    buyer: bool
    orders: list[DayEvent]
    settled: bool = False

    def ends(self, shop: Shop) -> float:
        """When the offer ends: an instant of this day, or never."""
        instant = self.held.ends(shop.purse(self.day))
        return instant if instant < self.end else math.inf


def purchases(person: Person, day: int, hazards: Hazards, held: Held, departing: list[DayEvent]) -> Plan:
    """Today's orders until the person departs; the order clock runs down and the debts of need move."""
    drifts = [instant for instant, _, what in departing if what == Event.DRIFT]
    if person.drifted and not drifts:
        return Plan(day, day, held, 0.0, 0.0, 0.0, True, [], settled=True)
    end = min([day + 1.0, person.out_at, *drifts])
    if person.orders == 0:
        orders = first_order(person, day, hazards.first_order, (day, end))
        return Plan(day, end, held, hazards.first_order, hazards.plain_first_order, 0.0, False, orders)
    part = person.hours.area(0.0, end - day)
    person.debt += part * hazards.debt
    person.waiting += part * hazards.waiting
    if hazards.expecting is not None:
        person.hoped = hazards.expecting
    orders = run_clock(person, day, hazards.order, (day, end))
    return Plan(day, end, held, hazards.order, hazards.plain_order, hazards.borrowed, True, orders)


def run_clock(person: Person, day: int, rate: float, span: tuple[float, float]) -> list[DayEvent]:
    """Orders of a buyer between two instants of a day."""
    events: list[DayEvent] = []
    number, now, end = person.orders, span[0] - day, span[1] - day
    while person.order_left < rate * person.hours.area(now, end):
        now = person.hours.after(now, person.order_left / rate)
        number += 1
        events.append((day + now, 1, Event.ORDER))
        person.order_left = person.order_threshold(number + 1)
    person.order_left -= rate * person.hours.area(now, end)
    return events


def again(shop: Shop, person: Person, plan: Plan) -> list[DayEvent]:
    """The orders that are left of a day whose offer has ended, for somebody who was still to order."""
    ended, plan.settled = plan.ends(shop), True
    due = min(instant for instant, _, _ in plan.orders if instant > ended)
    to_run, rest = (
        area_between(person, plan.day, ended, due) * plan.rate,
        area_between(person, plan.day, ended, plan.end),
    )
    if plan.buyer:
        person.debt -= plan.borrowed * rest
        person.order_left = to_run
        orders = run_clock(person, plan.day, plan.plain, (ended, plan.end))
    else:
        person.first_order_left = to_run
        orders = first_order(person, plan.day, plan.plain, (ended, plan.end))
    person.turned_away = not orders
    if person.turned_away:
        person.heard_on = plan.day
    return orders


def settle(shop: Shop, person: Person, plan: Plan) -> None:
    """The morning after: whoever was not to order after the end of an offer has run the clock too far."""
    ended = plan.ends(shop)
    if plan.settled or ended >= plan.end:
        return
    rest = area_between(person, plan.day, ended, plan.end)
    if plan.buyer:
        person.order_left += (plan.rate - plan.plain) * rest
        person.debt -= plan.borrowed * rest
    elif person.orders == 0:
        person.first_order_left += (plan.rate - plan.plain) * rest


def first_order(person: Person, day: int, hazard: float, span: tuple[float, float]) -> list[DayEvent]:
    start, end = span[0] - day, span[1] - day
    area = hazard * person.hours.area(start, end)
    if person.first_order_left < area:
        return [(day + person.hours.after(start, person.first_order_left / hazard), 1, Event.FIRST_ORDER)]
    person.first_order_left -= area
    return []


def area_between(person: Person, day: int, start: float, end: float) -> float:
    """Of a day's area, what lies between two instants of it."""
    return person.hours.area(start - day, end - day)
