"""One run of the reference: the shop, its customers and programmes, and the events that come out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Generator
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import simpy

from sim.draws import Decision, identities
from sim.scenario import Customers, Offer, Scenario
from sim.stages import Event
from tests.reference import firm
from tests.reference.chance import RandomNumbers, cents
from tests.reference.checkout import learn, ring_up
from tests.reference.coupons import Held, Till
from tests.reference.desk import Desk
from tests.reference.history import pasts
from tests.reference.messages import WINDOW, Letter
from tests.reference.money import Sold, charge
from tests.reference.past import with_past
from tests.reference.person import Person, live
from tests.reference.rhythm import days_on
from tests.reference.service import PURCHASES_FROM, ask, deliver
from tests.reference.stated_past import stated_customers
from tests.reference.writing import write_today

Process = Generator[simpy.Event, Any, None]


class ReferenceEvent(NamedTuple):
    """One event: who, what, on which day, at which instant (days since the start), and how many cents."""

    person: int
    kind: Event
    day: int
    instant: float
    cents: int


def reference_events(scenario: Scenario, draw: int = 0, replication: int = 0) -> list[ReferenceEvent]:
    """Every event of a run, in order of instants."""
    return sorted(
        reference_shop(scenario, draw, replication).events, key=lambda event: (event.instant, event.person, event.kind)
    )


def reference_shop(scenario: Scenario, draw: int = 0, replication: int = 0) -> Shop:
    """The shop at the end of a run."""
    shop = Shop(scenario, RandomNumbers(scenario.run.seed, draw, replication))
    shop.env.run(until=scenario.run.days)
    return shop


class Shop:
    """The world of one run: its people, its desk, its calendar, and the events so far."""

    def __init__(self, scenario: Scenario, random: RandomNumbers) -> None:
        self.market, self.strategy, self.random = scenario.market, scenario.strategy, random
        self.start, self.length = scenario.run.start, scenario.run.days
        self.env = simpy.Environment()
        self.today = 0
        self.morning, self.day_begins = self.env.event(), self.env.event()
        self.people: list[Person] = []
        self.gaps: list[int] = []
        self.events: list[ReferenceEvent] = []
        self.books: Counter[tuple[str, int]] = Counter()
        self.pieces: set[tuple[int, str, str, float]] = set()
        """Day, programme, channel and hour of content that was made."""
        self.desk = Desk(self.env, scenario, self.until)
        self.goes_first: set[int] = set()
        self.escalated: set[int] = set()
        self.hooks = {name: firm.coupon_till(plan.hook) for name, plan in self.strategy.acquisition.items()}
        self.running: set[str] = set()
        self.backlog: list[tuple[Person, Letter]] = []
        self.writing: list[tuple[float, str, int]] = []
        self.seasons: dict[int, float] = {}
        self.big_days = {name: self._days_of(name) for name in self.market.need.season.dates}
        self.welcome_till = firm.coupon_till(self.strategy.welcome.offer if self.strategy.welcome else None)
        budget = self.strategy.limits.discount_budget
        self.purses: dict[int, Till] = defaultdict(lambda: Till(None if budget is None else WINDOW * budget))
        for identity in identities("start", 0, np.arange(self.market.start_with)):
            self._enter(with_past(self, int(identity)))
        self._customers(scenario.customers)
        self._programmes()

    def _customers(self, customers: Customers | None) -> None:
        """The shop's own, with a stated past or with days alone."""
        if customers is not None and customers.history is not None:
            for person in stated_customers(self, customers):
                self._enter(person)
        elif customers is not None:
            for past in pasts(customers):
                self._enter(Person(past.identity, "", -past.age, self.random, self.market)).begin_as_customer(past)

    def _programmes(self) -> None:
        for name, message in self.strategy.outreach.items():
            self.env.process(firm.outreach(self, name, message))
        for name, plan in self.strategy.campaigns.items():
            self.env.process(firm.campaign(self, name, plan))
        for name in self.strategy.acquisition:
            self.env.process(firm.acquisition(self, name))
        self.env.process(firm.look_who_goes_first(self))
        self.env.process(self._calendar())

    def _calendar(self) -> Process:
        while True:
            yield self.env.timeout(0.0)
            waiting, self.morning = self.morning, self.env.event()
            waiting.succeed(self.today)
            yield self.env.timeout(0.0)
            if self.strategy.service.staff:
                write_today(self)
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
        self.events.append(ReferenceEvent(person.identity, kind, math.floor(instant), instant, cents))

    def book(self, account: str, instant: float, cents: int) -> None:
        """Add to an account of the day of an instant, if that is in the run."""
        if instant < self.length:
            self.books[account, math.floor(instant)] += cents

    # --- the calendar and the books ---

    def calendar(self, day: int) -> float:
        """What weekday, month and big dates make of everybody's need, before the run, too."""
        need = self.market.need
        factor = need.season.weekday[(self.start.weekday() + day) % 7]
        if need.season.yearly:
            factor *= need.season.yearly[(self.start + timedelta(days=day)).month - 1]
        for name, big in need.season.dates.items():
            factor *= big.multiplier if day in self.big_days[name] else 1.0
        return factor

    def season(self, day: int) -> float:
        """The same for everybody, so it is worked out once a day."""
        if day not in self.seasons:
            self.seasons[day] = self._season(day)
        return self.seasons[day]

    def _season(self, day: int) -> float:
        need, factor = self.market.need, self.calendar(day)
        z = self.random.normal(0, Decision.WEEK_SHOCK, day // 7)
        return factor * self.level(day // 7) * math.exp(need.week_shock * z - need.week_shock**2 / 2.0)

    def level(self, week: int) -> float:
        """Each change since the first week, by what has not faded of it."""
        need = self.market.need
        left = [2.0 ** (-7.0 * (week - w) / need.level_half_life) for w in range(week + 1)]
        sds = [need.level_shift * part for part in left[1:]]
        moved = math.fsum(sd * self.random.normal(0, Decision.LEVEL, w) for w, sd in enumerate(sds, 1))
        return math.exp(need.level * left[0] + moved - math.fsum(sd**2 for sd in sds) / 2.0)

    def _days_of(self, name: str) -> set[int]:
        big = self.market.need.season.dates[name]
        return {day + i for day in days_on(self, big.on) for i in range(big.days)}

    def purse(self, day: int) -> Till:
        """What the shop may give away in discounts in these thirty days."""
        return self.purses[day // WINDOW]

    def push(self) -> float:
        return self.strategy.welcome.push if self.strategy.welcome else 0.0

    # --- people, messages, orders ---

    def add(self, person: Person, hook: Offer | None, till: Till) -> None:
        """A prospect becomes a lead, is received, and gets coupons that hold from tomorrow."""
        self._enter(person)
        self.record(person, Event.ADDED, person.added)
        if hook is not None:
            person.gifts.append((hook, till))
        welcome, lead = self.strategy.welcome, self.market.lead
        if welcome is None:
            return
        person.news += (1.0 - welcome.push) * lead.welcome_trust - welcome.push * lead.push_trust
        if welcome.offer is not None:
            person.gifts.append((welcome.offer, self.welcome_till))

    def _enter(self, person: Person) -> Person:
        self.people.append(person)
        self.env.process(live(self, person))
        return person

    def deliver_message(self, person: Person, letter: Letter, instant: float) -> None:
        channel = letter.plan.channel
        piece = math.floor(instant), letter.programme, channel, letter.at
        if letter.plan.style != "personal" and piece not in self.pieces:
            self.pieces.add(piece)
            self.book("content_cost", instant, self.market.media[channel].production)
        person.touches += 1
        person.last_touch_on = self.today
        asks = self.random.u(person.identity, Decision.QUESTION_TOUCH, person.touches)
        if asks < self.market.service.questions_per_touch:
            self.env.process(self._ask_when_read(person, person.touches, channel, instant))

    def _ask_when_read(self, person: Person, number: int, channel: str, sent: float) -> Process:
        mean, left = self.market.media[channel].read_after, self.today + 1.0 - sent
        later = 0.0
        if mean > 0.0:
            u = self.random.u(person.identity, Decision.QUESTION_TIME, number)
            later = -mean * math.log1p(-u * (1.0 - math.exp(-left / mean)))
        yield self.until(sent + later)
        ask(self, person, "pre_sale", number, sent + later)

    def ask_about(self, person: Person, number: int, instant: float) -> None:
        """A question before a purchase."""
        felt = self.market.trust.spend_effect * person.sigma * person.felt_trust()
        person.asked_basket = max(1, cents(person.basket(number) * math.exp(felt)))
        ask(self, person, "pre_sale", PURCHASES_FROM + number, instant)

    def checkout(self, person: Person, held: Held, instant: float) -> None:
        if person.orders == 0:
            person.first_order_at = instant
        elif person.gap_seen_on != self.today:
            self.gaps.append(self.today - math.floor(person.last_order_at))
        person.gap_seen_on = person.heard_on = self.today
        person.orders += 1
        person.last_order_at = instant
        number = person.orders
        bill = ring_up(self, person, held, number, instant)
        learn(self, person, bill, number)
        person.spent += bill.paid
        self.record(person, Event.FIRST_ORDER if number == 1 else Event.ORDER, instant, bill.paid)
        sold = Sold(number, bill.paid, bill.goods(self, number), bill.commission())
        charge(self, sold, instant)
        self.env.process(deliver(self, person, sold, instant + bill.ships_after))
        asks = self.random.u(person.identity, Decision.QUESTION_ORDER, number)
        if asks < self.market.service.questions_per_order:
            u = self.random.u(person.identity, Decision.QUESTION_AFTER, number)
            wait = -self.market.service.asked_after * math.log1p(-u)
            self.env.process(self._ask_after(person, number, person.hours.later(instant, wait)))

    def _ask_after(self, person: Person, number: int, instant: float) -> Process:
        yield self.until(instant)
        ask(self, person, "after_sale", number, instant)
