"""Offers of today: which offer acts on each person, and what it is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Prices
from sim.firm.coupons import standing_coupons
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
    if planned or coupons:
        who = np.empty((len(planned), size), dtype=bool)
        for place, one in enumerate(planned):
            who[place] = one.who
        pulls, width = np.array([one.offer.pull for one in planned]), len(coupons) + 1
        state.threads.share(
            number_offers, size, state.inputs.block, state.population.people, pulls, who, numbers, width
        )
    if not planned and not yesterday.campaigns and coupons == yesterday.coupons:
        return yesterday
    offers = OffersToday([one.offer for one in planned], coupons)
    return OffersToday(offers.campaigns, coupons, prices_of(offers, state.inputs.law.repay))


@jit
def number_offers(
    first: int, last: int, people: CustomerColumns, pulls: Floats, who: Mask, numbers: Ints, width: int
) -> None:
    """Turn each person's place of holding in the column `offer` into the number of today's offer (`OffersToday`).

    `pulls` of shape (campaigns,), `who` of shape (campaigns, size): of campaigns, the one that pulls most counts, the
    first of equals. `numbers` of shape (places,).
    """
    offers = people.ints[c.OFFER, first:last]
    if numbers.size > 1:
        for i in range(offers.size):
            if offers[i] > 0:
                offers[i] = numbers[offers[i]]
    if pulls.size > 0:
        for i in range(offers.size):
            best, campaign = -1.0, 0
            for k in range(pulls.size):
                if who[k, first + i] and pulls[k] > best:
                    best, campaign = pulls[k], k + 1
            offers[i] += campaign * width


def prices_of(offers: OffersToday, repay: float) -> Prices:
    """Pull, depth and release of every number; `repay` is the release of coupons."""
    width = len(offers.coupons) + 1
    pulls, depths, release = np.zeros((3, (len(offers.campaigns) + 1) * width))
    for number in range(1, pulls.size):
        parts, campaign = offers.parts(number), number // width
        pulls[number] = sum(part.pull for part in parts)
        depths[number] = 1.0 - float(np.prod([1.0 - part.depth for part in parts]))
        release[number] = 1.0 / offers.campaigns[campaign - 1].days_left if campaign else repay
    return Prices(pulls, depths, release)
