"""The numbers of the behavioural law, in the form that its compiled functions take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Law(NamedTuple):
    """Numbers of `docs/law.md`, per day where a rate, as daily factors where a half-life."""

    keep_attention: float
    keep_fatigue: float
    keep_trust: float
    repay: float
    max_lift: float
    saturation: float
    remembered: float
    tolerance: float
    fatigue_order: float
    fatigue_most: float
    """The most that fatigue takes off the log hazard of ordering."""
    trust_order: float
    trust_leave: float
    trust_gate: float
    displacement: float
    background: float
    first_day: float
    message: float
    fatigue_slope: float
    optout_most: float
    """The most that fatigue adds to the log of a message's area of deletion."""
    lead_heat: Floats
    """Hazard of a lead's first order by whole days of age, nothing done; the last entry holds ever after."""
    keep_habit: float
    reference: float
    """Weight of the remembered discount's log, times the elasticity."""
    loss_aversion: float
    loss_most: float
    """The most that remembered discounts take off the log of the typical person's need: as much as an offer can add."""
    habituation: float
    habit_memory: float
    habitual: bool
    """Whether remembered discounts have any effect at all."""
    offer_most: float
    """The most that an offer adds to the typical person's need, as a multiple."""
    waiting: float
    """Share of need that is held back for the deepest campaigns."""
    waiting_depth: float
    disappointed: float
    horizon: float
    """Days ahead for which people wait for a campaign."""
    early: float
    early_days: int
    fatigue_irrelevant: float
    attention_fit: Floats
    """Factors of a message's attention, by whether it is neutral, relevant or irrelevant; shape (3,)."""
    interaction: float
    fading: float
    drifted: float
    silent_after: int
    dormant_after: int
    reach: Floats
    """Factors of a message's attention by engagement: active, silent, dormant; shape (3,)."""
    area_irrelevant: float
    trusting: bool
    """Whether trust has any effect at all."""
    ripeness: Floats
    """psi by whole days since the last order; the last entry holds ever after."""
