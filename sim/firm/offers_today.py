"""Offers of today: which offer acts on each person, and what it is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Prices
from sim.firm.coupons import standing_coupons
from sim.state.offers_held import OffersToday, StandingOffer
from sim.state.run_state import RunState


def offers_today(state: RunState) -> tuple[OffersToday, Prices]:
    """Write the number of each person's offer of today into the column `offer`; return what the numbers mean."""
    offers = OffersToday(sorted(state.planned.offers, key=lambda offer: offer.name), standing_coupons(state))
    column, coupons = state.population.column("offer"), len(offers.coupons) + 1
    column[:] = 0
    best_of(offers.campaigns, column)
    column *= coupons
    for number, coupon in enumerate(offers.coupons, start=1):
        column[coupon.who] += number
    pulls, depths, release = (np.zeros((len(offers.campaigns) + 1) * coupons) for _ in range(3))
    for number in range(1, pulls.size):
        parts, campaign = offers.parts(number), number // coupons
        pulls[number] = sum(part.pull for part in parts)
        depths[number] = 1.0 - float(np.prod([1.0 - part.depth for part in parts]))
        release[number] = 1.0 / offers.campaigns[campaign - 1].days_left if campaign else state.inputs.law.repay
    return offers, Prices(pulls, depths, release)


def best_of(offers: list[StandingOffer], column: npt.NDArray[np.int32]) -> None:
    """Write the number of each person's best offer into the column, from 1; the first of equals."""
    best = np.full(column.size if offers else 0, -1.0)
    for number, offer in enumerate(offers, start=1):
        better = offer.who & (offer.pull > best)
        column[better] = number
        best[better] = offer.pull
