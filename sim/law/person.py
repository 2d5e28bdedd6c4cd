"""Hidden rates of one person given a history: who still lives on day one, how often they buy, what they spend.

Pareto/NBD with Gamma(k, 1/k) order thresholds: x repeats, the last t_x days and the end T days after the first
order. Given lambda, the gaps are lambda-scaled Gamma(k, 1/k); given mu, the life is exponential. Schmittlein, Morrison &
Colombo 1987; Platzer & Reutterer 2016 for k other than 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, uniforms
from sim.scenario import Customers, GammaRate, Market

Floats = npt.NDArray[np.float64]

LIFE_NODES = 96
RATE_NODES = 257


@dataclass(frozen=True)
class DayOne:
    """Who lives, shape (n,), and the columns of the population that history decides."""

    alive: npt.NDArray[np.bool_]
    columns: dict[str, npt.NDArray[np.float64]]


def day_one_rates(key: np.uint64, customers: Customers, market: Market, table: Floats) -> DayOne:
    """Draw life, lambda, mu, spend level and (k other than 1) the residual order threshold of each customer."""
    from scipy.special import gammaincinv

    def u(decision: Decision) -> Floats:
        return uniforms(key, customers.identity, int(decision), np.zeros(customers.identity.size, dtype=np.int64))

    need, spend = market.need, market.spend
    x = (customers.orders - 1).astype(float)
    t_x, end = customers.age - customers.recency, customers.age
    drift_rate = need.dropout_rate.shape / need.dropout_rate.mean
    alive = u(Decision.ALIVE) < p_alive(x, t_x, end, need.order_rate, need.dropout_rate, need.regularity)
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
    columns["lam"] = _living_rates(u_rate, x, t_x, end, need.order_rate, need.regularity)
    run = columns["lam"] * customers.recency
    columns["order_left"] = _residual(u(Decision.RESIDUAL), run, need.regularity)
    return DayOne(alive, columns)


def p_alive(
    x: Floats, t_x: Floats, end: Floats, order_rate: GammaRate, dropout_rate: GammaRate, k: float = 1.0
) -> Floats:
    """Chance of not having drifted by `end`, given x repeats of which the last came t_x days after the first order.

    Arrays of shape (n,), days. Quadrature of `docs/law.md`'s likelihood over the time of leaving (Gauss-Legendre),
    in closed form over lambda and mu.
    """
    from scipy.special import betainc

    r, alpha = order_rate.shape, order_rate.shape / order_rate.mean
    s, beta = dropout_rate.shape, dropout_rate.shape / dropout_rate.mean
    nodes, weights = np.polynomial.legendre.leggauss(LIFE_NODES)
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


def _living_rates(u: Floats, x: Floats, t_x: Floats, end: Floats, order_rate: GammaRate, k: float) -> Floats:
    """lambda of people who live: inverse of its posterior, Gamma(r + kx, alpha + k t_x) times the last gap's survival."""
    from scipy.special import gammaincc, gammaln

    r, alpha = order_rate.shape, order_rate.shape / order_rate.mean
    shape, rate = r + k * x, alpha + k * t_x
    out = np.empty_like(u)
    grid = np.linspace(-1.0, 1.0, RATE_NODES)
    for rows in np.array_split(np.arange(u.size), max(1, u.size // 4096)):
        a, b = shape[rows, None], rate[rows, None]
        log_lam = np.log(a / b) + np.where(grid < 0, 12.0 / np.minimum(a, 1.0), 8.0 / np.sqrt(np.minimum(a, 4.0))) * grid
        lam = np.exp(log_lam)
        survival = gammaincc(k, k * lam * (end - t_x)[rows, None])
        density = np.exp(a * np.log(b * lam) - b * lam - gammaln(a)) * survival
        step = np.diff(log_lam, axis=1)
        mass = np.concatenate(
            [np.zeros((rows.size, 1)), np.cumsum(0.5 * (density[:, 1:] + density[:, :-1]) * step, axis=1)], axis=1
        )
        for row, masses, logs in zip(rows, mass, log_lam, strict=True):
            out[row] = np.exp(np.interp(u[row] * masses[-1], masses, logs))
    return out


def _residual(u: Floats, run: Floats, k: float) -> Floats:
    """What is left of a Gamma(k, 1/k) threshold that has already withstood the area `run`."""
    from scipy.special import gammaincc, gammainccinv

    survival = np.maximum(gammaincc(k, k * run), 1e-300)
    return np.asarray(np.maximum(gammainccinv(k, (1.0 - u) * survival) / k - run, 1e-12))
