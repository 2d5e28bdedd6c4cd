"""Gamma-gamma order values: baskets Gamma(p, nu), nu ~ Gamma(q, v) (Fader, Hardie & Lee 2005).

Baskets are at list value, since a run takes its discounts off them: so list values are fitted where they are known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibration.model.optimisation import WIDEST, climb
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]

FEWEST_SPENDERS = 30
MOST_SPENDERS, CELL = 2_000, 0.04
"""Above so many spenders those whose log totals lie in one cell of this width are summed up."""


@dataclass(frozen=True)
class Spenders:
    """Of each customer with a spend: order-days that it covers, their mean (currency units), and row in `customers`.

    count: customers that are like this one, where several are summed up (`few_spenders`); `rows` is then of all.
    """

    orders: Floats
    mean: Floats
    rows: npt.NDArray[np.int64]
    data: str
    count: Floats

    @cached_property
    def distinct(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The different numbers of orders, and which of them each customer has."""
        shapes, row = np.unique(self.orders, return_inverse=True)
        return shapes, row.ravel()

    @cached_property
    def p_logs(self) -> Floats:
        """What p multiplies in a customer's log density."""
        return np.asarray(self.orders * np.log(self.orders * self.mean))


@dataclass(frozen=True)
class SpendModel:
    """Fitted gamma-gamma: p, q, v (currency units), on which data, and how spend correlates with frequency."""

    p: float
    q: float
    v: float
    log_likelihood: float
    data: str
    customers: int
    correlation: float
    """Pearson correlation of repeat order-days and log mean spend over customers; the law assumes 0."""

    @property
    def mean(self) -> float:
        """Mean order value of the population, currency units."""
        return self.p * self.v / (self.q - 1.0)

    def expected(self, orders: Floats, total: Floats) -> Floats:
        """Expected order value of people with this many orders worth `total` (currency units) so far."""
        return np.asarray(self.p * (self.v + total) / (self.p * orders + self.q - 1.0))


def spenders(orders: Orders) -> Spenders:
    """Repeat order-days with a usable amount; where too few people have them, all order-days.

    At list value where the orders' discounts are known, else as paid.
    """
    people = orders.customers
    several = (people["repeat_spend_orders"] > 1).sum() >= FEWEST_SPENDERS
    prefix, data = ("repeat_", "repeat order-days") if several else ("", "all order-days")
    n = people[prefix + "spend_orders"].to_numpy(float)
    known = "listed" in people
    total = people[prefix + ("listed" if known else "spent")].to_numpy(float) / 100.0
    rows = np.flatnonzero(n > 0)
    data = f"{data} with an amount above zero" + (", at list value" if known else "")
    return Spenders(n[rows], total[rows] / n[rows], rows, data, np.ones(rows.size))


def few_spenders(who: Spenders) -> Spenders:
    """Spenders whose orders are equal and whose totals differ by at most 4 %, as one: some thousands at most."""
    if who.orders.size <= MOST_SPENDERS:
        return who
    key = np.column_stack([who.orders, np.floor(np.log(who.orders * who.mean) / CELL)])
    _, cell = np.unique(key @ [1e6, 1.0], return_inverse=True)
    count = np.asarray(np.bincount(cell, weights=who.count), dtype=float)
    orders, logs = (np.bincount(cell, weights=who.count * v) / count for v in (who.orders, np.log(who.mean)))
    return replace(who, orders=orders, mean=np.exp(logs), count=count)


def log_likelihood(who: Spenders, p: float, q: float, v: float) -> float:
    """Sum over people of the log density of their mean order value."""
    return _score(who, p, q, v)[0]


def _score(who: Spenders, p: float, q: float, v: float) -> tuple[float, Floats]:
    """`log_likelihood` and its derivatives by p, q and v, shape (3,)."""
    from scipy.special import gammaln, psi

    x, total, n = who.orders, who.orders * who.mean, who.count
    shapes, row = who.distinct
    both, own = gammaln(p * shapes + q) - gammaln(p * shapes), psi(p * shapes + q)
    logs, log_v = np.log(v + total), np.log(v)
    value = both[row] - gammaln(q) + q * log_v - (p * x + q) * logs + who.p_logs * p - np.log(who.mean)
    by_p = shapes * (own - psi(p * shapes))
    slope = np.array(
        [
            np.sum(n * (by_p[row] - x * logs + who.p_logs)),
            np.sum(n * (own[row] - psi(q) + log_v - logs)),
            np.sum(n * (q / v - (p * x + q) / (v + total))),
        ]
    )
    return float(np.sum(n * value)), slope


def spend_score(who: Spenders, at: Floats) -> tuple[float, Floats]:
    """`log_likelihood` and its slope by the coordinates: log mean, log p and log (q - 1)."""
    p, q, v = from_coordinates(at)
    value, (by_p, by_q, by_v) = _score(who, p, q, v)
    return value, np.array([v * by_v, p * by_p - v * by_v, (q - 1.0) * by_q + v * by_v])


def from_coordinates(at: Floats) -> tuple[float, float, float]:
    """p, q, v from log mean (currency units), log p and log (q - 1)."""
    mean, p, above = (float(c) for c in np.exp(at))
    return p, above + 1.0, mean * above / p


def fit_spend(orders: Orders) -> SpendModel:
    """Maximum likelihood over finite means (q above 1)."""
    who = spenders(orders)
    few = few_spenders(who)
    start = np.array([np.log(who.mean.mean()), np.log(3.0), np.log(2.0)])
    bounds = [(float(c) - WIDEST, float(c) + WIDEST) for c in start]
    p, q, v = from_coordinates(climb(lambda at: spend_score(few, at), start, bounds).at)
    x = orders.customers["x"].to_numpy(float)[who.rows]
    together = float(np.corrcoef(x, np.log(who.mean))[0, 1]) if x.std() > 0 and who.mean.std() > 0 else 0.0
    return SpendModel(p, q, v, log_likelihood(who, p, q, v), who.data, who.rows.size, together)
