"""What an offer seems worth, what it pulls, and what it gives at the basket."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.scenario import Market, Offer
from tests.reference.chance import cents, logistic

DEEPEST = 0.95


class Worth(NamedTuple):
    """How deep an offer seems, as a share, and the log lift of need that it brings at salience one."""

    depth: float
    pull: float


class Deal(NamedTuple):
    """What an order comes to, in cents: list value, discount, and what a gift costs the shop."""

    listed: int
    discount: int
    gift: int


# --- before buying ---------------------------------------------------------------------------------


def worth(offer: Offer, market: Market) -> Worth:
    """To a person with the usual basket and of price sensitivity one."""
    if offer.format == "threshold":
        return max((_step(step.spend, step.off * offer.generosity, market) for step in offer.steps), key=lambda w: w[1])
    depth = min(offer.generosity * _plain_depth(offer, market), DEEPEST)
    return Worth(depth, _log_price(depth, market) * _weight(offer, depth, market))


def acting(pull: float, offer: Offer, market: Market) -> float:
    """What is left of a pull after the effort that the format costs."""
    return max(pull - market.offers.effort.get(offer.format, 0.0), 0.0)


def saving(offer: Offer, market: Market) -> float:
    """What people can expect to save: the depth, and of a threshold as far as it is within reach."""
    seen = worth(offer, market)
    if offer.format != "threshold" or seen.depth == 0.0:
        return seen.depth
    return seen.depth * seen.pull / _log_price(seen.depth, market)


def _step(spend: int, off: float, market: Market) -> Worth:
    response, usual = market.offers.threshold, market.spend.mean
    depth = min(off / max(spend, usual), DEEPEST)
    return Worth(depth, _log_price(depth, market) * logistic((response.at - spend / usual) / response.width))


def _plain_depth(offer: Offer, market: Market) -> float:
    """Depth at generosity one."""
    usual = market.spend.mean
    match offer.format:
        case "percent" | "flash":
            claim = _given(offer.depth) if offer.claimed is None else offer.claimed
            false = max(claim - _given(offer.depth), 0.0)
            believed = math.pow(1.0 - market.offers.detection, false / market.offers.detection_at)
            return claim - false * (1.0 - believed)
        case "amount" | "prebook":
            return _given(offer.off) / usual
        case "lottery":
            return float(sum(p.chance * p.off for p in offer.prizes) / usual)
        case "gift":
            return _given(offer.cost) * _given(offer.fit) * market.offers.gift_value / usual
        case _:
            return _trial_saving(offer) / usual


def _log_price(depth: float, market: Market) -> float:
    return -market.offers.elasticity * math.log(1.0 - depth)


def _weight(offer: Offer, depth: float, market: Market) -> float:
    response = market.offers
    match offer.format:
        case "flash":
            return response.scarcity
        case "amount" | "prebook":
            framing = max(0.0, 1.0 + response.framing * math.log(market.spend.mean / response.framing_at))
            return framing * float(2.0 ** (-(offer.ships_after or 0.0) / response.booking_half_life))
        case "lottery":
            return float((response.lottery.crossover / depth) ** response.lottery.slope) if depth > 0.0 else 0.0
        case _:
            return 1.0


# --- at the basket ---------------------------------------------------------------------------------


def at_basket(offer: Offer, market: Market, value: int, stretch: float, prize: float) -> Deal:
    """What becomes of a basket of `value` cents; `stretch` and `prize` are the order's uniforms."""
    m, gift = offer.generosity, 0
    match offer.format:
        case "percent" | "flash":
            discount = cents(value * min(m * _given(offer.depth), DEEPEST))
        case "amount" | "prebook":
            discount = cents(m * _given(offer.off))
        case "threshold":
            value = _stretched(offer, market, value, stretch)
            best = max((step for step in offer.steps if step.spend <= value), key=lambda s: s.spend, default=None)
            discount = cents(best.off * m) if best else 0
        case "lottery":
            discount = _prize(offer, prize)
        case "gift":
            discount, gift = 0, cents(m * _given(offer.cost))
        case _:
            value, discount = int(_given(offer.value)), cents(m * _trial_saving(offer))
    return Deal(value, min(discount, value), gift)


def both_at_basket(offers: list[Offer], market: Market, value: int, stretch: float, prize: float) -> list[Deal]:
    """One deal for each offer; a second one is reckoned on what the first has left of the list value."""
    deals = [at_basket(offers[0], market, value, stretch, prize)]
    for offer in offers[1:]:
        taken = sum(deal.discount for deal in deals)
        deal = at_basket(offer, market, deals[0].listed - taken, stretch, prize)
        deals.append(deal._replace(listed=deal.listed + taken))
    return deals


def _trial_saving(offer: Offer) -> float:
    value = _given(offer.value)
    return value - min(_given(offer.price), value)


def _stretched(offer: Offer, market: Market, value: int, stretch: float) -> int:
    response = market.offers.threshold
    above = [step.spend for step in offer.steps if step.spend > value]
    if not above:
        return value
    goal = int(min(above))
    far = goal / value if value else math.inf
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


def _given(value: float | None) -> float:
    assert value is not None
    return value
