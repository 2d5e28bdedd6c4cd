"""Days after a buyer's last order for any regularity, and the orders that were expected on each day.

The same two Gauss points without incomplete beta functions.

J, the chance of no order since the last one, is carried from day to day. With t from -1 in the morning to 1 in the
evening, f the half of a day's area over the area since the last order at noon, e = f w, w = 1 - z and z as in
`docs/law.md` (Scoring a history), J falls by front f times the integral of q = (1 + f t)^(k - 1) / (1 + e t)^(R + k),
front = z^R w^k / B(R, k) at noon. The powers of t in q follow from q' (1 + f t) (1 + e t) = ((k - 1) f (1 + e t) -
(R + k) e (1 + f t)) q. Sixteen of them give the integral to 1e-13 where f and (R + k) e are within their bounds.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block
from sim.law.exponential import FARTHEST, exponential, exponentials, logarithm, logarithms
from sim.past.incomplete_beta import TINY
from sim.past.past_arrays import DailyOrders, Findings, HiddenRates, Motive, PastPeople
from sim.past.silent_days import DayAreas, PastProgress, next_order, no_order
from sim.past.small_steps import SMALL, Leaving

Floats = npt.NDArray[np.float64]

LARGEST_PART = 1.0 / 8.0
"""Largest f for which the series is used; beyond it, incomplete betas. Likewise below."""
LARGEST_POWER = 1.0 / 2.0
"""Of (R + k) e."""
LEAST_LEFT = 1.0 / 64.0
"""J is computed anew where it has fallen to this part of what was last computed, whose rounding errors it has."""
_ROOT = 1.0 / math.sqrt(3.0)


@jit
def falls(f: Floats, w: Floats, shapes: Floats, k: float, found: Floats) -> None:
    """Fill `found`, shape (5, people): integrals of q from the morning, half of that to the evening, their mean to both
    points and half the difference; then the mean of q at the points and half its difference."""
    of_day, at_points, between, mean, differ = found[0], found[1], found[2], found[3], found[4]
    g1, g2 = _ROOT, 1.0 / 3.0
    for i in range(f.size):
        e = f[i] * w[i]
        a, b = (k - 1.0) * f[i], (shapes[i] + k) * e
        u, v, x, y = a - b, f[i] + e, a * e - b * f[i], f[i] * e
        c1 = u
        c2 = ((u - v) * c1 + x) * (1.0 / 2.0)
        c3 = ((u - 2.0 * v) * c2 + (x - y) * c1) * (1.0 / 3.0)
        c4 = ((u - 3.0 * v) * c3 + (x - 2.0 * y) * c2) * (1.0 / 4.0)
        c5 = ((u - 4.0 * v) * c4 + (x - 3.0 * y) * c3) * (1.0 / 5.0)
        c6 = ((u - 5.0 * v) * c5 + (x - 4.0 * y) * c4) * (1.0 / 6.0)
        c7 = ((u - 6.0 * v) * c6 + (x - 5.0 * y) * c5) * (1.0 / 7.0)
        c8 = ((u - 7.0 * v) * c7 + (x - 6.0 * y) * c6) * (1.0 / 8.0)
        c9 = ((u - 8.0 * v) * c8 + (x - 7.0 * y) * c7) * (1.0 / 9.0)
        c10 = ((u - 9.0 * v) * c9 + (x - 8.0 * y) * c8) * (1.0 / 10.0)
        c11 = ((u - 10.0 * v) * c10 + (x - 9.0 * y) * c9) * (1.0 / 11.0)
        c12 = ((u - 11.0 * v) * c11 + (x - 10.0 * y) * c10) * (1.0 / 12.0)
        c13 = ((u - 12.0 * v) * c12 + (x - 11.0 * y) * c11) * (1.0 / 13.0)
        c14 = ((u - 13.0 * v) * c13 + (x - 12.0 * y) * c12) * (1.0 / 14.0)
        c15 = ((u - 14.0 * v) * c14 + (x - 13.0 * y) * c13) * (1.0 / 15.0)
        even = c10 * (1.0 / 11.0) + c12 * (1.0 / 13.0) + c14 * (1.0 / 15.0)
        whole = 1.0 + (c2 * (1.0 / 3.0) + (c4 * (1.0 / 5.0) + (c6 * (1.0 / 7.0) + (c8 * (1.0 / 9.0) + even))))
        of_day[i] = whole
        odd = c9 * (1.0 / 10.0) + c11 * (1.0 / 12.0) + c13 * (1.0 / 14.0) + c15 * (1.0 / 16.0)
        odd = c1 * 0.5 + (c3 * 0.25 + (c5 * (1.0 / 6.0) + (c7 * 0.125 + odd)))
        near = c13 * (1.0 / 14.0) + g2 * (c15 * (1.0 / 16.0))
        near = c9 * (1.0 / 10.0) + g2 * (c11 * (1.0 / 12.0) + g2 * near)
        near = c1 * 0.5 + g2 * (c3 * 0.25 + g2 * (c5 * (1.0 / 6.0) + g2 * (c7 * 0.125 + g2 * near)))
        at_points[i] = whole - odd + g2 * near
        near = c10 * (1.0 / 11.0) + g2 * (c12 * (1.0 / 13.0) + g2 * (c14 * (1.0 / 15.0)))
        near = c4 * (1.0 / 5.0) + g2 * (c6 * (1.0 / 7.0) + g2 * (c8 * (1.0 / 9.0) + g2 * near))
        between[i] = g1 * (1.0 + g2 * (c2 * (1.0 / 3.0) + g2 * near))
        near = c8 + g2 * (c10 + g2 * (c12 + g2 * c14))
        mean[i] = 1.0 + g2 * (c2 + g2 * (c4 + g2 * (c6 + g2 * near)))
        near = c9 + g2 * (c11 + g2 * (c13 + g2 * c15))
        differ[i] = g1 * (c1 + g2 * (c3 + g2 * (c5 + g2 * (c7 + g2 * near))))


@jit
def add_regular_steps(
    leaving: Leaving, today: DayAreas, so_far: PastProgress, rates: HiddenRates, alpha: float, expected: Floats
) -> None:
    """What `silent_days.add_silence` does, for the buyers of a block where k != 1; before today's areas are added."""
    steps, orders, add_order, order_last = leaving.steps, so_far.order, today.order, so_far.order_last
    silent, largest, at_points, between, of_day, mean, differ = (
        steps[0], steps[1], steps[2], steps[3], steps[4], steps[5], steps[6],
    )  # fmt: skip
    size, k, shapes, silence, log_quiet = add_order.size, rates.k, so_far.shape, so_far.silence, so_far.log_quiet
    quiets, sure, log_betas = so_far.quiet, so_far.sure, so_far.log_beta
    if not np.any(silent[:size]):
        return
    r, large = np.empty((9, size)), 0
    by_order, noon, half, runs, w, front, log_w, begun, ran = r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8]
    fall = np.empty((5, size))
    for i in range(size):
        run = orders[i] - order_last[i] + 0.5 * add_order[i]
        begun[i], ran[i] = alpha + k * order_last[i], run if run > TINY else math.inf
        w[i] = k * run / (begun[i] + k * run)
        front[i] = begun[i] / (begun[i] + k * run)
        by_order[i] = 0.5 * add_order[i] / max(run, TINY)
    for i in range(size):
        part = (largest[i] <= SMALL) & (by_order[i] <= LARGEST_PART) & (quiets[i] >= LEAST_LEFT * sure[i])
        runs[i] = silent[i] if part & ((shapes[i] + k) * by_order[i] * w[i] <= LARGEST_POWER) else 0.0
    for i in range(size):
        large += 1 if runs[i] < silent[i] else 0
    if large > 0:
        for i in range(size):
            if runs[i] < silent[i]:
                add_exact_step(i, steps[7, i], steps[8, i], alpha, so_far, add_order[i], rates, expected)
    for i in range(size):
        log_w[i] = max(w[i], TINY)
        by_order[i] *= runs[i]
    logarithms(front)
    logarithms(log_w)
    for i in range(size):
        front[i] = shapes[i] * front[i] + k * log_w[i] - log_betas[i]
        noon[i] = -(log_quiet[i] + at_points[i])
        half[i] = between[i]
    exponentials(front)
    exponentials(noon)
    exponentials(half)
    falls(by_order, w, shapes, k, fall)
    for i in range(size):
        early, late = noon[i] * runs[i] * half[i], noon[i] * runs[i] / half[i]
        noon[i], half[i] = early * (mean[i] + differ[i]), late * (mean[i] - differ[i])
    for i in range(size):
        most = by_order[i] * front[i]
        early, late = quiets[i] - most * (fall[1, i] - fall[2, i]), quiets[i] - most * (fall[1, i] + fall[2, i])
        silence[i] += noon[i] * early + half[i] * late
    if expected.size > 0:
        for i in range(size):
            most, e = by_order[i] * front[i], _ROOT * by_order[i]
            early, late = quiets[i] - most * (fall[1, i] - fall[2, i]), quiets[i] - most * (fall[1, i] + fall[2, i])
            early = shapes[i] * early - front[i] * (fall[3, i] - fall[4, i]) * (1.0 - e)
            late = shapes[i] * late - front[i] * (fall[3, i] + fall[4, i]) * (1.0 + e)
            expected[0, i] += (noon[i] * early + half[i] * late) / begun[i]
        for i in range(size):
            early, late = noon[i] * (fall[3, i] - fall[4, i]), half[i] * (fall[3, i] + fall[4, i])
            expected[1, i] += front[i] / ran[i] * (early + late)
    for i in range(size):
        quiets[i] -= 2.0 * by_order[i] * front[i] * fall[0, i]
        log_quiet[i] += 2.0 * runs[i] * of_day[i]


@jit
def add_exact_step(
    i: int, by_drift: float, by_delete: float, alpha: float, so_far: PastProgress, area: float,
    rates: HiddenRates, expected: Floats,
) -> None:  # fmt: skip
    """The same for one person by incomplete betas, on a day that adds much or where J has fallen far."""
    s, o, k, shape, log_beta = rates.s, rates.o, rates.k, so_far.shape[i], so_far.log_beta[i]
    begun, run = alpha + k * so_far.order_last[i], so_far.order[i] - so_far.order_last[i]
    noon = so_far.log_quiet[i] - s * logarithm(1.0 - by_drift) - o * logarithm(1.0 - by_delete)
    for side in (-_ROOT, _ROOT):
        drift, delete = 1.0 + side * by_drift, 1.0 + side * by_delete
        there = noon + s * logarithm(drift) + o * logarithm(delete)
        exits = exponential(-there) * (s * by_drift / drift + o * by_delete / delete)
        none, more = no_order(run + (0.5 + 0.5 * side) * area, shape, begun, k, log_beta)
        so_far.silence[i] += exits * none
        if expected.size > 0:
            expected[0, i] += exits * shape / begun * more
            expected[1, i] += exits * next_order(run + (0.5 + 0.5 * side) * area, shape, begun, k, log_beta)
    day = s * logarithm((1.0 + by_drift) / (1.0 - by_drift)) + o * logarithm((1.0 + by_delete) / (1.0 - by_delete))
    so_far.log_quiet[i] += day
    so_far.quiet[i] = no_order(run + area, shape, begun, k, log_beta)[0]
    so_far.sure[i] = so_far.quiet[i]


@jit
def regular_gaps(person: int, past: PastPeople, weight: float, rates: Floats, expected: Floats) -> int:
    """Take from `expected` (days,) what the areas of a person's gaps between orders explain; the day of the last order.

    weight: k - 1 times the chance of the person's motive. rates: areas of days. A day's area counts before its order.
    """
    first, end = past.begin[person], past.begin[person + 1]
    for n in range(first + 1, end):
        begin, gap = past.order_day[n - 1] + 1, 0.0
        for day in range(begin, past.order_day[n] + 1):
            gap += rates[day]
        if gap > TINY:
            for day in range(begin, past.order_day[n] + 1):
                expected[day] -= weight * rates[day] / gap
    return past.order_day[end - 1] if end > first else -1


@jit
def add_expected(
    block: Block, past: PastPeople, motive: Motive, so_far: PastProgress, found: tuple[Findings, Findings], two: bool,
    daily: DailyOrders, expected: Floats,
) -> None:  # fmt: skip
    """Add the expected orders of people of one motive, times the chance of being so given the history.

    They are what came less the slope of the log-likelihood by the log of a day's area. For k != 1 the area of a gap
    between orders has a slope of its own, and what was expected in the silence is the density of the next order.
    """
    days, own = daily.rates.shape[0], found[motive.number].log_likelihood[block.first : block.last]
    other = found[1 - motive.number].log_likelihood[block.first : block.last]
    weight, later, before = np.zeros(own.size), so_far.later, np.ones(own.size)
    for i in range(own.size):
        person, chance = block.first + i, 1.0
        if past.lead[person] and past.begin[person + 1] == past.begin[person]:
            continue
        if two:
            odds = (1.0 - motive.share) / motive.share * math.exp(min(other[i] - own[i], FARTHEST))
            chance = 1.0 / (1.0 + odds)
        weight[i] = chance / so_far.whole[i]
    k, last, ahead = daily.k, np.full(own.size, -1), so_far.ahead
    if k != 1.0:
        for i in range(own.size):
            gaps = weight[i] * so_far.whole[i] * (k - 1.0)
            last[i] = regular_gaps(block.first + i, past, gaps, daily.rates[:, i], expected[block.number])
    for day in range(days - 1, -1, -1):
        rates, exits, sooner, total = daily.rates[day], daily.exits[day, 0], daily.exits[day, 1], 0.0
        if daily.stops.shape[0] > 0:
            for i in range(weight.size):
                later[i] += daily.stops[day, 0, i] / so_far.kept[i]
                ahead[i] += daily.stops[day, 1, i] / so_far.kept[i]
                before[i] = (1.0 - daily.chance[day, i]) * before[i] + daily.gone[day, i] / so_far.kept[i]
            for i in range(weight.size):
                exits[i] *= before[i]
                sooner[i] *= before[i]
        if k == 1.0:
            for i in range(weight.size):
                total += weight[i] * rates[i] * (later[i] + 0.5 * exits[i])
        else:
            for i in range(weight.size):
                known, silent = k * (later[i] + exits[i]), ahead[i] + 0.5 * sooner[i]
                total += weight[i] * rates[i] * (known if day <= last[i] else silent)
        for i in range(weight.size):
            later[i] += exits[i]
            ahead[i] += sooner[i]
        expected[block.number, day] += total
