"""Offers that people hold: campaigns' offers of today and coupons, and the budgets that they draw on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Prices
from sim.law.offer_response import Appeal
from sim.people.customer_columns import NEVER
from sim.scenario import Offer

Mask = npt.NDArray[np.bool_]


@dataclass
class OfferBudget:
    """What offers may still take: discount money in cents and pieces of stock; None is without limit."""

    money: int | None = None
    pieces: int | None = None
    closed: bool = False


@dataclass(frozen=True, eq=False)
class StandingOffer:
    """An offer that holds today.

    `appeals` are those of who believes it and of who has found out a false claim, with salience, quality and effort;
    `begins` says whether this is the first day of a campaign; `days_left` counts today, and is 0 where only purchases
    that are decided are still made under it; `coupon` is 0 for a campaign's offer.
    """

    name: str
    offer: Offer
    appeals: tuple[Appeal, Appeal]
    budget: OfferBudget
    begins: bool = False
    days_left: int = 1
    coupon: int = 0

    @property
    def pull(self) -> float:
        """The pull on those who believe it, which decides between offers."""
        return self.appeals[0].pull


class PlannedOffer(NamedTuple):
    """A campaign's offer of today, for everybody in `who`, shape (size,)."""

    offer: StandingOffer
    who: Mask


@dataclass
class Coupon:
    """One programme's coupons: what they are worth, and what they may still give away."""

    name: str
    offer: Offer
    days: int
    plain_pull: float
    """Pull at salience 1."""
    budget: OfferBudget
    standing: tuple[StandingOffer | None, ...]
    """The coupon in each of its phases; None where it is not worth its effort."""
    until: int = NEVER
    """The last day on which anybody may hold one."""


NO_PRICES = Prices(np.zeros((2, 1)), np.zeros(1), np.zeros((2, 1)))
"""Prices of a day without offers."""


@dataclass(frozen=True)
class OffersToday:
    """The meaning of the numbers in the column `offer`: c (coupons + 1) + k for campaign c and coupon k, from 1."""

    campaigns: list[StandingOffer]
    coupons: list[StandingOffer]
    prices: Prices = NO_PRICES
    """The same for the compiled day."""

    def limited(self, of_all: OfferBudget) -> bool:
        """Whether any budget could close today; `of_all` is the one of all offers together."""
        budgets = [of_all, *(part.budget for part in (*self.campaigns, *self.coupons))]
        offered = bool(self.campaigns or self.coupons)
        return offered and any(each.money is not None or each.pieces is not None for each in budgets)

    def both(self, number: int) -> list[StandingOffer]:
        """The campaign's offer and the coupon under a number, as far as it has them."""
        campaign, coupon = divmod(number, len(self.coupons) + 1)
        return [*([self.campaigns[campaign - 1]] if campaign else []), *([self.coupons[coupon - 1]] if coupon else [])]

    def parts(self, number: int) -> list[StandingOffer]:
        """What acts under a number: both where both stack, the campaign's first; else the one that pulls more."""
        both = self.both(number)
        if len(both) < 2 or (both[0].offer.stacks and both[1].offer.stacks):
            return both
        return [max(both, key=lambda part: part.pull)]


NO_OFFERS = OffersToday([], [])
"""A day without offers."""
