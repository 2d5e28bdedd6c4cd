"""A market's numbers in the form that the law's compiled functions take."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.law.stocks import keep_per_day
from sim.scenario import Market

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
    trust_order: float
    trust_leave: float
    trust_gate: float
    trust_care: float
    displacement: float
    background: float
    first_day: float
    message: float
    fatigue_slope: float
    lead_heat: Floats
    """Hazard of a lead's first order by whole days of age, nothing done; the last entry holds ever after."""
    trusting: bool
    """Whether trust has any effect at all."""
    ripeness: Floats
    """psi by whole days since the last order; the last entry holds ever after."""


def law_numbers(market: Market) -> Law:
    """The law of a market."""
    fatigue_days = (
        market.fatigue.half_life * (market.need.cycle / market.fatigue.reference_cycle) ** market.fatigue.cycle_exponent
    )
    return Law(
        keep_attention=keep_per_day(market.attention.half_life),
        keep_fatigue=keep_per_day(fatigue_days),
        keep_trust=keep_per_day(market.trust.half_life),
        repay=1.0 - keep_per_day(market.offers.repay_half_life),
        max_lift=market.attention.max_lift,
        saturation=market.attention.saturation,
        remembered=market.attention.remembered,
        tolerance=market.fatigue.tolerance,
        fatigue_order=market.fatigue.order_effect,
        trust_order=market.trust.order_effect,
        trust_leave=market.trust.leave_effect,
        trust_gate=market.lead.trust_gate,
        trust_care=market.trust.care,
        displacement=market.offers.displacement,
        background=market.optout.background,
        first_day=-math.log1p(-market.optout.first_day),
        message=-math.log1p(-market.optout.per_message),
        fatigue_slope=market.optout.fatigue_slope,
        lead_heat=lead_heat(market),
        trusting=any((market.trust.order_effect, market.trust.leave_effect, market.lead.trust_gate)),
        ripeness=ripeness_table(market.need.regularity, market.need.cycle, market.need.ripeness),
    )


def lead_heat(market: Market) -> Floats:
    """First-order hazard by age that gives `lead.first_order_7d` over all leads when nothing is done; shape (ages,).

    The hot phase has fallen to nothing (below 1e-18 of its start) at the last age.
    """
    lead = market.lead
    if lead.first_order_7d == 0.0:
        return np.zeros(1)
    ages = max(7, math.ceil(60.0 * lead.hot_half_life)) + 1
    heat = keep_per_day(lead.hot_half_life) ** np.arange(ages) + lead.late_constant
    return np.asarray(-math.log1p(-lead.first_order_7d / market.people.fit) / heat[:7].sum() * heat)


def ripeness_table(k: float, cycle: float, rho: float) -> Floats:
    """psi = 1 + rho (h_k(n / cycle) - 1) for n = 0, 1, ... whole days; h_k: hazard of Gamma(k, 1/k), at most k."""
    if k == 1.0 or rho == 0.0:
        return np.ones(1)
    from scipy.special import gammaincc, gammaln

    u = np.arange(1, math.ceil(20.0 * cycle) + 1) / cycle
    log_density = k * math.log(k) + (k - 1.0) * np.log(u) - k * u - gammaln(k)
    hazard = np.minimum(np.exp(log_density) / gammaincc(k, k * u), k)
    return np.concatenate([[1.0 - rho], 1.0 + rho * (hazard - 1.0)])
