"""Campaigns: an offer for some days, its messages, its holdout and its till."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision, daily, keyed, name_hash
from sim.firm.messages import touch_of
from sim.firm.offers_today import OfferBudget, StandingOffer
from sim.firm.wake_days import day_of, first_interval, wake_days
from sim.output.retrospective import CampaignRecord, follow
from sim.people.customer_columns import NEVER
from sim.people.traits import draw
from sim.run_state import RunState
from sim.scenario import Campaign

Process = Generator[simpy.Event, Any, None]
Mask = npt.NDArray[np.bool_]


def campaign(env: simpy.Environment, shop: RunState, name: str, plan: Campaign) -> Process:
    """One campaign programme: starts on its days and holds for its days while its till is open."""
    lasts = math.ceil(plan.lasts)
    if plan.first is not None:
        first = day_of(shop, plan.first)
    else:
        first = first_interval(shop, plan.every) if plan.every else 0
    end = held = 0
    for start in wake_days(shop, first, plan.every, plan.on, at_least=lasts):
        if start < end:
            continue
        yield env.timeout(start - env.now)
        end, open_ = start + lasts, not shop.till.closed
        if open_:
            till = OfferBudget(plan.budget, plan.offer.stock)
            strength = quality(shop, name, plan, held) * readiness(shop, plan)
            followed = follow(shop, name, start, end)
            shop.ledger.book(start, "campaigns", 1)
            held += 1
        for day in range(start, end):
            if open_ and not (till.closed or shop.till.closed):
                hold_day(shop, name, plan, day - start, strength, till, followed)
            if day + 1 < end:
                yield env.timeout(1)


def quality(shop: RunState, name: str, plan: Campaign, nth: int) -> float:
    """How well a programme's n-th campaign, from 0, happens to be made: a mean-one factor of its pull.

    Its luck goes by number and not by date, so that two rhythms share the luck of their campaigns.
    """
    spread = shop.market.offers.campaign_spread * (shop.market.offers.joint_design if plan.joint_design else 1.0)
    if spread == 0.0:
        return 1.0
    from scipy.special import ndtri

    u = keyed(shop.key, np.uint64(0), int(Decision.CAMPAIGN), daily(name, nth))
    return math.exp(spread * float(ndtri(u)) - 0.5 * spread**2)


def readiness(shop: RunState, plan: Campaign) -> float:
    """Share of its pull that a campaign keeps after its days of preparation."""
    if plan.prepare is None:
        return 1.0
    response = shop.market.offers
    return 1.0 - response.unready * (1.0 - min(1.0, plan.prepare / response.preparation))


def held_out(shop: RunState, name: str, share: float) -> Mask:
    """Who is left out of a programme by lot, shape (size,)."""
    mark = name_hash(name) % 2**32
    return draw(shop.key, shop.population.column("identity"), Decision.HOLDOUT, mark) < share


def note_start(shop: RunState, offered: Mask) -> None:
    """What people see of campaigns: when the last began, and how long after the one before."""
    last, gap = shop.population.column("campaign_day"), shop.population.column("campaign_gap")
    rows = np.flatnonzero(offered & (last < shop.today))
    gap[rows] = np.where(last[rows] == NEVER, 0, shop.today - last[rows])
    last[rows] = shop.today


def hold_day(
    shop: RunState, name: str, plan: Campaign, nth: int, strength: float, till: OfferBudget, followed: CampaignRecord
) -> None:
    """Put down the offer and the message of a campaign's n-th day, from 0."""
    who = shop.view().matches(plan.who)
    left_out = np.zeros_like(who)
    if plan.holdout > 0.0:
        left_out = who & held_out(shop, name, plan.holdout)
        who &= ~left_out
    offered = who & (shop.population.column("orders") == 0) if plan.offer.first_order_only else who
    followed.days += 1
    if nth == 0:
        followed.gather(who, left_out)
    phase = plan.phases[min(nth, len(plan.phases) - 1)] if plan.phases else None
    salience = shop.market.offers.salience[phase] if phase else 1.0
    if shop.tempts(plan.offer, salience * strength):
        appeal, pull = shop.appeal(plan.offer), shop.pull(plan.offer, salience * strength)
        standing = StandingOffer(name, offered, plan.offer, pull, appeal.depth, till, followed.end - shop.today)
        shop.offers.append(standing)
        if nth == 0:
            note_start(shop, offered)
    if nth < max(len(plan.phases), 1):
        content = plan.content[nth] if nth < len(plan.content) else "offer"
        shop.touches.append(touch_of(f"campaigns.{name}", plan, who, content))
