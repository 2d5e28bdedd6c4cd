"""Today's offers and budgets, and the market's numbers of the checkout, in the form that compiled functions take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.draws import gamma_quantile_table
from sim.law.offer_terms import reach_of, terms_of
from sim.law.redemption import OfferTerms
from sim.sales.sale_arrays import Budgets, SaleNumbers, SaleOffers
from sim.scenario import Campaign, Offer
from sim.state.offers_held import OfferBudget, OffersToday
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NO_LIMIT = 2**62


def sale_numbers(state: RunState) -> SaleNumbers:
    """The numbers of a run."""
    market, law = state.inputs.market, state.inputs.law
    return SaleNumbers(
        key=state.population.key,
        spend_p=market.spend.p,
        spend_table=gamma_quantile_table(market.spend.p),
        spend_effect=market.trust.spend_effect,
        learning=market.lead.learning,
        detection=market.offers.detection,
        detection_at=market.offers.detection_at,
        dishonesty=market.trust.loss_factor * market.trust.honesty,
        habitual=law.habitual,
        habit_memory=law.habit_memory,
        first_goods_cost=market.money.first_goods_cost,
        goods_cost=market.money.goods_cost,
        fees=state.inputs.service.fees,
        reach=reach_of(market.offers),
        redeemed=market.offers.redeemed,
    )


def sale_offers(
    offers: OffersToday, of_all: OfferBudget, campaigns: Mapping[str, Campaign]
) -> tuple[SaleOffers, list[OfferBudget]]:
    """The offers of a day, and their budgets by place; `of_all` is the budget of all offers together,
    `campaigns` the strategy's."""
    standing = [*offers.campaigns, *offers.coupons]
    if not standing:
        return NO_OFFERS, [of_all]
    budgets = [of_all]
    place_of = {id(of_all): 0}
    for one in standing:
        if id(one.budget) not in place_of:
            place_of[id(one.budget)] = len(budgets)
            budgets.append(one.budget)
    budget = np.array([place_of[id(one.budget)] for one in standing], dtype=np.int64)
    places = {id(one): place for place, one in enumerate(standing)}
    parts = np.full(((len(offers.campaigns) + 1) * (len(offers.coupons) + 1), 2), -1, dtype=np.int64)
    draws = np.zeros((len(parts), len(budgets)), dtype=np.bool_)
    for number in range(1, len(parts)):
        for nth, part in enumerate(offers.parts(number)):
            parts[number, nth] = places[id(part)]
        draws[number, budget[parts[number][parts[number] >= 0]]] = True
    draws[1:, 0] = True
    coupon = np.array([one.coupon > 0 for one in standing])
    commission = np.array([0.0 if one.coupon > 0 else campaigns[one.name].commission for one in standing])
    terms = _terms(tuple(one.offer for one in standing))
    return SaleOffers(parts, draws, coupon, budget, commission, terms), budgets


@lru_cache(maxsize=64)
def _terms(offers: tuple[Offer, ...]) -> OfferTerms:
    """The same offers stand for many days."""
    return terms_of(offers)


NO_OFFERS = SaleOffers(
    np.full((1, 2), -1, dtype=np.int64), np.zeros((1, 1), dtype=np.bool_), np.zeros(0, dtype=np.bool_),
    np.zeros(0, dtype=np.int64), np.zeros(0), terms_of(()),
)  # fmt: skip


def budget_table(budgets: Sequence[OfferBudget]) -> Budgets:
    """What budgets hold now, to be tried without changing them."""
    return Budgets(
        np.array([NO_LIMIT if one.money is None else one.money for one in budgets], dtype=np.int64),
        np.array([NO_LIMIT if one.pieces is None else one.pieces for one in budgets], dtype=np.int64),
        np.array([one.closed for one in budgets], dtype=np.bool_),
        np.zeros(len(budgets), dtype=np.bool_),
    )
