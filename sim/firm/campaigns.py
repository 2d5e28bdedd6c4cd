"""Campaigns: an offer for some days, its messages, its holdout and its budget."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.action import StandingOffer, Touch
from sim.draws import Decision, name_hash
from sim.firm.calendar import day_of, first_interval, wake_days
from sim.law.offers import pull_of, redeem
from sim.population import draw
from sim.scenario import Campaign
from sim.shop import Shop

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


@dataclass
class Till:
    """What one campaign may still give away, cents; None is without limit."""

    left: int | None = None
    closed: bool = False


def campaign(env: simpy.Environment, shop: Shop, name: str, plan: Campaign, till: Till) -> Process:
    """One campaign programme: starts on its days and holds for its days while its budget lasts."""
    lasts = math.ceil(plan.lasts)
    if plan.first is not None:
        first = day_of(shop, plan.first)
    else:
        first = first_interval(shop, plan.every) if plan.every else 0
    pull = pull_of(plan.offer, shop.market.offers, shop.market.spend.mean)
    end = 0
    for start in wake_days(shop, first, plan.every, plan.on, at_least=lasts):
        if start < end:
            continue
        yield env.timeout(start - env.now)
        till.left, till.closed = plan.budget, False
        shop.ledger.book(start, "campaigns", 1)
        end = start + lasts
        for day in range(start, end):
            if not till.closed:
                hold_day(shop, name, plan, day - start, pull)
            if day + 1 < end:
                yield env.timeout(1)


def hold_day(shop: Shop, name: str, plan: Campaign, nth: int, pull: float) -> None:
    """Put down the offer and the message of a campaign's n-th day, from 0."""
    who = shop.view().matches(plan.who)
    if plan.holdout > 0.0:
        mark = name_hash(name) % 2**32
        who &= draw(shop.key, shop.population.column("identity"), Decision.HOLDOUT, mark) >= plan.holdout
    phase = plan.phases[min(nth, len(plan.phases) - 1)] if plan.phases else None
    salience = shop.market.offers.salience[phase] if phase else 1.0
    shop.offers.append(StandingOffer(name, who, plan.offer, pull * salience))
    if nth < max(len(plan.phases), 1):
        shop.touches.append(Touch(f"campaigns.{name}", who, plan.at, plan.channel, "offer"))


def redeem_today(
    shop: Shop, rows: Ints, ordinal: Ints, basket: Ints, tills: dict[str, Till]
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """List value and discount of each basket, and to which an offer was given; rows in order of instants."""
    value, discount, offered = basket.copy(), np.zeros_like(basket), np.zeros(basket.size, dtype=bool)
    held = shop.population.people.offer[rows]
    for number, standing in enumerate(shop.offers, start=1):
        mine = np.flatnonzero(held == number)
        if mine.size == 0:
            continue
        u_stretch = shop.draw(Decision.STRETCH, rows[mine], ordinal[mine])
        u_prize = shop.draw(Decision.PRIZE, rows[mine], ordinal[mine])
        listed, off = redeem(standing.offer, shop.market.offers, basket[mine], u_stretch, u_prize)
        given = spend_budget(tills[standing.campaign], off)
        value[mine[:given]], discount[mine[:given]] = listed[:given], off[:given]
        offered[mine[:given]] = True
    return value, discount, offered


def spend_budget(till: Till, off: Ints) -> int:
    """How many of the discounts, in order, the budget still covers; closes the till at the first it does not."""
    if till.closed:
        return 0
    if till.left is None:
        return off.size
    given = int(np.searchsorted(np.cumsum(off), till.left, side="right"))
    till.left -= int(off[:given].sum())
    till.closed = given < off.size
    return given
