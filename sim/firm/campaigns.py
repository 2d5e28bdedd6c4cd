"""Campaigns: an offer for some days, its messages, its holdout and its budget."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision, daily, keyed
from sim.firm.messages import touch_of
from sim.firm.wake_days import day_of, first_interval, wake_days
from sim.law.offer_response import appeals_today, readiness, salience_of
from sim.sales.campaign_records import open_record
from sim.scenario import Campaign
from sim.state.campaign_record import CampaignRecord
from sim.state.condition_numbers import conditions_of
from sim.state.holdout import Holdout
from sim.state.matching import Conditions
from sim.state.offers_held import OfferBudget, PlannedOffer, StandingOffer
from sim.state.run_state import RunState
from sim.state.view import view_of

Process = Generator[simpy.Event, Any, None]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Audience:
    """Whom a campaign addresses: who meets its conditions and is not held out, of those who are named, if any are."""

    conditions: Conditions
    holdout: Holdout
    named: Mask | None = None
    """People by row; those who came later are not named. None: everybody."""

    def groups(self, state: RunState) -> tuple[Mask, Mask]:
        """Who is addressed today and who is held out, shapes (size,)."""
        who, left_out = view_of(state).groups(self.conditions, self.holdout)
        if self.named is None:
            return who, left_out
        named = np.zeros(who.size, dtype=bool)
        named[: self.named.size] = self.named
        return who & named, left_out & named


@dataclass(frozen=True)
class Occurrence:
    """One occurrence of a campaign: the strength of its pull, its budget, its record, and whom it addresses."""

    name: str
    plan: Campaign
    strength: float
    budget: OfferBudget
    record: CampaignRecord
    audience: Audience


def campaign(env: simpy.Environment, state: RunState, name: str, plan: Campaign) -> Process:
    """One campaign programme: starts on its days and holds for its days while its budget is open."""
    lasts = math.ceil(plan.lasts)
    if plan.first is not None:
        first = day_of(state, plan.first)
    else:
        first = first_interval(state, plan.every) if plan.every else 0
    audience = audience_of(state, name, plan)
    end = held = 0
    for start in wake_days(state, first, plan.every, plan.on, at_least=lasts):
        if start < end:
            continue
        if plan.announce is not None and start - plan.announce >= end:
            yield env.timeout(start - plan.announce - env.now)
            announce(state, name, plan, audience, held)
        yield env.timeout(start - env.now)
        end, occurrence = start + lasts, begin(state, name, plan, audience, held)
        held += occurrence is not None
        yield from hold(env, state, occurrence, end)


def audience_of(state: RunState, name: str, plan: Campaign, named: Mask | None = None) -> Audience:
    """Whom a campaign addresses; `named` is None, or people by row, shape (size,)."""
    conditions = conditions_of(plan.who, state.inputs.market, state.inputs.sources)
    return Audience(conditions, Holdout(name, plan.holdout), named)


def begin(state: RunState, name: str, plan: Campaign, audience: Audience, nth: int) -> Occurrence | None:
    """Let a programme's n-th campaign, from 0, begin today; None while the shop's discount budget is used up."""
    if state.offers.budget.closed:
        return None
    start = state.day
    budget = OfferBudget(plan.budget, plan.offer.stock)
    strength = strength_of(state, name, plan, nth)
    record = open_record(state.books.campaigns, name, start, start + math.ceil(plan.lasts))
    state.books.ledger.book(start, "campaigns", int(state.shard.first))
    return Occurrence(name, plan, strength, budget, record, audience)


def hold(env: simpy.Environment, state: RunState, occurrence: Occurrence | None, end: int) -> Process:
    """The days of a campaign from today on, up to before day `end`; over on the last one."""
    for day in range(state.day, end):
        if occurrence is not None and not (occurrence.budget.closed or state.offers.budget.closed):
            hold_day(state, occurrence)
        if day + 1 < end:
            yield env.timeout(1)


def announce(state: RunState, name: str, plan: Campaign, audience: Audience, nth: int) -> None:
    """Put down the message that says that a programme's n-th campaign, from 0, begins `plan.announce` days from now."""
    if state.offers.budget.closed:
        return
    who, _ = audience.groups(state)
    market, strength = state.inputs.market, strength_of(state, name, plan, nth)
    salience = salience_of(plan.phases[0] if plan.phases else None, market.offers)
    appeals = appeals_today(plan.offer, market.offers, market.spend.mean, salience * strength)
    # who has ordered already has nothing to wait for in an offer for first orders
    savings = (0.0, 0.0) if appeals is None or plan.offer.first_order_only else (appeals[0].saving, appeals[1].saving)
    touch = touch_of(f"campaigns.{name}", plan, who, "offer")
    start = state.day + (plan.announce or 0)
    state.planned.touches.append(replace(touch, announces=start, savings=savings))


def strength_of(state: RunState, name: str, plan: Campaign, nth: int) -> float:
    """Quality and readiness of a programme's n-th campaign, from 0: what its pull is multiplied by."""
    return quality(state, name, plan, nth) * readiness(plan.prepare, state.inputs.market.offers)


def quality(state: RunState, name: str, plan: Campaign, nth: int) -> float:
    """How well a programme's n-th campaign, from 0, happens to be made: a mean-one factor of its pull.

    Its random number goes by the campaign's number and not by its date, so that two rhythms share them.
    """
    response = state.inputs.market.offers
    spread = response.campaign_spread * (response.joint_design if plan.joint_design else 1.0)
    if spread == 0.0:
        return 1.0
    from scipy.special import ndtri

    u = keyed(state.population.key, np.uint64(0), int(Decision.CAMPAIGN), daily(name, nth))
    return math.exp(spread * float(ndtri(u)) - 0.5 * spread**2)


def hold_day(state: RunState, occurrence: Occurrence) -> None:
    """Put down the offer and the message of a campaign's day."""
    name, plan, record, market = occurrence.name, occurrence.plan, occurrence.record, state.inputs.market
    nth = state.day - record.first
    who, left_out = occurrence.audience.groups(state)
    offered = who & (state.population.column("orders") == 0) if plan.offer.first_order_only else who
    record.days += 1
    state.planned.campaigns.append(f"campaigns.{name}")
    if nth == 0:
        record.gather(who, left_out)
    phase = plan.phases[min(nth, len(plan.phases) - 1)] if plan.phases else None
    strength = salience_of(phase, market.offers) * occurrence.strength
    appeals = appeals_today(plan.offer, market.offers, market.spend.mean, strength)
    if appeals is not None:
        standing = StandingOffer(
            name, plan.offer, appeals, occurrence.budget, begins=nth == 0, days_left=record.end - state.day
        )
        state.planned.offers.append(PlannedOffer(standing, offered))
    if nth < max(len(plan.phases), 1):
        content = plan.content[nth] if nth < len(plan.content) else "offer"
        state.planned.touches.append(touch_of(f"campaigns.{name}", plan, who, content))
