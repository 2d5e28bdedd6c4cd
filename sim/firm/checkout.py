"""The till: what today's offers make of today's baskets, while budgets and stocks last, in order of instants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import DayOutputs
from sim.draws import Decision, gamma_quantiles
from sim.firm.compiled_steps import grant, remember_prices
from sim.firm.offer_end import PlacedOrders, end_offers
from sim.firm.offers_today import OfferBudget, StandingOffer
from sim.law.hazards import felts
from sim.law.offer_response import overstated, redeem, round_cents
from sim.run_state import RunState

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
class Redemptions:
    """What each order asks of its offers' tills: the shop's first, a campaign's second, a coupon programme's third."""

    till: Ints
    """Position of the till in `tills`, -1 for none; shape (n, 3)."""
    need: Ints
    """Cents; shape (n, 3)."""
    tills: list[OfferBudget]
    uses_coupon: Mask
    first_only: Mask


def ring(shop: RunState, out: DayOutputs, orders: PlacedOrders) -> tuple[PlacedOrders, Sales]:
    """Today's orders as they come to be, and what is paid for them.

    Where a till closes, its offers end at that instant, and the rest of the day is gone through again without them.
    """
    ended = np.full(shop.population.size, np.inf)
    closed: list[OfferBudget] = []
    while True:
        basket = list_values(shop, orders)
        held = np.where(orders.instant >= ended[orders.row], 0, shop.population.people.offer[orders.row])
        sales, claims = at_basket(shop, orders, basket, held)
        trial = settle_claims(shop, claims, orders, held > 0)
        if trial.closing < 0:
            break
        instant = float(orders.instant[trial.closing])
        for place in np.flatnonzero(trial.short):
            closed.append(claims.tills[place])
            orders = end_offers(shop, out, orders, holders_of(shop, closed[-1], ended), ended, instant)
    for name in ("discount", "gift", "campaign_off", "campaign_gift", "campaign", "coupon", "delay"):
        getattr(sales, name)[~trial.granted] = 0
    sales.value[~trial.granted] = basket[~trial.granted]
    commit(shop, claims, trial, orders)
    for till in closed:
        till.closed = True
    after_sale(shop, sales, orders, held, trial.granted)
    return orders, sales


def list_values(shop: RunState, orders: PlacedOrders) -> Ints:
    """What is in the baskets, cents; trust fills them."""
    people, market = shop.population.people, shop.market
    basket = gamma_quantiles(shop.draw(Decision.BASKET, orders.row, orders.ordinal), market.spend.p)
    basket = basket / people.nu[orders.row]
    if market.trust.spend_effect != 0.0:
        basket = basket * np.exp(market.trust.spend_effect * people.sigma[orders.row] * felts(people.trust[orders.row]))
    return np.maximum(round_cents(basket), 1)


def at_basket(shop: RunState, orders: PlacedOrders, basket: Ints, held: Ints) -> tuple[Sales, Redemptions]:
    """What the offers held would make of all baskets, and what each order asks of the tills."""
    n = orders.row.size
    a, b, c, d = np.zeros((4, n), dtype=np.int64)
    sales = Sales(basket.copy(), a, b, c, d, np.zeros(n, bool), np.zeros(n, bool), np.zeros(n))
    claims = Redemptions(
        np.full((n, 3), -1), np.zeros((n, 3), np.int64), [shop.till], np.zeros(n, bool), np.zeros(n, bool)
    )
    for number in np.unique(held[held > 0]):
        mine = np.flatnonzero(held == number)
        offer_at_basket(shop, sales, claims, shop.deals.parts(int(number)), mine, orders.row, orders.ordinal)
    return sales, claims


def offer_at_basket(
    shop: RunState, sales: Sales, claims: Redemptions, parts: list[StandingOffer], mine: Ints, row: Ints, ordinal: Ints
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


def holders_of(shop: RunState, till: OfferBudget, ended: Floats) -> Ints:
    """Rows of the people who hold an offer of this till that has not ended yet."""
    count = (len(shop.deals.campaigns) + 1) * (len(shop.deals.coupons) + 1)
    draws = np.array([False, *(till is shop.till or _draws_on(shop, n, till) for n in range(1, count))])
    return np.flatnonzero(draws[shop.population.column("offer")] & np.isinf(ended))


def _draws_on(shop: RunState, number: int, till: OfferBudget) -> bool:
    return any(part.till is till for part in shop.deals.parts(number))


def _place(tills: list[OfferBudget], till: OfferBudget) -> int:
    for place, known in enumerate(tills):
        if known is till:
            return place
    tills.append(till)
    return len(tills) - 1


@dataclass(frozen=True)
class CheckoutResult:
    """What the tills would give: granted orders, shape (n,), what is left, and the first order that closes a till."""

    granted: Mask
    money: Ints
    pieces: Ints
    closing: int
    """Position of the order, -1 where no till closes."""
    short: Mask
    """The tills that it closes, shape (tills,)."""


def settle_claims(shop: RunState, claims: Redemptions, orders: PlacedOrders, offered: Mask) -> CheckoutResult:
    """Go through the orders one after the other, without touching the tills yet."""
    money = np.array([NO_LIMIT if t.money is None else t.money for t in claims.tills], dtype=np.int64)
    pieces = np.array([NO_LIMIT if t.pieces is None else t.pieces for t in claims.tills], dtype=np.int64)
    closed = np.array([t.closed for t in claims.tills])
    asks = offered & ~(claims.first_only & (orders.ordinal > 1))
    granted, closing, short = grant(
        orders.row, asks, claims.till, claims.need, claims.uses_coupon, money, pieces, closed
    )
    return CheckoutResult(np.asarray(granted), money, pieces, int(closing), np.asarray(short))


def commit(shop: RunState, claims: Redemptions, trial: CheckoutResult, orders: PlacedOrders) -> None:
    """Take what was granted out of the tills and use the coupons up."""
    for place, till in enumerate(claims.tills):
        till.money = None if till.money is None else int(trial.money[place])
        till.pieces = None if till.pieces is None else int(trial.pieces[place])
    shop.population.people.coupon[orders.row[trial.granted & claims.uses_coupon]] = 0


def after_sale(shop: RunState, sales: Sales, orders: PlacedOrders, held: Ints, granted: Mask) -> None:
    """What prices leave behind: discounts remembered, newcomers who learn, claims found out."""
    people, market, row, ordinal = shop.population.people, shop.market, orders.row, orders.ordinal
    share = sales.discount / sales.value
    if shop.law.habitual:
        remember_prices(people.habit, row, share, shop.law.habit_memory)
    new = granted & (ordinal == 1)
    people.lam[row[new]] *= np.exp(market.lead.learning * share[new])
    if not any(overstated(part.offer) for part in (*shop.deals.campaigns, *shop.deals.coupons)):
        return
    lie = np.array([0.0, *(_lie(shop.deals.parts(n)) for n in range(1, int(held.max(initial=0)) + 1))])[held]
    caught = granted & (shop.draw(Decision.DETECT, row, ordinal) < market.offers.detection)
    cost = market.trust.loss_factor * market.trust.honesty
    np.add.at(people.news, row[caught], -cost * lie[caught])


def _lie(parts: list[StandingOffer]) -> float:
    return sum(overstated(part.offer) for part in parts)
