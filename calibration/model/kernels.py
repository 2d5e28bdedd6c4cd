"""Compiled arithmetic of the likelihood: one loop over histories.

Rates are per week and areas are in weeks. A history is (x, t_x, T): repeat order-days, days from the first to
the last order-day, and days from the first order-day to the end of observation. To drift is to stop buying
without a sign, the dropout of the Pareto/NBD model.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.past.incomplete_beta import TINY, hypergeometric_1, incomplete_beta

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Rates(NamedTuple):
    """Order rate ~ Gamma(r, alpha), drift rate ~ Gamma(s, beta), gaps ~ Gamma(k, 1/k) in area."""

    r: float
    alpha: float
    s: float
    beta: float
    k: float


class DailyAreas(NamedTuple):
    """Running sums of the daily multipliers of ordering and drifting, in weeks, one entry per calendar day."""

    area: Array
    drift: Array


class HistoryTimes(NamedTuple):
    """Calendar day of the first order, and days from there to the last order and to the end."""

    start: int
    last: float
    end: float


class OrderPosterior(NamedTuple):
    """What a person's orders say: rate ~ Gamma(a, c), drift scale b, areas at the last order, log B(a, k)."""

    a: float
    c: float
    b: float
    area: float
    drift: float
    log_beta: float


class Points(NamedTuple):
    """Nodes and weights on (0, 1), and whether panels double in length (wide) or are single days."""

    nodes: Array
    weights: Array
    wide: bool


def gauss_legendre(size: int, wide: bool) -> Points:
    """Gauss-Legendre points on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return Points(0.5 * (nodes + 1.0), 0.5 * weights, wide)


DAY, WIDE = gauss_legendre(2, False), gauss_legendre(5, True)


@jit
def tail_share(x: float, t: float, law: Rates) -> float:
    """Integral over tau > t of the likelihood of drifting at tau, over that of being alive at t (weeks)."""
    r, alpha, s, beta, _ = law
    a = r + s + x
    if alpha >= beta:
        return s / a * hypergeometric_1(r + x, a + 1.0, (alpha - beta) / (alpha + t))
    z = (beta - alpha) / (beta + t)
    return s / a * (alpha + t) / (beta + t) * hypergeometric_1(s + 1.0, a + 1.0, z)


@jit
def closed_form(x: Array, t_x: Array, end: Array, before: Array, law: Rates) -> tuple[Array, Array]:
    """Pareto/NBD log-likelihood and P(alive) of each history, in closed form (k = 1; times in weeks).

    before: weeks that a customer had not drifted in when the history begins, which add to beta.
    """
    r, alpha, s, _, k = law
    log_likelihood, alive = np.empty(x.size), np.empty(x.size)
    for i in range(x.size):
        a, beta = r + x[i], law.beta + before[i]
        own = Rates(r, alpha, s, beta, k)
        fall = a * math.log((alpha + end[i]) / (alpha + t_x[i])) + s * math.log((beta + end[i]) / (beta + t_x[i]))
        stayed, drifted = math.exp(-fall), 0.0
        if end[i] > t_x[i]:
            drifted = tail_share(x[i], t_x[i], own)
            drifted = max(drifted - stayed * tail_share(x[i], end[i], own), 0.0)
        total = max(drifted + stayed, TINY)
        log_orders = math.lgamma(a) - math.lgamma(r) + r * math.log(alpha) - a * math.log(alpha + t_x[i])
        log_likelihood[i] = log_orders - s * math.log1p(t_x[i] / beta) + math.log(total)
        alive[i] = stayed / total
    return log_likelihood, alive


@jit
def running(area: Array, start: int, t: float) -> float:
    """Area from `start` to t days later, linear within a day."""
    whole = int(t)
    value: float = area[start + whole] - area[start]
    if t > whole:
        value += (t - whole) * (area[start + whole + 1] - area[start + whole])
    return value


@jit
def no_order(area: float, a: float, c: float, k: float, log_beta: float) -> float:
    """Chance of no order over this area since the last one, given a person's orders: rate ~ Gamma(a, c)."""
    if k == 1.0:
        return math.exp(-a * math.log1p(area / c))
    scaled = k * area
    chance: float = incomplete_beta(a, k, c / (c + scaled), scaled / (c + scaled), log_beta)
    return chance


@jit
def drifted_share(
    history: HistoryTimes, daily: DailyAreas, orders: OrderPosterior, law: Rates, points: Points
) -> float:
    """Integral over the days from the last order to the end of the likelihood of drifting, given them.

    Points are spread evenly in the log of beta + drift area, so that a drift within hours of the first order is
    summed as well as a slow one.
    """
    start, last, end = history
    a, c, b, area_x, drift_x, log_beta = orders
    total, left, length = 0.0, last, 1.0
    while left < end:
        right = min(left + length if points.wide else math.floor(left) + 1.0, end)
        low, high = running(daily.drift, start, left) - drift_x, running(daily.drift, start, right) - drift_x
        before, span = math.log1p(low / b), math.log1p((high - low) / (b + low))
        for j in range(points.nodes.size if high > low else 0):
            u = (b + low) * math.exp(span * points.nodes[j]) - b
            t = left + (right - left) * min((u - low) / (high - low), 1.0)
            quiet = no_order(running(daily.area, start, t) - area_x, a, c, law.k, log_beta)
            total += span * points.weights[j] * law.s * math.exp(-law.s * (before + span * points.nodes[j])) * quiet
        left, length = right, 2.0 * length
    return total


@jit
def day_wise(
    counts: Array, histories: tuple[Ints, Array, Array, Array], daily: DailyAreas, law: Rates, points: Points
) -> tuple[Array, Array]:
    """Log-likelihood and P(alive) of each history under daily multipliers and any regularity (times in days).

    counts: repeat order-days, shape (n,). histories: the columns of `HistoryTimes`, and `before` as `closed_form` takes
    it, each (n,). The logs of multipliers and gaps at the orders are left out (`Histories.log_g`, `Histories.log_gap`).
    """
    r, alpha, s, _, k = law
    starts, lasts, ends, before = histories
    log_likelihood, alive = np.empty(counts.size), np.empty(counts.size)
    for i in range(counts.size):
        x, history = counts[i], HistoryTimes(starts[i], lasts[i], ends[i])
        a = r + k * x
        log_beta = math.lgamma(a) + math.lgamma(k) - math.lgamma(a + k)
        area_x, drift_x = running(daily.area, starts[i], lasts[i]), running(daily.drift, starts[i], lasts[i])
        beta = law.beta + before[i]
        c, b = alpha + k * area_x, beta + drift_x
        drifted = drifted_share(history, daily, OrderPosterior(a, c, b, area_x, drift_x, log_beta), law, points)
        stayed = math.exp(-s * math.log1p((running(daily.drift, starts[i], ends[i]) - drift_x) / b))
        stayed *= no_order(running(daily.area, starts[i], ends[i]) - area_x, a, c, k, log_beta)
        log_orders = math.lgamma(a) - math.lgamma(r) + r * math.log(alpha) - a * math.log(c)
        log_orders += k * x * math.log(k) - x * math.lgamma(k)
        total = max(drifted + stayed, TINY)
        log_likelihood[i] = log_orders + s * math.log(beta / b) + math.log(total)
        alive[i] = stayed / total
    return log_likelihood, alive
