"""The shop that customers and programmes meet in, and `tell`, which lets its days pass."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import simpy

from sim.draws import Decision, identities
from sim.scenario import TICKET_KINDS, Scenario, TicketKind, Who
from sim.stages import Event
from tests.reference import firm
from tests.reference.chance import Z95, Luck
from tests.reference.desk import Desk, Ticket, rank
from tests.reference.offers import at_basket
from tests.reference.person import Letter, Person, live

Process = Generator[simpy.Event, Any, None]


class Told(NamedTuple):
    """One event: who, what, on which day, at which instant (days since the start), and how many cents."""

    person: int
    kind: Event
    day: int
    instant: float
    cents: int


def tell(scenario: Scenario, draw: int = 0, replication: int = 0) -> list[Told]:
    """Every event of a run, in order of instants.

    People come from `start_with` and from acquisition. Raises ValueError for a scenario that starts from real
    customers, whose hidden rates this telling does not draw.
    """
    if scenario.customers is not None:
        raise ValueError("the reference telling starts from `start_with` people, not from real customers")
    shop = Shop(scenario, Luck(scenario.run.seed, draw, replication))
    shop.env.run(until=scenario.run.days)
    return sorted(shop.told, key=lambda event: (event.instant, event.person, event.kind))


class Shop:
    """The world of one run: its people, its desk, its calendar, and what is told of it."""

    def __init__(self, scenario: Scenario, luck: Luck) -> None:
        self.market, self.strategy, self.luck = scenario.market, scenario.strategy, luck
        self.start = scenario.run.start
        self.env = simpy.Environment()
        self.today = 0
        self.morning, self.day_begins = self.env.event(), self.env.event()
        self.people: list[Person] = []
        self.gaps: list[int] = []
        self.told: list[Told] = []
        self.desk = Desk(self.env, self.strategy.service, self.until)
        for identity in identities("start", 0, np.arange(self.market.start_with)):
            self._welcome(Person(int(identity), "", 0.0, luck, self.market)).begin_as_buyer(0.0)
        for name, message in self.strategy.outreach.items():
            self.env.process(firm.outreach(self, name, message))
        for name, plan in self.strategy.campaigns.items():
            self.env.process(firm.campaign(self, name, plan))
        for name in self.strategy.acquisition:
            self.env.process(firm.acquisition(self, name))
        self.env.process(self._calendar())

    def _calendar(self) -> Process:
        while True:
            yield self.env.timeout(0.0)
            waiting, self.morning = self.morning, self.env.event()
            waiting.succeed(self.today)
            yield self.env.timeout(0.0)
            waiting, self.day_begins = self.day_begins, self.env.event()
            waiting.succeed()
            yield self.until(self.today + 1)
            self.today += 1

    def until(self, instant: float) -> simpy.Event:
        """A timeout that ends at exactly this instant, or at once if it has passed."""
        now = self.env.now
        delay = max(instant - now, 0.0)
        while now + delay < instant:
            delay = math.nextafter(delay, math.inf)
        while delay > 0.0 and now + delay > instant:
            delay = math.nextafter(delay, -math.inf)
        return self.env.timeout(delay)

    def record(self, person: Person, kind: Event, instant: float, cents: int = 0) -> None:
        self.told.append(Told(person.identity, kind, math.floor(instant), instant, cents))

    # --- people ---

    def add(self, identity: int, source: str, instant: float) -> None:
        person = Person(identity, source, instant, self.luck, self.market)
        self._welcome(person)
        self.record(person, Event.ADDED, instant)

    def _welcome(self, person: Person) -> Person:
        self.people.append(person)
        self.env.process(live(self, person))
        return person

    def contacts(self, who: Who) -> list[Person]:
        """Those who match, as known this morning."""
        return [p for p in self.people if p.out_at > self.today and firm.matches(who, p, self.today)]

    def season(self, day: int) -> float:
        need = self.market.need
        weekday = need.season.weekday[(self.start.weekday() + day) % 7]
        z = self.luck.normal(0, Decision.WEEK_SHOCK, day // 7)
        return weekday * math.exp(need.week_shock * z - need.week_shock**2 / 2.0)

    # --- messages and orders ---

    def deliver_message(self, person: Person, letter: Letter, instant: float) -> None:
        person.touches += 1
        person.last_touch_at = person.last_of_programme[letter.programme] = instant
        if letter.content == "care":
            person.news += self.market.trust.care
        asks = self.luck.u(person.identity, Decision.QUESTION_TOUCH, person.touches)
        if asks < self.market.service.questions_per_touch:
            self._ask(person, "pre_sale", person.touches, instant)

    def checkout(self, person: Person, offer: tuple[float, str, firm.Sale] | None, instant: float) -> None:
        if person.orders == 0:
            person.first_order_at = instant
        elif person.gap_seen_on != self.today:
            self.gaps.append(self.today - math.floor(person.last_order_at))
        person.gap_seen_on = self.today
        person.orders += 1
        person.last_order_at = instant
        number = person.orders
        paid = self._pay(person, offer)
        person.spent += paid
        self.record(person, Event.FIRST_ORDER if number == 1 else Event.ORDER, instant, paid)
        self.env.process(self._deliver(person, number, paid, instant))
        asks = self.luck.u(person.identity, Decision.QUESTION_ORDER, number)
        if asks < self.market.service.questions_per_order:
            self._ask(person, "after_sale", number, instant)

    def _pay(self, person: Person, offer: tuple[float, str, firm.Sale] | None) -> int:
        value = max(1, math.floor(person.basket(person.orders) + 0.5))
        if offer is None:
            return value
        sale = offer[2]
        stretch = self.luck.u(person.identity, Decision.STRETCH, person.orders)
        prize = self.luck.u(person.identity, Decision.PRIZE, person.orders)
        listed, discount = at_basket(sale.plan.offer, self.market, value, stretch, prize)
        return listed - discount if sale.grants(discount) else value

    # --- parcels ---

    def _deliver(self, person: Person, number: int, paid: int, ordered: float) -> Process:
        days, late = self._transit(person, number), 0.0
        arrival = ordered + days
        yield self.until(arrival)
        self.record(person, Event.PARCEL, arrival)
        if person.out_by_end_of(math.floor(arrival)):
            return
        trust, service = self.market.trust, self.market.service
        carrier, promise = self.strategy.delivery.carrier, self.strategy.delivery.promise
        if carrier is not None and promise is not None:
            late = max(days - promise, 0.0)
            person.news += trust.delivery if late == 0.0 else -trust.loss_factor * trust.delivery * late
        area = -math.log1p(-service.problems_per_order) - late * math.log1p(-service.problems_per_late_day)
        if person.problem_left < area:
            person.problems += 1
            person.problem_left = person.problem_threshold()
            self._complain(person, number, paid, arrival)
        else:
            person.problem_left -= area

    def _transit(self, person: Person, number: int) -> float:
        if self.strategy.delivery.carrier is None:
            return 0.0
        days = self.market.carriers[self.strategy.delivery.carrier].days
        z = self.luck.normal(person.identity, Decision.PARCEL, number)
        end = days.p5 if z < 0.0 else days.p95
        return float(days.median * (end / days.median) ** (abs(z) / Z95))

    # --- tickets ---

    def _ask(self, person: Person, kind: TicketKind, number: int, instant: float) -> None:
        if person.drifted or person.out_by_end_of(math.floor(instant)):
            return
        self.record(person, Event.QUESTION, instant)
        goal = self.strategy.service.goals.reply

        def answered(start: float) -> None:
            if not person.out_by_end_of(math.floor(start)):
                person.news += self._news_of_reply(start - instant)

        self.desk.open(self._ticket(person, kind, number, instant, goal, answered, lambda _: None))

    def _news_of_reply(self, wait: float) -> float:
        trust, goal = self.market.trust, self.strategy.service.goals.reply
        good = 1.0 / (1.0 + wait / self.market.service.reply_half)
        news = trust.reply * (good - trust.loss_factor * (1.0 - good))
        return news + _kept(wait, goal) * trust.reply * (1.0 if _kept(wait, goal) > 0 else trust.loss_factor)

    def _complain(self, person: Person, number: int, paid: int, instant: float) -> None:
        self.record(person, Event.COMPLAINT, instant)
        goal = self.strategy.service.goals.complaint

        def finished(done: float) -> None:
            self._settle(person, number, paid, done - instant, done)

        self.desk.open(self._ticket(person, "complaint", person.problems, instant, goal, lambda _: None, finished))

    def _settle(self, person: Person, number: int, paid: int, took: float, done: float) -> None:
        """A complaint about an order is finished."""
        self.record(person, Event.RESOLVED, done)
        if person.out_by_end_of(math.floor(done)) or person.stopped:
            return
        trust, service = self.market.trust, self.market.service
        r = 1.0 / (1.0 + max(took - service.tolerance, 0.0) / service.resolve_half)
        kept = _kept(took, self.strategy.service.goals.complaint)
        person.news += trust.resolution * (r - trust.loss_factor * (1.0 - r))
        person.news += kept * trust.resolution * (1.0 if kept > 0 else trust.loss_factor)
        disputed = self.luck.u(person.identity, Decision.DISPUTE, number) < service.dispute_share
        stop = service.stop_resolved + (service.stop_unresolved - service.stop_resolved) * (1.0 - r)
        if self.luck.u(person.identity, Decision.STOP, number) < (service.dispute_stop if disputed else stop):
            person.stopped, person.out_at = True, math.floor(done) + 1
            self.record(person, Event.DISPUTE, done)
        refund = service.refund_resolved + (service.refund_unresolved - service.refund_resolved) * (1.0 - r)
        if self.luck.u(person.identity, Decision.REFUND, number) < refund and paid > 0:
            self.record(person, Event.REFUND, done, paid)

    def _ticket(
        self, person: Person, kind: TicketKind, number: int, arrival: float, goal: float | None, *on: Any
    ) -> Ticket:
        handling = Decision[f"HANDLING_{kind.upper()}"]
        mean = getattr(self.market.service.handling, kind)
        work = mean * self.luck.exponential(person.identity, handling, number)
        due = arrival + (goal or 0.0)
        key = (rank(self.strategy.service, kind), due, person.identity, TICKET_KINDS.index(kind), number)
        return Ticket(key, arrival, work, *on)


def _kept(took: float, goal: float | None) -> int:
    """1 for a kept goal, -1 for a broken one, 0 without a goal."""
    return 0 if goal is None else 1 if took <= goal else -1
