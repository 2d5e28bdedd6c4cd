"""What the firm does at midnight: programmes, campaigns and acquisition, each a SimPy process."""

from __future__ import annotations

import math
import statistics
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.draws import Decision, identities, name_hash
from sim.scenario import Campaign, Interval, Outreach, Rhythm, Who
from tests.reference.offers import pull
from tests.reference.person import Letter, Person

if TYPE_CHECKING:
    from tests.reference.telling import Shop

Process = Generator[simpy.Event, Any, None]


@dataclass
class Sale:
    """One run of a campaign, from its first day to its last."""

    plan: Campaign
    begins: int
    spent: int = 0
    exhausted: bool = False

    def grant(self, discount: int) -> int:
        """The discount that is still to be had: none from the first on that does not fit the budget."""
        if self.plan.budget is not None and self.spent + discount > self.plan.budget:
            self.exhausted = True
        if self.exhausted:
            return 0
        self.spent += discount
        return discount


# --- outreach and campaigns ------------------------------------------------------------------------


def outreach(shop: Shop, name: str, plan: Outreach) -> Process:
    """One outreach programme: each morning, whoever is due gets a letter."""
    begins = day_of(shop, plan.from_) or 0
    ends = math.inf if plan.until is None else day_of(shop, plan.until)
    own = plan.every if plan.every is not None and plan.every.of == "own_cycle" else None
    due = due_days(shop, plan.every, plan.on, begins)
    next_due = next(due, math.inf)
    while True:
        day = yield shop.morning
        people: list[Person] = []
        if own is not None and day >= begins:
            people = [p for p in shop.contacts(plan.who) if own_cycle_due(p, name, own, day)]
        elif day >= next_due:
            people = shop.contacts(plan.who) if day == next_due else []
            while next_due <= day:
                next_due = next(due, math.inf)
        for person in people if day < ends else []:
            person.letters.append(Letter(plan.at, name, plan.content, plan.channel))


def own_cycle_due(person: Person, name: str, rhythm: Rhythm, day: int) -> bool:
    since = day - person.last_of_programme.get(name, -math.inf)
    return person.orders > 0 and since >= rhythm.value * own_cycle(person, day)


def campaign(shop: Shop, name: str, plan: Campaign) -> Process:
    """One named campaign: runs of `lasts` days, one after another."""
    due = due_days(shop, plan.every, plan.on, first_campaign_day(shop, plan))
    next_due = next(due, math.inf)
    sale: Sale | None = None
    while True:
        day = yield shop.morning
        if sale and day - sale.begins >= plan.lasts:
            sale = None
        if sale is None and day >= next_due:
            sale = Sale(plan, day)
            while next_due <= day:
                next_due = next(due, math.inf)
        if sale and not sale.exhausted:
            campaign_day(shop, name, sale, day - sale.begins)


def campaign_day(shop: Shop, name: str, sale: Sale, day: int) -> None:
    plan = sale.plan
    phase = plan.phases[min(day, len(plan.phases) - 1)] if plan.phases else None
    salience = shop.market.offers.salience[phase] if phase else 1.0
    strength = pull(plan.offer, shop.market) * salience
    for person in shop.contacts(plan.who):
        held_out = shop.luck.u(person.identity, Decision.HOLDOUT, name_hash(name) & 0xFFFFFFFF)
        if held_out < plan.holdout:
            continue
        best = person.offer
        if best is None or strength > best[0] or (strength == best[0] and name < best[1]):
            person.offer = (strength, name, sale)
        if day < max(len(plan.phases), 1):
            person.letters.append(Letter(plan.at, name, "offer", plan.channel))


def first_campaign_day(shop: Shop, plan: Campaign) -> int:
    first = day_of(shop, plan.first)
    if first is not None or plan.every is None:
        return first or 0
    return math.floor(interval(shop, plan.every))


def due_days(shop: Shop, every: Rhythm | None, on: tuple[date, ...], first: int) -> Iterator[int]:
    """The days on which a rhythm falls. A rhythm in shop cycles looks at the shop when it is asked."""
    if every is None:
        yield from sorted((d - shop.start).days for d in on)
        return
    day, turn = first, 0
    while every.of != "own_cycle":
        yield day
        turn += 1
        if every.of == "day":
            day = math.floor(first + turn * every.value)
        else:
            day = max(shop.today, day) + max(1, math.floor(interval(shop, every)))


def interval(shop: Shop, every: Rhythm) -> float:
    if every.of == "day":
        return every.value
    cycle = statistics.median(shop.gaps) if shop.gaps else shop.market.need.cycle
    return every.value * cycle


def day_of(shop: Shop, when: date | None) -> int | None:
    return None if when is None else (when - shop.start).days


# --- what the shop can see -------------------------------------------------------------------------


def own_cycle(person: Person, day: int) -> float:
    rate = person.market.need.order_rate
    alpha = rate.shape / rate.mean
    return (alpha + day - person.first_order_at) / (rate.shape + person.orders - 1)


def matches(who: Who, person: Person, day: int) -> bool:
    buyer = person.orders > 0
    stage = ("lead", "first_buyer", "repeater")[min(person.orders, 2)]
    recency = day - person.last_order_at if buyer else math.inf
    return (
        (not who.stage or stage in who.stage)
        and (not who.source or person.source in who.source)
        and within(who.orders, person.orders)
        and within(who.spent, person.spent)
        and within(who.tenure, day - person.added)
        and within(who.recency, recency)
        and within(who.recency_own_cycles, recency / own_cycle(person, day) if buyer else math.inf)
        and within(who.last_touch, day - person.last_touch_at)
    )


def within(interval: Interval | None, value: float) -> bool:
    if interval is None:
        return True
    low = -math.inf if interval.low is None else interval.low
    high = math.inf if interval.high is None else interval.high
    above = value > low if interval.low_open else value >= low
    below = value <= high if interval.high_closed or interval.high is None else value < high
    return above and below


# --- acquisition -----------------------------------------------------------------------------------


def acquisition(shop: Shop, name: str) -> Process:
    """One source: today's prospects come at their instants until the budget or the cap stops them."""
    plan, source = shop.strategy.acquisition[name], shop.market.sources[name]
    while True:
        day = yield shop.morning
        spent = adds = 0
        for instant, identity in prospects(shop, name, day):
            cost = source.cost_per_exposure
            added = shop.luck.u(identity, Decision.ADD) < source.add_rate
            cost += source.cost_per_add if added else 0
            if plan.budget is not None and spent + cost > plan.budget:
                break
            if added and plan.daily_cap is not None and adds + 1 > plan.daily_cap:
                break
            spent, adds = spent + cost, adds + added
            if added:
                yield shop.until(instant)
                shop.add(identity, name, instant)


def prospects(shop: Shop, name: str, day: int) -> list[tuple[float, int]]:
    exposures = shop.market.sources[name].exposures
    whole = math.floor(exposures)
    people = [int(x) for x in identities(name, day, np.arange(whole + 1))]
    if shop.luck.u(people[-1], Decision.EXPOSURE) >= exposures - whole:
        people.pop()
    return sorted((day + shop.luck.u(x, Decision.ADD_TIME), x) for x in people)
