"""The law that every peer can simulate exactly, and its closed form.

Each customer has an order rate of their own, Gamma over customers and constant in time, and leaves for good after an
exponential time; until then orders come as a Poisson process. Orders and leavers are counted. A peer that works day by
day meets the events at their instants within the day, so that no order comes after the leaving.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Law:
    """Mean (per day) and shape of the order rate, hazard of leaving (per day), and days simulated."""

    order_mean: float = 4.0 / 365.0
    order_shape: float = 1.2
    leaving: float = 0.002
    days: int = 365


class LawResult(NamedTuple):
    """Counts over all customers; a live customer-day is a morning on which a customer has not left."""

    orders: int
    leavers: int
    live_days: int


class ExpectedResult(NamedTuple):
    """Of one customer: mean and variance of the orders, the probability of leaving, the mean of live days."""

    orders: float
    orders_variance: float
    leaving: float
    live_days: float


class StandardErrors(NamedTuple):
    """How many standard errors orders and leavers lie from the closed form, and the relative error of live days."""

    orders: float
    leavers: float
    live_days: float


def expected_result(law: Law) -> ExpectedResult:
    """The closed form.

    With l = min(lifetime, days) the orders are Poisson with mean rate x l, rate and l independent; so
    E orders = E rate E l and Var orders = E orders + E rate^2 E l^2 - (E orders)^2.
    """
    left = math.exp(-law.leaving * law.days)
    time = (1.0 - left) / law.leaving
    squared_time = 2.0 * (1.0 - left * (1.0 + law.leaving * law.days)) / law.leaving**2
    squared_rate = law.order_mean**2 * (1.0 + 1.0 / law.order_shape)
    orders = law.order_mean * time
    mornings = (1.0 - left) / (1.0 - math.exp(-law.leaving))
    return ExpectedResult(orders, orders + squared_rate * squared_time - orders**2, 1.0 - left, mornings)


def standard_errors(result: LawResult, people: int, law: Law) -> StandardErrors:
    """A result of so many customers beside the closed form."""
    one = expected_result(law)
    orders = (result.orders - people * one.orders) / math.sqrt(people * one.orders_variance)
    leavers = (result.leavers - people * one.leaving) / math.sqrt(people * one.leaving * (1.0 - one.leaving))
    return StandardErrors(orders, leavers, result.live_days / (people * one.live_days) - 1.0)
