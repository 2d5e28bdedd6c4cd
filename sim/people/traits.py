"""What people are, from their identities alone: rates, sensitivities, motives, interests; and their first clocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.draws import (
    Decision,
    Identities,
    gamma_quantile_table,
    name_hash,
    normal_quantile_table,
    uniforms,
)
from sim.people.trait_draws import GammaTrait, TraitNumbers
from sim.scenario.market import Market, Need, People, Spend

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def trait_numbers(
    need: Need, spend: Spend, people: People, leaving: float, closing: Sequence[str] = ()
) -> TraitNumbers:
    """What people of a market are drawn from; `closing` are the channels that they can leave.

    `leaving` is `optout.shape`.
    """
    order, drift = need.order_rate, need.dropout_rate
    return TraitNumbers(
        lam=_gamma_trait(order.shape, order.shape / order.mean),
        mu=_gamma_trait(drift.shape, drift.shape / drift.mean),
        nu=_gamma_trait(spend.q, spend.mean * (spend.q - 1.0) / spend.p),
        normal=normal_quantile_table(),
        contact_response=people.contact_response,
        price_sensitivity=people.price_sensitivity,
        service_sensitivity=people.service_sensitivity,
        fit=people.fit,
        tag_accuracy=people.tag_accuracy,
        benefit_seekers=people.benefit_seekers,
        seeker_orders=people.seeker_orders,
        seeker_price=people.seeker_price,
        edges=np.cumsum([people.interests[name] for name in sorted(people.interests)], dtype=np.float64),
        closing=np.array([name_hash(channel) % 2**32 for channel in closing], dtype=np.int64),
        leaving=leaving,
    )


def _gamma_trait(shape: float, rate: float) -> GammaTrait:
    return GammaTrait(float(shape), float(rate), gamma_quantile_table(shape))


def topics(market: Market) -> list[str]:
    """The interests that a message may be about, in the order of their numbers, which start at 1."""
    return sorted(market.people.interests)


def draw(key: np.uint64, who: Identities, decision: Decision, ordinal: int = 0) -> Floats:
    """Everybody's uniform of one decision at one ordinal; shape (n,)."""
    return uniforms(key, who, int(decision), np.full(who.size, ordinal, dtype=np.int64))
