"""The till: what today's offers make of today's baskets, while budgets and stocks last, in order of instants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.deals import StandingOffer, Till
from sim.draws import Decision
from sim.law.offers import overstated, redeem
from sim.shop import Shop

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NO_LIMIT = 2**62


@dataclass
class Sales:
    """Today's orders at the till, in order of instants; arrays of shape (n,), money in cents.

    `campaign_off` and `campaign_gift` are the campaigns' part of discounts and gifts, `campaign` and `coupon` tell
    under which kind of offer an order came, `delay` is how many days later its parcel is sent.
    """

    value: Ints
    discount: Ints
    gift: Ints
    campaign_off: Ints
    campaign_gift: Ints
    campaign: Mask
    coupon: Mask
    delay: Floats


@dataclass
class Claims:
    """What each order asks of its offers' tills: the shop's first, a campaign's second, a coupon programme's third."""

    till: Ints
    """Position of the till in `tills`, -1 for none; shape (n, 3)."""
    need: Ints
    """Cents; shape (n, 3)."""
    tills: list[Till]
    uses_coupon: Mask
    first_only: Mask


def ring(shop: Shop, row: Ints, ordinal: Ints, basket: Ints) -> Sales:
    """List value, discount and gifts of today's orders; rows in order of instants."""
    n = row.size
    a, b, c, d = np.zeros((4, n), dtype=np.int64)
    sales = Sales(basket.copy(), a, b, c, d, np.zeros(n, bool), np.zeros(n, bool), np.zeros(n))
    claims = Claims(np.full((n, 3), -1), np.zeros((n, 3), np.int64), [shop.till], np.zeros(n, bool), np.zeros(n, bool))
    number = shop.population.people.offer[row]
    for held in np.unique(number[number > 0]):
        offer_at_basket(shop, sales, claims, shop.deals.parts(int(held)), np.flatnonzero(number == held), row, ordinal)
    granted = settle_claims(shop, claims, row, ordinal, number > 0)
    for name in ("discount", "gift", "campaign_off", "campaign_gift", "campaign", "coupon", "delay"):
        getattr(sales, name)[~granted] = 0
    sales.value[~granted] = basket[~granted]
    after_sale(shop, sales, row, ordinal, granted)
    return sales


def offer_at_basket(
    shop: Shop, sales: Sales, claims: Claims, parts: list[StandingOffer], mine: Ints, row: Ints, ordinal: Ints
) -> None:
    """What one offer, or two that stack, makes of the baskets of the orders `mine`."""
    response = shop.market.offers
    u_stretch = shop.draw(Decision.STRETCH, row[mine], ordinal[mine])
    u_prize = shop.draw(Decision.PRIZE, row[mine], ordinal[mine])
    claims.till[mine, 0] = 0
    for part in parts:
        taken = sales.discount[mine]
        at = redeem(part.offer, response, sales.value[mine] - taken, u_stretch, u_prize)
        off = at.discount
        sales.value[mine] = at.value + taken
        sales.discount[mine] += off
        sales.gift[mine] += at.gift
        sales.delay[mine] = np.maximum(sales.delay[mine], part.offer.ships_after or 0.0)
        claims.first_only[mine] |= part.offer.first_order_only
        kind = 2 if part.coupon else 1
        (sales.coupon if part.coupon else sales.campaign)[mine] = True
        claims.uses_coupon[mine] |= part.coupon > 0
        if not part.coupon:
            sales.campaign_off[mine] += off
            sales.campaign_gift[mine] += at.gift
        claims.till[mine, kind] = _place(claims.tills, part.till)
        claims.need[mine, kind] = off + at.gift
        claims.need[mine, 0] += off + at.gift


def _place(tills: list[Till], till: Till) -> int:
    for place, known in enumerate(tills):
        if known is till:
            return place
    tills.append(till)
    return len(tills) - 1


def settle_claims(shop: Shop, claims: Claims, row: Ints, ordinal: Ints, offered: Mask) -> Mask:
    """Which orders get their offer, shape (n,); takes it out of the tills and uses up coupons."""
    money = np.array([NO_LIMIT if t.money is None else t.money for t in claims.tills], dtype=np.int64)
    pieces = np.array([NO_LIMIT if t.pieces is None else t.pieces for t in claims.tills], dtype=np.int64)
    closed = np.array([t.closed for t in claims.tills])
    granted = grant(
        row, offered & ~(claims.first_only & (ordinal > 1)), claims.till, claims.need, claims.uses_coupon,
        shop.population.people.coupon, money, pieces, closed,
    )  # fmt: skip
    for place, till in enumerate(claims.tills):
        till.money = None if till.money is None else int(money[place])
        till.pieces = None if till.pieces is None else int(pieces[place])
        till.closed = bool(closed[place])
    return np.asarray(granted)


@jit
def grant(
    row: Ints, asks: Mask, till: Ints, need: Ints, uses_coupon: Mask, coupon: npt.NDArray[np.int16], money: Ints,
    pieces: Ints, closed: Mask,
) -> Mask:  # fmt: skip
    """One order after the other: granted if every till of its offer still holds enough; the first that does not closes.

    Orders of shape (n,), their tills and needs of shape (n, 3); `money`, `pieces` and `closed` of shape (tills,) and
    `coupon` of shape (capacity,) are moved on.
    """
    granted = np.zeros(row.size, dtype=np.bool_)
    for j in range(row.size):
        if not asks[j] or (uses_coupon[j] and coupon[row[j]] == 0):
            continue
        fits = True
        for kind in range(3):
            t = till[j, kind]
            if t < 0:
                continue
            if not closed[t] and (money[t] < need[j, kind] or pieces[t] < 1):
                closed[t] = True
            fits = fits and not closed[t]
        if not fits:
            continue
        granted[j] = True
        for kind in range(3):
            t = till[j, kind]
            if t >= 0:
                money[t] -= need[j, kind]
                pieces[t] -= 1
        if uses_coupon[j]:
            coupon[row[j]] = 0
    return granted


def after_sale(shop: Shop, sales: Sales, row: Ints, ordinal: Ints, granted: Mask) -> None:
    """What prices leave behind: discounts remembered, newcomers who learn, claims found out."""
    people, market = shop.population.people, shop.market
    share = sales.discount / sales.value
    if shop.law.habitual:
        remember_prices(people.habit, row, share, shop.law.habit_memory)
    new = granted & (ordinal == 1)
    people.lam[row[new]] *= np.exp(market.lead.learning * share[new])
    if not any(overstated(part.offer) for part in (*shop.deals.campaigns, *shop.deals.coupons)):
        return
    number = people.offer[row]
    lie = np.array([0.0, *(_lie(shop.deals.parts(n)) for n in range(1, int(number.max(initial=0)) + 1))])[number]
    caught = granted & (shop.draw(Decision.DETECT, row, ordinal) < market.offers.detection)
    cost = market.trust.loss_factor * market.trust.honesty
    np.add.at(people.news, row[caught], -cost * lie[caught])


def _lie(parts: list[StandingOffer]) -> float:
    return sum(overstated(part.offer) for part in parts)


@jit
def remember_prices(habit: Floats, row: Ints, share: Floats, memory: float) -> None:
    """Each order's discount share, in order, moves what its buyer expects; `habit` of shape (capacity,)."""
    for j in range(row.size):
        habit[row[j]] = memory * habit[row[j]] + (1.0 - memory) * share[j]
