"""Offers held: campaigns' offers of today and the coupons that people keep, and the tills that they draw on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Prices
from sim.scenario.offer import Offer

if TYPE_CHECKING:
    from sim.run_state import RunState

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass
class OfferBudget:
    """What offers may still take: discount money in cents and pieces of stock; None is without limit."""

    money: int | None = None
    pieces: int | None = None
    closed: bool = False


@dataclass(frozen=True)
class StandingOffer:
    """An offer that holds today for everybody in `who`.

    `pull` includes salience, quality and effort; `days_left` counts today; `coupon` is 0 for a campaign's offer.
    """

    name: str
    who: Mask
    offer: Offer
    pull: float
    depth: float
    till: OfferBudget
    days_left: int = 1
    coupon: int = 0


@dataclass
class Coupon:
    """One programme's coupons: what they are worth, and what they may still give away."""

    name: str
    offer: Offer
    days: int
    plain_pull: float
    """Pull at salience 1."""
    till: OfferBudget


def give_coupon(shop: RunState, number: int, rows: Ints, start: int) -> None:
    """Hand coupon `number` to these people, valid from day `start`, unless they hold one that pulls more."""
    people, coupons = shop.population.people, shop.coupons
    pulls = np.array([0.0, *(0.0 if coupon.till.closed else coupon.plain_pull for coupon in coupons)])
    live = (people.coupon[rows] > 0) & (people.coupon_until[rows] >= start)
    rows = rows[~(live & (pulls[people.coupon[rows]] > pulls[number]))]
    people.coupon[rows] = number
    people.coupon_from[rows] = start
    people.coupon_until[rows] = start + coupons[number - 1].days - 1


@dataclass(frozen=True)
class OffersToday:
    """What the numbers in the column `offer` stand for: c (coupons + 1) + k for campaign c and coupon k, from 1."""

    campaigns: list[StandingOffer]
    coupons: list[StandingOffer]

    def limited(self, till: OfferBudget) -> bool:
        """Whether any till could close today, the shop's own among them."""
        tills = [till, *(part.till for part in (*self.campaigns, *self.coupons))]
        offered = bool(self.campaigns or self.coupons)
        return offered and any(each.money is not None or each.pieces is not None for each in tills)

    def parts(self, number: int) -> list[StandingOffer]:
        """What acts under a number: both where both stack, the campaign's first; else the one that pulls more."""
        campaign, coupon = divmod(number, len(self.coupons) + 1)
        both = [*([self.campaigns[campaign - 1]] if campaign else []), *([self.coupons[coupon - 1]] if coupon else [])]
        return both if all(part.offer.stacks for part in both) else [max(both, key=lambda part: part.pull)]


def deals_of(shop: RunState) -> tuple[OffersToday, Prices]:
    """Write the number of each person's offer of today into the column `offer`, and return what the numbers mean."""
    deals = OffersToday(sorted(shop.offers, key=lambda offer: offer.name), standing_coupons(shop))
    column, coupons = shop.population.column("offer"), len(deals.coupons) + 1
    column[:] = 0
    best_of(deals.campaigns, column)
    column *= coupons
    for number, coupon in enumerate(deals.coupons, start=1):
        column[coupon.who] += number
    pulls, depths, release = (np.zeros((len(deals.campaigns) + 1) * coupons) for _ in range(3))
    for number in range(1, pulls.size):
        parts, campaign = deals.parts(number), number // coupons
        pulls[number] = sum(part.pull for part in parts)
        depths[number] = 1.0 - float(np.prod([1.0 - part.depth for part in parts]))
        release[number] = 1.0 / deals.campaigns[campaign - 1].days_left if campaign else shop.law.repay
    return deals, Prices(pulls, depths, release)


def best_of(offers: list[StandingOffer], column: npt.NDArray[np.int32]) -> None:
    """Write the number of each person's best offer into the column, from 1; the first of equals."""
    best = np.full(column.size if offers else 0, -1.0)
    for number, offer in enumerate(offers, start=1):
        better = offer.who & (offer.pull > best)
        column[better] = number
        best[better] = offer.pull


def standing_coupons(shop: RunState) -> list[StandingOffer]:
    """The coupons that hold today, one entry for each programme and phase of validity."""
    if not shop.coupons or shop.till.closed:
        return []
    held = shop.population.column("coupon")
    starts, ends = shop.population.column("coupon_from"), shop.population.column("coupon_until")
    holds = (held > 0) & (starts <= shop.today) & (shop.today <= ends)
    first, last = starts == shop.today, ends == shop.today
    phases = (("launch", first), ("deadline", last & ~first), ("proof", ~first & ~last))
    standing = []
    for number, coupon in enumerate(shop.coupons, start=1):
        mine = holds & (held == number)
        if coupon.till.closed or not np.any(mine):
            continue
        if coupon.offer.first_order_only:
            mine &= shop.population.column("orders") == 0
        for phase, when in phases:
            who, salience = mine & when, shop.market.offers.salience.get(phase, 1.0)
            if np.any(who) and shop.tempts(coupon.offer, salience):
                appeal, pull = shop.appeal(coupon.offer), shop.pull(coupon.offer, salience)
                standing.append(
                    StandingOffer(coupon.name, who, coupon.offer, pull, appeal.depth, coupon.till, 1, number)
                )
    return standing
