"""The shops of the comparison: real ones, and generated ones with season, trend, lasting shifts, left censoring."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.model.likelihood import WEEK, Parameters
from calibration.model.simulated_customers import SimulatedCustomers, new_customers, simulate_orders
from calibration.orders.order_history import Orders, read_orders, summarise

Floats = npt.NDArray[np.float64]

FIRST = date(2023, 1, 2)
YEAR = 364


@dataclass(frozen=True)
class Shop:
    """Orders, and the origins at which they are forecast: (weeks known, weeks ahead)."""

    name: str
    orders: Orders
    origins: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Plan:
    """A generated shop.

    law: per week. weeks: length of the file. before: weeks of orders before the file begins (left censoring).
    peak: log height of the high months (the last eight weeks of a year), as much lower the eight weeks after.
    trend: log change of the order rate per year of entry. shift: sd per week of a lasting change of level (log).
    shock: sd of independent week shocks. irregular: share of the people with k = 1.
    """

    law: Parameters
    customers: int = 1000
    weeks: int = 130
    before: int = 0
    peak: float = 0.0
    trend: float = 0.0
    shift: float = 0.0
    shock: float = 0.0
    irregular: float = 0.0


LONG = ((52, 26), (104, 26), (117, 13))
PLANS = {
    "gift shop": Plan(Parameters(0.9, 12.0, 0.8, 20.0), peak=0.7, shock=0.1),
    "fading cohorts": Plan(Parameters(0.8, 8.0, 0.6, 12.0, 1.6), trend=-0.5, shock=0.1),
    "changing level": Plan(Parameters(1.2, 10.0, 0.6, 30.0, 1.3), shift=0.04, shock=0.1),
    "old customers": Plan(Parameters(1.0, 6.0, 0.8, 40.0, 2.0), 600, 78, before=104, shock=0.05),
    "wholesaler": Plan(Parameters(1.5, 6.0, 1.0, 80.0, 3.0), 300, peak=-0.5, shift=0.015, shock=0.1, irregular=0.4),
    "small shop": Plan(Parameters(0.7, 8.0, 0.8, 15.0), 120, peak=0.3, shock=0.15),
}


def shops(seed: int) -> Iterator[Shop]:
    """Real shops where REHEARSE_DATA names their folder, then generated ones."""
    folder = os.environ.get("REHEARSE_DATA")
    if folder:
        data = Path(folder)
        yield Shop("CDNOW", read_orders(data / "cdnow/orders.csv"), ((26, 26), (39, 13), (39, 39), (52, 26), (65, 13)))
        journey = read_orders(data / "complete_journey/orders.csv.gz")
        yield Shop("Complete Journey", journey, ((13, 13), (20, 20), (26, 13), (26, 26), (39, 13)))
        yield Shop("Tmall", read_orders(data / "tmall/orders.csv.gz"), ((9, 8), (13, 12), (17, 8)))
    for number, (name, plan) in enumerate(PLANS.items()):
        origins = LONG if plan.weeks == 130 else ((26, 26), (52, 26))
        yield Shop(name, generated(plan, np.random.default_rng([seed, number])), origins)


def generated(plan: Plan, rng: np.random.Generator) -> Orders:
    """Orders under the law, with what the plan adds to it."""
    weeks = plan.before + plan.weeks
    days = 7 * weeks
    begin = FIRST - timedelta(weeks=plan.before)
    area = np.cumsum(np.append(0.0, _daily(plan, days, rng))) / WEEK
    first = np.sort(rng.integers(0, days - 28, size=plan.customers))
    if plan.before:
        first = np.sort(rng.integers(0, 7 * plan.before, size=plan.customers))
    people = new_customers(plan.customers, plan.law, rng)
    faster = np.exp(plan.trend * first / YEAR)
    who, day = [np.arange(plan.customers)], [first]
    steady = rng.random(plan.customers) >= plan.irregular
    for group, k in ((steady, plan.law.k), (~steady, 1.0)):
        rows = np.flatnonzero(group)
        left = people.left[rows] if k == plan.law.k else rng.exponential(size=rows.size)
        part = SimulatedCustomers(people.rate[rows] * faster[rows], people.lifetime[rows], left)
        persons, on = simulate_orders(part, area, k, rng, first[rows])
        who.append(rows[persons])
        day.append(on)
    return _orders(
        np.concatenate(who), np.concatenate(day) - 7 * plan.before, begin + timedelta(weeks=plan.before), rng
    )


def _daily(plan: Plan, days: int, rng: np.random.Generator) -> Floats:
    """Order multipliers of all days."""
    week = np.arange(days) // 7
    level = np.cumsum(rng.normal(0.0, plan.shift, size=week[-1] + 1)) if plan.shift else np.zeros(week[-1] + 1)
    log = level + rng.normal(-0.5 * plan.shock**2, plan.shock, size=level.size)
    season = np.zeros(52)
    season[44:], season[:8] = plan.peak, -plan.peak
    weekday = np.array([0.9, 0.9, 0.95, 1.0, 1.1, 1.2, 0.95])
    multipliers: Floats = (
        np.exp((log + season[(np.arange(level.size) - plan.before) % 52])[week]) * weekday[np.arange(days) % 7]
    )
    return multipliers


def _orders(who: npt.NDArray[np.int64], day: npt.NDArray[np.int64], first: date, rng: np.random.Generator) -> Orders:
    kept = day >= 0
    who, day = who[kept], day[kept]
    level = rng.gamma(3.5, size=int(who.max()) + 1) / 15.0
    cents = np.maximum(np.rint(100.0 * rng.gamma(6.0, size=who.size) / level[who]), 1).astype(np.int64)
    table = pd.DataFrame({"customer": who, "day": day, "cents": cents, "paid": True})
    table = table.drop_duplicates(["customer", "day"]).sort_values(["customer", "day"], ignore_index=True)
    end = int(day.max())
    ids = pd.RangeIndex(int(who.max()) + 1, name="customer")
    customers, table = summarise(table, pd.Index(ids), end)
    return Orders("generated", first, first + timedelta(days=end), len(table), customers, table)
