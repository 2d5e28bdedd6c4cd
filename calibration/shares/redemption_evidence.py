"""How many orders under a coupon used it: the likelihood of `offers.redeemed`, and its posterior."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibration.orders.order_history import Orders
from calibration.records.records_summary import orders_under_coupons
from calibration.shares.share_draws import log_chance, share_draws
from scenarios.values.beliefs import Belief
from sim.scenario import Market
from sim.scenario.shop_history import PastOffer, ShopHistory

Floats = npt.NDArray[np.float64]

REDEEMED = "market.offers.redeemed"
DRAWN = 145
"""Part of the seed of these draws, so that they are not those of other numbers."""
ROUNDING = 0.005
"""Share of list value by which a saving may miss the percentage of its coupon, as prices are rounded."""


def uses_by_savings(history: ShopHistory) -> npt.NDArray[np.int8] | None:
    """Of each order whether it used the coupon that was held, by what it saved: 1 or 0, -1 where that does not say it.

    An order at list value used none; one that saved what the coupon takes off has used it, where that is an amount of
    money whatever it saved. Nothing is said by savings of another size, of formats that take money off some orders
    only, and under coupons that stack with a campaign. None where no order saved anything, as then no discount may be
    known. history: with savings, which must be known of all orders.
    """
    if history.offer is None or not (history.saving > 0.0).any():
        return None
    tells = np.array([False, *(_tells(one) for one in history.offers)])
    depth = np.array([0.0, *(one.offer.exact_share or 0.0 for one in history.offers)])
    person = np.repeat(np.arange(history.size), np.diff(history.begin))
    held = history.offer[history.order_day, person]
    saved, off = history.saving > 0.0, depth[held]
    other = saved & (off > 0.0) & (np.abs(history.saving - off) > ROUNDING)
    return np.where(tells[held] & ~other, saved, -1).astype(np.int8)


def _tells(one: PastOffer) -> bool:
    return one.coupon and one.offer.terms.sure and not one.offer.stacks


def redemption_log_likelihood(market: Market, orders: Orders, history: ShopHistory) -> float:
    """Log-likelihood of the uses of coupons: binomial, of all orders on days on which a person held a coupon.

    0 where it is not known which orders used one. orders: not needed, as `history` has their days; likelihoods of a
    history take the same arguments.
    """
    return float(log_chance(np.array(market.offers.redeemed), orders_under_coupons(history)))


def redeemed_draws(history: ShopHistory | None, belief: Belief | None, draws: int, seed: int) -> Floats | None:
    """Draws of the share given the uses of a history: shape (draws,); None where no order was under a known coupon.

    No other number of the market is in the likelihood of these uses, so the share is drawn by itself. Without a belief
    the prior is uniform.
    """
    held, used = (0, 0) if history is None else orders_under_coupons(history)
    return share_draws(belief, (held, used), draws, np.random.default_rng([seed, DRAWN])) if held else None
