"""Conditions of a programme on people, as the numbers that the compiled pass over the people takes."""

from __future__ import annotations

import numpy as np

from sim.people.traits import topics
from sim.scenario import ENGAGEMENTS, RFMS, TIERS, Market, Range, Who
from sim.stages import Stage
from sim.state.matching import LISTS, RANGES, Conditions

ORDERS_OF = {"lead": 0, "first_buyer": 1, "repeater": 2}
"""Orders that make the stages that the shop can see; the last of them stands for more as well."""
assert {stage.name.lower() for stage in Stage} >= set(ORDERS_OF)
# the places that `matching.rfm_class` gives
assert RFMS == ("important_value", "important_development", "important_keep", "general")


def conditions_of(who: Who, market: Market, sources: tuple[str, ...]) -> Conditions:
    """The conditions of `who` in this market; `sources` are names by number."""
    wanted = {
        "stage": [ORDERS_OF[name] for name in who.stage],
        "source": [1 + sources.index(name) for name in who.source if name in sources],
        "tag": [1 + topics(market).index(name) for name in who.tag if name in topics(market)],
        "engaged": [ENGAGEMENTS.index(name) for name in who.engaged],
        "tier": [TIERS.index(name) for name in who.tier],
        "rfm": [RFMS.index(name) for name in who.rfm],
    }
    words = np.zeros((len(LISTS), 2 + max(len(RFMS), len(sources), len(topics(market)))), dtype=bool)
    for place, name in enumerate(LISTS):
        words[place, wanted[name] if getattr(who, name) else slice(None)] = True
    rate, engagement = market.need.order_rate, market.engagement
    return Conditions(
        words,
        np.array([_bounds(getattr(who, name)) for name in RANGES]),
        float(rate.shape / rate.mean),
        float(rate.shape),
        int(engagement.silent_after),
        int(engagement.dormant_after),
        int(engagement.high_value_orders),
        bool(who.rfm),
    )


def _bounds(interval: Range | None) -> tuple[float, float]:
    """The interval as low <= value < high: an end that lies on the other side is moved to the next number."""
    low, high = -np.inf, np.inf
    if interval is not None and interval.low is not None:
        low = np.nextafter(interval.low, np.inf) if interval.low_open else interval.low
    if interval is not None and interval.high is not None:
        high = np.nextafter(interval.high, np.inf) if interval.high_closed else interval.high
    return float(low), float(high)
