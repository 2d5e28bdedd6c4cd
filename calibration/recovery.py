"""Planted worlds: orders drawn from known parameters, fitted again, and the truth set beside the fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from calibration.model.fitting import Model, fit
from calibration.model.likelihood import WEEK, Parameters, histories, season
from calibration.model.posterior import need_draws, spend_draws
from calibration.model.simulated_customers import live, newcomers
from calibration.model.spend import SpendModel, fit_spend
from calibration.orders.order_history import Orders, summarise

Ints = npt.NDArray[np.int64]

INTERVAL = (5.0, 95.0)
LARGEST_WORLD = 4_000


@dataclass(frozen=True)
class PlantedTruth:
    """A truth to plant: the law, the weekday season, order values, and when everybody first ordered."""

    parameters: Parameters
    weekday: tuple[float, ...] | None
    spend: tuple[float, float, float]
    first: date
    days: int
    first_days: Ints


@dataclass(frozen=True)
class Recovered:
    """Truth, mean of the medians and their spread, and how often 90 % intervals held the truth."""

    parameter: str
    truth: float
    mean: float
    sd: float
    coverage: float
    worlds: int


def world_of(orders: Orders, model: Model, spend: SpendModel, seed: int) -> PlantedTruth:
    """The fitted truth with the shop's own first order-days (at most 4,000 of them, drawn by the seed)."""
    first_days = orders.customers["first_day"].to_numpy(np.int64)
    if first_days.size > LARGEST_WORLD:
        first_days = np.random.default_rng([seed, 5]).choice(first_days, LARGEST_WORLD, replace=False)
    values = (spend.p, spend.q, spend.v)
    return PlantedTruth(model.parameters, model.weekday, values, orders.first, orders.days, first_days)


def plant(world: PlantedTruth, seed: int, number: int = 0) -> Orders:
    """The orders of one planted world, from a NumPy generator seeded by (seed, number)."""
    import pandas as pd

    rng = np.random.default_rng([seed, 13, number])
    people = newcomers(world.first_days.size, world.parameters, rng)
    blank = Orders("planted", world.first, world.first, 0, pd.DataFrame(), pd.DataFrame())
    daily = season(blank, world.days + 1, world.weekday)
    area = (np.cumsum(daily) - daily[0]) / WEEK
    who, day = live(people, area, world.parameters.k, rng, world.first_days)
    customer = np.concatenate([np.arange(world.first_days.size), who])
    days = np.concatenate([world.first_days, day])
    p, q, v = world.spend
    level = rng.gamma(q, size=world.first_days.size) / v
    cents = np.maximum(np.rint(100.0 * rng.gamma(p, size=customer.size) / level[customer]), 1).astype(np.int64)
    table = pd.DataFrame({"customer": customer, "day": days, "cents": cents, "paid": True})
    table = table.sort_values(["customer", "day"], ignore_index=True)
    customers, table = summarise(table, pd.RangeIndex(world.first_days.size, name="customer"), world.days)
    last = date.fromordinal(world.first.toordinal() + world.days)
    return Orders("planted", world.first, last, len(table), customers, table)


def recover(
    worlds: int,
    world: PlantedTruth,
    *,
    seed: int = 1,
    draws: int = 200,
    progress: Callable[[str], None] | None = None,
) -> list[Recovered]:
    """Plant `worlds` histories of a truth, fit each without a prior, and count how often intervals hold the
    truth.

    Intervals are the 5 and 95 % points of the posterior draws. Regularity is free only where the truth is not
    1; the weekday season is taken as known.
    """
    planted = _truth(world)
    medians, inside = [], []
    for number in range(worlds):
        if progress:
            progress(f"planted world {number + 1} of {worlds}")
        found = _fitted(plant(world, seed, number), world, draws, np.random.default_rng([seed, 17, number]))
        low, middle, high = np.percentile(found, [INTERVAL[0], 50.0, INTERVAL[1]], axis=0)
        medians.append(middle)
        inside.append((low <= list(planted.values())) & (list(planted.values()) <= high))
    mean, sd, coverage = np.mean(medians, axis=0), np.std(medians, axis=0), np.mean(inside, axis=0)
    return [
        Recovered(name, value, float(mean[i]), float(sd[i]), float(coverage[i]), worlds)
        for i, (name, value) in enumerate(planted.items())
    ]


def _truth(world: PlantedTruth) -> dict[str, float]:
    law, (p, q, v) = world.parameters, world.spend
    values = asdict(law) if law.k != 1.0 else {k: v for k, v in asdict(law).items() if k != "k"}
    return {**values, "p": p, "q": q, "mean spend": p * v / (q - 1.0)}


def _fitted(orders: Orders, world: PlantedTruth, draws: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draws of the parameters in the order of `_truth`, shape (draws, parameters)."""
    from calibration.model.posterior import NEED, SPEND_MEAN, SPEND_P, SPEND_Q

    regular = world.parameters.k != 1.0
    model = fit(histories(orders, world.weekday), "planted", weekday=world.weekday, regular=regular)
    table = need_draws(orders, model, {}, draws, rng)
    values = spend_draws(orders, fit_spend(orders), {}, draws, rng)
    order, r, drift, s, *k = (table[path].to_numpy() for path in NEED if path in table)
    columns = [r, r / order / WEEK, s, s / drift / WEEK, *k]
    columns += [values[SPEND_P].to_numpy(), values[SPEND_Q].to_numpy(), values[SPEND_MEAN].to_numpy() / 100.0]
    return np.column_stack(columns)
