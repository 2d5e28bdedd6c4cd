"""One customer: who they are, and the process that lives their days."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

from sim.draws import Decision
from sim.scenario import Content, Market
from sim.stages import Event
from tests.reference.chance import Luck
from tests.reference.hazards import (
    Hazards,
    deletion_hazard,
    letter_area,
    overnight,
    take_letter,
    todays_hazards,
)

if TYPE_CHECKING:
    from tests.reference.firm import Sale
    from tests.reference.telling import Shop

Process = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, order=True)
class Letter:
    """A message that a person is sent today."""

    at: float
    programme: str
    content: Content = field(compare=False)
    channel: str = field(compare=False)


class Person:
    """One customer's traits, clocks, stocks, and what the shop can see of them."""

    def __init__(self, identity: int, source: str, added: float, luck: Luck, market: Market) -> None:
        self.identity, self.source, self.added = identity, source, added
        self.luck, self.market = luck, market
        self._traits()
        self.drift_left = luck.exponential(identity, Decision.DRIFT)
        self.deletion_left = luck.exponential(identity, Decision.DELETION)
        self.first_order_left = luck.exponential(identity, Decision.FIRST_ORDER)
        self.order_left = self.order_threshold(2)
        self.problems = 0
        self.problem_left = self.problem_threshold()
        self.attention = self.fatigue = self.trust = self.news = self.debt = 0.0
        self.drifted = self.stopped = False
        self.out_at = math.inf
        self.orders = self.spent = self.touches = 0
        self.first_order_at = self.last_order_at = math.inf
        self.last_touch_at = -math.inf
        self.gap_seen_on: int | None = None
        self.last_of_programme: dict[str, float] = {}
        self.letters: list[Letter] = []
        self.offer: tuple[float, str, Sale] | None = None

    def _traits(self) -> None:
        luck, market, me = self.luck, self.market, self.identity
        need, spend, people = market.need, market.spend, market.people
        self.order_rate = (
            luck.gamma(need.order_rate.shape, me, Decision.ORDER_RATE) * need.order_rate.mean / need.order_rate.shape
        )
        self.drift_rate = (
            luck.gamma(need.dropout_rate.shape, me, Decision.DRIFT_RATE)
            * need.dropout_rate.mean
            / need.dropout_rate.shape
        )
        v = spend.mean * (spend.q - 1.0) / spend.p
        self.spend_rate = luck.gamma(spend.q, me, Decision.SPEND_LEVEL) / v
        self.kappa = self._response(people.contact_response, Decision.CONTACT_RESPONSE)
        self.delta = self._response(people.price_sensitivity, Decision.PRICE_SENSITIVITY)
        self.sigma = self._response(people.service_sensitivity, Decision.SERVICE_SENSITIVITY)
        self.fit = luck.u(me, Decision.FIT) < people.fit

    def _response(self, spread: float, decision: Decision) -> float:
        return math.exp(spread * self.luck.normal(self.identity, decision) - spread**2 / 2.0)

    def order_threshold(self, number: int) -> float:
        k = self.market.need.regularity
        return self.luck.gamma(k, self.identity, Decision.ORDER, number) / k

    def problem_threshold(self) -> float:
        return self.luck.exponential(self.identity, Decision.PROBLEM, self.problems + 1)

    def basket(self, number: int) -> float:
        return self.luck.gamma(self.market.spend.p, self.identity, Decision.BASKET, number) / self.spend_rate

    def out_by_end_of(self, day: int) -> bool:
        return self.out_at < day + 1

    def begin_as_buyer(self, instant: float) -> None:
        self.orders, self.first_order_at, self.last_order_at = 1, instant, instant


# --- a day -----------------------------------------------------------------------------------------


def live(shop: Shop, person: Person) -> Process:
    """The life of one contact, from the next midnight on."""
    while True:
        yield shop.day_begins
        if person.out_at <= shop.today:
            return
        yield from live_day(shop, person, shop.today)


def live_day(shop: Shop, person: Person, day: int) -> Process:
    overnight(person)
    letters, person.letters = sorted(person.letters), []
    deleted = meet_letters(person, day, letters)
    if deleted is not None:
        person.out_at = deleted
    hazards = todays_hazards(shop, person, day)
    offer, person.offer = person.offer, None
    plan: list[tuple[float, int, Letter | Event]] = [(day + x.at, 0, x) for x in letters]
    plan += [] if deleted is None else [(deleted, 2, Event.DELETE)]
    plan += drift(person, day, hazards)
    plan += purchases(person, day, hazards, plan)
    for instant, _, what in sorted(plan, key=lambda happening: happening[:2]):
        if instant > shop.env.now:
            yield shop.until(instant)
        if isinstance(what, Letter):
            if instant <= person.out_at:  # the last letter may be the one at which the person deletes
                shop.deliver_message(person, what, instant)
        elif what in (Event.ORDER, Event.FIRST_ORDER):
            shop.checkout(person, offer, instant)
        else:
            shop.record(person, what, instant)


def meet_letters(person: Person, day: int, letters: list[Letter]) -> float | None:
    """Run the deletion clock through today and its letters, which go to the stocks; the deletion, if any."""
    now, hazard = 0.0, deletion_hazard(person, day)
    for letter in letters:
        if person.deletion_left <= hazard * (letter.at - now):
            return day + now + person.deletion_left / hazard
        person.deletion_left -= hazard * (letter.at - now) + letter_area(person, letter)
        now = letter.at
        take_letter(person, letter)
        if person.deletion_left <= 0.0:
            return day + now
    if person.deletion_left <= hazard * (1.0 - now):
        return day + now + person.deletion_left / hazard
    person.deletion_left -= hazard * (1.0 - now)
    return None


def drift(person: Person, day: int, hazards: Hazards) -> list[tuple[float, int, Letter | Event]]:
    """The end of need, if it comes today before the person deletes."""
    if person.orders == 0 or person.drifted:
        return []
    area = hazards.drift * (min(person.out_at, day + 1) - day)
    if person.drift_left > area:
        person.drift_left -= area
        return []
    person.drifted = True
    return [(day + person.drift_left / hazards.drift, 1, Event.DRIFT)]


def purchases(
    person: Person, day: int, hazards: Hazards, departing: list[tuple[float, int, Letter | Event]]
) -> list[tuple[float, int, Letter | Event]]:
    """Today's orders until the person departs; the order clock runs down and the debt moves."""
    drifts = [instant for instant, _, what in departing if what == Event.DRIFT]
    if person.drifted and not drifts:
        return []
    end = min([day + 1.0, person.out_at, *drifts])
    if person.orders == 0:
        return first_order(person, day, hazards.first_order, end)
    person.debt += (end - day) * hazards.debt
    happenings: list[tuple[float, int, Letter | Event]] = []
    now, number = 0.0, person.orders
    while person.order_left < hazards.order * (end - day - now):
        now += person.order_left / hazards.order
        number += 1
        happenings.append((day + now, 1, Event.ORDER))
        person.order_left = person.order_threshold(number + 1)
    person.order_left -= hazards.order * (end - day - now)
    return happenings


def first_order(person: Person, day: int, hazard: float, end: float) -> list[tuple[float, int, Letter | Event]]:
    if person.first_order_left < hazard * (end - day):
        return [(day + person.first_order_left / hazard, 1, Event.FIRST_ORDER)]
    person.first_order_left -= hazard * (end - day)
    return []
