"""Offers: how deep each discount format goes, how strongly it pulls, and what it takes off a basket.

`pull_of` is the value of an offer to the typical person; a person's own value is that times delta and ripeness.
A better offer never pulls less (given `lottery.slope` <= 1).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.offer import DEEPEST, Offer
from sim.scenario.offer_market import OfferResponse

Cents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Appeal(NamedTuple):
    """What an offer is to the typical person: the share of the price that it takes off, and its pull before effort.

    `saving` is the share that people can expect to save by waiting for it: of a threshold, what is within reach.
    """

    depth: float
    pull: float
    saving: float


def appeal_of(offer: Offer, response: OfferResponse, basket: float) -> Appeal:
    """Depth and pull at salience 1, effort apart; `basket` is the mean one, cents."""
    if offer.format == "threshold":
        return max((_step_appeal(offer, i, response, basket) for i in range(len(offer.steps))), key=lambda a: a.pull)
    depth = min(_saving(offer, response, basket), DEEPEST)
    return Appeal(depth, direct_pull(response.elasticity, depth) * _framing(offer, response, basket, depth), depth)


def pull_of(offer: Offer, response: OfferResponse, basket: float, strength: float = 1.0) -> float:
    """Log lift of the order hazard of a person with delta = 1; `strength` is salience and all that scales with it."""
    effort = response.effort.get(offer.format, 0.0)
    return max(appeal_of(offer, response, basket).pull * strength - effort, 0.0)


def tempts(offer: Offer, response: OfferResponse, basket: float, strength: float = 1.0) -> bool:
    """Whether an offer is worth its effort; one that is not is as good as none."""
    appeal = appeal_of(offer, response, basket)
    return appeal.depth > 0.0 and appeal.pull * strength >= response.effort.get(offer.format, 0.0)


def appeals_today(
    offer: Offer, response: OfferResponse, basket: float, strength: float = 1.0
) -> tuple[Appeal, Appeal] | None:
    """Depth, pull after effort at `strength` times the plain pull, and saving; None where an offer is not worth its
    effort.

    First to those who believe what is claimed, then to those who have found out a false claim: the offer without it.
    """
    if not tempts(offer, response, basket, strength):
        return None
    believed, known = (
        appeal_of(one, response, basket)._replace(pull=pull_of(one, response, basket, strength))
        for one in (offer, replace(offer, claimed=None))
    )
    return believed, known


def readiness(prepare: float | None, response: OfferResponse) -> float:
    """Share of its pull that a campaign keeps after so many days of preparation; all of it where none are stated."""
    if prepare is None:
        return 1.0
    return 1.0 - response.unready * (1.0 - min(1.0, prepare / response.preparation))


def salience_of(phase: str | None, response: OfferResponse) -> float:
    """How strongly an offer is seen in a phase of its campaign; without phases as it is."""
    return response.salience[phase] if phase else 1.0


def _saving(offer: Offer, response: OfferResponse, basket: float) -> float:
    """Money off, or worth of a gift, as a share of the mean basket."""
    m = offer.generosity
    match offer.format:
        case "percent" | "flash":
            return m * _believed(offer, response)
        case "amount" | "prebook":
            return m * (offer.off or 0) / basket
        case "lottery":
            return m * sum(prize.chance * prize.off for prize in offer.prizes) / basket
        case "gift":
            return m * (offer.cost or 0) * (offer.fit or 0.0) * response.gift_value / basket
        case _:
            return m * trial_saving(offer) / basket


def _believed(offer: Offer, response: OfferResponse) -> float:
    """Of a claim, what is left when some have done the sums before they buy."""
    depth = offer.depth or 0.0
    if offer.claimed is None:
        return depth
    gap = exaggeration(offer)
    return offer.claimed - gap * (1.0 - believers(gap, response))


def believers(gap: float, response: OfferResponse) -> float:
    """Share of people who do not see through a claim that is too high by `gap`, a share of the price."""
    return float((1.0 - response.detection) ** (gap / response.detection_at))


def exaggeration(offer: Offer) -> float:
    """By how much of the price a claim is higher than what is given."""
    return max((offer.claimed or 0.0) - (offer.depth or 0.0), 0.0)


def trial_saving(offer: Offer) -> int:
    """What a trial saves at generosity 1, cents."""
    value = offer.value or 0
    return value - min(offer.price or 0, value)


def _framing(offer: Offer, response: OfferResponse, basket: float, depth: float) -> float:
    """How the format changes the pull of the same money."""
    match offer.format:
        case "flash":
            return response.scarcity
        case "amount" | "prebook":
            framing = max(0.0, 1.0 + response.framing * math.log(basket / response.framing_at))
            return float(framing * 2.0 ** (-(offer.ships_after or 0.0) / response.booking_half_life))
        case "lottery":
            lottery = response.lottery
            return (lottery.crossover / depth) ** lottery.slope if depth > 0.0 else 0.0
        case _:
            return 1.0


def _step_appeal(offer: Offer, i: int, response: OfferResponse, basket: float) -> Appeal:
    step = offer.steps[i]
    depth = min(offer.generosity * step.off / max(step.spend, basket), DEEPEST)
    reach = float(reachable(step.spend / basket, response))
    return Appeal(depth, direct_pull(response.elasticity, depth) * reach, depth * reach)


def percent_depth(offer: Offer) -> float:
    """True depth of a percent or flash offer with its generosity."""
    return min((offer.depth or 0.0) * offer.generosity, DEEPEST)


def overstated(offer: Offer) -> float:
    """Share of a claim that is not true, in [0, 1)."""
    if offer.claimed is None or offer.depth is None or offer.claimed <= offer.depth:
        return 0.0
    return (offer.claimed - offer.depth) / offer.claimed


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
