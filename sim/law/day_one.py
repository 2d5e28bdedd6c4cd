"""Hidden rates of one person given a history: who is still a buyer on day one, order rates, spend levels.

Pareto/NBD with Gamma(k, 1/k) order thresholds: x repeats, the last t_x days and the end T days after the first
order. Given lambda, the gaps are lambda-scaled Gamma(k, 1/k); given mu, the customer lifetime is exponential.
Schmittlein, Morrison & Colombo 1987; Platzer & Reutterer 2016 for k other than 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, uniforms
from sim.law.silence import ended_in_silence
from sim.scenario import Customers, GammaRate, Need, Spend

Floats = npt.NDArray[np.float64]

NODES = 32
"""Nodes of the quadrature over the gap under way."""


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
    before = 0.0 if customers.before is None else customers.before
    history = History(x, customers.age - customers.recency, end, silence)
    drift_rate = need.dropout_rate.shape / need.dropout_rate.mean + before
    alive = u(Decision.ALIVE) < p_alive(history, need.order_rate, need.dropout_rate, need.regularity, before)
    columns = {
        "mu": np.asarray(gammaincinv(need.dropout_rate.shape, u(Decision.DRIFT_RATE)) / (drift_rate + end)),
        "nu": np.asarray(
            gammaincinv(spend.q + spend.p * customers.spend_orders, u(Decision.SPEND_LEVEL))
            / (spend.mean * (spend.q - 1.0) / spend.p + customers.list_value)
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


def p_alive(
    history: History, order_rate: GammaRate, dropout_rate: GammaRate, k: float = 1.0, before: Floats | float = 0.0
) -> Floats:
    """Chance of not having drifted by day one, given the history; shape (n,).

    before: days not drifted when the history begins.

    With S the chance that the gap under way is longer than the silence, and R that a customer lifetime of t_x days
    lasts y more, it is S R(silence) / (S + the integral of g(y) (1 - R(y)) from 0 to the silence), g the gap's density:
    the integral of `docs/law.md` over the time of leaving, by parts. lambda and mu are integrated in closed form.
    """
    from scipy.special import betainc, betaln

    x, t_x, end, _ = history
    r, alpha = order_rate.shape, order_rate.shape / order_rate.mean
    s, beta = dropout_rate.shape, dropout_rate.shape / dropout_rate.mean + before
    a, c = r + k * x, alpha + k * t_x
    longer = betainc(a, k, c / (c + k * (end - t_x)))
    ended = ended_in_silence(np.stack([a, c / k, beta + t_x, end - t_x, betaln(a, k)]), k, s, *_quadrature(k))
    return np.asarray(longer * ((beta + t_x) / (beta + end)) ** s / (longer + ended))


@lru_cache(maxsize=16)
def _quadrature(k: float) -> tuple[Floats, Floats]:
    """Nodes and weights on (0, 1) for integrals whose integrand starts as the power k - 1 (Gauss-Jacobi)."""
    from scipy.special import roots_jacobi

    nodes, weights = roots_jacobi(NODES, 0.0, k - 1.0)
    return 0.5 * (1.0 + nodes), weights * 0.5**k


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
