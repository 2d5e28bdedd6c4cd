"""Hazards of ordering and leaving, from stocks, traits and offers. Forms: `docs/law.md`, a day of one contact."""

from __future__ import annotations

import math

from sim.compiled import jit
from sim.law.numbers import Law


@jit
def felt(trust: float) -> float:
    """Felt trust in (-1, 1)."""
    return trust / (1.0 + abs(trust))


@jit
def strength(attention: float, saturation: float) -> float:
    """Strength of attention in [0, 1): Hill function A^h / (1 + A^h)."""
    if attention <= 0.0:
        return 0.0
    power = math.exp(saturation * math.log(attention))
    return power / (1.0 + power)


@jit
def annoyance(law: Law, fatigue: float) -> float:
    """What fatigue takes off the log hazard of ordering."""
    return law.fatigue_order * max(fatigue - law.tolerance, 0.0)


@jit
def order_lift(
    law: Law, kappa: float, s: float, psi: float, fatigue: float, sigma_g: float, log_order: float
) -> float:
    """Multiplier of a buyer's need today, offers apart; `sigma_g` is service sensitivity times felt trust."""
    return math.exp(
        law.max_lift * kappa * s * psi - annoyance(law, fatigue) + law.trust_order * sigma_g + log_order
    )


@jit
def drift_lift(law: Law, s: float, sigma_g: float, log_leave: float) -> float:
    """Multiplier of the drift rate: being remembered and trusting lower it."""
    return math.exp(-law.remembered * s - law.trust_leave * sigma_g + log_leave)


@jit
def first_order_hazard(
    law: Law, age: int, kappa: float, s: float, fatigue: float, sigma_g: float, pull: float, log_order: float
) -> float:
    """A fit lead's hazard of the first order, season apart; `age` in whole days, `pull` with the lead's own delta."""
    heat = law.lead_cooling**age + law.late_constant
    return (
        law.lead_base
        * heat
        * math.exp(law.max_lift * kappa * s - annoyance(law, fatigue) + law.trust_gate * sigma_g + pull + log_order)
    )


@jit
def deletion_hazard(law: Law, first_day: bool, sigma_g: float) -> float:
    """A contact's hazard of deleting, messages apart."""
    rate = law.background
    if first_day:
        rate += law.first_day
    return rate * math.exp(-law.trust_leave * sigma_g)


@jit
def message_area(law: Law, weight: float, fatigue: float, sigma_g: float) -> float:
    """Area that one message takes off the deletion clock; `weight` is intrusion times the content's ratio."""
    return law.message * weight * math.exp(law.fatigue_slope * fatigue - law.trust_leave * sigma_g)


@jit
def order_area(season: float, lift: float, offer: float, repaid: float) -> float:
    """Area of a buyer's day per unit of lambda: need in baseline-days, lifted. `offer` is e^V (1 for none).

    season + extra - repaid, with extra = season (e^V - 1), times the lift.
    """
    return lift * (season * offer - repaid)
