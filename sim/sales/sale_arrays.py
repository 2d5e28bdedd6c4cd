"""What goes into a day's sales, as numbers and arrays: offers, budgets, and the market's numbers of the checkout."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.law.fees import FeeNumbers
from sim.law.redemption import OfferTerms, Reach

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class SaleOffers(NamedTuple):
    """What the numbers of the column `offer` mean: `parts` has shape (numbers, 2), an offer's place or -1, and `draws`,
    shape (numbers, budgets), says which budgets a number draws on. By place: whether it is a coupon, its budget, and
    the commission on what is paid under it, a share."""

    parts: Ints
    draws: Mask
    coupon: Mask
    budget: Ints
    commission: Floats
    terms: OfferTerms


class Budgets(NamedTuple):
    """Budgets by place, that of all offers first: cents and pieces left, whether closed or found short; shape (n,)."""

    money: Ints
    pieces: Ints
    closed: Mask
    short: Mask


class SaleNumbers(NamedTuple):
    """The market's numbers of the checkout, and the key of the run's random numbers."""

    key: np.uint64
    spend_p: float
    spend_table: Floats
    """Table of the quantiles of Gamma(`spend_p`) (`gamma_quantile_table`)."""
    spend_effect: float
    learning: float
    detection: float
    detection_at: float
    dishonesty: float
    """Trust lost by a false claim that is found out, per share of the claim that is not true."""
    habitual: bool
    habit_memory: float
    first_goods_cost: float
    goods_cost: float
    fees: FeeNumbers
    reach: Reach
    redeemed: float
    """Share of the orders under a coupon that use it."""
