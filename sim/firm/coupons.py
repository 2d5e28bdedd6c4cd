"""Coupons: their numbers, handing them out, and which of them hold today."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.law.offer_response import Appeal, appeal_of, pull_of, tempts
from sim.people import customer_columns as c
from sim.scenario import Market, Offer
from sim.state.offers_held import Coupon, OfferBudget, StandingOffer
from sim.state.run_state import Offers, RunState

Ints = npt.NDArray[np.int64]


def appeal_today(offer: Offer, market: Market, strength: float = 1.0) -> Appeal | None:
    """Depth and pull after effort at `strength` times the plain appeal; None where an offer is not worth its effort."""
    response, basket = market.offers, market.spend.mean
    if not tempts(offer, response, basket, strength):
        return None
    return Appeal(appeal_of(offer, response, basket).depth, pull_of(offer, response, basket, strength))


def coupon_number(offers: Offers, market: Market, name: str, offer: Offer) -> int:
    """The number of a programme's coupon, from 1; a new one where the programme or its offer is new."""
    for number, coupon in enumerate(offers.coupons, start=1):
        if coupon.name == name and coupon.offer == offer:
            return number
    days, pull = math.ceil(offer.valid or 1.0), pull_of(offer, market.offers, market.spend.mean)
    offers.coupons.append(Coupon(name, offer, days, pull, OfferBudget(offer.budget, offer.stock)))
    return len(offers.coupons)


def give_coupon(state: RunState, number: int, rows: Ints, start: int) -> None:
    """Hand coupon `number` to these people, valid from day `start`, unless they hold one that pulls more."""
    people, coupons = state.population.people, state.offers.coupons
    pulls = np.array([0.0, *(0.0 if coupon.budget.closed else coupon.plain_pull for coupon in coupons)])
    holds = (people.ints[c.COUPON][rows] > 0) & (people.ints[c.COUPON_UNTIL][rows] >= start)
    rows = rows[~(holds & (pulls[people.ints[c.COUPON][rows]] > pulls[number]))]
    people.ints[c.COUPON][rows] = number
    people.ints[c.COUPON_FROM][rows] = start
    people.ints[c.COUPON_UNTIL][rows] = start + coupons[number - 1].days - 1


def standing_coupons(state: RunState) -> list[StandingOffer]:
    """The coupons that hold today, one entry for each programme and phase of validity."""
    if not state.offers.coupons or state.offers.budget.closed:
        return []
    population, market = state.population, state.inputs.market
    held, starts, ends = (population.column(name) for name in ("coupon", "coupon_from", "coupon_until"))
    holds = (held > 0) & (starts <= state.day) & (state.day <= ends)
    first, last = starts == state.day, ends == state.day
    phases = (("launch", first), ("deadline", last & ~first), ("proof", ~first & ~last))
    standing = []
    for number, coupon in enumerate(state.offers.coupons, start=1):
        mine = holds & (held == number)
        if coupon.budget.closed or not np.any(mine):
            continue
        if coupon.offer.first_order_only:
            mine &= population.column("orders") == 0
        for phase, when in phases:
            who, appeal = mine & when, appeal_today(coupon.offer, market, market.offers.salience.get(phase, 1.0))
            if appeal is not None and np.any(who):
                standing.append(
                    StandingOffer(
                        coupon.name, who, coupon.offer, appeal.pull, appeal.depth, coupon.budget, coupon=number
                    )
                )
    return standing
