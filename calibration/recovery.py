"""Parameter recovery: orders are simulated from known parameters and fitted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from calibration.model.fitting import FittedModels, fit
from calibration.model.likelihood import WEEK, Parameters, histories, season
from calibration.model.posterior import need_draws, spend_draws
from calibration.model.priors import NEED, SPEND_MEAN, SPEND_P, SPEND_Q
from calibration.model.simulated_customers import SimulatedCustomers, new_customers, simulate_orders
from calibration.model.spend import fit_spend
from calibration.orders.order_history import Orders, summarise

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

INTERVAL = (5.0, 95.0)
MOST_CUSTOMERS = 4_000


@dataclass(frozen=True)
class PlantedTruth:
    """Known parameters: the law, the weekday season, order values, and each customer's day of the first order."""

    parameters: Parameters
    weekday: tuple[float, ...] | None
    spend: tuple[float, float, float]
    first: date
    days: int
    first_days: Ints


@dataclass(frozen=True)
class Recovered:
    """Truth of one parameter, mean and sd of the posterior medians, and the share of 90 % intervals that contain it."""

    parameter: str
    truth: float
    mean: float
    sd: float
    coverage: float
    worlds: int


def truth_of(fitted: FittedModels, seed: int) -> PlantedTruth:
    """The fitted parameters as the truth, with the shop's own first order-days (at most 4,000, drawn by the seed)."""
    orders, model, spend = fitted.orders, fitted.chosen, fitted.spend
    first_days = orders.customers["first_day"].to_numpy(np.int64)
    if first_days.size > MOST_CUSTOMERS:
        first_days = np.random.default_rng([seed, 5]).choice(first_days, MOST_CUSTOMERS, replace=False)
    values = (spend.p, spend.q, spend.v)
    return PlantedTruth(model.parameters, model.weekday, values, orders.first, orders.days, first_days)


def plant(truth: PlantedTruth, seed: int, number: int = 0) -> Orders:
    """The orders of one simulated history, from a NumPy generator seeded by (seed, number)."""
    import pandas as pd

    rng = np.random.default_rng([seed, 13, number])
    blank = Orders("planted", truth.first, truth.first, 0, pd.DataFrame(), pd.DataFrame())
    daily = season(blank, truth.days + 1, truth.weekday)
    area = (np.cumsum(daily) - daily[0]) / WEEK
    people = new_customers(truth.first_days.size, truth.parameters, rng)
    people = _at_day_end(people, daily[truth.first_days], truth.parameters.k, rng)
    who, day = simulate_orders(people, area, truth.parameters.k, rng, truth.first_days)
    customer = np.concatenate([np.arange(truth.first_days.size), who])
    days = np.concatenate([truth.first_days, day])
    p, q, v = truth.spend
    level = rng.gamma(q, size=truth.first_days.size) / v
    cents = np.maximum(np.rint(100.0 * rng.gamma(p, size=customer.size) / level[customer]), 1).astype(np.int64)
    table = pd.DataFrame({"customer": customer, "day": days, "cents": cents, "paid": True})
    table = table.sort_values(["customer", "day"], ignore_index=True)
    customers, table = summarise(table, pd.RangeIndex(truth.first_days.size, name="customer"), truth.days)
    last = date.fromordinal(truth.first.toordinal() + truth.days)
    return Orders("planted", truth.first, last, len(table), customers, table)


def _at_day_end(
    people: SimulatedCustomers, multiplier: Floats, k: float, rng: np.random.Generator
) -> SimulatedCustomers:
    """Customers who ordered first at any instant of a day, as they are at its end; orders later that day are merged."""
    rest = rng.random(people.rate.size) / WEEK
    left = people.left - people.rate * rest * multiplier
    while (left <= 0.0).any():
        again = left <= 0.0
        left[again] += rng.gamma(k, size=int(again.sum())) / k
    return SimulatedCustomers(people.rate, people.lifetime - rest, left)


def recover(
    replications: int,
    truth: PlantedTruth,
    *,
    seed: int = 1,
    draws: int = 200,
    progress: Callable[[str], None] | None = None,
) -> list[Recovered]:
    """Simulate `replications` histories under known parameters, fit each without a prior, and compare.

    Intervals are the 5 and 95 % points of the posterior draws. Regularity is free only where the truth is not
    1; the weekday season is taken as known.
    """
    planted = _values(truth)
    medians, inside = [], []
    for number in range(replications):
        if progress:
            progress(f"parameter recovery {number + 1} of {replications}")
        found = _fitted(plant(truth, seed, number), truth, draws, np.random.default_rng([seed, 17, number]))
        low, middle, high = np.percentile(found, [INTERVAL[0], 50.0, INTERVAL[1]], axis=0)
        medians.append(middle)
        inside.append((low <= list(planted.values())) & (list(planted.values()) <= high))
    mean, sd, coverage = np.mean(medians, axis=0), np.std(medians, axis=0), np.mean(inside, axis=0)
    return [
        Recovered(name, value, float(mean[i]), float(sd[i]), float(coverage[i]), replications)
        for i, (name, value) in enumerate(planted.items())
    ]


def _values(truth: PlantedTruth) -> dict[str, float]:
    law, (p, q, v) = truth.parameters, truth.spend
    free = law.rates._asdict()
    values = free if law.k != 1.0 else {name: value for name, value in free.items() if name != "k"}
    return {**values, "p": p, "q": q, "mean spend": p * v / (q - 1.0)}


def _fitted(orders: Orders, truth: PlantedTruth, draws: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draws of the parameters in the order of `_values`, shape (draws, parameters)."""
    regular = truth.parameters.k != 1.0
    model = fit(histories(orders, truth.weekday), "planted", weekday=truth.weekday, regular=regular)
    table = need_draws(orders, model, {}, draws, rng).table
    values = spend_draws(orders, fit_spend(orders), {}, draws, rng).table
    order, r, drift, s, *k = (table[path].to_numpy() for path in NEED if path in table)
    columns = [r, r / order / WEEK, s, s / drift / WEEK, *k]
    columns += [values[SPEND_P].to_numpy(), values[SPEND_Q].to_numpy(), values[SPEND_MEAN].to_numpy() / 100.0]
    return np.column_stack(columns)
