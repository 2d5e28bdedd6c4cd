"""Days after a buyer's last order, each adding little to the areas: the same two Gauss points without logarithms.

For k = 1 the chance of neither order nor leaving is a product of powers (base + area)^-w. With f the half of a day's
area over base + area at noon, and e = f / sqrt(3) at the points, ln of (noon / morning) is -ln(1 - f), of a point over
noon ln(1 +- e), of the evening over the morning 2 artanh f. Their series end where they are exact to 1e-13 at `SMALL`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.exponential import exponential, exponentials, logarithm
from sim.past.past_arrays import HiddenRates
from sim.past.silent_days import NO_MORE, DayAreas, PastProgress
from sim.stages import OUT, Stage

Floats = npt.NDArray[np.float64]

SMALL = 1.0 / 16.0
"""Largest f for which the series are used; beyond it, logarithms."""
_ROOT = 1.0 / math.sqrt(3.0)
_LEAD = int(Stage.LEAD)


@jit
def log_at_points(f: float) -> float:
    """-ln(1 - f) + ln(1 - f^2 / 3) / 2: the mean of the logs at the two points, over the morning."""
    q = 10.0 / 81.0 + f * (1.0 / 9.0)
    q = 1.0 / 7.0 + f * q
    q = 13.0 / 81.0 + f * q
    q = 1.0 / 5.0 + f * q
    q = 2.0 / 9.0 + f * q
    q = 1.0 / 3.0 + f * q
    q = 1.0 / 3.0 + f * q
    return f * (1.0 + f * q)


@jit
def log_between_points(f: float) -> float:
    """artanh(f / sqrt(3)): half the difference of the logs at the two points."""
    g = f * f
    q = 1.0 / 189.0 + g * (1.0 / 729.0)
    q = 1.0 / 45.0 + g * q
    q = 1.0 / 9.0 + g * q
    return _ROOT * f * (1.0 + g * q)


@jit
def half_log_of_day(f: float) -> float:
    """artanh(f): half the log of the evening over the morning."""
    g = f * f
    q = 1.0 / 7.0 + g * (1.0 / 9.0)
    q = 1.0 / 5.0 + g * q
    q = 1.0 / 3.0 + g * q
    return f * (1.0 + g * q)


@jit
def spread(f: float) -> float:
    """1 / (1 - f^2 / 3)."""
    g = f * f * (1.0 / 3.0)
    return 1.0 + g * (1.0 + g * (1.0 + g * (1.0 + g)))


class Leaving(NamedTuple):
    """What a day does to the chance of not having left, whatever the motive (`leaving_steps`), shape (9, people)."""

    steps: Floats


@jit
def leaving_steps(
    stages: npt.NDArray[np.int8], today: DayAreas, so_far: PastProgress, rates: HiddenRates, leaving: Leaving
) -> None:
    """Fill `leaving`, row by row: who is silent (1 or 0); the larger f of drifting and deleting; the sum of their logs
    at the points, between these, and half that of the day; mean and half difference of exits at the points; both f."""
    r, s, o, beta = leaving.steps, rates.s, rates.o, rates.beta
    silent, largest, at_points, between, of_day, mean, differ = r[0], r[1], r[2], r[3], r[4], r[5], r[6]
    by_drift, by_delete, size = r[7], r[8], stages.size
    add_drift, add_delete, drifts, deletes = today.drift, today.delete, so_far.drift, so_far.delete
    hidden, due = so_far.hidden, so_far.due
    for i in range(size):
        silent[i] = 1.0 if (stages[i] < OUT) & (due[i] == NO_MORE) & (stages[i] != _LEAD) else 0.0
    if not np.any(silent[:size]):
        return
    for i in range(size):
        by_drift[i] = 0.5 * add_drift[i] / (beta + drifts[i] + 0.5 * add_drift[i])
    for i in range(size):
        by_delete[i] = 0.5 * add_delete[i] / (o + deletes[i] + 0.5 * add_delete[i])
    for i in range(size):
        by_delete[i] = by_delete[i] if hidden[i] else 0.0
    for i in range(size):
        largest[i] = max(by_drift[i], by_delete[i])
    for i in range(size):
        at_points[i] = s * log_at_points(by_drift[i]) + o * log_at_points(by_delete[i])
    for i in range(size):
        between[i] = s * log_between_points(by_drift[i]) + o * log_between_points(by_delete[i])
    for i in range(size):
        of_day[i] = s * half_log_of_day(by_drift[i]) + o * half_log_of_day(by_delete[i])
    for i in range(size):
        mean[i] = s * by_drift[i] * spread(by_drift[i]) + o * by_delete[i] * spread(by_delete[i])
    for i in range(size):
        drift, delete = s * by_drift[i] * spread(by_drift[i]), o * by_delete[i] * spread(by_delete[i])
        differ[i] = _ROOT * (drift * by_drift[i] + delete * by_delete[i])


@jit
def add_small_steps(
    leaving: Leaving, today: DayAreas, so_far: PastProgress, rates: HiddenRates, alpha: float, expected: Floats
) -> None:
    """What `silent_days.add_silence` does, for the buyers of a block where k = 1; before today's areas are added."""
    steps, orders, add_order = leaving.steps, so_far.order, today.order
    silent, largest, at_points, between, of_day, mean, differ = (
        steps[0], steps[1], steps[2], steps[3], steps[4], steps[5], steps[6],
    )  # fmt: skip
    size, shapes, silence, log_quiet = add_order.size, so_far.shape, so_far.silence, so_far.log_quiet
    if not np.any(silent[:size]):
        return
    r, large = np.empty((4, size)), 0
    by_order, noon, half, runs = r[0], r[1], r[2], r[3]
    for i in range(size):
        by_order[i] = 0.5 * add_order[i] / (alpha + orders[i] + 0.5 * add_order[i])
    for i in range(size):
        runs[i] = silent[i] if max(by_order[i], largest[i]) <= SMALL else 0.0
    for i in range(size):
        large += 1 if runs[i] < silent[i] else 0
    if large > 0:
        for i in range(size):
            if runs[i] < silent[i]:
                add_large_step(i, steps[7, i], steps[8, i], alpha, so_far, add_order[i], rates, expected)
    for i in range(size):
        noon[i] = -(log_quiet[i] + at_points[i] + shapes[i] * log_at_points(by_order[i]))
    for i in range(size):
        half[i] = between[i] + shapes[i] * log_between_points(by_order[i])
    exponentials(noon)
    exponentials(half)
    for i in range(size):
        log_quiet[i] += 2.0 * runs[i] * (of_day[i] + shapes[i] * half_log_of_day(by_order[i]))
    for i in range(size):
        noon[i] *= runs[i]
    if expected.size > 0:
        for i in range(size):
            e, share = _ROOT * by_order[i], shapes[i] * spread(by_order[i])
            share /= alpha + orders[i] + 0.5 * add_order[i]
            early, late = (mean[i] + differ[i]) * half[i], (mean[i] - differ[i]) / half[i]
            expected[i] += noon[i] * share * (early * (1.0 + e) + late * (1.0 - e))
    for i in range(size):
        silence[i] += noon[i] * ((mean[i] + differ[i]) * half[i] + (mean[i] - differ[i]) / half[i])


@jit
def add_large_step(
    i: int, by_drift: float, by_delete: float, alpha: float, so_far: PastProgress, area: float,
    rates: HiddenRates, expected: Floats,
) -> None:  # fmt: skip
    """The same for one person on a day that adds much."""
    s, o, shape, at_noon = rates.s, rates.o, so_far.shape[i], alpha + so_far.order[i] + 0.5 * area
    by_order = 0.5 * area / at_noon
    noon = so_far.log_quiet[i] - (
        s * logarithm(1.0 - by_drift) + o * logarithm(1.0 - by_delete) + shape * logarithm(1.0 - by_order)
    )
    for side in (-_ROOT, _ROOT):
        order, drift, delete = 1.0 + side * by_order, 1.0 + side * by_drift, 1.0 + side * by_delete
        there = noon + s * logarithm(drift) + o * logarithm(delete) + shape * logarithm(order)
        exits = exponential(-there) * (s * by_drift / drift + o * by_delete / delete)
        so_far.silence[i] += exits
        if expected.size > 0:
            expected[i] += exits * shape / (at_noon * order)
    day = s * logarithm((1.0 + by_drift) / (1.0 - by_drift)) + o * logarithm((1.0 + by_delete) / (1.0 - by_delete))
    so_far.log_quiet[i] += day + shape * logarithm((1.0 + by_order) / (1.0 - by_order))
