"""Shops whose export begins after their first orders: `python -m benchmarks.left_censored` (about six minutes).

Two years of orders drawn from the law (parameters from the library's prior, orders not regular); customers arrive
evenly over both years, or over the first one only; the first year is cut off. Two posteriors of the same orders are
compared by their 90 % intervals and medians: that of `calibrate`, which takes the first order in the file for a
customer's first, and one that allows for customers from before the file. The second one stands here alone (decision 32
says why).

Its likelihood, for a shop that opened A weeks before the file began and has won customers evenly since: a customer
seen first t weeks into a file of W weeks came then, or came at an age a (0 to A) before the file. An order rate that
has no memory makes the second a history that starts with the file, with one more repeat and t weeks more, of somebody
who is not gone by age a: dropout scale beta + a. With S(a) = (beta / (beta + a))^s,

    L = prod over customers [ f(x, t_x, T; beta) + integral over a of S(a) f(x + 1, t + t_x, W; beta + a) ]
        / ( W + integral over a of S(a) (1 - f(0, 0, W; beta + a)) )^customers,

f being the Pareto/NBD likelihood of a history and the last line the chance of being in the file at all.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.market_fit import left_censored
from calibration.model import kernels
from calibration.model.importance import LogDensity, sample
from calibration.model.likelihood import WEEK, Parameters
from calibration.model.posterior import fit_orders, to_parameters
from calibration.model.priors import LIMITS, NEED, SPEND, Z95, LogPriors, log_limits
from calibration.orders.order_history import FEWEST_REPEATS, Orders, summarise
from calibration.recovery import PlantedTruth, plant
from scenarios import load_market
from scenarios.values.question import Belief

Floats = npt.NDArray[np.float64]

SHOPS, SIZES, DRAWS = 40, (80, 160), 300
YEAR = 364
AGES = np.polynomial.legendre.leggauss(12)
STEP = 1e-4
RATES = NEED[:4]


def shops(beliefs: Mapping[str, Belief], arriving: int) -> Iterator[tuple[dict[str, float], Orders]]:
    """Shops of alternating sizes, without end; those with too few repeat orders to be read are left out."""
    for seed in count():
        truth, orders = shop(beliefs, SIZES[seed % 2], seed, arriving)
        if len(orders.orderdays) - len(orders.customers) >= FEWEST_REPEATS:
            yield truth, orders


def shop(beliefs: Mapping[str, Belief], customers: int, seed: int, arriving: int) -> tuple[dict[str, float], Orders]:
    """The planted numbers by path, and the second year of the orders; customers come in the first `arriving` days."""
    rng = np.random.default_rng([customers, seed, 32])
    truth = {path: drawn(beliefs, path, rng) for path in RATES}
    mean, p, q = (beliefs[path].median for path in SPEND)
    spend = (p, q, mean / 100.0 * (q - 1.0) / p)
    first_days = np.sort(rng.integers(0, arriving, customers))
    law = to_parameters(np.log(list(truth.values())))
    return truth, without(plant(PlantedTruth(law, None, spend, date(2024, 1, 1), 2 * YEAR, first_days), seed), YEAR)


def drawn(beliefs: Mapping[str, Belief], path: str, rng: np.random.Generator) -> float:
    """A value from the split normal of a belief on the log scale, within the limits of its path."""
    middle, low, high = np.log([beliefs[path].median, beliefs[path].p5, beliefs[path].p95])
    below, above = (middle - low) / Z95, (high - middle) / Z95
    while True:
        upper = rng.random() < above / (above + below)
        z = abs(rng.standard_normal())
        value = float(np.exp(middle + above * z if upper else middle - below * z))
        if LIMITS[path][0] < value < LIMITS[path][1]:
            return value


def without(orders: Orders, days: int) -> Orders:
    """The orders from day `days` on, as an export has them that begins late."""
    table = orders.orderdays[orders.orderdays["day"] >= days].copy()
    table["day"] -= days
    codes, ids = pd.factorize(table["customer"])
    table = table.assign(customer=codes)
    people, table = summarise(table, pd.Index(ids, name="customer"), orders.days - days)
    return replace(orders, first=orders.first + timedelta(days=days), customers=people, orderdays=table)


class CensoredDensity:
    """The log posterior of the four rates by their logs, the shop having opened `before` weeks before the file."""

    def __init__(self, orders: Orders, beliefs: Mapping[str, Belief], before: float) -> None:
        people = orders.customers
        self.x, self.t_x = people["x"].to_numpy(float), people["t_x"].to_numpy(float)
        self.end = people["T"].to_numpy(float)
        self.width, self.before = (orders.days + 0.5) / WEEK, before
        self.priors = LogPriors(beliefs, RATES)

    def value(self, logs: Floats) -> float:
        """Log-likelihood and log prior."""
        p = to_parameters(logs)
        size = self.x.size
        new = kernels.closed_form(self.x, self.t_x, self.end, np.zeros(self.x.size), p.rates)[0]
        parts, seen = [new], self.width
        # Even steps in log (beta + a), in which the chance of still being there is smooth.
        span = np.log1p(self.before / p.beta)
        for node, weight in zip(*AGES, strict=True):
            scale = p.beta * np.exp(0.5 * (node + 1.0) * span)
            measure = 0.5 * weight * span * scale * (p.beta / scale) ** p.s
            law = Parameters(p.r, p.alpha, p.s, scale).rates
            x, t_x = np.append(self.x + 1.0, 0.0), np.append(self.width - self.end + self.t_x, 0.0)
            old = kernels.closed_form(x, t_x, np.full(size + 1, self.width), np.zeros(size + 1), law)[0]
            parts.append(np.log(measure) + old[:-1])
            seen -= measure * np.expm1(old[-1])
        prior, _ = self.priors(logs)
        return float(np.logaddexp.reduce(parts).sum() - size * np.log(seen) + prior)

    def joint(self, logs: Floats) -> tuple[float, Floats]:
        """The value and its slope, by differences."""
        steps = STEP * np.eye(logs.size)
        slope = [(self.value(logs + step) - self.value(logs - step)) / (2.0 * STEP) for step in steps]
        return self.value(logs), np.array(slope)


def draws_of(density: CensoredDensity, seed: int) -> pd.DataFrame:
    """Draws of the four rates, columns by path."""
    low, high = log_limits(RATES)
    start = density.priors.medians
    found = sample(LogDensity(density.value, density.joint, low, high), [start], DRAWS, np.random.default_rng(seed))
    return pd.DataFrame(np.exp(found.points), columns=list(RATES))


def compared(truth: Mapping[str, float], table: pd.DataFrame, paths: Sequence[str]) -> Floats:
    """Of each path: is the truth in the 90 % interval, log of median over truth, and that in sd; shape (paths, 3)."""
    rows = []
    for path in paths:
        low, middle, high = table[path].quantile([0.05, 0.5, 0.95])
        away = np.log(middle / truth[path])
        rows.append((float(low <= truth[path] <= high), away, away / np.log(table[path]).std()))
    return np.array(rows)


def print_compared(values: Floats, paths: Sequence[str]) -> None:
    """values: `compared` of all shops, shape (shops, paths, 3)."""
    inside, away, in_sd = np.moveaxis(values, 2, 0)
    for i, path in enumerate(paths):
        middle, error = np.exp(away[:, i].mean()), away[:, i].std() / np.sqrt(len(values))
        print(
            f"  {path:31} in 90 % intervals {inside[:, i].mean():6.1%}   median over truth {middle:.3f} "
            f"(error {error:.3f})   in sd {in_sd[:, i].mean():+.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=SHOPS)
    number = parser.parse_args().shops
    beliefs = load_market("library:base").beliefs
    for title, arriving in (("arrivals over both years", 2 * YEAR), ("arrivals in the first year only", YEAR)):
        by_calibrate, allowing, customers, warned = [], [], 0, 0
        for truth, orders in islice(shops(beliefs, arriving), number):
            fitted = fit_orders(orders, beliefs, DRAWS, 1)
            by_calibrate.append(compared(truth, fitted.draws, RATES))
            table = draws_of(CensoredDensity(orders, beliefs, YEAR / WEEK), len(allowing))
            allowing.append(compared(truth, table, RATES))
            customers += len(orders.customers)
            warned += bool(left_censored(orders))
        print(f"{title}: {number} shops, {customers / number:.0f} customers in a file, {warned} shops warned")
        for name, values in (("as calibrate does", by_calibrate), ("allowing for customers from before", allowing)):
            print(f" {name}")
            print_compared(np.array(values), RATES)


if __name__ == "__main__":
    main()
