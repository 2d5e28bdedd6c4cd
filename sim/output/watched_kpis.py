"""KPIs of watched people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.output.measures import Unit, Value
from sim.output.watch import Watched


@dataclass(frozen=True)
class WatchedMeasure:
    """A KPI of watched people: its unit, which way is better, its numerator and denominator."""

    unit: Unit
    better: int
    compute: Callable[[Watched], tuple[float, float]]


WATCHED: dict[str, WatchedMeasure] = {
    "orders_per_customer": WatchedMeasure("count", 1, lambda w: (w.orders, w.people)),
    "orders_per_contact_year": WatchedMeasure("count", 1, lambda w: (365.0 * w.orders, w.live)),
    "spend_per_customer": WatchedMeasure("money", 1, lambda w: (w.paid, w.people)),
    "aov": WatchedMeasure("money", 1, lambda w: (w.paid, w.orders)),
    "optout_rate": WatchedMeasure("share", -1, lambda w: (30.0 * w.optouts, w.live)),
    "optout_share": WatchedMeasure("share", -1, lambda w: (w.optouts, w.people)),
    "repurchase_rate": WatchedMeasure("share", 1, lambda w: (w.ordered, w.people)),
}
"""The KPIs that can be computed for watched people."""


def measure_watched(watched: Watched, name: str) -> Value:
    """One KPI of watched people; nan where there is nothing to divide by. Raises KeyError for an unknown name."""
    numerator, denominator = WATCHED[name].compute(watched)
    return Value(numerator / denominator if denominator else float("nan"), numerator, denominator)
