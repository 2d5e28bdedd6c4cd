"""The bare law (need, attention, fatigue, leaving, one campaign) told day by day in NumPy arrays.

Frozen: it is the yardstick that the compiled day is timed against, and it leaves out trust, ripeness, debt, leads,
baskets and service. Its luck is NumPy's own, so it agrees with the engine in the mean, not in each life.
"""

from __future__ import annotations

import numpy as np

from sim.scenario import Scenario


def tell(scenario: Scenario, people: int, seed: int = 1) -> tuple[int, int]:
    """Orders and live customer-days of `people` first buyers under the scenario's first campaign."""
    market, campaign = scenario.market, next(iter(scenario.strategy.campaigns.values()))
    assert campaign.every is not None
    rng = np.random.default_rng(seed)
    order, drift = market.need.order_rate, market.need.dropout_rate
    lam = rng.gamma(order.shape, order.mean / order.shape, people)
    mu = rng.gamma(drift.shape, drift.mean / drift.shape, people)
    kappa = np.exp(rng.normal(0.0, 1.0, people) * market.people.contact_response)
    delta = np.exp(rng.normal(0.0, 1.0, people) * market.people.price_sensitivity)
    order_left, drift_left, delete_left = (rng.exponential(size=people) for _ in range(3))
    attention, fatigue = np.zeros(people), np.zeros(people)
    contact, buyer = np.ones(people, dtype=bool), np.ones(people, dtype=bool)
    keep_attention = 2.0 ** (-1.0 / market.attention.half_life)
    cycle = (market.need.cycle / market.fatigue.reference_cycle) ** market.fatigue.cycle_exponent
    keep_fatigue = 2.0 ** (-1.0 / (market.fatigue.half_life * cycle))
    message = -np.log1p(-market.optout.per_message)
    medium = market.media[campaign.channel]
    pull = -market.offers.elasticity * np.log1p(-(campaign.offer.depth or 0.0))
    every, lasts = int(campaign.every.value), int(campaign.lasts)
    orders = live = 0
    for day in range(scenario.run.days):
        attention *= keep_attention
        fatigue *= keep_fatigue
        held = day >= every and day % every < lasts
        delete_left[contact] -= market.optout.background
        if held:
            area = message * medium.intrusion * np.exp(market.optout.fatigue_slope * fatigue)
            delete_left[contact] -= area[contact]
            attention[contact] += medium.reach * market.attention.weight.offer
            fatigue[contact] += medium.intrusion * market.fatigue.weight.offer
        power = attention**market.attention.saturation
        strength = power / (1.0 + power)
        tired = market.fatigue.order_effect * np.maximum(fatigue - market.fatigue.tolerance, 0.0)
        rate = lam * np.exp(market.attention.max_lift * kappa * strength - tired + held * delta * pull)
        order_left[buyer] -= rate[buyer]
        drift_left[buyer] -= (mu * np.exp(-market.attention.remembered * strength))[buyer]
        live += int(np.count_nonzero(contact))
        buyer &= (drift_left > 0.0) & (delete_left > 0.0)
        contact &= delete_left > 0.0
        due = np.flatnonzero(buyer & (order_left <= 0.0))
        while due.size:
            orders += due.size
            order_left[due] += rng.exponential(size=due.size)
            due = due[order_left[due] <= 0.0]
    return orders, live
