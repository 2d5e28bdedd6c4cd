"""The bare law (need, attention, fatigue, leaving, one campaign) day by day in NumPy arrays.

Frozen: the yardstick that the compiled day is timed against. It tells the same events with the same instants as the
engine's bare world (order, drift, deletion; an order never after leaving) and leaves out all the rest of the law. Its
random numbers are NumPy's own, so it agrees with the engine in the mean and not in each customer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.scenario import Scenario

Events = list[tuple[str, npt.NDArray[np.int64], npt.NDArray[np.float64]]]


def tell(scenario: Scenario, people: int, seed: int = 1) -> tuple[Events, int]:
    """Events (kind, people, instants) and live customer-days of `people` first buyers under the one campaign."""
    market, campaign = scenario.market, next(iter(scenario.strategy.campaigns.values()))
    assert campaign.every is not None
    assert market.need.cycle is not None
    rng = np.random.default_rng(seed)
    order, drift = market.need.order_rate, market.need.dropout_rate
    lam = rng.gamma(order.shape, order.mean / order.shape, people)
    mu = rng.gamma(drift.shape, drift.mean / drift.shape, people)
    spread = market.people.contact_response, market.people.price_sensitivity
    kappa, delta = (np.exp(rng.normal(0.0, 1.0, people) * sd - sd**2 / 2) for sd in spread)
    order_left, drift_left, delete_left = (rng.exponential(size=people) for _ in range(3))
    attention, fatigue = np.zeros(people), np.zeros(people)
    contact, buyer = np.ones(people, dtype=bool), np.ones(people, dtype=bool)
    keep_attention = 2.0 ** (-1.0 / market.attention.half_life)
    cycle = (market.need.cycle / market.fatigue.reference_cycle) ** market.fatigue.cycle_exponent
    keep_fatigue = 2.0 ** (-1.0 / (market.fatigue.half_life * cycle))
    message, background = -np.log1p(-market.optout.per_message), market.optout.background
    medium, hour = market.media[campaign.channel], campaign.at
    offer = 1.0 + delta * ((1.0 - (campaign.offer.depth or 0.0)) ** -market.offers.elasticity - 1.0)
    every, lasts = int(campaign.every.value), int(campaign.lasts)
    events: Events = []
    live = 0
    for day in range(scenario.run.days):
        live += int(np.count_nonzero(contact))
        attention *= keep_attention
        fatigue *= keep_fatigue
        deleted = np.where(delete_left <= background * hour, delete_left / background, 2.0)
        if day >= every and day % every < lasts:
            delete_left -= message * medium.intrusion * np.exp(market.optout.fatigue_slope * fatigue)
            attention += medium.reach * market.attention.weight.offer
            fatigue += medium.intrusion * market.fatigue.weight.offer
            deleted = np.where((deleted == 2.0) & (delete_left <= background * hour), hour, deleted)
        deleted = np.where((deleted == 2.0) & (delete_left <= background), delete_left / background, deleted)
        delete_left -= background
        strength = attention**market.attention.saturation
        strength /= 1.0 + strength
        tired = market.fatigue.order_effect * np.maximum(fatigue - market.fatigue.tolerance, 0.0)
        rate = lam * np.exp(market.attention.max_lift * kappa * strength - tired)
        if day >= every and day % every < lasts:
            rate *= offer
        drifting = mu * np.exp(-market.attention.remembered * strength)
        alive_for = np.minimum(deleted, 1.0)
        drifts = buyer & (drift_left <= drifting * alive_for)
        alive_for = np.where(drifts, drift_left / drifting, alive_for)
        drift_left -= drifting * alive_for
        at = np.zeros(people)
        due = np.flatnonzero(buyer & (order_left <= rate * alive_for))
        while due.size:
            at[due] += order_left[due] / rate[due]
            events.append(("order", due, day + at[due]))
            order_left[due] = rng.exponential(size=due.size)
            due = due[order_left[due] <= rate[due] * (alive_for[due] - at[due])]
        order_left -= rate * (alive_for - at)
        gone = np.flatnonzero(contact & (deleted < 2.0))
        events.append(("drift", np.flatnonzero(drifts), day + alive_for[drifts]))
        events.append(("delete", gone, day + deleted[gone]))
        contact[gone] = False
        buyer &= contact & ~drifts
    return events, live
