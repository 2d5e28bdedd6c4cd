"""What offers make of baskets: the terms of each format as numbers, and one basket after the other."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.offers.redemption_kinds import AMOUNT, GIFT, SHARE

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_STEP = 2**62


class Redeemed(NamedTuple):
    """What offers make of baskets, cents: list value, discount, and cost of gifts; of one basket."""

    value: int
    discount: int
    gift: int


class Reach(NamedTuple):
    """How people see a threshold above their basket (`ThresholdResponse`)."""

    at: float
    width: float
    stretch: float


TERM = np.dtype(
    [
        ("kind", np.int64), ("depth", np.float64), ("cents", np.int64), ("value", np.int64),
        ("ships_after", np.float64), ("first_order_only", np.bool_), ("false", np.float64),
        ("gap", np.float64),
    ],
    align=True,
)  # fmt: skip
"""An offer: `cents` is the amount off, a gift's cost or a trial's saving, with generosity; `value` a trial's list
value; `false` the share of a claim that is not true, and `gap` that part as a share of the
price."""


class OfferTerms(NamedTuple):
    """The terms of offers as numbers, by their place: `rows` of `TERM`, shape (offers,).

    Steps and prizes, shape (offers, most), are filled up with what nobody reaches; `off` and `prize` have one entry
    more, for no step and for no prize.
    """

    rows: npt.NDArray[np.void]
    spend: Cents
    off: Cents
    edge: Floats
    prize: Cents


@jit
def rounded(cents: float) -> int:
    """Whole cents, halves away from zero; for amounts of at least 0."""
    return math.floor(cents + 0.5)


@jit
def take_off(term: Any, basket: int) -> Redeemed:
    """What one row of `TERM` makes of a basket, where it is neither a lottery nor has steps."""
    if term.kind == SHARE:
        return Redeemed(basket, min(rounded(basket * term.depth), basket), 0)
    if term.kind == AMOUNT:
        return Redeemed(basket, min(term.cents, basket), 0)
    if term.kind == GIFT:
        return Redeemed(basket, 0, term.cents)
    return Redeemed(term.value, min(term.cents, term.value), 0)


@jit
def draw_prize(edge: Floats, prize: Cents, basket: int, u: float) -> Redeemed:
    """What a lottery makes of a basket."""
    drawn = 0
    while drawn < edge.size and edge[drawn] <= u:
        drawn += 1
    return Redeemed(basket, min(prize[drawn], basket), 0)


@jit
def fill_up(spend: Cents, off: Cents, reach: Reach, basket: int, u: float) -> Redeemed:
    """What steps make of a basket, which may be filled up to the next one."""
    value = basket
    reached = steps_reached(spend, basket)
    if reached < spend.size and spend[reached] < NO_STEP:
        ratio = spend[reached] / max(basket, 1)
        if ratio <= reach.stretch and u < 1.0 / (1.0 + math.exp((ratio - reach.at) / reach.width)):
            value = spend[reached]
    return Redeemed(value, min(off[steps_reached(spend, value)], value), 0)


@jit
def steps_reached(spend: Cents, value: int) -> int:
    """How many steps, which rise, a value reaches."""
    n = 0
    while n < spend.size and spend[n] <= value:
        n += 1
    return n
