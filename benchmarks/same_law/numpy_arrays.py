"""The law in NumPy arrays: day by day, all customers at once; who has left is taken out of the arrays."""

from __future__ import annotations

import numpy as np

from benchmarks.same_law.law import Law, LawResult


def simulate(law: Law, people: int, seed: int) -> LawResult:
    """Orders and leavers of so many customers."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(law.order_shape, law.order_mean / law.order_shape, people)
    order_left, leave_left = rng.exponential(size=people), rng.exponential(size=people) / law.leaving
    orders = leavers = live = 0
    for _ in range(law.days):
        live += rate.size
        order_left -= rate * np.minimum(leave_left, 1.0)
        due = np.flatnonzero(order_left <= 0.0)
        while due.size:
            orders += due.size
            order_left[due] += rng.exponential(size=due.size)
            due = due[order_left[due] <= 0.0]
        leave_left -= 1.0
        stays = leave_left > 0.0
        if not stays.all():
            leavers += rate.size - int(np.count_nonzero(stays))
            rate, order_left, leave_left = rate[stays], order_left[stays], leave_left[stays]
    return LawResult(orders, leavers, live)
