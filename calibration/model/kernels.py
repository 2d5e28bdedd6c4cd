"""Compiled arithmetic of the likelihood: one history at a time, one loop over histories.

Rates are per week and areas are in weeks. A history is (x, t_x, T): repeat order-days, days from the first to
the last order-day, and days from the first order-day to the end of observation. `area` and `drift` are
running sums of the daily multipliers over the calendar, in weeks; entry `start` is the end of a customer's
first order-day.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Array = npt.NDArray[np.float64]

# Gauss-Legendre points on (0, 1): two for a day, five for a panel of several days.
_DAY, _WIDE = np.polynomial.legendre.leggauss(2), np.polynomial.legendre.leggauss(5)
DAY_NODES, DAY_WEIGHTS = 0.5 * (_DAY[0] + 1.0), 0.5 * _DAY[1]
WIDE_NODES, WIDE_WEIGHTS = 0.5 * (_WIDE[0] + 1.0), 0.5 * _WIDE[1]

TINY = 1e-300
PRECISION = 1e-15
LONGEST_FRACTION = 20_000


@jit
def hypergeometric_1(b: float, c: float, z: float) -> float:
    """2F1(1, b; c; z) for 0 <= z < 1: Gauss's continued fraction (DLMF 15.7) by Lentz's method."""
    base = c - 1.0
    value, up, down = base, base, 0.0
    for i in range(1, LONGEST_FRACTION):
        half = i // 2
        upper = (b + half) * (base + half) if i % 2 else half * (base - b + half)
        down = base + i - upper * z * down
        up = base + i - upper * z / up
        down = 1.0 / (down if down != 0.0 else TINY)
        value *= up * down
        if abs(up * down - 1.0) < PRECISION:
            break
    return base / value


@jit
def incomplete_beta(a: float, b: float, z: float, rest: float, log_beta: float) -> float:
    """Regularised incomplete beta I_z(a, b), with rest = 1 - z given exactly and log_beta = log B(a, b)."""
    if z <= 0.0:
        return 0.0
    if rest <= 0.0:
        return 1.0
    front = math.exp(a * math.log(z) + b * math.log(rest) - log_beta)
    if z < (a + 1.0) / (a + b + 2.0):
        return front / a * hypergeometric_1(a + b, a + 1.0, z)
    return 1.0 - front / b * hypergeometric_1(a + b, b + 1.0, rest)


@jit
def tail_share(x: float, t: float, r: float, alpha: float, s: float, beta: float) -> float:
    """Integral over tau > t of the likelihood of drifting at tau, over that of being alive at t (weeks)."""
    a = r + s + x
    if alpha >= beta:
        return s / a * hypergeometric_1(r + x, a + 1.0, (alpha - beta) / (alpha + t))
    z = (beta - alpha) / (beta + t)
    return s / a * (alpha + t) / (beta + t) * hypergeometric_1(s + 1.0, a + 1.0, z)


@jit
def closed_form(x: Array, t_x: Array, end: Array, r: float, alpha: float, s: float, beta: float) -> tuple[Array, Array]:
    """Pareto/NBD log-likelihood and P(alive) of each history, in closed form (times in weeks)."""
    log_likelihood, alive = np.empty(x.size), np.empty(x.size)
    for i in range(x.size):
        a = r + x[i]
        fall = a * math.log((alpha + end[i]) / (alpha + t_x[i])) + s * math.log((beta + end[i]) / (beta + t_x[i]))
        stayed, drifted = math.exp(-fall), 0.0
        if end[i] > t_x[i]:
            drifted = tail_share(x[i], t_x[i], r, alpha, s, beta)
            drifted = max(drifted - stayed * tail_share(x[i], end[i], r, alpha, s, beta), 0.0)
        total = max(drifted + stayed, TINY)
        log_orders = math.lgamma(a) - math.lgamma(r) + r * math.log(alpha) - a * math.log(alpha + t_x[i])
        log_likelihood[i] = log_orders - s * math.log1p(t_x[i] / beta) + math.log(total)
        alive[i] = stayed / total
    return log_likelihood, alive


@jit
def running(area: Array, start: int, t: float) -> float:
    """Area from `start` to t days later, straight within a day."""
    whole = int(t)
    value: float = area[start + whole] - area[start]
    if t > whole:
        value += (t - whole) * (area[start + whole + 1] - area[start + whole])
    return value


@jit
def silence(area: float, a: float, c: float, k: float, log_beta: float) -> float:
    """Chance of no order over this area since the last one, given a person's orders: rate ~ Gamma(a, c)."""
    if k == 1.0:
        return math.exp(-a * math.log1p(area / c))
    scaled = k * area
    chance: float = incomplete_beta(a, k, c / (c + scaled), scaled / (c + scaled), log_beta)
    return chance


@jit
def day_wise(
    x: Array,
    t_x: Array,
    end: Array,
    start: npt.NDArray[np.int64],
    log_g: Array,
    log_gap: Array,
    area: Array,
    drift: Array,
    parameters: Array,
    nodes: Array,
    weights: Array,
    wide: bool,
) -> tuple[Array, Array]:
    """Log-likelihood and P(alive) of each history under daily multipliers and any regularity (times in days).

    Points are spread evenly in the log of beta + drift area, so that a drift within hours of the first order
    is summed as well as a slow one. parameters: r, alpha, s, beta, k. `log_g` and `log_gap` sum the logs of
    the multipliers at a person's repeats and of the areas between orders. With `wide`, panels double in
    length instead of being single days.
    """
    r, alpha, s, beta, k = parameters
    log_likelihood, alive = np.empty(x.size), np.empty(x.size)
    for i in range(x.size):
        a = r + k * x[i]
        log_beta = math.lgamma(a) + math.lgamma(k) - math.lgamma(a + k)
        area_x, drift_x = running(area, start[i], t_x[i]), running(drift, start[i], t_x[i])
        c, b = alpha + k * area_x, beta + drift_x
        drifted, left, length = 0.0, t_x[i], 1.0
        while left < end[i]:
            right = min(left + length if wide else math.floor(left) + 1.0, end[i])
            low, high = running(drift, start[i], left) - drift_x, running(drift, start[i], right) - drift_x
            span = math.log1p((high - low) / (b + low))
            for j in range(nodes.size if high > low else 0):
                u = (b + low) * math.exp(span * nodes[j]) - b
                t = left + (right - left) * min((u - low) / (high - low), 1.0)
                quiet = silence(running(area, start[i], t) - area_x, a, c, k, log_beta)
                drifted += span * weights[j] * s * math.exp(-s * math.log1p(u / b)) * quiet
            left, length = right, 2.0 * length
        stayed = math.exp(-s * math.log1p((running(drift, start[i], end[i]) - drift_x) / b))
        stayed *= silence(running(area, start[i], end[i]) - area_x, a, c, k, log_beta)
        log_orders = math.lgamma(a) - math.lgamma(r) + r * math.log(alpha) - a * math.log(c) + log_g[i]
        log_orders += k * x[i] * math.log(k) - x[i] * math.lgamma(k) + (k - 1.0) * log_gap[i]
        total = max(drifted + stayed, TINY)
        log_likelihood[i] = log_orders + s * math.log(beta / b) + math.log(total)
        alive[i] = stayed / total
    return log_likelihood, alive
