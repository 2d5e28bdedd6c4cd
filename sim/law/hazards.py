"""Hazards of ordering and leaving, from stocks, traits and offers. Forms: `docs/law.md`, a day of one contact.

Functions named `..._exponent` give the logarithm of a hazard's multiplier, for `law.exponential` to raise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.parameters import Law

Floats = npt.NDArray[np.float64]


@jit
def felt(trust: float) -> float:
    """Felt trust in (-1, 1)."""
    return trust / (1.0 + abs(trust))


@jit
def felts(trust: Floats) -> Floats:
    """Felt trust of many; shape (n,)."""
    out = np.empty(trust.size)
    for i in range(trust.size):
        out[i] = felt(trust[i])
    return out


@jit
def strength(power: float) -> float:
    """Strength of attention in [0, 1): the Hill function A^h / (1 + A^h), given A^h."""
    return power / (1.0 + power)


@jit
def saturated(effect: float, most: float) -> float:
    """An effect of at least 0 that grows ever more slowly towards `most`: most x effect / (most + effect)."""
    return effect / (1.0 + effect / most)


@jit
def annoyance(law: Law, fatigue: float) -> float:
    """What fatigue takes off the log hazard of ordering."""
    return saturated(law.fatigue_order * max(fatigue - law.tolerance, 0.0), law.fatigue_most)


@jit
def attention_exponent(law: Law, s: float, psi: float) -> float:
    """Log lift of need by attention of strength s, of the typical person at ripeness psi."""
    return law.max_lift * s * psi


@jit
def order_exponent(law: Law, trust_effect: float, fatigue: float, sigma_g: float, log_order: float) -> float:
    """Log lift of a person's need today, attention and offers apart.

    `trust_effect` is a buyer's `trust.order_effect` or a lead's `lead.trust_gate`, `sigma_g` service sensitivity times
    felt trust.
    """
    return trust_effect * sigma_g - annoyance(law, fatigue) + log_order


@jit
def response(trait: float, typical: float) -> float:
    """Multiplier of one person's need: the trait multiplies the typical response, 1 + trait (typical - 1)."""
    return 1.0 + trait * (typical - 1.0)


@jit
def drift_exponent(law: Law, s: float, sigma_g: float, log_leave: float) -> float:
    """Log multiplier of the drift rate: being remembered and trusting lower it."""
    return log_leave - law.remembered * s - law.trust_leave * sigma_g


@jit
def deletion_exponent(law: Law, sigma_g: float) -> float:
    """Log multiplier of the hazard of deleting, messages apart."""
    return -law.trust_leave * sigma_g


@jit
def deletion_rate(law: Law, new_lead: bool) -> float:
    """A contact's hazard of deleting when nothing is done; higher on a lead's first day."""
    return law.background + (law.first_day if new_lead else 0.0)


@jit
def message_exponent(law: Law, fatigue: float, sigma_g: float) -> float:
    """Log multiplier of the area that a message takes off the deletion clock."""
    return saturated(law.fatigue_slope * fatigue, law.optout_most) - law.trust_leave * sigma_g


@jit
def judged(law: Law, psi: float, pull: float, habit: float, log_left: float) -> float:
    """Value of today's prices to the typical person, against the discount remembered; below 0 they disappoint.

    `log_left` is ln(1 - habit). What disappoints levels off where the best of offers does.
    """
    value = psi * pull * (1.0 + law.habituation * habit) + law.reference * log_left
    return -saturated(-value * law.loss_aversion, law.loss_most) if value < 0.0 else value


@jit
def order_area(need: float, offer: float, moved: float) -> float:
    """Area of a buyer's day per unit of lambda; `need` is season times lift, `offer` the response to one (or 1).

    need + extra + moved, with extra = need (offer - 1) and moved = released - held - repaid. What moves between days is
    counted in orders to come, and no lift of the day to which it moves makes more of it.
    """
    return need * offer + moved


@jit
def interaction_rate(law: Law, silence: float) -> float:
    """Hazard of being heard of after `silence` days, of the typical person whom nothing lifts."""
    return law.interaction * law.fading / (law.fading + silence)


@jit
def engagement(law: Law, silence: int) -> int:
    """0 active, 1 silent, 2 dormant."""
    return (silence > law.silent_after) + (silence > law.dormant_after)
