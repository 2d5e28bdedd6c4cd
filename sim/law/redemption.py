"""What offers make of baskets: the terms of each format as numbers, and one basket after the other."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHARE, AMOUNT, THRESHOLD, LOTTERY, GIFT, TRIAL = range(6)
NO_STEP = 2**62


class Redeemed(NamedTuple):
    """What offers make of baskets, cents: list value, discount, and cost of gifts; of one basket, or of shape (n,)."""

    value: int
    discount: int
    gift: int


class Reach(NamedTuple):
    """How people see a threshold above their basket (`ThresholdResponse`)."""

    at: float
    width: float
    stretch: float


class OfferTerms(NamedTuple):
    """OfferTerms of offers as numbers, one row each; the first columns have shape (offers,).

    `cents` is the amount off, a gift's cost or a trial's saving, with generosity; `value` a trial's list value; `false`
    the share of a claim that is not true. Steps and prizes, shape (offers, most), are filled up with what nobody
    reaches; `off` and `prize` have one entry more, for no step and for no prize.
    """

    kind: Cents
    depth: Floats
    cents: Cents
    value: Cents
    ships_after: Floats
    first_order_only: npt.NDArray[np.bool_]
    false: Floats
    spend: Cents
    off: Cents
    edge: Floats
    prize: Cents


@jit
def rounded(cents: float) -> int:
    """Whole cents, halves away from zero; for amounts of at least 0."""
    return math.floor(cents + 0.5)


@jit
def redeem_one(terms: OfferTerms, offer: int, reach: Reach, basket: int, u_stretch: float, u_prize: float) -> Redeemed:
    """What one offer makes of one basket."""
    kind = terms.kind[offer]
    if kind == SHARE:
        return Redeemed(basket, min(rounded(basket * terms.depth[offer]), basket), 0)
    if kind == AMOUNT:
        return Redeemed(basket, min(terms.cents[offer], basket), 0)
    if kind == GIFT:
        return Redeemed(basket, 0, terms.cents[offer])
    if kind == TRIAL:
        return Redeemed(terms.value[offer], min(terms.cents[offer], terms.value[offer]), 0)
    if kind == LOTTERY:
        edge = terms.edge[offer]
        drawn = 0
        while drawn < edge.size and edge[drawn] <= u_prize:
            drawn += 1
        return Redeemed(basket, min(terms.prize[offer, drawn], basket), 0)
    spend = terms.spend[offer]
    value = basket
    reached = steps_reached(spend, basket)
    if reached < spend.size and spend[reached] < NO_STEP:
        ratio = spend[reached] / max(basket, 1)
        if ratio <= reach.stretch and u_stretch < 1.0 / (1.0 + math.exp((ratio - reach.at) / reach.width)):
            value = spend[reached]
    return Redeemed(value, min(terms.off[offer, steps_reached(spend, value)], value), 0)


@jit
def steps_reached(spend: Cents, value: int) -> int:
    """How many steps, which rise, a value reaches."""
    n = 0
    while n < spend.size and spend[n] <= value:
        n += 1
    return n


@jit
def redeem_each(terms: OfferTerms, reach: Reach, basket: Cents, u_stretch: Floats, u_prize: Floats) -> Cents:
    out = np.empty((3, basket.size), dtype=np.int64)
    for j in range(basket.size):
        at = redeem_one(terms, 0, reach, basket[j], u_stretch[j], u_prize[j])
        out[0, j], out[1, j], out[2, j] = at.value, at.discount, at.gift
    return out
