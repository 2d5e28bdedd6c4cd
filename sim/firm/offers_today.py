"""Offers of today: which offer acts on each person, and what it is worth."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import BLOCK, Prices
from sim.firm.coupons import coupon_terms, standing_coupons, write_coupons
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.state.offers_held import NO_OFFERS, OffersToday
from sim.state.run_state import RunState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def offers_today(state: RunState) -> OffersToday:
    """Write the number of each person's offer of today into the column `offer`; return what the numbers mean."""
    planned, yesterday, size = state.planned.offers, state.results.offers, state.population.size
    if not (planned or state.offers.coupons or yesterday.campaigns):
        return NO_OFFERS
    planned = sorted(planned, key=lambda one: one.offer.name)
    coupons, numbers = standing_coupons(state)
    if planned or coupons or yesterday.campaigns or yesterday.coupons:
        who = np.empty((len(planned), size), dtype=bool)
        for place, one in enumerate(planned):
            who[place] = one.who
        asked = OffersAsked(coupon_terms(state.offers), numbers, np.array([one.offer.pull for one in planned]), who)
        state.threads.share(
            write_offers, size, state.inputs.block, state.day, state.population.people, asked, len(coupons) + 1
        )
    if not planned and not yesterday.campaigns and coupons == yesterday.coupons:
        return yesterday
    offers = OffersToday([one.offer for one in planned], coupons)
    return OffersToday(offers.campaigns, coupons, prices_of(offers, state.inputs.law.repay))


class OffersAsked(NamedTuple):
    """Terms of all coupons, numbers of those that stand (`standing_coupons`), and pull and people of each campaign.

    `pulls` of shape (campaigns,), `who` of shape (campaigns, size).
    """

    terms: npt.NDArray[np.void]
    numbers: Ints
    pulls: Floats
    who: Mask


@jit
def write_offers(first: int, last: int, day: int, people: CustomerColumns, asked: OffersAsked, width: int) -> None:
    """Write the number of each person's offer of today (`OffersToday`) into the column `offer`.

    `width` is one more than the coupons that stand. Of campaigns, the one that pulls most counts, the first of equals.
    By blocks that stay in the processor's cache.
    """
    pulls = asked.pulls
    for start in range(first, last, BLOCK):
        end = min(start + BLOCK, last)
        offers = people.ints[c.OFFER, start:end]
        if width > 1:
            write_coupons(start, end, day, people, asked.terms, asked.numbers)
        else:
            offers[:] = 0
        if pulls.size > 0:
            who = asked.who[:, start:end]
            for i in range(offers.size):
                best, campaign = -1.0, 0
                for k in range(pulls.size):
                    if who[k, i] and pulls[k] > best:
                        best, campaign = pulls[k], k + 1
                offers[i] += campaign * width


def prices_of(offers: OffersToday, repay: float) -> Prices:
    """Pull, depth and release of every number; `repay` is the release of coupons."""
    width = len(offers.coupons) + 1
    pulls, depths, release = np.zeros((3, (len(offers.campaigns) + 1) * width))
    for number in range(1, pulls.size):
        parts, campaign = offers.parts(number), number // width
        pulls[number] = sum(part.pull for part in parts)
        depths[number] = 1.0 - math.prod(1.0 - part.depth for part in parts)
        release[number] = 1.0 / offers.campaigns[campaign - 1].days_left if campaign else repay
    return Prices(pulls, depths, release)
