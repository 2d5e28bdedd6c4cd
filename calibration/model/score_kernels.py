"""Compiled scores: the log-likelihood of each history and its derivatives by the five parameters.

The same closed form and the same sums over points as in `kernels`, each carried along with its derivatives. Scores are
in the order of `kernels.Rates`: r, alpha, s, beta, k.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from calibration.model.kernels import (
    Array,
    DailyAreas,
    HistoryTimes,
    Ints,
    OrderPosterior,
    Points,
    Rates,
    running,
)
from sim.compiled import jit
from sim.past.incomplete_beta import LONGEST_FRACTION, PRECISION, TINY

SETTLED = 1e-13
"""Change of a log derivative of a continued fraction at which it has converged."""
SMALL = 1e-5
SHIFT = 8.0
"""The asymptotic series of the digamma function is used from here on."""


class Digammas(NamedTuple):
    """The digamma function at a, at k and at a + k."""

    a: float
    k: float
    both: float


@jit
def digamma(x: float) -> float:
    """Derivative of log Gamma for x > 0: recurrence, then the asymptotic series (DLMF 5.11.2)."""
    value = 0.0
    while x < SHIFT:
        value -= 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * (691 / 32760 - y / 12))))))
    return value + math.log(x) - 0.5 / x - series


@jit
def hypergeometric_slopes(b: float, c: float, z: float) -> tuple[float, float, float, float]:
    """2F1(1, b; c; z) for 0 <= z < 1, and its derivatives by b, c and z.

    The fraction of `kernels.hypergeometric_1` with its derivatives by b and c; that by z follows from the equation
    z (1 - z) F' + (c - 1 - b z) F = c - 1.
    """
    base = c - 1.0
    up, down, value = base, 0.0, base
    up_b, up_c, down_b, down_c = 0.0, 1.0, 0.0, 0.0
    log_b, log_c = 0.0, 1.0 / base
    for i in range(1, LONGEST_FRACTION):
        half = i // 2
        if i % 2:
            upper, upper_b, upper_c = (b + half) * (base + half), base + half, b + half
        else:
            upper, upper_b, upper_c = half * (base - b + half), -1.0 * half, 1.0 * half
        low = base + i - upper * z * down
        low_b, low_c = -z * (upper_b * down + upper * down_b), 1.0 - z * (upper_c * down + upper * down_c)
        down = 1.0 / (low if low != 0.0 else TINY)
        down_b, down_c = -down * down * low_b, -down * down * low_c
        ratio = upper / up
        up_b, up_c = -z * (upper_b - ratio * up_b) / up, 1.0 - z * (upper_c - ratio * up_c) / up
        up = base + i - z * ratio
        value *= up * down
        change_b, change_c = up_b / up + down_b / down, up_c / up + down_c / down
        log_b += change_b
        log_c += change_c
        if abs(up * down - 1.0) < PRECISION and abs(change_b) + abs(change_c) < SETTLED:
            break
    f = base / value
    f_b, f_c = -f * log_b, f * (1.0 / base - log_c)
    if z < SMALL:
        return f, f_b, f_c, b / c * (1.0 + 2.0 * z * (b + 1.0) / (c + 1.0))
    return f, f_b, f_c, (base - (base - b * z) * f) / (z * (1.0 - z))


@jit
def tail_slopes(x: float, t: float, law: Rates) -> tuple[float, float, float, float, float]:
    """`kernels.tail_share`, and its derivatives by r, alpha, s and beta."""
    r, alpha, s, beta, _ = law
    a = r + s + x
    if alpha >= beta:
        w = alpha + t
        z = (alpha - beta) / w
        f, f_b, f_c, f_z = hypergeometric_slopes(r + x, a + 1.0, z)
        value = s / a * f
        by_r, by_s = (f_b + f_c) * s / a - value / a, f_c * s / a + value / s - value / a
        return value, by_r, s / a * f_z * (1.0 - z) / w, by_s, -s / a * f_z / w
    w = beta + t
    z, q = (beta - alpha) / w, (alpha + t) / w
    f, f_b, f_c, f_z = hypergeometric_slopes(s + 1.0, a + 1.0, z)
    value = s / a * q * f
    by_r, by_s = q * f_c * s / a - value / a, q * (f_b + f_c) * s / a + value / s - value / a
    return value, by_r, s / a * (f - q * f_z) / w, by_s, s / a * q * (f_z * (1.0 - z) - f) / w


@jit
def closed_form_scores(x: Array, t_x: Array, end: Array, before: Array, law: Rates) -> tuple[Array, Array]:
    """`kernels.closed_form`: log-likelihood (n,) and scores (n, 5); that by k is 0."""
    r, alpha, s, _, k = law
    log_likelihood, scores = np.empty(x.size), np.zeros((x.size, 5))
    log_gamma_r, digamma_r = math.lgamma(r), digamma(r)
    for i in range(x.size):
        a, last, till, beta = r + x[i], t_x[i], end[i], law.beta + before[i]
        own = Rates(r, alpha, s, beta, k)
        log_a, log_b = math.log((alpha + till) / (alpha + last)), math.log((beta + till) / (beta + last))
        stayed = math.exp(-a * log_a - s * log_b)
        stayed_alpha = stayed * a * (1.0 / (alpha + last) - 1.0 / (alpha + till))
        stayed_beta = stayed * s * (1.0 / (beta + last) - 1.0 / (beta + till))
        total, by_r, by_alpha, by_s, by_beta = stayed, -stayed * log_a, stayed_alpha, -stayed * log_b, stayed_beta
        if till > last:
            f, f_r, f_alpha, f_s, f_beta = tail_slopes(x[i], last, own)
            g, g_r, g_alpha, g_s, g_beta = tail_slopes(x[i], till, own)
            if f > stayed * g:
                total += f - stayed * g
                by_r += f_r - stayed * (g_r - log_a * g)
                by_alpha += f_alpha - stayed * g_alpha - stayed_alpha * g
                by_s += f_s - stayed * (g_s - log_b * g)
                by_beta += f_beta - stayed * g_beta - stayed_beta * g
        total = max(total, TINY)
        log_orders = math.lgamma(a) - log_gamma_r + r * math.log(alpha) - a * math.log(alpha + last)
        log_likelihood[i] = log_orders - s * math.log1p(last / beta) + math.log(total)
        scores[i, 0] = digamma(a) - digamma_r + math.log(alpha / (alpha + last)) + by_r / total
        scores[i, 1] = r / alpha - a / (alpha + last) + by_alpha / total
        scores[i, 2] = by_s / total - math.log1p(last / beta)
        scores[i, 3] = s * last / (beta * (beta + last)) + by_beta / total
    return log_likelihood, scores


@jit
def no_order_slopes(
    area: float, state: OrderPosterior, k: float, digammas: Digammas, regular: bool
) -> tuple[float, float, float, float]:
    """`kernels.no_order`, and its derivatives by a, c and k, the other two held."""
    a, c = state.a, state.c
    if not regular:
        log_rest = math.log1p(area / c)
        quiet = math.exp(-a * log_rest)
        return quiet, -quiet * log_rest, quiet * a * area / (c * (c + area)), 0.0
    if area <= 0.0:
        return 1.0, 0.0, 0.0, 0.0
    whole = c + k * area
    z, rest = c / whole, k * area / whole
    log_z, log_rest = math.log(z), math.log(rest)
    front = math.exp(a * log_z + k * log_rest - state.log_beta)
    front_a, front_k = log_z - digammas.a + digammas.both, log_rest - digammas.k + digammas.both
    if z < (a + 1.0) / (a + k + 2.0):
        f, f_b, f_c, _ = hypergeometric_slopes(a + k, a + 1.0, z)
        quiet = front / a * f
        by_a, by_k = quiet * (front_a - 1.0 / a) + front / a * (f_b + f_c), quiet * front_k + front / a * f_b
    else:
        f, f_b, f_c, _ = hypergeometric_slopes(a + k, k + 1.0, rest)
        other = front / k * f
        quiet = 1.0 - other
        by_a, by_k = -other * front_a - front / k * f_b, -other * (front_k - 1.0 / k) - front / k * (f_b + f_c)
    by_z = front / (z * rest)
    return quiet, by_a, by_z * k * area / (whole * whole), by_k - by_z * c * area / (whole * whole)


@jit
def drifted_slopes(
    times: HistoryTimes,
    daily: DailyAreas,
    state: OrderPosterior,
    law: Rates,
    points: Points,
    digammas: Digammas,
    regular: bool,
) -> tuple[float, float, float, float, float, float]:
    """`kernels.drifted_share`, and its derivatives by a, c, k, s and b, taken under the integral."""
    start, last, end = times
    s, b = law.s, state.b
    total, by_a, by_c, by_k, by_s, by_b = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    left, length = last, 1.0
    while left < end:
        right = min(left + length if points.wide else math.floor(left) + 1.0, end)
        low, high = running(daily.drift, start, left) - state.drift, running(daily.drift, start, right) - state.drift
        before, span = math.log1p(low / b), math.log1p((high - low) / (b + low))
        for j in range(points.nodes.size if high > low else 0):
            u = (b + low) * math.exp(span * points.nodes[j]) - b
            t = left + (right - left) * min((u - low) / (high - low), 1.0)
            area = running(daily.area, start, t) - state.area
            quiet, quiet_a, quiet_c, quiet_k = no_order_slopes(area, state, law.k, digammas, regular)
            log_u = before + span * points.nodes[j]
            leaves = span * points.weights[j] * s * math.exp(-s * log_u)
            total += leaves * quiet
            by_a += leaves * quiet_a
            by_c += leaves * quiet_c
            by_k += leaves * quiet_k
            by_s += leaves * quiet * (1.0 / s - log_u)
            by_b += leaves * quiet * (s / b - (s + 1.0) / (b + u))
        left, length = right, 2.0 * length
    return total, by_a, by_c, by_k, by_s, by_b


@jit
def day_wise_scores(
    counts: Array,
    histories: tuple[Ints, Array, Array, Array],
    daily: DailyAreas,
    law: Rates,
    points: Points,
    regular: bool,
) -> tuple[Array, Array]:
    """`kernels.day_wise`: log-likelihood (n,) and scores (n, 5); that by k is 0 unless `regular`."""
    r, alpha, s, _, k = law
    starts, lasts, ends, before = histories
    log_likelihood, scores = np.empty(counts.size), np.zeros((counts.size, 5))
    log_gamma_r, digamma_r, log_gamma_k, digamma_k = math.lgamma(r), digamma(r), math.lgamma(k), digamma(k)
    for i in range(counts.size):
        x, times = counts[i], HistoryTimes(starts[i], lasts[i], ends[i])
        a = r + k * x
        area_x, drift_x = running(daily.area, starts[i], lasts[i]), running(daily.drift, starts[i], lasts[i])
        beta = law.beta + before[i]
        c, b = alpha + k * area_x, beta + drift_x
        log_gamma_a = math.lgamma(a)
        state = OrderPosterior(a, c, b, area_x, drift_x, log_gamma_a + log_gamma_k - math.lgamma(a + k))
        digammas = Digammas(digamma(a), digamma_k, digamma(a + k))
        total, by_a, by_c, by_k, by_s, by_b = drifted_slopes(times, daily, state, law, points, digammas, regular)
        silent = running(daily.drift, starts[i], ends[i]) - drift_x
        log_silent = math.log1p(silent / b)
        stays = math.exp(-s * log_silent)
        area = running(daily.area, starts[i], ends[i]) - area_x
        quiet, quiet_a, quiet_c, quiet_k = no_order_slopes(area, state, k, digammas, regular)
        total = max(total + stays * quiet, TINY)
        by_a = (by_a + stays * quiet_a) / total + digammas.a - math.log(c)
        by_c = (by_c + stays * quiet_c) / total - a / c
        by_k = (by_k + stays * quiet_k) / total + x * (math.log(k) + 1.0 - digamma_k)
        by_s = (by_s - stays * quiet * log_silent) / total + math.log(beta / b)
        by_b = (by_b + stays * quiet * s * silent / (b * (b + silent))) / total - s / b
        log_orders = log_gamma_a - log_gamma_r + r * math.log(alpha) - a * math.log(c)
        log_orders += k * x * math.log(k) - x * log_gamma_k
        log_likelihood[i] = log_orders + s * math.log(beta / b) + math.log(total)
        scores[i, 0] = by_a - digamma_r + math.log(alpha)
        scores[i, 1] = by_c + r / alpha
        scores[i, 2], scores[i, 3] = by_s, by_b + s / beta
        scores[i, 4] = by_k + x * by_a + area_x * by_c if regular else 0.0
    return log_likelihood, scores
