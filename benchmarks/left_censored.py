"""Shops whose export begins after their first orders: `python -m benchmarks.left_censored` (12 processor minutes).

Two years and 13 weeks of orders drawn from the law (parameters from the library's prior, orders not regular); customers
arrive evenly over two years, or over the first one only. The first year is cut off, and the last 13 weeks are held
out. `calibrate` fits what lies between in three ways: as it is, with the day on which the shop opened (`--opened`), and
with the day on which each customer came (`--map entered=COLUMN`). Shown are 90 % intervals and medians of the four
rates, and what the market forecasts for the 13 weeks. Decision 034 has the likelihood.
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

from calibration.backtest import truth as truth_of
from calibration.fit_warnings import left_censored
from calibration.forecasting.averaged_forecast import market_forecast
from calibration.model.posterior import fit_orders, to_parameters
from calibration.model.priors import LIMITS, NEED, SPEND, Z95
from calibration.orders.order_history import FEWEST_REPEATS, Orders, summarise
from calibration.recovery import PlantedTruth, plant
from scenarios import load_market
from scenarios.values.beliefs import Belief

Floats = npt.NDArray[np.float64]

SHOPS, SIZES, DRAWS = 60, (80, 160), 300
YEAR, AHEAD = 364, 91
RATES = NEED[:4]
WAYS = ("as the file is", "with the day of opening", "with the day on which each came")


def shops(beliefs: Mapping[str, Belief], arriving: int) -> Iterator[tuple[dict[str, float], Orders]]:
    """Shops of alternating sizes, without end; those with too few repeat orders to be read are left out."""
    for seed in count():
        truth, orders = shop(beliefs, SIZES[seed % 2], seed, arriving)
        known = orders.until(orders.last - timedelta(days=AHEAD))
        if len(known.orderdays) - len(known.customers) >= FEWEST_REPEATS:
            yield truth, orders


def shop(beliefs: Mapping[str, Belief], customers: int, seed: int, arriving: int) -> tuple[dict[str, float], Orders]:
    """The planted numbers by path, and the orders from the second year on; customers come in the first `arriving` days.

    With the day on which the shop opened and that on which each customer came.
    """
    rng = np.random.default_rng([customers, seed, 32])
    truth = {path: drawn(beliefs, path, rng) for path in RATES}
    mean, p, q = (beliefs[path].median for path in SPEND)
    spend = (p, q, mean / 100.0 * (q - 1.0) / p)
    first_days = np.sort(rng.integers(0, arriving, customers))
    law = to_parameters(np.log(list(truth.values())))
    whole = plant(PlantedTruth(law, None, spend, date(2024, 1, 1), 2 * YEAR + AHEAD, first_days), seed)
    return truth, replace(without(whole, YEAR), opened=whole.first, entered=whole.customers["first_day"] - YEAR)


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


def known_ways(known: Orders) -> tuple[Orders, Orders, Orders]:
    """The same orders with less or more knowledge of who came before the file, in the order of WAYS."""
    return replace(known, opened=None, entered=None), replace(known, entered=None), replace(known, opened=None)


def print_forecasts(values: Floats) -> None:
    """values: forecast total, truth, and whether the total and the buyers lie in their 90 % bands; shape (shops, 4)."""
    total, actual, inside, buyers = values.T
    away = np.log((total + 0.5) / (actual + 0.5))
    print(
        f"  13 weeks: mean miss of the total {np.abs(away).mean():.3f} (log; mean {away.mean():+.3f}, all together "
        f"{total.sum() / actual.sum() - 1.0:+.1%}), in bands {inside.mean():.1%}, buyers {buyers.mean():.1%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=SHOPS)
    number = parser.parse_args().shops
    beliefs = load_market("library:base").beliefs
    for title, arriving in (("arrivals over both years", 2 * YEAR), ("arrivals in the first year only", YEAR)):
        rates: list[list[Floats]] = [[] for _ in WAYS]
        ahead: list[list[tuple[float, float, bool, bool]]] = [[] for _ in WAYS]
        customers, warned = 0, 0
        for truth, orders in islice(shops(beliefs, arriving), number):
            known = orders.until(orders.last - timedelta(days=AHEAD))
            came = truth_of(orders, known).counts
            for way, one in enumerate(known_ways(known)):
                fitted = fit_orders(one, beliefs, DRAWS, 1)
                rates[way].append(compared(truth, fitted.draws, RATES))
                found = market_forecast(fitted, AHEAD, 1)
                (low, high), (few, many) = found.bands.total, found.bands.buyers
                total, buyers = float(came.sum()), int((came > 0).sum())
                row = (float(found.expected.people.sum()), total, low <= total <= high, few <= buyers <= many)
                ahead[way].append(row)
            customers += len(known.customers)
            warned += bool(left_censored(known_ways(known)[0]))
        print(f"{title}: {number} shops, {customers / number:.0f} customers in a file, {warned} shops warned")
        for way, name in enumerate(WAYS):
            print(f" {name}")
            print_compared(np.array(rates[way]), RATES)
            print_forecasts(np.array(ahead[way], dtype=float))


if __name__ == "__main__":
    main()
