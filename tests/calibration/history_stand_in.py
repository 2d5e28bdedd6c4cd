"""A small law of orders under messages, in the place of the engine's: rates differ by a Gamma, nobody drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from calibration.responses.common_shocks import level_covariance
from sim.scenario import Market

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlainEvidence:
    """Orders (n, days) and messages (n, days) of people whose daily rate is lambda exp(max_lift (1 - exp(-stock))).

    The stock decays with the half-life of attention.
    """

    orders: Floats
    messages: Floats

    @property
    def seen(self) -> Floats:
        return np.asarray(self.orders.sum(axis=0))

    @property
    def customers(self) -> int:
        return len(self.orders)

    @property
    def gaps(self) -> Floats:
        """None: orders are independent."""
        weeks = max(self.orders.shape[1] // 7, 1)
        return np.zeros((weeks, weeks))

    def log_multipliers(self, market: Market) -> Floats:
        """Log multipliers (n, days)."""
        keep = 0.5 ** (1.0 / market.attention.half_life)
        stock, found = np.zeros(len(self.messages)), np.empty(self.messages.shape)
        for day in range(found.shape[1]):
            stock = stock * keep + self.messages[:, day]
            found[:, day] = -np.expm1(-stock)
        return market.attention.max_lift * found

    def log_likelihoods(self, market: Market, levels: Floats | float = 0.0) -> Floats:
        """Of each person (n,). levels: logs of what days do to everybody's rate, (days,)."""
        rate, logs = market.need.order_rate, self.log_multipliers(market) + levels
        x, area = self.orders.sum(axis=1), np.exp(logs).sum(axis=1)
        alpha = rate.shape / rate.mean
        found = gammaln(rate.shape + x) - gammaln(rate.shape) + rate.shape * np.log(alpha)
        return np.asarray(found - (rate.shape + x) * np.log(alpha + area) + (self.orders * logs).sum(axis=1))

    def expected_orders(self, market: Market) -> Floats:
        rate, lift = market.need.order_rate, np.exp(self.log_multipliers(market))
        mean = (rate.shape + self.orders.sum(axis=1)) / (rate.shape / rate.mean + lift.sum(axis=1))
        return np.asarray(mean @ lift)

    def both(self, market: Market) -> tuple[Floats, Floats]:
        return self.log_likelihoods(market), self.expected_orders(market)


def planted(market: Market, people: int, days: int, seed: int) -> PlainEvidence:
    """Orders drawn from the law under `market`, with week shocks; everybody is written to on the same random days."""
    rng = np.random.default_rng([seed, 5])
    groups = rng.random(days // 7 + 1) < 0.4
    messages = np.zeros((people, days))
    messages[:, ::7] = groups[: messages[:, ::7].shape[1]]
    none = PlainEvidence(np.zeros((people, days)), messages)
    rate = rng.gamma(market.need.order_rate.shape, size=people) / market.need.order_rate.shape
    weeks = days // 7 + 1
    covariance = level_covariance(weeks, market.need.week_shock, market.need.level_shift)
    logs = np.linalg.cholesky(covariance) @ rng.standard_normal(weeks) - 0.5 * covariance.diagonal()
    shock = np.repeat(logs, 7)[:days]
    mean = market.need.order_rate.mean * rate[:, None] * np.exp(none.log_multipliers(market) + shock)
    return PlainEvidence(rng.poisson(mean).astype(float), messages)
