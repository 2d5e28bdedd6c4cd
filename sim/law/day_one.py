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
from sim.scenario import Customers, GammaRate, Need, People, Spend

Floats = npt.NDArray[np.float64]

NODES = 32
"""Nodes of the quadrature over the gap under way."""
LEAST_FACTOR = 1e-9
"""Of a benefit-seeker's order rate, where a market says that they never order again."""
TINY = 1e-300


class History(NamedTuple):
    """Repeat orders, days from the first order to the last and to day one, and days since the last; shape (n,)."""

    repeats: Floats
    last: Floats
    end: Floats
    silence: Floats


@dataclass(frozen=True)
class DayOne:
    """Who has not drifted away and who is a benefit-seeker, shape (n,), and the columns that history decides."""

    alive: npt.NDArray[np.bool_]
    seeker: npt.NDArray[np.bool_]
    columns: dict[str, npt.NDArray[np.float64]]


def day_one_rates(key: np.uint64, customers: Customers, need: Need, spend: Spend, people: People) -> DayOne:
    """Draw motive, who is alive, lambda, mu, spend level and (k other than 1) the rest of the order threshold of each.

    lambda of a benefit-seeker has `people.seeker_orders` in it.
    """
    from scipy.special import gammaincinv

    size = customers.identity.size

    def u(decision: Decision) -> Floats:
        return uniforms(key, customers.identity, int(decision), np.zeros(size, dtype=np.int64))

    x, end, silence = (customers.orders - 1).astype(float), customers.age, customers.recency
    before = 0.0 if customers.before is None else customers.before
    history = History(x, customers.age - customers.recency, end, silence)
    interested, seeking = order_rates(need, people)
    motives = [class_history(history, interested, need, before)] * 2
    if people.benefit_seekers > 0.0:
        motives[1] = class_history(history, seeking, need, before)
    chance = seeker_chance(motives[0].log_likelihood, motives[1].log_likelihood, people.benefit_seekers)
    seeker = u(Decision.MOTIVE) < chance
    alive = u(Decision.ALIVE) < np.where(seeker, motives[1].alive, motives[0].alive)
    drift_rate = need.dropout_rate.shape / need.dropout_rate.mean + before
    columns = {
        "mu": np.asarray(gammaincinv(need.dropout_rate.shape, u(Decision.DRIFT_RATE)) / (drift_rate + end)),
        "nu": np.asarray(
            gammaincinv(spend.q + spend.p * customers.spend_orders, u(Decision.SPEND_LEVEL))
            / (spend.mean * (spend.q - 1.0) / spend.p + customers.list_value)
        ),
    }
    shape, k, u_rate = need.order_rate.shape, need.regularity, u(Decision.ORDER_RATE)
    alpha = np.where(seeker, shape / seeking.mean, shape / interested.mean)
    if k == 1.0:
        columns["lam"] = np.asarray(gammaincinv(shape + x, u_rate) / (alpha + end))
    else:
        made = (shape + k * x, alpha + k * history.last)
        columns["lam"], columns["order_left"] = rates_of_living(u_rate, u(Decision.RESIDUAL), made, silence, k)
    return DayOne(alive, seeker, columns)


def order_rates(need: Need, people: People) -> tuple[GammaRate, GammaRate]:
    """The law of order rates of those who are interested, and of benefit-seekers."""
    order = need.order_rate
    return order, GammaRate(order.mean * max(people.seeker_orders, LEAST_FACTOR), order.shape)


def seeker_chance(interested: Floats, seeking: Floats, share: float) -> Floats:
    """Chance of being a benefit-seeker given the log-likelihoods of a history by motive, shape (n,)."""
    if share in (0.0, 1.0):
        return np.full(interested.size, share)
    odds = np.exp(np.minimum(interested - seeking + np.log1p(-share) - np.log(share), 700.0))
    return np.asarray(1.0 / (1.0 + odds))


class ClassHistory(NamedTuple):
    """Of histories under one law of order rates: log-likelihood, less what all such laws share, and `p_alive`; (n,)."""

    log_likelihood: Floats
    alive: Floats


def p_alive(
    history: History, order_rate: GammaRate, dropout_rate: GammaRate, k: float = 1.0, before: Floats | float = 0.0
) -> Floats:
    """Chance of not having drifted by day one, given the history; shape (n,).

    before: days not drifted when the history begins.

    With S the chance that the gap under way is longer than the silence, and R that a customer lifetime of t_x days
    lasts y more, it is S R(silence) / (S + the integral of g(y) (1 - R(y)) from 0 to the silence), g the gap's density:
    the integral of `docs/law.md` over the time of leaving, by parts. lambda and mu are integrated in closed form.
    """
    stayed, whole = _silences(history, order_rate, dropout_rate, k, before)
    return np.asarray(stayed / whole)


def class_history(history: History, order_rate: GammaRate, need: Need, before: Floats | float = 0.0) -> ClassHistory:
    """Likelihood and chance of being alive where order rates are those of one motive."""
    k, r, alpha = need.regularity, order_rate.shape, order_rate.shape / order_rate.mean
    stayed, whole = _silences(history, order_rate, need.dropout_rate, k, before)
    gaps = r * np.log(alpha) - (r + k * history.repeats) * np.log(alpha + k * history.last)
    return ClassHistory(np.asarray(gaps + np.log(whole)), np.asarray(stayed / whole))


def _silences(
    history: History, order_rate: GammaRate, dropout_rate: GammaRate, k: float, before: Floats | float
) -> tuple[Floats, Floats]:
    """Chances, after the last order, of a silence without drifting, and of a silence."""
    from scipy.special import betainc, betaln

    x, t_x, end, _ = history
    r, alpha = order_rate.shape, order_rate.shape / order_rate.mean
    s, beta = dropout_rate.shape, dropout_rate.shape / dropout_rate.mean + before
    a, c = r + k * x, alpha + k * t_x
    longer = betainc(a, k, c / (c + k * (end - t_x)))
    ended = ended_in_silence(np.stack([a, c / k, beta + t_x, end - t_x, betaln(a, k)]), k, s, *_quadrature(k))
    return longer * ((beta + t_x) / (beta + end)) ** s, np.maximum(longer + ended, TINY)


@lru_cache(maxsize=16)
def _quadrature(k: float) -> tuple[Floats, Floats]:
    """Nodes and weights on (0, 1) for integrals whose integrand starts as the power k - 1 (Gauss-Jacobi)."""
    from scipy.special import roots_jacobi

    nodes, weights = roots_jacobi(NODES, 0.0, k - 1.0)
    return 0.5 * (1.0 + nodes), weights * 0.5**k


def rates_of_living(
    u_rate: Floats, u_gap: Floats, made: tuple[Floats, Floats], silence: Floats, k: float
) -> tuple[Floats, Floats]:
    """lambda of people who have not drifted, and what is left of their order threshold.

    made: A and c of lambda ~ Gamma(A, c) given the gaps so far, A = r + kx and c = alpha + k t_x, each (n,). Exact: the
    whole of the gap under way is Y = c (1 - z) / (k z) with z ~ Beta(A, k), here z below c / (c + k silence); then
    lambda is Gamma(A + k, c + k Y).
    """
    from scipy.special import betainc, betaincinv, gammaincinv

    a, c = made
    z = np.maximum(betaincinv(a, k, u_gap * betainc(a, k, c / (c + k * silence))), 1e-300)
    gap = np.maximum(c * (1.0 - z) / (k * z), silence)
    lam = gammaincinv(a + k, u_rate) / (c + k * gap)
    return np.asarray(lam), np.asarray(np.maximum(lam * (gap - silence), 1e-12))
