"""What comes after a message or an order: parcels, questions, complaints, and how they end."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from sim.draws import Decision
from sim.scenario import TICKET_KINDS, TicketKind
from sim.stages import Event
from tests.reference.chance import Z95
from tests.reference.complaints import Case, close, policy_time
from tests.reference.desk import Ticket, rank
from tests.reference.money import Sold, dispatch, think_again
from tests.reference.person import DECIDED, Person

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop

Process = Generator[simpy.Event, Any, None]


# --- parcels ---------------------------------------------------------------------------------------


def deliver(shop: Shop, person: Person, sold: Sold, dispatched: float) -> Process:
    """The way of one parcel."""
    dispatch(shop, sold, dispatched)
    days, late = transit(shop, person, sold.number), 0.0
    usual = shop.market.delivery.usual
    arrival = dispatched + days
    yield shop.until(arrival)
    shop.record(person, Event.PARCEL, arrival)
    if person.out_by_end_of(math.floor(arrival)):
        yield from think_again(shop, person, sold, arrival)
        return
    trust, service = shop.market.trust, shop.market.service
    carrier, promise = shop.strategy.delivery.carrier, shop.strategy.delivery.promise
    if carrier is not None:
        late = max(days - (shop.market.delivery.late_from * usual if promise is None else promise), 0.0)
        person.news += trust.delivery * float(np.clip((usual - days) / usual, -1.0, 1.0))
        if late > 0.0:
            person.news -= trust.loss_factor * trust.delivery * late
        elif promise is not None:
            person.news += trust.delivery * (1.0 if promise <= usual else usual / promise)
        if promise is not None:
            share = shop.market.delivery.learning
            person.lateness = (1.0 - share) * person.lateness + share * late
    area = -math.log1p(-service.problems_per_order) - late * math.log1p(-service.problems_per_late_day)
    if person.problem_left < area:
        person.problems += 1
        person.problem_left = person.problem_threshold()
        complain(shop, person, sold, arrival)
    else:
        person.problem_left -= area
        yield from think_again(shop, person, sold, arrival)


def transit(shop: Shop, person: Person, number: int) -> float:
    if shop.strategy.delivery.carrier is None:
        return 0.0
    days = shop.market.carriers[shop.strategy.delivery.carrier].days
    z = shop.random.normal(person.identity, Decision.PARCEL, number)
    end = days.p5 if z < 0.0 else days.p95
    return float(days.median * (end / days.median) ** (abs(z) / Z95))


PURCHASES_FROM = 2**20
"""Ordinals of questions about purchases begin here."""


# --- tickets ---------------------------------------------------------------------------------------


def ask(shop: Shop, person: Person, kind: TicketKind, number: int, instant: float) -> None:
    if person.drifted or person.out_by_end_of(math.floor(instant)):
        return
    shop.record(person, Event.QUESTION, instant)
    person.heard_on = shop.today
    goal, purchase = shop.strategy.service.goals.reply, number - PURCHASES_FROM
    solved = goes_to_bot(shop, person, kind, number)
    worth = shop.market.service.bot.worth if solved else 1.0

    def answered(start: float) -> None:
        if not person.out_by_end_of(math.floor(start)):
            wait = felt(shop, instant, start)
            person.news += news_of_reply(shop, wait, start - instant, worth)
            decide(shop, person, purchase, chance_after(shop, wait, worth), start)

    def gave_up(left: float) -> None:
        shop.record(person, Event.ABANDONED, left)
        if not person.out_by_end_of(math.floor(left)):
            trust = shop.market.trust
            person.news -= trust.loss_factor * trust.reply * (1.0 if goal is None else 2.0)
            decide(shop, person, purchase, shop.market.service.purchase.unaided, left)

    opened = ticket(shop, person, kind, number, instant, goal, answered, lambda _: None, gave_up)
    shop.desk.open(replace(opened, solved=solved))


def goes_to_bot(shop: Shop, person: Person, kind: TicketKind, number: int) -> bool:
    """Whether there is a bot that answers a question; it costs trust where it cannot."""
    bot, plan = shop.market.service.bot, shop.strategy.service
    if not (plan.bot and plan.staff):
        return False
    if shop.random.u(person.identity, Decision[f"BOT_{kind.upper()}"], number) < bot.solves:
        return True
    person.news -= bot.annoyance * shop.market.trust.reply
    return False


def chance_after(shop: Shop, wait: float, worth: float) -> float:
    """Chance of a purchase that was asked about."""
    response = shop.market.service.purchase
    moved = worth * (1.0 - response.unaided) / (1.0 + (wait / response.half) ** response.slope)
    return response.unaided + float(moved)


def decide(shop: Shop, person: Person, purchase: int, chance: float, instant: float) -> None:
    """A purchase is made tomorrow, or lost; questions about messages and orders made have nothing to decide."""
    if purchase <= 0 or person.drifted:
        return
    random = shop.random
    if random.u(person.identity, Decision.PURCHASE, purchase) < chance:
        person.decided = DECIDED
        return
    shop.record(person, Event.LOST_PURCHASE, instant, person.asked_basket)
    if person.orders == 0:
        person.decided = random.exponential(person.identity, Decision.ORDER_AGAIN, purchase)
    else:
        k = shop.market.need.regularity
        person.decided = random.gamma(k, person.identity, Decision.ORDER_AGAIN, purchase) / k


def news_of_reply(shop: Shop, feels: float, wait: float, worth: float) -> float:
    trust, goal = shop.market.trust, shop.strategy.service.goals.reply
    good = worth / (1.0 + feels / shop.market.service.reply_half)
    news = trust.reply * (good - trust.loss_factor * (1.0 - good))
    if goal is None:
        return news
    promised = 1.0 / (1.0 + goal / shop.market.service.reply_half)
    return news + trust.reply * (promised if wait <= goal else -trust.loss_factor)


def complain(shop: Shop, person: Person, sold: Sold, instant: float) -> None:
    shop.record(person, Event.COMPLAINT, instant)
    person.open_complaints += 1
    goal = shop.strategy.service.goals.complaint

    def finished(done: float) -> None:
        shop.record(person, Event.RESOLVED, done)
        close(shop, person, Case(sold, instant, done, solved=done < refund))

    def gave_up(left: float) -> None:
        if left >= refund:
            finished(left)
            return
        shop.record(person, Event.ABANDONED, left)
        close(shop, person, Case(sold, instant, left, given_up=True))

    number_of_problem, within = person.problems, shop.strategy.service.refund_within
    refund = math.inf if within is None else instant + within
    opened = ticket(shop, person, "complaint", number_of_problem, instant, goal, lambda _: None, finished, gave_up)
    opened.dropped, opened.leaves = refund, min(opened.leaves, refund)
    opened.work += policy_time(shop)
    if person.identity in shop.escalated:
        opened.work *= shop.market.service.escalated
        opened.key = (0, *opened.key[1:2], False, *opened.key[3:])
    shop.desk.open(opened)


def ticket(
    shop: Shop, person: Person, kind: TicketKind, number: int, arrival: float, goal: float | None, *on: Any
) -> Ticket:
    mean = getattr(shop.market.service.handling, kind)
    work = mean * shop.random.exponential(person.identity, Decision[f"HANDLING_{kind.upper()}"], number)
    due = arrival + (goal or 0.0)
    later = person.identity not in shop.goes_first
    key = (1, rank(shop.strategy.service, kind), later, due, person.identity, TICKET_KINDS.index(kind), number)
    patience = getattr(shop.market.service.patience, kind)
    patience *= shop.random.exponential(person.identity, Decision[f"PATIENCE_{kind.upper()}"], number)
    started, finished, gave_up = on
    return Ticket(key, kind, arrival, work, started, finished, gave_up, leaves(shop, arrival, patience))


# --- felt time -------------------------------------------------------------------------------------


def pieces(shop: Shop, since: float) -> Iterator[tuple[float, float, float]]:
    """Start, end and weight of each piece of time from an instant on."""
    plan, weight = shop.strategy.service, shop.market.service.auto_reply_weight
    if not plan.auto_reply or not plan.staff:
        yield since, math.inf, 1.0
    for day in range(math.floor(since), shop.length):
        there = [
            (hours.opens, hours.closes) for hours in shop.desk.hours.values() if hours.agents and day in hours.days
        ]
        for begin, end in pairwise(sorted({0.0, 1.0, *(hour for pair in there for hour in pair)})):
            counts = 1.0 if any(opens <= begin and end <= closes for opens, closes in there) else weight
            if day + end > since:
                yield max(day + begin, since), day + end, counts


def felt(shop: Shop, since: float, until: float) -> float:
    """How long a wait feels."""
    total = 0.0
    for begin, end, counts in pieces(shop, since):
        total += counts * max(min(end, until) - begin, 0.0)
        if end >= until:
            break
    return total


def leaves(shop: Shop, since: float, patience: float) -> float:
    """When somebody has waited for this long, as it feels."""
    for begin, end, counts in pieces(shop, since):
        if counts * (end - begin) > patience:
            return begin + patience / counts
        patience -= counts * (end - begin)
    return math.inf
