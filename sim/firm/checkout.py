"""The checkout: what today's offers make of today's baskets, while budgets and stocks last, in order of instants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import DayOutputs
from sim.draws import Decision, gamma_quantiles
from sim.firm.compiled_steps import grant, remember_prices
from sim.firm.offer_end import end_offers
from sim.law.hazards import felts
from sim.law.offer_response import overstated, redeem, round_cents
from sim.people import customer_columns as c
from sim.state.daily_values import PlacedOrders, Sales
from sim.state.offers_held import OfferBudget, OffersToday, StandingOffer
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NO_LIMIT = 2**62


@dataclass
class Redemptions:
    """What each order asks of its offers' budgets: the shop's first, a campaign's second, a programme's third."""

    budget: Ints
    """Position in `budgets`, -1 for none; shape (n, 3)."""
    need: Ints
    """Cents; shape (n, 3)."""
    budgets: list[OfferBudget]
    uses_coupon: Mask
    first_only: Mask


@dataclass(frozen=True)
class Checkout:
    """Orders, what offers would make of them, and what they ask of the budgets."""

    orders: PlacedOrders
    sales: Sales
    asked: Redemptions


def check_out(state: RunState, out: DayOutputs, orders: PlacedOrders) -> tuple[PlacedOrders, Sales]:
    """Today's orders as they come to be, and what is paid for them.

    Where a budget closes, its offers end at that instant, and the rest of the day is gone through again without them.
    """
    ended = np.full(state.population.size, np.inf)
    closed: list[OfferBudget] = []
    while True:
        basket = list_values(state, orders)
        held = np.where(orders.instant >= ended[orders.row], 0, state.population.column("offer")[orders.row])
        checkout = at_basket(state, orders, basket, held)
        result = try_redemptions(checkout.asked, orders, held > 0)
        if result.closing < 0:
            break
        instant = float(orders.instant[result.closing])
        for place in np.flatnonzero(result.short):
            closed.append(checkout.asked.budgets[place])
            rows = holders_of(state, closed[-1], ended)
            ended[rows] = instant
            orders = end_offers(state, out, orders, rows, instant)
    sales, refused = checkout.sales, ~result.granted
    for name in ("discount", "gift", "campaign_off", "campaign_gift", "campaign", "coupon", "delay"):
        getattr(sales, name)[refused] = 0
    sales.value[refused] = basket[refused]
    commit(state, checkout.asked, result, orders)
    for budget in closed:
        budget.closed = True
    after_sale(state, checkout, held, result.granted)
    return orders, sales


def list_values(state: RunState, orders: PlacedOrders) -> Ints:
    """What is in the baskets, cents; trust fills them."""
    people, market = state.population.people, state.inputs.market
    u = state.population.uniforms(Decision.BASKET, orders.row, orders.ordinal)
    basket = gamma_quantiles(u, market.spend.p) / people.reals[c.NU][orders.row]
    if market.trust.spend_effect != 0.0:
        basket = basket * np.exp(
            market.trust.spend_effect * people.reals[c.SIGMA][orders.row] * felts(people.reals[c.TRUST][orders.row])
        )
    return np.maximum(round_cents(basket), 1)


def at_basket(state: RunState, orders: PlacedOrders, basket: Ints, held: Ints) -> Checkout:
    """What the offers held would make of all baskets, and what each order asks of the budgets."""
    n = orders.row.size
    a, b, c, d = np.zeros((4, n), dtype=np.int64)
    sales = Sales(basket.copy(), a, b, c, d, np.zeros(n, bool), np.zeros(n, bool), np.zeros(n))
    budgets = [state.offers.budget]
    asked = Redemptions(np.full((n, 3), -1), np.zeros((n, 3), np.int64), budgets, np.zeros(n, bool), np.zeros(n, bool))
    checkout = Checkout(orders, sales, asked)
    for number in np.unique(held[held > 0]):
        offer_at_basket(state, checkout, state.results.offers.parts(int(number)), np.flatnonzero(held == number))
    return checkout


def offer_at_basket(state: RunState, checkout: Checkout, parts: list[StandingOffer], mine: Ints) -> None:
    """What one offer, or two that stack, makes of the baskets of the orders `mine`."""
    orders, sales, asked, response = checkout.orders, checkout.sales, checkout.asked, state.inputs.market.offers
    u_stretch, u_prize = (
        state.population.uniforms(decision, orders.row[mine], orders.ordinal[mine])
        for decision in (Decision.STRETCH, Decision.PRIZE)
    )
    asked.budget[mine, 0] = 0
    for part in parts:
        taken = sales.discount[mine]
        at = redeem(part.offer, response, sales.value[mine] - taken, u_stretch, u_prize)
        off = at.discount
        sales.value[mine] = at.value + taken
        sales.discount[mine] += off
        sales.gift[mine] += at.gift
        sales.delay[mine] = np.maximum(sales.delay[mine], part.offer.ships_after or 0.0)
        asked.first_only[mine] |= part.offer.first_order_only
        kind = 2 if part.coupon else 1
        (sales.coupon if part.coupon else sales.campaign)[mine] = True
        asked.uses_coupon[mine] |= part.coupon > 0
        if not part.coupon:
            sales.campaign_off[mine] += off
            sales.campaign_gift[mine] += at.gift
        asked.budget[mine, kind] = _place(asked.budgets, part.budget)
        asked.need[mine, kind] = off + at.gift
        asked.need[mine, 0] += off + at.gift


def holders_of(state: RunState, budget: OfferBudget, ended: Floats) -> Ints:
    """Rows of the people who hold an offer on this budget that has not ended yet."""
    offers = state.results.offers
    count = (len(offers.campaigns) + 1) * (len(offers.coupons) + 1)
    of_all = budget is state.offers.budget
    draws = np.array([False, *(of_all or _draws_on(offers, n, budget) for n in range(1, count))])
    return np.flatnonzero(draws[state.population.column("offer")] & np.isinf(ended))


def _draws_on(offers: OffersToday, number: int, budget: OfferBudget) -> bool:
    return any(part.budget is budget for part in offers.parts(number))


def _place(budgets: list[OfferBudget], budget: OfferBudget) -> int:
    for place, known in enumerate(budgets):
        if known is budget:
            return place
    budgets.append(budget)
    return len(budgets) - 1


@dataclass(frozen=True)
class CheckoutResult:
    """What the budgets would give: granted orders, shape (n,), what is left, and which order first closes a budget."""

    granted: Mask
    money: Ints
    pieces: Ints
    closing: int
    """Position of the order, -1 where no budget closes."""
    short: Mask
    """The budgets that it closes, shape (budgets,)."""


def try_redemptions(asked: Redemptions, orders: PlacedOrders, offered: Mask) -> CheckoutResult:
    """Go through the orders one after the other, without changing the budgets yet."""
    money = np.array([NO_LIMIT if b.money is None else b.money for b in asked.budgets], dtype=np.int64)
    pieces = np.array([NO_LIMIT if b.pieces is None else b.pieces for b in asked.budgets], dtype=np.int64)
    closed = np.array([b.closed for b in asked.budgets])
    asks = offered & ~(asked.first_only & (orders.ordinal > 1))
    granted, closing, short = grant(
        orders.row, asks, asked.budget, asked.need, asked.uses_coupon, money, pieces, closed
    )
    return CheckoutResult(np.asarray(granted), money, pieces, int(closing), np.asarray(short))


def commit(state: RunState, asked: Redemptions, result: CheckoutResult, orders: PlacedOrders) -> None:
    """Take what was granted out of the budgets and use the coupons up."""
    for place, budget in enumerate(asked.budgets):
        budget.money = None if budget.money is None else int(result.money[place])
        budget.pieces = None if budget.pieces is None else int(result.pieces[place])
    state.population.column("coupon")[orders.row[result.granted & asked.uses_coupon]] = 0


def after_sale(state: RunState, checkout: Checkout, held: Ints, granted: Mask) -> None:
    """The effects of prices: discounts remembered, newcomers who learn, false claims found out."""
    people, market, law, offers = state.population.people, state.inputs.market, state.inputs.law, state.results.offers
    sales, row, ordinal = checkout.sales, checkout.orders.row, checkout.orders.ordinal
    share = sales.discount / sales.value
    if law.habitual:
        remember_prices(people.reals[c.HABIT], row, share, law.habit_memory)
    new = granted & (ordinal == 1)
    people.reals[c.LAM][row[new]] *= np.exp(market.lead.learning * share[new])
    if not any(overstated(part.offer) for part in (*offers.campaigns, *offers.coupons)):
        return
    false = np.array([0.0, *(_false_share(offers.parts(n)) for n in range(1, int(held.max(initial=0)) + 1))])[held]
    caught = granted & (state.population.uniforms(Decision.DETECT, row, ordinal) < market.offers.detection)
    cost = market.trust.loss_factor * market.trust.honesty
    np.add.at(people.reals[c.NEWS], row[caught], -cost * false[caught])


def _false_share(parts: list[StandingOffer]) -> float:
    return sum(overstated(part.offer) for part in parts)
