"""Offers: how strongly each discount format pulls, and what it takes off a basket.

`pull_of` is the value of an offer to the typical person; a person's own value is that times delta and ripeness.
All functions are monotone: a better offer never pulls less (given `lottery.slope` <= 1).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.scenario import Offer, OfferResponse

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DEEPEST = 0.95
"""No offer takes off more than this share of a price."""


def pull_of(offer: Offer, response: OfferResponse, basket: float) -> float:
    """Log lift of the order hazard of a person with delta = 1, at salience 1; `basket` is the mean one, cents."""
    match offer.format:
        case "percent":
            return direct_pull(response.elasticity, percent_depth(offer))
        case "threshold":
            return max(
                direct_pull(response.elasticity, min(offer.generosity * step.off / max(step.spend, basket), DEEPEST))
                * float(reachable(step.spend / basket, response))
                for step in offer.steps
            )
        case "lottery":
            prizes = sum(prize.chance * prize.off for prize in offer.prizes)
            depth = min(offer.generosity * prizes / basket, DEEPEST)
            if depth == 0.0:
                return 0.0
            lottery = response.lottery
            shrunk = depth ** (1.0 - lottery.slope) * lottery.crossover**lottery.slope
            return float(direct_pull(response.elasticity, depth) / depth * shrunk)


def percent_depth(offer: Offer) -> float:
    """Depth of a percent offer with its generosity."""
    return min((offer.depth or 0.0) * offer.generosity, DEEPEST)


def direct_pull(elasticity: float, depth: float) -> float:
    """-e ln(1 - depth): the pull of a plain price cut."""
    return float(-elasticity * np.log1p(-depth))


def reachable(ratio: npt.ArrayLike, response: OfferResponse) -> Floats:
    """Chance that a threshold at `ratio` times the basket is thought reachable, in (0, 1)."""
    from scipy.special import expit

    return np.asarray(expit((response.threshold.at - np.asarray(ratio, dtype=float)) / response.threshold.width))


def round_cents(amount: npt.ArrayLike) -> Cents:
    """Whole cents, halves away from zero; for amounts of at least 0."""
    return np.asarray(np.floor(np.asarray(amount, dtype=float) + 0.5), dtype=np.int64)


def redeem(
    offer: Offer, response: OfferResponse, basket: Cents, u_stretch: Floats, u_prize: Floats
) -> tuple[Cents, Cents]:
    """List value after stretching and discount of each basket, cents; all arrays of shape (n,)."""
    match offer.format:
        case "percent":
            return basket, np.minimum(round_cents(basket * percent_depth(offer)), basket)
        case "threshold":
            return _threshold(offer, response, basket, u_stretch)
        case "lottery":
            edges = np.cumsum([prize.chance for prize in offer.prizes])
            money = round_cents([prize.off * offer.generosity for prize in offer.prizes] + [0.0])
            return basket, np.minimum(money[np.searchsorted(edges, u_prize, side="right")], basket)


def _threshold(offer: Offer, response: OfferResponse, basket: Cents, u: Floats) -> tuple[Cents, Cents]:
    spend = np.array([step.spend for step in offer.steps], dtype=np.int64)
    off = np.concatenate([[0], round_cents([step.off * offer.generosity for step in offer.steps])])
    reached = np.searchsorted(spend, basket, side="right")
    following = spend[np.minimum(reached, spend.size - 1)]
    ratio = following / basket
    stretched = (reached < spend.size) & (ratio <= response.threshold.stretch) & (u < reachable(ratio, response))
    value = np.where(stretched, following, basket)
    return value, np.minimum(off[np.searchsorted(spend, value, side="right")], value)
