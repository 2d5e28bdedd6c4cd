"""What offers make of baskets: the terms of each format as numbers, and one basket after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.offer_response import overstated, percent_depth, round_cents, trial_saving
from sim.scenario.market import OfferResponse
from sim.scenario.offer import Offer

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SHARE, _AMOUNT, _THRESHOLD, _LOTTERY, _GIFT, _TRIAL = range(6)
_KINDS = {
    "percent": _SHARE, "flash": _SHARE, "amount": _AMOUNT, "prebook": _AMOUNT, "threshold": _THRESHOLD,
    "lottery": _LOTTERY, "gift": _GIFT, "trial": _TRIAL,
}  # fmt: skip
_NO_STEP = 2**62


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


def terms_of(offers: Sequence[Offer]) -> OfferTerms:
    """The terms of offers, in their order."""
    steps = max((len(offer.steps) for offer in offers), default=0)
    prizes = max((len(offer.prizes) for offer in offers), default=0)
    spend = np.full((len(offers), steps), _NO_STEP, dtype=np.int64)
    off, prize = (np.zeros((len(offers), most + 1), dtype=np.int64) for most in (steps, prizes))
    edge = np.full((len(offers), prizes), np.inf)
    for place, offer in enumerate(offers):
        m = offer.generosity
        spend[place, : len(offer.steps)] = [step.spend for step in offer.steps]
        off[place, 1 : len(offer.steps) + 1] = round_cents([step.off * m for step in offer.steps])
        edge[place, : len(offer.prizes)] = np.cumsum([one.chance for one in offer.prizes])
        prize[place, : len(offer.prizes)] = round_cents([one.off * m for one in offer.prizes])
    plain = [_plain_cents(offer) for offer in offers]
    return OfferTerms(
        kind=np.array([_KINDS[offer.format] for offer in offers], dtype=np.int64),
        depth=np.array([percent_depth(offer) for offer in offers], dtype=np.float64),
        cents=round_cents([cents * offer.generosity for cents, offer in zip(plain, offers, strict=True)]),
        value=np.array([offer.value or 0 for offer in offers], dtype=np.int64),
        ships_after=np.array([offer.ships_after or 0.0 for offer in offers], dtype=np.float64),
        first_order_only=np.array([offer.first_order_only for offer in offers], dtype=np.bool_),
        false=np.array([overstated(offer) for offer in offers], dtype=np.float64),
        spend=spend,
        off=off,
        edge=edge,
        prize=prize,
    )


def _plain_cents(offer: Offer) -> int:
    match offer.format:
        case "trial":
            return trial_saving(offer)
        case "gift":
            return offer.cost or 0
        case _:
            return offer.off or 0


def reach_of(response: OfferResponse) -> Reach:
    """The numbers of `redeem_one` in a market."""
    return Reach(response.threshold.at, response.threshold.width, response.threshold.stretch)


@jit
def rounded(cents: float) -> int:
    """Whole cents, halves away from zero; for amounts of at least 0."""
    return math.floor(cents + 0.5)


@jit
def redeem_one(terms: OfferTerms, offer: int, reach: Reach, basket: int, u_stretch: float, u_prize: float) -> Redeemed:
    """What one offer makes of one basket."""
    kind = terms.kind[offer]
    if kind == _SHARE:
        return Redeemed(basket, min(rounded(basket * terms.depth[offer]), basket), 0)
    if kind == _AMOUNT:
        return Redeemed(basket, min(terms.cents[offer], basket), 0)
    if kind == _GIFT:
        return Redeemed(basket, 0, terms.cents[offer])
    if kind == _TRIAL:
        return Redeemed(terms.value[offer], min(terms.cents[offer], terms.value[offer]), 0)
    if kind == _LOTTERY:
        edge = terms.edge[offer]
        drawn = 0
        while drawn < edge.size and edge[drawn] <= u_prize:
            drawn += 1
        return Redeemed(basket, min(terms.prize[offer, drawn], basket), 0)
    spend = terms.spend[offer]
    value = basket
    reached = steps_reached(spend, basket)
    if reached < spend.size and spend[reached] < _NO_STEP:
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


def redeem(offer: Offer, response: OfferResponse, basket: Cents, u_stretch: Floats, u_prize: Floats) -> Cents:
    """What an offer makes of each basket, cents: rows value, discount and gift, shape (3, n)."""
    return np.asarray(_redeem(terms_of([offer]), reach_of(response), basket, u_stretch, u_prize))


@jit
def _redeem(terms: OfferTerms, reach: Reach, basket: Cents, u_stretch: Floats, u_prize: Floats) -> Cents:
    out = np.empty((3, basket.size), dtype=np.int64)
    for j in range(basket.size):
        at = redeem_one(terms, 0, reach, basket[j], u_stretch[j], u_prize[j])
        out[0, j], out[1, j], out[2, j] = at.value, at.discount, at.gift
    return out
