"""Expected orders ahead under regular ordering, without simulation: the renewal function at a known silence."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from calibration.forecasting.day_sums import EACH, STEP, sums_over_days
from calibration.model.likelihood import WEEK, Histories, Parameters
from calibration.model.simulated_customers import history_posterior

Floats = npt.NDArray[np.float64]

SILENT, AHEAD = 10.0, 12.0
"""Ends of the table of the renewal function, in expected orders; beyond AHEAD it is a straight line."""
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
