"""Expected orders ahead under regular ordering, without simulation: the renewal function at a known silence."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import WEEK, Histories, Parameters
from calibration.model.simulated_customers import history_posterior
from sim.compiled import jit

Floats = npt.NDArray[np.float64]

STEP, SILENT, AHEAD = 0.02, 10.0, 12.0
"""Step and ends of the table of the renewal function, in expected orders; beyond AHEAD it is a straight line."""
EACH = 2
"""Silences are tabulated in every second step."""
NODES = 32


def renewals(k: float) -> Floats:
    """Expected orders within v = 0, STEP ... AHEAD expected orders after an order, for gaps Gamma(k, 1/k)."""
    from scipy.special import gammainc

    v = np.arange(round(AHEAD / STEP) + 1) * STEP
    value = np.zeros(v.size)
    for n in range(1, 400):
        term = gammainc(n * k, k * v)
        value += term
        if term[-1] < 1e-12:
            break
    return value


@lru_cache(maxsize=4)
def renewals_after_silence(k: float) -> Floats:
    """Expected orders within v, given that none came in the y expected orders since the last: shape (y, v)."""
    from scipy.special import gammaincc

    after = renewals(k)
    size = after.size
    stays = gammaincc(k, k * STEP * np.arange(round(SILENT / STEP) + size + 1))
    falls = stays[:-1] - stays[1:]
    later = 1.0 + 0.5 * (after[1:] + after[:-1])
    rows = range(0, round(SILENT / STEP) + 1, EACH)
    table = np.zeros((len(rows), size))
    for number, y in enumerate(rows):
        table[number, 1:] = np.convolve(falls[y : y + size - 1], later)[: size - 1] / stays[y]
    return table


@jit
def sums_over_days(people: Floats, rate: Floats, weight: Floats, area: Floats, table: Floats) -> tuple[Floats, Floats]:
    """Expected orders of each history, and of each day ahead over all customers.

    people: chance of being alive, scale and shape of the drift rate, silent area (weeks), customers that share the
    history; shape (5, n). rate, weight: nodes of the order rate, shape (n, nodes). area: running area of the days
    ahead in weeks, entry 0 is 0.
    """
    days, nodes = area.size - 1, rate.shape[1]
    each, by_day, stays = np.zeros(people.shape[1]), np.zeros(days), np.zeros(days)
    lines, columns = table.shape
    for i in range(people.shape[1]):
        alive, scale, shape, silent, count = people[0, i], people[1, i], people[2, i], people[3, i], people[4, i]
        for d in range(days):
            stays[d] = alive * np.exp(-shape * np.log1p((d + 0.5) / 7.0 / scale))
        for j in range(nodes):
            y = min(rate[i, j] * silent / (EACH * STEP), lines - 1.000001)
            line = int(y)
            part, before = y - line, 0.0
            for d in range(days):
                v = rate[i, j] * area[d + 1] / STEP
                column = min(int(v), columns - 2)
                upper = table[line, column + 1] * (1.0 - part) + table[line + 1, column + 1] * part
                if v >= columns - 1:
                    reached = upper + (v - columns + 1) * STEP
                else:
                    lower = table[line, column] * (1.0 - part) + table[line + 1, column] * part
                    reached = lower + (v - column) * (upper - lower)
                orders = (reached - before) * stays[d] * weight[i, j]
                each[i] += orders
                by_day[d] += orders * count
                before = reached
    return each, by_day


def regular_expectation(h: Histories, p: Parameters, daily: Floats) -> tuple[Floats, Floats]:
    """Expected order-days ahead given each history, for any k: by customer (n,) and by day (days,).

    Given its rate and its silence, a customer orders by a renewal process whose expectation is tabulated; the rate is
    summed over Gauss-Legendre nodes of its posterior's distribution function, and each day counts by the chance that
    the customer has not dropped out.
    """
    from scipy.special import gammaincc, gammaincinv

    known = history_posterior(replace(h, row=np.arange(h.x.size)), p)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    nodes, weights = 0.5 * (nodes + 1.0), 0.5 * weights
    a, silent = known.shape[:, None], known.silent[:, None]
    scale = known.scale[:, None] + (0.0 if p.k == 1.0 else silent)
    rate = gammaincinv(a, nodes) / scale
    weight = np.broadcast_to(weights, rate.shape)
    if p.k != 1.0:
        # No order over the silence, relative to what the scale already says of it.
        with np.errstate(divide="ignore"):
            log = np.log(gammaincc(p.k, p.k * rate * silent)) + rate * silent
        weight = weights * np.exp(log - log.max(axis=1, keepdims=True))
        weight = weight / weight.sum(axis=1, keepdims=True)
    people = np.stack([known.alive, known.drift, np.full(h.x.size, p.s), known.silent, h.count])
    area = np.concatenate([[0.0], np.cumsum(daily)]) / WEEK
    each, by_day = sums_over_days(people, rate, np.ascontiguousarray(weight), area, renewals_after_silence(p.k))
    return each[h.row], by_day
