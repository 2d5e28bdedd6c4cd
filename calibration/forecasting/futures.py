"""Ranges of what may come: futures simulated under draws of parameters and of the calendar's levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import WEEK, Histories, Parameters, histories
from calibration.model.simulated_customers import draw_customers, history_posterior, simulate_orders
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]

BAND = (5.0, 95.0)
MOST_SIMULATED = 20_000
MOST_PARAMETERS = 64
"""Draws of parameters at most for which the histories are judged anew; each serves several futures."""


@dataclass(frozen=True)
class Bands:
    """5 and 95 % points of totals: repeat order-days, buyers, and order-days of each week."""

    total: tuple[float, float]
    buyers: tuple[float, float]
    weekly: Floats


@dataclass(frozen=True)
class Middle:
    """What the futures are centred on: expected order-days of each week, and expected buyers.

    buyers_miss: sd of the log of a factor of buyers that no simulated future has.
    """

    weekly: Floats
    buyers: float
    buyers_miss: float = 0.0


def weekly_counts(day: npt.NDArray[np.int64], horizon: int) -> Floats:
    """Order-days of each week of the horizon, from days 1 to `horizon`."""
    return np.bincount((day - 1) // 7, minlength=-(-horizon // 7)).astype(float)


def simulated_bands(
    known: Orders, draws: Sequence[Parameters], daily: Floats, levels: Floats, middle: Middle | None = None
) -> Bands:
    """Bands over futures of all customers, one for each row of `levels`.

    daily: order multipliers of the calendar, days ahead included. levels: log multipliers of each week ahead, shape
    (futures, weeks). middle: the mean of the futures is moved there; simulated orders of one day are merged, so that
    busy customers would else fall short of the expectation.
    """
    days = daily.size - known.days - 1
    h, scale = some_customers(histories(known, ahead=days, daily_order=daily))
    kept = draws[:: max(1, -(-len(draws) // MOST_PARAMETERS))]
    weekly, active = np.zeros((len(levels), -(-days // 7))), np.zeros(len(levels))
    for number, p in enumerate(kept):
        posterior = history_posterior(h, p)
        for i in range(number, len(levels), len(kept)):
            rng = np.random.default_rng([len(levels), 11, i])
            path = daily[-days:] * np.exp(np.repeat(levels[i], 7)[:days])
            area = np.concatenate([[0.0], np.cumsum(path)]) / WEEK
            who, day = simulate_orders(draw_customers(posterior, p, rng), area, p.k, rng)
            weekly[i], active[i] = weekly_counts(day, days), np.unique(who).size
    weekly, active = scale * weekly, scale * active
    if middle is not None:
        weekly *= middle.weekly / np.maximum(weekly.mean(axis=0), 1e-9)
        missed = np.exp(middle.buyers_miss * np.random.default_rng(41).standard_normal(active.size))
        active = np.minimum(active * missed * middle.buyers / max(active.mean(), 1e-9), scale * h.customers)
    total, some = np.percentile(weekly.sum(axis=1), BAND), np.percentile(active, BAND)
    ends = (float(total[0]), float(total[1])), (float(some[0]), float(some[1]))
    return Bands(*ends, np.percentile(weekly, BAND, axis=0))


def some_customers(h: Histories) -> tuple[Histories, float]:
    """A random sample of the customers where they are more than MOST_SIMULATED, and how many each stands for.

    What is simulated of them and scaled up has bands that are a little too wide.
    """
    scale = h.customers / MOST_SIMULATED
    if scale <= 1.0:
        return h, 1.0
    rows = np.random.default_rng(19).choice(h.row, MOST_SIMULATED, replace=False)
    kept, row, count = np.unique(rows, return_inverse=True, return_counts=True)
    return h.taken(kept, row.ravel(), count.astype(float)), scale


def shock_levels(sds: Sequence[float], weeks: int, seed: int) -> Floats:
    """Log multipliers of independent week shocks of mean one, shape (draws, weeks), for the sd of each draw."""
    sd = np.asarray(sds)[:, None]
    return np.asarray(sd * np.random.default_rng([seed, 29]).standard_normal((sd.size, weeks)) - 0.5 * sd**2)
