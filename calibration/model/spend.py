"""Gamma-gamma order values: baskets Gamma(p, nu), nu ~ Gamma(q, v) (Fader, Hardie & Lee 2005)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.model.optimisation import maximise
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]

FEWEST_SPENDERS = 30


@dataclass(frozen=True)
class Spenders:
    """Of each customer with a spend: order-days that it covers, their mean (currency units), and row in `customers`."""

    orders: Floats
    mean: Floats
    rows: npt.NDArray[np.int64]
    data: str


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
    """Repeat order-days with a usable amount; where too few people have them, all order-days."""
    people = orders.customers
    several = (people["repeat_spend_orders"] > 1).sum() >= FEWEST_SPENDERS
    prefix, data = ("repeat_", "repeat order-days") if several else ("", "all order-days")
    n = people[prefix + "spend_orders"].to_numpy(float)
    total = people[prefix + "spent"].to_numpy(float) / 100.0
    rows = np.flatnonzero(n > 0)
    return Spenders(n[rows], total[rows] / n[rows], rows, f"{data} with an amount above zero")


def log_likelihood(who: Spenders, p: float, q: float, v: float) -> float:
    """Sum over people of the log density of their mean order value."""
    from scipy.special import gammaln

    x, m = who.orders, who.mean
    value = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    value += (p * x - 1.0) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(v + m * x)
    return float(value.sum())


def from_coordinates(at: Floats) -> tuple[float, float, float]:
    """p, q, v from log mean (currency units), log p and log (q - 1)."""
    mean, p, above = (float(c) for c in np.exp(at))
    return p, above + 1.0, mean * above / p


def fit_spend(orders: Orders) -> SpendModel:
    """Maximum likelihood over finite means (q above 1)."""
    who = spenders(orders)
    start = np.array([np.log(who.mean.mean()), np.log(3.0), np.log(2.0)])
    found = maximise(lambda at: log_likelihood(who, *from_coordinates(at)), start)
    p, q, v = from_coordinates(found.at)
    x = orders.customers["x"].to_numpy(float)[who.rows]
    together = float(np.corrcoef(x, np.log(who.mean))[0, 1]) if x.std() > 0 and who.mean.std() > 0 else 0.0
    return SpendModel(p, q, v, log_likelihood(who, p, q, v), who.data, who.rows.size, together)
