"""A back-check: weeks that were held out, and what the engine gives for them under the shop's own strategy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from scenarios.values.replayed_weeks import ReplayedWeeks

Floats = npt.NDArray[np.float64]
Weeks = Mapping[str, Floats]
"""Order-days, buyers and spend by week, each of shape (weeks,)."""

BAND = (5.0, 95.0)
SURE = 2.576
"""A total this many standard deviations from what the replays give is further off than 99 % of them would be."""
MATERIAL = 0.10
"""A ratio this near to one is near enough, however narrow the band is."""
KINDS = ("orders", "buyers", "spend")


@dataclass(frozen=True)
class BackCheck:
    """Weeks replayed. `weekly` has orders, buyers (people) and spend (currency units), each with actual, predicted, p5
    and p95 of shape (weeks,); draws: runs that they come from."""

    weeks: ReplayedWeeks
    weekly: Mapping[str, Mapping[str, list[float]]]
    draws: int

    def to_json(self) -> dict[str, Any]:
        """The promised answer: order-days by week, and the ratio of the whole."""
        one = self.weeks
        return {
            "from": one.first.isoformat(),
            "weeks": list(range(1, len(one.actual) + 1)),
            **self.weekly["orders"],
            "ratio": one.ratio,
            "ratio_p5": one.low,
            "ratio_p95": one.high,
            "calibrated": one.calibrated,
            "buyers": self.weekly["buyers"],
            "spend": self.weekly["spend"],
            "draws": self.draws,
        }


def compared(first: date, actual: Weeks, runs: Sequence[Weeks], scale: float) -> BackCheck:
    """The back-check of the weeks from `first` on, of which each customer simulated stands for `scale`."""
    found = {kind: scale * np.array([one[kind] for one in runs]) for kind in KINDS}
    weekly = {kind: _summary(actual[kind], found[kind]) for kind in KINDS}
    totals, whole = found["orders"].sum(axis=1), float(actual["orders"].sum())
    low, high = np.percentile(totals, BAND) / whole
    ratio, near = float(totals.mean()) / whole, near_one(totals, whole)
    parts = (tuple(weekly["orders"][name]) for name in ("actual", "predicted", "p5", "p95"))
    return BackCheck(ReplayedWeeks(first, ratio, float(low), float(high), near, *parts), weekly, len(runs))


def near_one(totals: Floats, actual: float) -> bool:
    """Whether a ratio of replayed totals, shape (runs,), to what happened is near enough to one.

    It is not where it is more than MATERIAL from one and the log of what happened is more than SURE standard deviations
    from the mean log of the replays.
    """
    if abs(float(totals.mean()) / actual - 1.0) <= MATERIAL:
        return True
    logs = np.log(np.maximum(totals, 0.5))
    spread = math.hypot(float(logs.std(ddof=1)), 1e-6)
    return abs(math.log(actual) - float(logs.mean())) <= SURE * spread


def by_week(who: npt.NDArray[np.uint64], day: npt.NDArray[np.int64], paid: Floats, days: int) -> dict[str, Floats]:
    """Order-days, people who ordered and spend of each week, from orders on days 0 to `days` - 1; shape (weeks,)."""
    size = -(-days // 7)
    merged = np.unique(np.stack([who, day.astype(np.uint64)]), axis=1)
    people = np.unique(np.stack([who, (day // 7).astype(np.uint64)]), axis=1)
    return {
        "orders": np.bincount(merged[1].astype(np.int64) // 7, minlength=size).astype(float),
        "buyers": np.bincount(people[1].astype(np.int64), minlength=size).astype(float),
        "spend": np.bincount(day // 7, weights=paid, minlength=size),
    }


def _summary(actual: Floats, found: Floats) -> dict[str, list[float]]:
    """found: shape (runs, weeks)."""
    low, high = np.percentile(found, BAND, axis=0)
    parts = {"actual": actual, "predicted": found.mean(axis=0), "p5": low, "p95": high}
    return {name: [float(value) for value in values] for name, values in parts.items()}
