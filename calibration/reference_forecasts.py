"""Reference forecasts beside which a calibrated model is shown: BG/NBD and each customer's own past rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.model.optimisation import maximise
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BgNbd:
    """Orders at a rate ~ Gamma(r, alpha) per week; after each one, a stop with chance ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


def bg_nbd_log_likelihood(x: Floats, t_x: Floats, end: Floats, at: Floats) -> Floats:
    """Individual log-likelihoods (Fader, Hardie & Lee 2005), times in weeks; at = (r, alpha, a, b)."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = at
    base = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + end)
    stopped = betaln(a + 1.0, b + np.maximum(x - 1.0, 0.0)) - (r + x) * np.log(alpha + t_x)
    return np.asarray(base + np.where(x > 0, np.logaddexp(alive, stopped), alive))


def fit_bg_nbd(orders: Orders) -> BgNbd:
    """Maximum likelihood over distinct histories."""
    people = orders.customers[["x", "t_x", "T"]].to_numpy(float)
    rows, count = np.unique(people, axis=0, return_counts=True)
    x, t_x, end = rows.T

    def total(logs: Floats) -> float:
        return float(count @ bg_nbd_log_likelihood(x, t_x, end, np.exp(logs)))

    rate = float(count @ x) / float(count @ end)
    found = maximise(total, np.log([0.5, 0.3 / rate, 0.8, 2.0])).at
    r, alpha, a, b = (float(v) for v in np.exp(found))
    return BgNbd(r, alpha, a, b, total(found))


def bg_nbd_expected(orders: Orders, m: BgNbd, weeks: float) -> Floats:
    """Expected order-days of each customer in the `weeks` after the end, given the history."""
    from scipy.special import hyp2f1

    x, t_x, end = orders.customers[["x", "t_x", "T"]].to_numpy(float).T
    a = m.a if abs(m.a - 1.0) > 1e-6 else 1.0 + 1e-6
    shrink = ((m.alpha + end) / (m.alpha + end + weeks)) ** (m.r + x)
    series = hyp2f1(m.r + x, m.b + x, a + m.b + x - 1.0, weeks / (m.alpha + end + weeks))
    odds = a / (m.b + np.maximum(x, 1.0) - 1.0) * ((m.alpha + end) / (m.alpha + t_x)) ** (m.r + x)
    value = (a + m.b + x - 1.0) / (a - 1.0) * (1.0 - shrink * series) / (1.0 + np.where(x > 0, odds, 0.0))
    return np.asarray(value)


def own_rate(orders: Orders, weeks: float) -> Floats:
    """Each customer continues at the rate of repeat order-days so far, for `weeks` more."""
    x, end = orders.customers[["x", "T"]].to_numpy(float).T
    return np.asarray(np.where(end > 0, x / np.maximum(end, 1e-9), 0.0) * weeks)
