"""Hidden rates of one person given a history: who is still a buyer on day one, order rates, spend levels.

Pareto/NBD with Gamma(k, 1/k) order thresholds: x repeats, the last t_x days and the end T days after the first
order. Given lambda, the gaps are lambda-scaled Gamma(k, 1/k); given mu, the customer lifetime is exponential.
Schmittlein, Morrison & Colombo 1987; Platzer & Reutterer 2016 for k other than 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, uniforms
from sim.scenario import Customers, GammaRate, Need, Spend

Floats = npt.NDArray[np.float64]

LIFETIME_NODES = 96
"""Nodes of the quadrature over the time of leaving."""


class History(NamedTuple):
    """Repeat orders, days from the first order to the last and to day one, and days since the last; shape (n,)."""

    repeats: Floats
    last: Floats
    end: Floats
    silence: Floats


@dataclass(frozen=True)
class DayOne:
    """Who has not drifted away, shape (n,), and the columns of the population that history decides."""

    alive: npt.NDArray[np.bool_]
    columns: dict[str, npt.NDArray[np.float64]]


def day_one_rates(key: np.uint64, customers: Customers, need: Need, spend: Spend) -> DayOne:
    """Draw who is alive, lambda, mu, spend level and (k other than 1) the rest of the order threshold of each."""
    from scipy.special import gammaincinv

    def u(decision: Decision) -> Floats:
        return uniforms(key, customers.identity, int(decision), np.zeros(customers.identity.size, dtype=np.int64))

    x, end, silence = (customers.orders - 1).astype(float), customers.age, customers.recency
    history = History(x, customers.age - customers.recency, end, silence)
    drift_rate = need.dropout_rate.shape / need.dropout_rate.mean
    alive = u(Decision.ALIVE) < p_alive(history, need.order_rate, need.dropout_rate, need.regularity)
    columns = {
        "mu": np.asarray(gammaincinv(need.dropout_rate.shape, u(Decision.DRIFT_RATE)) / (drift_rate + end)),
        "nu": np.asarray(
            gammaincinv(spend.q + spend.p * customers.spend_orders, u(Decision.SPEND_LEVEL))
            / (spend.mean * (spend.q - 1.0) / spend.p + customers.spent)
        ),
    }
    u_rate = u(Decision.ORDER_RATE)
    if need.regularity == 1.0:
        shape, rate = need.order_rate.shape, need.order_rate.shape / need.order_rate.mean
        columns["lam"] = np.asarray(gammaincinv(shape + x, u_rate) / (rate + end))
        return DayOne(alive, columns)
    columns["lam"], columns["order_left"] = _rates_of_living(
        u_rate, u(Decision.RESIDUAL), history, need.order_rate, need.regularity
    )
    return DayOne(alive, columns)


def p_alive(history: History, order_rate: GammaRate, dropout_rate: GammaRate, k: float = 1.0) -> Floats:
    """Chance of not having drifted by day one, given the history; shape (n,).

    Quadrature of `docs/law.md`'s likelihood over the time of leaving (Gauss-Legendre),
    in closed form over lambda and mu.
    """
    from scipy.special import betainc

    x, t_x, end, _ = history
    r, alpha = order_rate.shape, order_rate.shape / order_rate.mean
    s, beta = dropout_rate.shape, dropout_rate.shape / dropout_rate.mean
    nodes, weights = np.polynomial.legendre.leggauss(LIFETIME_NODES)
    a, c = r + k * x, alpha + k * t_x

    def gap_survives(tau: Floats) -> Floats:
        return np.asarray(betainc(a, k, c / (c + k * (tau - t_x))))

    half = 0.5 * (end - t_x)
    gone = np.zeros_like(half)
    for node, weight in zip(nodes, weights, strict=True):
        tau = t_x + half * (1.0 + node)
        gone += weight * gap_survives(tau) * s * beta**s / (beta + tau) ** (s + 1.0)
    gone *= half
    still = gap_survives(end) * (beta / (beta + end)) ** s
    return np.asarray(still / (still + gone))


def _rates_of_living(
    u_rate: Floats, u_gap: Floats, history: History, order_rate: GammaRate, k: float
) -> tuple[Floats, Floats]:
    """lambda of people who have not drifted, and what is left of their order threshold.

    Exact: with lambda ~ Gamma(A, c) from the gaps so far, A = r + kx and c = alpha + k t_x, the whole of the gap under
    way is Y = c (1 - z) / (k z) with z ~ Beta(A, k), here z below c / (c + k silence); then lambda is
    Gamma(A + k, c + k Y).
    """
    from scipy.special import betainc, betaincinv, gammaincinv

    x, t_x, _, silent = history
    r, alpha = order_rate.shape, order_rate.shape / order_rate.mean
    a, c = r + k * x, alpha + k * t_x
    z = np.maximum(betaincinv(a, k, u_gap * betainc(a, k, c / (c + k * silent))), 1e-300)
    gap = np.maximum(c * (1.0 - z) / (k * z), silent)
    lam = gammaincinv(a + k, u_rate) / (c + k * gap)
    return np.asarray(lam), np.asarray(np.maximum(lam * (gap - silent), 1e-12))
