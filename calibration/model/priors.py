"""Scenario paths of the fitted numbers, their limits, and what is believed of them before the orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from scenarios.values.beliefs import Belief

Floats = npt.NDArray[np.float64]

Z95 = 1.6448536269514722
LEAST_SD = 1e-6
ORDER_MEAN, ORDER_SHAPE = "market.need.order_rate.mean", "market.need.order_rate.shape"
DROP_MEAN, DROP_SHAPE = "market.need.dropout_rate.mean", "market.need.dropout_rate.shape"
REGULARITY = "market.need.regularity"
LEVEL, LEVEL_SHIFT = "market.need.level", "market.need.level_shift"
WEEK_SHOCK, WEEKDAY = "market.need.week_shock", "market.need.season.weekday"
YEARLY, DATES = "market.need.season.yearly", "market.need.season.dates"
SPEND_MEAN, SPEND_P, SPEND_Q = "market.spend.mean", "market.spend.p", "market.spend.q"
EARLIER = "customers won before the file"
"""In a week, over those in a week of the file; no number of a market, for shops that are older than their file."""
NEED = (ORDER_MEAN, ORDER_SHAPE, DROP_MEAN, DROP_SHAPE, REGULARITY)
SPEND = (SPEND_MEAN, SPEND_P, SPEND_Q)
LIMITS = {
    ORDER_MEAN: (1e-7, 2.0),
    ORDER_SHAPE: (0.01, 1000.0),
    DROP_MEAN: (1e-7, 2.0),
    DROP_SHAPE: (0.01, 1000.0),
    REGULARITY: (1.0, 20.0),
    EARLIER: (0.01, 100.0),
    SPEND_MEAN: (1.0, 1e10),
    SPEND_P: (0.05, 1000.0),
    SPEND_Q: (1.001, 1000.0),
}
"""Those of market files."""
WIDE = {
    ORDER_MEAN: Belief(0.01, 1e-4, 1.0, "log", "wide"),
    ORDER_SHAPE: Belief(1.0, 0.05, 20.0, "log", "wide"),
    DROP_MEAN: Belief(0.003, 3e-5, 0.3, "log", "wide"),
    DROP_SHAPE: Belief(1.0, 0.05, 20.0, "log", "wide"),
    REGULARITY: Belief(1.5, 1.0, 6.0, "log", "wide"),
    EARLIER: Belief(1.0, 0.1, 10.0, "log", "wide"),
    SPEND_MEAN: Belief(1e4, 1.0, 1e8, "log", "wide"),
    SPEND_P: Belief(5.0, 0.2, 125.0, "log", "wide"),
    SPEND_Q: Belief(3.0, 1.05, 100.0, "log", "wide"),
}
"""What is believed of a number of which the market believes nothing: orders of magnitude."""
WIDE_SHOCK = Belief(0.15, 0.03, 0.35, "identity", "wide")
LEVEL_SHIFTS, LEVELS = Belief(0.008, 0.0015, 0.045, "log", "wide"), Belief(0.0, -0.5, 0.5, "identity", "wide")
"""What is believed of week shocks, lasting shifts and the level at the end where a market believes nothing."""
LARGEST_SHIFT, LARGEST_LEVEL = 0.13, 3.0
"""The largest lasting shift that is tried, and the largest level of a market."""


def log_prior(belief: Belief | None, value: float) -> float:
    """Log density, up to a constant, of a value on its belief's scale (log or identity): a split normal."""
    if belief is None:
        return 0.0
    middle, low, high, at = (_scaled(belief, v) for v in (belief.median, belief.p5, belief.p95, value))
    sd = (high - middle if at >= middle else middle - low) / Z95
    return -0.5 * ((at - middle) / max(sd, LEAST_SD)) ** 2


class LogPriors:
    """The sum of `log_prior` over the numbers of some paths, by their logs; a number without a belief has a wide one.

    All paths of LIMITS have beliefs on the log scale.
    """

    def __init__(self, beliefs: Mapping[str, Belief], paths: Sequence[str]) -> None:
        found = [beliefs.get(path, WIDE[path]) for path in paths]
        self.medians = np.log([belief.median for belief in found])
        low, high = np.log([belief.p5 for belief in found]), np.log([belief.p95 for belief in found])
        self._below = np.maximum((self.medians - low) / Z95, LEAST_SD)
        self._above = np.maximum((high - self.medians) / Z95, LEAST_SD)

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        """The sum, and its slope by the logs, shape (n,)."""
        sd = np.where(logs >= self.medians, self._above, self._below)
        z = (logs - self.medians) / sd
        return float(-0.5 * z @ z), -z / sd


def log_mass(belief: Belief, low: float, high: float) -> float:
    """Log of the integral of exp(`log_prior`) over the logs of values from `low` to `high`, by a fine grid."""
    logs = np.linspace(np.log(low), np.log(high), 4_001)
    values = np.exp([log_prior(belief, float(v)) for v in np.exp(logs)])
    return float(np.log(np.trapezoid(values, logs)))


def grid_weights(belief: Belief, grid: Floats) -> tuple[tuple[float, float], ...]:
    """Each value of a grid that rises by equal factors, with its share of a belief."""
    logs = np.array([log_prior(belief, float(v)) for v in grid])
    mass = np.exp(logs - logs.max()) * (1.0 if belief.scale == "log" else grid)
    return tuple(zip(grid.tolist(), (mass / mass.sum()).tolist(), strict=True))


def _split_normal(belief: Belief, value: float) -> tuple[float, float]:
    """Log density of a value on its belief's scale, and its derivative by the log of the value."""
    middle, low, high, at = (_scaled(belief, v) for v in (belief.median, belief.p5, belief.p95, value))
    sd = max((high - middle if at >= middle else middle - low) / Z95, LEAST_SD)
    z = (at - middle) / sd
    stretch = {"log": 1.0, "identity": value}.get(belief.scale, 1.0 / (1.0 - value) if value < 1.0 else np.inf)
    return -0.5 * z**2, -z / sd * stretch


def prior_sd(belief: Belief) -> float:
    """Mean of a belief's two standard deviations, on its scale."""
    return max(_scaled(belief, belief.p95) - _scaled(belief, belief.p5), 0.0) / (2.0 * Z95)


def _scaled(belief: Belief, value: float) -> float:
    if belief.scale == "log":
        return float(np.log(max(value, 1e-300)))
    if belief.scale == "logit":
        return float(np.log(value) - np.log1p(-value))
    return value


def log_limits(paths: Sequence[str]) -> tuple[Floats, Floats]:
    """Logs of the limits of each path, two of shape (n,)."""
    low, high = np.log([LIMITS[path] for path in paths]).T
    return low, high
