"""The law as a plain compiled loop: day by day, customer by customer."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.same_law.law import Law, LawResult

Floats = npt.NDArray[np.float64]


def simulate(law: Law, people: int, seed: int) -> LawResult:
    """Orders and leavers of so many customers."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(law.order_shape, law.order_mean / law.order_shape, people)
    order_left, leave_left = rng.exponential(size=people), rng.exponential(size=people) / law.leaving
    return LawResult(*all_days(rate, order_left, leave_left, law.days, rng))


@numba.njit(cache=True)
def all_days(
    rate: Floats, order_left: Floats, leave_left: Floats, days: int, rng: np.random.Generator
) -> tuple[int, int, int]:
    """Run the clocks down; `order_left` in expected orders, `leave_left` in days. Orders, leavers, live days."""
    orders = leavers = live = 0
    for _ in range(days):
        for i in range(rate.size):
            if leave_left[i] <= 0.0:
                continue
            live += 1
            area = rate[i] * min(1.0, leave_left[i])
            while order_left[i] <= area:
                area -= order_left[i]
                order_left[i] = rng.exponential()
                orders += 1
            order_left[i] -= area
            leave_left[i] -= 1.0
            leavers += leave_left[i] <= 0.0
    return orders, leavers, live
