"""What a customer's history says of who they are, by plain integration over all that could be behind it.

Rates are integrated over in their logarithm, where their densities fall off fast on both sides. Nothing here knows
that any of these integrals has a closed form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gammaincc
from scipy.stats import gamma

from sim.draws import Decision
from sim.scenario import Customers, GammaRate, Market
from tests.reference.chance import RandomNumbers

Floats = npt.NDArray[np.float64]
Density = Callable[[Floats], Floats]
"""Logarithm of the density of the logarithm of a rate, up to a constant."""

EVERYWHERE = np.linspace(-1000.0, 20.0, 20401)
NEGLIGIBLE = 80.0
"""Densities e^80 times smaller than the largest are taken for zero."""
NODES = 2000


class Past(NamedTuple):
    """One customer's history: orders so far, days from the first and the last to today, cents of some of them."""

    identity: int
    orders: int
    age: float
    recency: float
    spent: int
    spend_orders: int


class Hidden(NamedTuple):
    """What is drawn given a history; `order_left` is None where the order clock starts anew."""

    order_rate: float
    drift_rate: float
    spend_rate: float
    order_left: float | None


def pasts(customers: Customers) -> Iterator[Past]:
    """The customers one by one."""
    columns = [getattr(customers, name).tolist() for name in Past._fields]
    return (Past(*row) for row in zip(*columns, strict=True))


def seeks_benefits(random: RandomNumbers, market: Market, past: Past) -> bool:
    return random.u(past.identity, Decision.MOTIVE) < chance_of_seeking(market, past)


def of_seekers(market: Market) -> Market:
    """The market in which everybody orders as benefit-seekers do."""
    rate = market.need.order_rate
    slow = replace(rate, mean=rate.mean * market.people.seeker_orders)
    return replace(market, need=replace(market.need, order_rate=slow))


def chance_of_seeking(market: Market, past: Past) -> float:
    """Chance of being a benefit-seeker, over all rates and all times of drifting."""
    share = market.people.benefit_seekers
    if share in (0.0, 1.0):
        return share
    seeking, interested = how_likely(of_seekers(market), past), how_likely(market, past)
    return share / (share + (1.0 - share) * math.exp(min(interested - seeking, 700.0)))


def how_likely(market: Market, past: Past) -> float:
    """Logarithm of the chance of such orders, up to what all order rates share."""
    rate, k = market.need.order_rate, market.need.regularity
    density = gaps(rate, k, past.orders - 1, since_first(past))
    t = nodes(density)
    values = density(t)
    made = values.max() + math.log(np.exp(values - values.max()).sum() * (t[1] - t[0]))
    return float(rate.shape * math.log(rate.shape / rate.mean) + made + math.log(sum(ways_of_silence(market, past))))


def is_alive(random: RandomNumbers, market: Market, past: Past) -> bool:
    return random.u(past.identity, Decision.ALIVE) < chance_of_life(market, past)


def hidden(random: RandomNumbers, market: Market, past: Past) -> Hidden:
    """Rates of a customer who is alive."""
    k, orders, me = market.need.regularity, market.need.order_rate, past.identity
    dropout, spend = market.need.dropout_rate, market.spend
    u = random.u(me, Decision.ORDER_RATE)
    drift_rate = quantile(lasts(dropout, past.age), random.u(me, Decision.DRIFT_RATE))
    v = spend.mean * (spend.q - 1.0) / spend.p + past.spent
    spend_rate = gamma.ppf(random.u(me, Decision.SPEND_LEVEL), spend.q + spend.p * past.spend_orders, scale=1.0 / v)
    made = past.orders - 1
    if k == 1.0:
        rate = quantile(both(gaps(orders, k, made, since_first(past)), quiet(k, past.recency)), u)
        return Hidden(rate, drift_rate, float(spend_rate), None)
    gap = gap_under_way(market, past, random.u(me, Decision.RESIDUAL))
    rate = quantile(gaps(orders, k, made + 1, since_first(past) + gap), u)
    return Hidden(rate, drift_rate, float(spend_rate), rate * (gap - past.recency))


def chance_of_life(market: Market, past: Past) -> float:
    """Chance of not having drifted, over all rates and all times of drifting since the last order."""
    here, gone = ways_of_silence(market, past)
    return here / (here + gone)


def ways_of_silence(market: Market, past: Past) -> tuple[float, float]:
    """Chances, after the last order, of a silence without drifting, and of one in which the person drifted."""
    need = market.need
    return silence(need.order_rate, need.dropout_rate, need.regularity, past)


@cache
def silence(order_rate: GammaRate, drift_rate: GammaRate, k: float, past: Past) -> tuple[float, float]:
    """The same, from what it follows from: it is asked for again and again."""
    last = since_first(past)
    lam, of_lam = weighed(gaps(order_rate, k, past.orders - 1, last))
    mu, of_mu = weighed(lasts(drift_rate, 0.0))
    here_so_far = float(of_mu @ np.exp(-mu * last))

    def quietly(days: float) -> float:
        return float(of_lam @ gammaincc(k, k * lam * days))

    def gone_then(log_days: float) -> float:
        days = math.exp(log_days)
        return days * quietly(days) * float(of_mu @ (mu * np.exp(-mu * (last + days)))) / here_so_far

    if past.recency == 0.0:
        return 1.0, 0.0
    here = quietly(past.recency) * float(of_mu @ np.exp(-mu * past.age)) / here_so_far
    end = math.log(past.recency)
    return here, quad(gone_then, end - NEGLIGIBLE, end, epsabs=0.0, epsrel=1e-11, limit=500)[0]


def gap_under_way(market: Market, past: Past, u: float) -> float:
    """The length that a share u of the gaps that have lasted `recency` days outlast."""
    k = market.need.regularity
    made = gaps(market.need.order_rate, k, past.orders - 1, since_first(past))
    t = nodes(both(made, quiet(k, past.recency)))
    lam, weights = np.exp(t), np.exp(made(t) - made(t).max())

    def outlasting(log_gap: float) -> float:
        return float(weights @ gammaincc(k, k * lam * math.exp(log_gap)))

    low = math.log(max(past.recency, 1e-12))
    wanted, high = u * outlasting(low), low + 1.0
    while outlasting(high) > wanted:
        high += 1.0
    return math.exp(brentq(lambda x: outlasting(x) - wanted, low, high, xtol=1e-14, rtol=1e-15))


def since_first(past: Past) -> float:
    """Days from the first order to the last."""
    return past.age - past.recency


# --- densities, and what is read from them ---------------------------------------------------------


def gaps(rate: GammaRate, k: float, count: int, days: float) -> Density:
    """An order rate with `count` gaps behind it that add up to `days`."""
    return lambda t: (rate.shape + k * count) * t - (rate.shape / rate.mean + k * days) * np.exp(t)


def quiet(k: float, days: float) -> Density:
    """The chance that a gap lasts for longer than `days`."""

    def log_chance(t: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(gammaincc(k, k * days * np.exp(t))))

    return log_chance


def lasts(rate: GammaRate, days: float) -> Density:
    """A drift rate of somebody who has not drifted for `days`."""
    return lambda t: rate.shape * t - (rate.shape / rate.mean + days) * np.exp(t)


def both(one: Density, other: Density) -> Density:
    return lambda t: one(t) + other(t)


def nodes(density: Density) -> Floats:
    """Logarithms of rates, evenly spaced over all where the density is not negligible.

    Raises ValueError for a density that falls off too slowly, as that of a rate with a shape below 0.1 does.
    """
    values = density(EVERYWHERE)
    where = np.flatnonzero(values > values.max() - NEGLIGIBLE)
    if where[0] == 0:
        raise ValueError("the density of the rate reaches further down than the reference looks")
    return np.linspace(EVERYWHERE[where[0] - 1], EVERYWHERE[where[-1] + 1], NODES)


def weighed(density: Density) -> tuple[Floats, Floats]:
    """Rates and their weights, which add up to one: sums over them are integrals, to all digits but the last few."""
    t = nodes(density)
    weights = np.exp(density(t) - density(t).max())
    return np.exp(t), weights / weights.sum()


def quantile(density: Density, u: float) -> float:
    """The rate below which the share u of the density lies."""
    t = nodes(density)
    peak, top = float(t[density(t).argmax()]), float(density(t).max())

    def area(low: float, high: float) -> float:
        edges = [low, peak, high] if low < peak < high else [low, high]
        return math.fsum(
            quad(lambda x: math.exp(density(x) - top), a, b, epsabs=0.0, epsrel=1e-13, limit=200)[0]
            for a, b in pairwise(edges)
        )

    low, high = float(t[0]), float(t[-1])
    whole = area(low, high)
    # from the nearer end: a difference of two large areas has lost its digits
    rest = (lambda x: area(low, x) - u * whole) if u < 0.5 else (lambda x: (1.0 - u) * whole - area(x, high))
    return math.exp(brentq(rest, low, high, xtol=1e-14, rtol=1e-15))
