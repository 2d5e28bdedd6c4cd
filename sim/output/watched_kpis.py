"""KPIs of watched people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.output.kpi_window import Unit, Value, value_of
from sim.output.watch import Watched


@dataclass(frozen=True)
class WatchedMeasure:
    """A KPI of watched people: its unit, which way is better, its numerator and denominator (`Measure`)."""

    unit: Unit
    better: int
    compute: Callable[[Watched], tuple[float, float]]
    hazard: bool = False


WATCHED: dict[str, WatchedMeasure] = {
    "orders_per_customer": WatchedMeasure("count", 1, lambda w: (w.orders, w.people)),
    "orders_per_contact_year": WatchedMeasure("count", 1, lambda w: (365.0 * w.orders, w.live)),
    "spend_per_customer": WatchedMeasure("money", 1, lambda w: (w.paid, w.people)),
    "aov": WatchedMeasure("money", 1, lambda w: (w.paid, w.orders)),
    "optout_rate": WatchedMeasure("share", -1, lambda w: (w.optouts, w.live / 30.0), hazard=True),
    "optout_share": WatchedMeasure("share", -1, lambda w: (w.optouts, w.people)),
    "repurchase_rate": WatchedMeasure("share", 1, lambda w: (w.ordered, w.people)),
}
"""The KPIs that can be computed for watched people."""


def measure_watched(watched: Watched, name: str) -> Value:
    """One KPI of watched people; nan where there is nothing to divide by. Raises KeyError for an unknown name."""
    one = WATCHED[name]
    return value_of(*one.compute(watched), one.hazard)
