"""What people are, from their identities alone: rates, sensitivities, motives, interests; and their first clocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, Identities, gamma_quantile_table, gamma_quantiles, thresholds, uniforms
from sim.scenario.market import Market

Floats = npt.NDArray[np.float64]


def draw(key: np.uint64, who: Identities, decision: Decision, ordinal: int = 0) -> Floats:
    """Everybody's uniform of one decision at one ordinal; shape (n,)."""
    return uniforms(key, who, int(decision), np.full(who.size, ordinal, dtype=np.int64))


def traits(key: np.uint64, who: Identities, market: Market) -> dict[str, npt.NDArray[Any]]:
    """Columns of what people are, from their identities alone."""
    from scipy.special import ndtri

    def gamma(decision: Decision, shape: float, rate: float) -> Floats:
        return gamma_quantiles(draw(key, who, decision), shape) / rate

    def log_normal(decision: Decision, spread: float) -> Floats:
        if spread == 0.0:
            return np.ones(who.size)
        return np.asarray(np.exp(spread * ndtri(draw(key, who, decision)) - 0.5 * spread**2))

    need, spend, people = market.need, market.spend, market.people
    order, drift = need.order_rate, need.dropout_rate
    return {
        "lam": gamma(Decision.ORDER_RATE, order.shape, order.shape / order.mean),
        "mu": gamma(Decision.DRIFT_RATE, drift.shape, drift.shape / drift.mean),
        "nu": gamma(Decision.SPEND_LEVEL, spend.q, spend.mean * (spend.q - 1.0) / spend.p),
        "kappa": log_normal(Decision.CONTACT_RESPONSE, people.contact_response),
        "delta": log_normal(Decision.PRICE_SENSITIVITY, people.price_sensitivity),
        "sigma": log_normal(Decision.SERVICE_SENSITIVITY, people.service_sensitivity),
        "fit": draw(key, who, Decision.FIT) < people.fit,
        **interests(key, who, market),
    }


def interests(key: np.uint64, who: Identities, market: Market) -> dict[str, npt.NDArray[Any]]:
    """Columns of what interests people and of what the shop takes it to be; numbers of topics, 0 for none."""
    people = market.people
    names = topics(market)
    if not names:
        return {"interest": np.zeros(who.size, dtype=np.int16), "tag": np.zeros(who.size, dtype=np.int16)}
    edges = np.cumsum([people.interests[name] for name in names])
    place = np.searchsorted(edges, draw(key, who, Decision.INTEREST), side="right")
    interest = np.where(place < edges.size, place + 1, 0)
    other = np.floor(len(names) * draw(key, who, Decision.OTHER_TAG)).astype(np.int64)
    other += other >= interest
    right = draw(key, who, Decision.TAG) < people.tag_accuracy
    return {"interest": interest.astype(np.int16), "tag": np.where(right, interest, other).astype(np.int16)}


def topics(market: Market) -> list[str]:
    """The interests that a message may be about, in the order of their numbers, which start at 1."""
    return sorted(market.people.interests)


def motives(key: np.uint64, who: Identities, market: Market) -> tuple[Floats, Floats]:
    """Factors of order rate and price sensitivity: those of benefit-seekers, or 1."""
    people = market.people
    seeker = draw(key, who, Decision.MOTIVE) < people.benefit_seekers
    return np.where(seeker, people.seeker_orders, 1.0), np.where(seeker, people.seeker_price, 1.0)


def clocks(key: np.uint64, who: Identities) -> dict[str, npt.NDArray[Any]]:
    """Columns of the clocks that everybody starts with."""
    return {
        "drift_left": thresholds(draw(key, who, Decision.DRIFT), EXPONENTIAL),
        "delete_left": thresholds(draw(key, who, Decision.DELETION), EXPONENTIAL),
        "problem_left": thresholds(draw(key, who, Decision.PROBLEM, 1), EXPONENTIAL),
        "interact_left": thresholds(draw(key, who, Decision.INTERACTION, 1), EXPONENTIAL),
    }


EXPONENTIAL = gamma_quantile_table(1.0)
