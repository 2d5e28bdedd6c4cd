"""What the firm does at midnight: programmes, campaigns and acquisition, each a SimPy process."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.draws import Decision, identities, name_hash
from sim.scenario import CONTENTS, After, Campaign, Content, Offer, Outreach
from tests.reference.coupons import Sale, Till, promised
from tests.reference.hazards import extra_need
from tests.reference.hours import hours_of
from tests.reference.messages import Letter
from tests.reference.offers import acting, worth
from tests.reference.person import Person
from tests.reference.rhythm import campaign_starts, day_of, due_days
from tests.reference.view import contacts, days_since, held_out, own_cycle

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop

Process = Generator[simpy.Event, Any, None]


# --- outreach --------------------------------------------------------------------------------------


def outreach(shop: Shop, name: str, plan: Outreach) -> Process:
    """One outreach programme: each morning on which it wakes, whoever is due gets a letter."""
    begins = day_of(shop, plan.from_) or 0
    ends = math.inf if plan.until is None else day_of(shop, plan.until)
    till = coupon_till(plan.offer)
    due = due_days(shop, plan.every, plan.on, begins)
    next_due = begins if wakes_daily(plan) else next(due, math.inf)
    taken: Counter[Content] = Counter()
    while True:
        day = yield shop.morning
        wakes = day >= begins if wakes_daily(plan) else day == next_due
        if wakes and day < ends:
            content = plan.content or next_content(plan, taken)
            taken[content] += 1
            for person in addressed(shop, name, plan, day):
                person.letters.append(Letter(plan.at, f"outreach.{name}", content, plan, till))
        while not wakes_daily(plan) and next_due <= day:
            next_due = next(due, math.inf)


def wakes_daily(plan: Outreach) -> bool:
    return plan.after is not None or (plan.every is not None and plan.every.of == "own_cycle")


def next_content(plan: Outreach, taken: Counter[Content]) -> Content:
    """The content that is furthest behind its share of the mix."""
    turn = taken.total() + 1
    return max(CONTENTS, key=lambda content: plan.mix.get(content, 0.0) * turn - taken[content])


def addressed(shop: Shop, name: str, plan: Outreach, day: int) -> list[Person]:
    people = [p for p in contacts(shop, plan.who) if not held_out(shop, p, f"outreach.{name}", plan.holdout)]
    if plan.after is not None:
        after = plan.after
        return [p for p in people if since_event(p, after, day) == after.wait]
    if plan.every is not None and plan.every.of == "own_cycle":
        cycles = plan.every.value
        return [p for p in people if since_letter(p, f"outreach.{name}", day) >= cycles * own_cycle(p, day)]
    return people


def since_letter(person: Person, programme: str, day: int) -> float:
    return day - person.last_of_programme.get(programme, -math.inf)


def since_event(person: Person, after: After, day: int) -> float:
    instants = {
        "added": person.added,
        "first_order": person.first_order_at,
        "order": person.last_order_at,
        "interaction": person.heard_on,
    }
    return days_since(instants[after.event], day)


def coupon_till(offer: Offer | None) -> Till:
    """The till of one programme's coupons, over the whole run."""
    return Till(offer.budget, offer.stock) if offer else Till(None)


def look_who_goes_first(shop: Shop) -> Process:
    """Whose tickets go before others of their rank, each morning."""
    first, escalate = shop.strategy.service.first, shop.strategy.service.escalate
    while True:
        yield shop.morning
        shop.goes_first = {person.identity for person in contacts(shop, first)} if first else set()
        shop.escalated = {person.identity for person in contacts(shop, escalate)} if escalate else set()


# --- campaigns -------------------------------------------------------------------------------------


def campaign(shop: Shop, name: str, plan: Campaign) -> Process:
    """One named campaign: runs of `lasts` days, one after another."""
    length = math.ceil(plan.lasts)
    starts = campaign_starts(shop, plan, length)
    begins = next(starts, math.inf)
    sale: Sale | None = None
    number, ended = -1, 0
    while True:
        day = yield shop.morning
        if plan.announce and day == begins - plan.announce and day >= ended and not shop.purse(day).closed:
            announcement(shop, Sale(name, plan, int(begins), length, quality(shop, name, plan, number + 1), Till(None)))
        if day == begins and not shop.purse(day).closed:
            number += 1
            made = quality(shop, name, plan, number)
            sale = Sale(name, plan, day, length, made, Till(plan.budget, plan.offer.stock))
        if sale and not sale.till.closed and not shop.purse(day).closed:
            shop.running.add(f"campaigns.{name}")
            campaign_day(shop, sale, day - sale.begins)
        if day >= begins + length - 1:
            begins, sale, ended = next(starts, math.inf), None, day + 1


def quality(shop: Shop, name: str, plan: Campaign, number: int) -> float:
    """How well this one campaign is made."""
    offers = shop.market.offers
    spread = offers.campaign_spread * (offers.joint_design if plan.joint_design else 1.0)
    ordinal = (name_hash(name) % 2**16) * 2**16 + number % 2**16
    return math.exp(spread * shop.random.normal(0, Decision.CAMPAIGN, ordinal) - spread**2 / 2.0)


def announcement(shop: Shop, sale: Sale) -> None:
    """A campaign is announced to those whom it would address today, some days before it begins."""
    for person in contacts(shop, sale.plan.who):
        if not held_out(shop, person, sale.name, sale.plan.holdout):
            news = sale.begins, 0.0 if sale.plan.offer.first_order_only else promised(sale, person)
            person.letters.append(Letter(sale.plan.at, f"campaigns.{sale.name}", "offer", sale.plan, announces=news))


def campaign_day(shop: Shop, sale: Sale, day: int) -> None:
    plan = sale.plan
    content = plan.content[day] if day < len(plan.content) else "offer"
    for person in contacts(shop, plan.who):
        if held_out(shop, person, sale.name, plan.holdout):
            continue
        person.invited.append(sale)
        if day < max(len(plan.phases), 1):
            person.letters.append(Letter(plan.at, f"campaigns.{sale.name}", content, plan))


# --- acquisition -----------------------------------------------------------------------------------


def acquisition(shop: Shop, name: str) -> Process:
    """One source: each day's prospects, unless the staff has to ask them."""
    while not by_hand(shop, name):
        day = yield shop.morning
        shop.env.process(come_in(shop, name, requests(shop, name, day)[0]))


def by_hand(shop: Shop, name: str) -> bool:
    """Whether the staff sends the requests of a source."""
    return shop.market.sources[name].handling is not None and bool(shop.strategy.service.staff)


def requests(shop: Shop, name: str, day: int, room: float = math.inf) -> tuple[list[Person], int]:
    """Today's prospects who add, until room, budget or cap stops them, and how many were reached."""
    plan, source = shop.strategy.acquisition[name], shop.market.sources[name]
    pull = hook_pull(shop, plan.hook, shop.hooks[name])
    won: list[Person] = []
    each, spent, reached = source.cost_per_exposure, 0, 0
    if source.handling is not None and not shop.strategy.service.staff:
        each += math.floor(source.handling * shop.market.money.wage + 0.5)
    for person in prospects(shop, name, day):
        added = is_won(shop, person, pull)
        cost = each + (source.cost_per_add if added else 0)
        if reached >= room or (plan.budget is not None and spent + cost > plan.budget):
            break
        if added and plan.daily_cap is not None and len(won) + 1 > plan.daily_cap:
            break
        spent, reached = spent + cost, reached + 1
        won += [person] if added else []
    return won, reached


def come_in(shop: Shop, name: str, won: list[Person]) -> Process:
    """Those who add, each at their instant."""
    for person in won:
        yield shop.until(person.added)
        shop.add(person, shop.strategy.acquisition[name].hook, shop.hooks[name])


def hook_pull(shop: Shop, hook: Offer | None, till: Till) -> float:
    """How a hook pulls all day."""
    return acting(worth(hook, shop.market).pull, hook, shop.market) if hook and not till.closed else 0.0


def is_won(shop: Shop, person: Person, pull: float) -> bool:
    """Whether a prospect adds the shop; a hook makes it likelier."""
    source = shop.market.sources[person.source]
    lure = 1.0 + person.delta * extra_need(source.hook_response * pull, shop.market)
    threshold = -math.log1p(-shop.random.u(person.identity, Decision.ADD))
    return source.add_rate == 1.0 or threshold < -math.log1p(-source.add_rate) * lure


def prospects(shop: Shop, name: str, day: int) -> Iterator[Person]:
    """Today's prospects in the order in which they come."""
    exposures = shop.market.sources[name].exposures
    whole = math.floor(exposures)
    people = [int(x) for x in identities(name, day, np.arange(whole + 1))]
    if shop.random.u(people[-1], Decision.EXPOSURE) >= exposures - whole:
        people.pop()
    hours = hours_of(tuple(shop.market.need.season.hours))
    for instant, identity in sorted((hours.later(day, shop.random.u(x, Decision.ADD_TIME)), x) for x in people):
        yield Person(identity, name, instant, shop.random, shop.market)
