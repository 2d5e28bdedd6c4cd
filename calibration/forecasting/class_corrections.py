"""What the record says of customers by their number of repeat orders: more or fewer orders than was forecast.

A law with one gamma of rates and one of dropout forecasts too little of those who never came back: of CDNOW's by a
third at nearly every origin. A correction is the mean log ratio of truth to forecast of a class at earlier origins,
less that of the customers who came back often, since what moves all alike says nothing of a class; it is shrunk
towards none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.forecasting.expected_orders import ExpectedOrders

Floats = npt.NDArray[np.float64]

CLASSES = (1, 3)
"""Repeat order-days at which a class begins: none, one or two, three and more."""
USUAL = (0.3, 0.15, 0.1)
"""Sd of the log correction of each class before there is a record."""
NOISE = 0.12
"""Sd of the log ratio at one origin by what moves a class, chance apart."""


@dataclass(frozen=True)
class ClassRecord:
    """One origin: of each class the order-days and buyers that came and that were forecast, shape (classes,)."""

    orders: Floats
    orders_forecast: Floats
    buyers: Floats
    buyers_forecast: Floats


@dataclass(frozen=True)
class ClassCorrections:
    """Factors of each class: of expected order-days, and of the number of buyers."""

    orders: Floats
    buyers: Floats


def class_record(forecast: ExpectedOrders, counts: Floats, x: npt.NDArray[np.int64]) -> ClassRecord:
    """Sums over the customers of each class, by their repeat order-days x (n,) at the origin."""
    rows = (counts, forecast.people, (counts > 0).astype(float), forecast.some)
    return ClassRecord(*(np.bincount(classes_of(x), row, len(USUAL)).astype(float) for row in rows))


def classes_of(x: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The class of each customer."""
    return np.digitize(x, CLASSES)


def corrections(record: Sequence[ClassRecord]) -> ClassCorrections:
    """Corrections from all origins; none without any."""
    orders = [_log_ratios(one.orders, one.orders_forecast) for one in record]
    buyers = [_log_ratios(one.buyers, one.buyers_forecast) for one in record]
    level = [(ratio[-1], chance[-1]) for ratio, chance in orders]
    often = _shrunk([(ratio[:-1], chance[:-1]) for ratio, chance in orders], level)
    return ClassCorrections(np.append(often[:2], 1.0), _shrunk(buyers, level))


def _log_ratios(came: Floats, due: Floats) -> tuple[Floats, Floats]:
    """Log ratio of each class, and its variance by chance."""
    return np.log((came + 1.0) / (due + 1.0)), 1.0 / (due + 1.0)


def _shrunk(rows: Sequence[tuple[Floats, Floats]], level: Sequence[tuple[float, float]]) -> Floats:
    """Factors from log ratios less those of the level, of as many classes as there are in each row."""
    size = rows[0][0].size if rows else len(USUAL)
    precision, total = 1.0 / np.square(USUAL[:size]), np.zeros(size)
    for (ratio, chance), (common, its_chance) in zip(rows, level, strict=True):
        weight = 1.0 / (NOISE**2 + chance + its_chance)
        total, precision = total + weight * (ratio - common), precision + weight
    return np.exp(total / precision)


def corrected(forecast: ExpectedOrders, factors: ClassCorrections, x: npt.NDArray[np.int64]) -> ExpectedOrders:
    """The forecast with the factor of each customer's class."""
    which = classes_of(x)
    people = forecast.people * factors.orders[which]
    # By odds, which keeps chances below one; and no one buys more often in expectation than they have orders.
    odds = forecast.some / np.maximum(1.0 - forecast.some, 1e-12) * factors.buyers[which]
    by_day = forecast.by_day * (people.sum() / max(forecast.people.sum(), 1e-300))
    return ExpectedOrders(people, np.minimum(odds / (1.0 + odds), people), by_day)
