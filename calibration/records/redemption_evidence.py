"""How many orders under a coupon used it: the likelihood of `offers.redeemed`, and its posterior."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibration.orders.order_history import Orders
from calibration.records.records_summary import orders_under_coupons
from sim.scenario import Market
from sim.scenario.shop_history import ShopHistory

REDEEMED = "market.offers.redeemed"
LEAST = 1e-9
"""A share that no order has used, or that all have, is not taken to be exactly that."""
DRAWN = 145
"""Part of the seed of these draws, so that they are not those of other numbers."""


def redemption_log_likelihood(market: Market, orders: Orders, history: ShopHistory) -> float:
    """Log-likelihood of the uses of coupons: binomial, of all orders on days on which a person held a coupon.

    0 where it is not known which orders used one. orders: not needed, as `history` has their days; likelihoods of a
    history take the same arguments.
    """
    held, used = orders_under_coupons(history)
    share = float(np.clip(market.offers.redeemed, LEAST, 1.0 - LEAST))
    return float(used * np.log(share) + (held - used) * np.log1p(-share))


def redeemed_draws(history: ShopHistory | None, draws: int, seed: int) -> npt.NDArray[np.float64] | None:
    """Draws of the share under a uniform prior, exact: shape (draws,); None where no order was under a coupon."""
    held, used = (0, 0) if history is None else orders_under_coupons(history)
    if not held:
        return None
    rng = np.random.default_rng([seed, DRAWN])
    return np.clip(rng.beta(used + 1.0, held - used + 1.0, draws), LEAST, 1.0)
