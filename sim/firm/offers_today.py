"""Offers of today: which offer acts on each person, and what it is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Prices
from sim.firm.coupons import coupon_terms, standing_coupons
from sim.law.waiting import DECIDED
from sim.midnight.offers_of_people import OffersAsked, write_offers
from sim.people.customer_columns import NEVER
from sim.state.offers_held import NO_OFFERS, OffersToday, PlannedOffer
from sim.state.run_state import RunState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def offers_today(state: RunState) -> OffersToday:
    """Write the number of each person's offer of today into the column `offer`; return what the numbers mean."""
    yesterday, size = state.results.offers, state.population.size
    planned = [*state.planned.offers, *still_held(state)]
    if not (planned or state.offers.coupons or yesterday.campaigns):
        return NO_OFFERS
    planned = sorted(planned, key=lambda one: one.offer.name)
    coupons, numbers = standing_coupons(state)
    if planned or coupons or yesterday.campaigns or yesterday.coupons:
        who = np.empty((len(planned), size), dtype=bool)
        for place, one in enumerate(planned):
            who[place] = one.who
        note_starts(state, planned)
        asked = OffersAsked(coupon_terms(state.offers), numbers, np.array([one.offer.pull for one in planned]), who)
        state.threads.share(
            write_offers, size, state.inputs.block, state.day, state.population.people, asked, len(coupons) + 1,
            light=True,
        )  # fmt: skip
    if not planned and not yesterday.campaigns and coupons == yesterday.coupons:
        return yesterday
    offers = OffersToday([one.offer for one in planned], coupons)
    return OffersToday(offers.campaigns, coupons, prices_of(offers, state.inputs.law.repay))


def still_held(state: RunState) -> Iterator[PlannedOffer]:
    """Campaigns' offers that ended yesterday, for those who held them and whose purchase is decided and not made."""
    if state.inputs.service.questions_per_purchase == 0.0:
        return
    yesterday, population = state.results.offers, state.population
    for place, one in enumerate(yesterday.campaigns, start=1):
        if one.days_left == 1 and not (one.budget.closed or state.offers.budget.closed):
            decided = population.column("order_left") == DECIDED
            who = decided & (population.column("offer") // (len(yesterday.coupons) + 1) == place)
            if one.offer.first_order_only:
                who &= population.column("orders") == 0
            yield PlannedOffer(replace(one, days_left=0, begins=False), who)


def note_starts(state: RunState, planned: list[PlannedOffer]) -> None:
    """What people see of campaigns that begin: when the last began, how long after the one before, and how deep.

    Of several that begin on one day, the one that saves most counts.
    """
    begin = [one for one in planned if one.offer.begins]
    if not begin:
        return
    population, memory = state.population, state.inputs.market.offers.expected_memory
    saving, known = np.full(population.size, -1.0), population.column("found_out")
    for one in begin:
        savings, rows = np.array([appeal.saving for appeal in one.offer.appeals]), np.flatnonzero(one.who)
        saving[rows] = np.maximum(saving[rows], savings[known[rows]])
    last, gap, expected = (population.column(name) for name in ("campaign_day", "campaign_gap", "expected"))
    rows = np.flatnonzero(saving >= 0.0)
    first = last[rows] == NEVER
    kept = np.where(first, 0.0, memory)
    expected[rows] = kept * expected[rows] + (1.0 - kept) * saving[rows]
    gap[rows] = np.where(first, 0, state.day - last[rows])
    last[rows] = state.day


def prices_of(offers: OffersToday, repay: float) -> Prices:
    """Pull, release and saving of every number; `repay` is the release of coupons."""
    width = len(offers.coupons) + 1
    numbers = (len(offers.campaigns) + 1) * width
    (pulls, savings), release = np.zeros((2, 2, numbers)), np.full(numbers, repay)
    parts = [offers.parts(number) for number in range(numbers)]
    for known in range(2):
        appeals = [[part.appeals[known] for part in both] for both in parts]
        pulls[known] = [sum([one.pull for one in both]) for both in appeals]
        savings[known] = [1.0 - math.prod([1.0 - one.saving for one in both]) for both in appeals]
    for campaign, one in enumerate(offers.campaigns, start=1):
        release[campaign * width : (campaign + 1) * width] = 1.0 / max(one.days_left, 1)
    release[0] = 0.0
    return Prices(pulls, release, savings)
