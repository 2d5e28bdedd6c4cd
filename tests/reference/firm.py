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

    def grants(self, discount: int) -> bool:
        """Whether a discount is still to be had: no more from the first on that does not fit the budget."""
        if self.plan.budget is not None and self.spent + discount > self.plan.budget:
            self.exhausted = True
        if not self.exhausted:
            self.spent += discount
        return not self.exhausted


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
            person.letters.append(Letter(plan.at, f"outreach.{name}", plan.content, plan.channel))


def own_cycle_due(person: Person, name: str, rhythm: Rhythm, day: int) -> bool:
    since = day - math.floor(person.last_of_programme.get(f"outreach.{name}", -1e9))
    return since >= rhythm.value * own_cycle(person, day)


def campaign(shop: Shop, name: str, plan: Campaign) -> Process:
    """One named campaign: runs of `lasts` days, one after another."""
    length = math.ceil(plan.lasts)
    starts = campaign_starts(shop, plan, length)
    begins = next(starts, math.inf)
    sale: Sale | None = None
    while True:
        day = yield shop.morning
        if day == begins:
            sale = Sale(plan, day)
        if sale and not sale.exhausted:
            campaign_day(shop, name, sale, day - sale.begins)
        if day >= begins + length - 1:
            begins, sale = next(starts, math.inf), None


def campaign_starts(shop: Shop, plan: Campaign, length: int) -> Iterator[int]:
    """First days, each asked for on the last day of the campaign before."""
    if plan.every is None:
        yield from dates_apart(sorted((d - shop.start).days for d in plan.on), length)
        return
    first = day_of(shop, plan.first)
    if first is None:
        first = max(1, math.floor(interval(shop, plan.every)))
    day, turn = first, 0
    while True:
        if day >= 0:
            yield day
        turn += 1
        if plan.every.of == "day":
            day = max(math.floor(first + turn * plan.every.value), day + length)
        else:
            day += max(math.floor(interval(shop, plan.every)), length)


def dates_apart(days: list[int], length: int) -> Iterator[int]:
    """Those of the dates on which the campaign before has ended."""
    ended = 0
    for day in days:
        if day >= ended:
            yield day
            ended = day + length


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
            person.letters.append(Letter(plan.at, f"campaigns.{name}", "offer", plan.channel))


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
            day += max(1, math.floor(interval(shop, every)))


def interval(shop: Shop, every: Rhythm) -> float:
    """Days of one interval; a shop cycle is the lower median of the gaps between order days seen so far."""
    if every.of == "day":
        return every.value
    cycle = max(statistics.median_low(shop.gaps), 1) if shop.gaps else shop.market.need.cycle
    return every.value * cycle


def day_of(shop: Shop, when: date | None) -> int | None:
    return None if when is None else (when - shop.start).days


# --- what the shop can see -------------------------------------------------------------------------


def days_since(instant: float, day: int) -> float:
    return day - math.floor(instant) if math.isfinite(instant) else math.inf


def own_cycle(person: Person, day: int) -> float:
    rate = person.market.need.order_rate
    known = days_since(person.first_order_at, day) if person.orders else 0.0
    return (rate.shape / rate.mean + known) / (rate.shape + max(person.orders - 1, 0))


def matches(who: Who, person: Person, day: int) -> bool:
    """Whether a person meets every condition, as known at the end of yesterday; times in whole days."""
    stage = ("lead", "first_buyer", "repeater")[min(person.orders, 2)]
    recency = days_since(person.last_order_at, day)
    return (
        (not who.stage or stage in who.stage)
        and (not who.source or person.source in who.source)
        and within(who.orders, person.orders)
        and within(who.spent, person.spent)
        and within(who.tenure, days_since(person.added, day))
        and within(who.recency, recency)
        and within(who.recency_own_cycles, recency / own_cycle(person, day))
        and within(who.last_touch, days_since(person.last_touch_at, day))
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
