"""Coupons: their numbers, handing them out, and which of them hold today."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.law.offer_response import appeals_today, pull_of
from sim.midnight.offers_of_people import hand_out
from sim.scenario import Market, Offer
from sim.state.daily_values import COUPON_TERMS, PHASES
from sim.state.offers_held import Coupon, OfferBudget, StandingOffer
from sim.state.run_state import Offers, RunState

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Terms = npt.NDArray[np.void]


def coupon_number(offers: Offers, market: Market, name: str, offer: Offer) -> int:
    """The number of a programme's coupon, from 1; a new one where the programme or its offer is new."""
    for number, coupon in enumerate(offers.coupons, start=1):
        if coupon.name == name and coupon.offer == offer:
            return number
    days, pull = math.ceil(offer.valid or 1.0), pull_of(offer, market.offers, market.spend.mean)
    budget, number = OfferBudget(offer.budget, offer.stock), len(offers.coupons) + 1
    standing: list[StandingOffer | None] = []
    for phase in PHASES:
        appeals = appeals_today(offer, market.offers, market.spend.mean, market.offers.salience.get(phase, 1.0))
        standing.append(None if appeals is None else StandingOffer(name, offer, appeals, budget, coupon=number))
    offers.coupons.append(Coupon(name, offer, days, pull, budget, tuple(standing)))
    return number


def coupon_terms(offers: Offers) -> Terms:
    """The terms of all coupons by number, 0 being none (`COUPON_TERMS`)."""
    closed = sum(coupon.budget.closed for coupon in offers.coupons)
    if (offers.terms.size, offers.closed) != (len(offers.coupons) + 1, closed):
        rows = [(0.0, 0, False)]
        for coupon in offers.coupons:
            pull = 0.0 if coupon.budget.closed else coupon.plain_pull
            rows.append((pull, coupon.days, coupon.offer.first_order_only))
        offers.terms, offers.closed = np.array(rows, dtype=COUPON_TERMS), closed
    return offers.terms


def give_coupon(state: RunState, number: int, rows: Ints, start: int) -> None:
    """Hand coupon `number` to these people, valid from day `start`, unless they hold one that pulls more."""
    note_handing_out(state.offers, number, start)
    if rows.size:
        first = int(rows.min())
        given = np.zeros(int(rows.max()) + 1 - first, dtype=bool)
        given[rows - first] = True
        hand_out(state.population.people, first, given, number, start, coupon_terms(state.offers))


def note_handing_out(offers: Offers, number: int, start: int) -> None:
    """Note that coupon `number` is handed out, valid from day `start`."""
    coupon = offers.coupons[number - 1]
    coupon.until = max(coupon.until, start + coupon.days - 1)


def standing_coupons(state: RunState) -> tuple[list[StandingOffer], Ints]:
    """The coupons that people may hold today, one for each programme and phase of validity, and their numbers, from 1.

    They stand a day longer than they are valid, for purchases that are decided and not made. The numbers are by
    1 + phase + phases times (coupon - 1), 0 for what does not stand.
    """
    offers = state.offers
    standing: list[StandingOffer] = []
    numbers = np.zeros(1 + len(PHASES) * len(offers.coupons), dtype=np.int64)
    for place, coupon in enumerate(offers.coupons):
        if coupon.until >= state.day - 1 and not (coupon.budget.closed or offers.budget.closed):
            for phase, one in enumerate(coupon.standing):
                if one is not None:
                    standing.append(one)
                    numbers[1 + phase + len(PHASES) * place] = len(standing)
    return standing, numbers
