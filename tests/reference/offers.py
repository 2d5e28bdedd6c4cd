"""What an offer pulls, and what it gives at the basket."""

from __future__ import annotations

import math

from sim.scenario import Market, Offer
from tests.reference.chance import cents, logistic

DEEPEST = 0.95


def pull(offer: Offer, market: Market) -> float:
    """Log lift of the need of a person of price sensitivity one, before salience."""
    e, mean = market.offers.elasticity, market.spend.mean
    if offer.format == "percent":
        assert offer.depth is not None
        return -e * math.log(1.0 - min(offer.depth * offer.generosity, DEEPEST))
    if offer.format == "threshold":
        return max(_step_pull(step.spend, step.off * offer.generosity, market) for step in offer.steps)
    depth = min(sum(p.chance * p.off * offer.generosity for p in offer.prizes) / mean, DEEPEST)
    if depth == 0.0:
        return 0.0
    lottery = market.offers.lottery
    return float(-e * math.log(1.0 - depth) * (lottery.crossover / depth) ** lottery.slope)


def _step_pull(spend: int, off: float, market: Market) -> float:
    response, mean = market.offers.threshold, market.spend.mean
    depth = min(off / max(spend, mean), DEEPEST)
    likely = logistic((response.at - spend / mean) / response.width)
    return -market.offers.elasticity * math.log(1.0 - depth) * likely


def at_basket(offer: Offer, market: Market, value: int, stretch: float, prize: float) -> tuple[int, int]:
    """List value and discount of a basket in cents; `stretch` and `prize` are the order's uniforms."""
    if offer.format == "percent":
        assert offer.depth is not None
        discount = cents(value * min(offer.depth * offer.generosity, DEEPEST))
    elif offer.format == "threshold":
        value = _stretched(offer, market, value, stretch)
        reached = [step for step in offer.steps if step.spend <= value]
        best = max(reached, key=lambda step: step.spend, default=None)
        discount = cents(best.off * offer.generosity) if best else 0
    else:
        discount = _prize(offer, prize)
    return value, min(discount, value)


def _stretched(offer: Offer, market: Market, value: int, stretch: float) -> int:
    response = market.offers.threshold
    above = [step.spend for step in offer.steps if step.spend > value]
    if not above:
        return value
    goal = min(above)
    far = goal / value
    if far <= response.stretch and stretch < logistic((response.at - far) / response.width):
        return goal
    return value


def _prize(offer: Offer, prize: float) -> int:
    chance = 0.0
    for p in offer.prizes:
        chance += p.chance
        if prize < chance:
            return cents(p.off * offer.generosity)
    return 0
