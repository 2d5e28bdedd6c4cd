"""Backtest: forecast each customer's orders in the held-out weeks from the orders before them, and score it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from calibration.model.fitting import Model, alive_time
from calibration.model.likelihood import WEEK, Histories, Parameters, histories, no_order, season
from calibration.model.posterior import FittedMarket, drawn_parameters
from calibration.model.simulated_customers import draw_customers, history_posterior, shocked, simulate_orders
from calibration.orders.order_history import Orders
from calibration.reference_forecasts import bg_nbd_expected, fit_bg_nbd, own_rate
from scenarios.errors import InputError

Floats = npt.NDArray[np.float64]

SIMULATED_CUSTOMERS = 200_000
"""Customers simulated for an expectation without a closed form, over all replications."""
BAND = (5.0, 95.0)
MATERIAL = 0.01
INCLUDES = "parameters (posterior draws), process (chance variation of each customer) and a common week shock"


@dataclass(frozen=True)
class Truth:
    """What the known customers did in the holdout: order-days, spend (cents) and order-days by week."""

    counts: Floats
    weekly: Floats
    cents: int
    newcomers: int


@dataclass(frozen=True)
class Bands:
    """5 and 95 % points of totals: repeat order-days, buyers, and order-days of each week."""

    total: tuple[float, float]
    buyers: tuple[float, float]
    weekly: Floats


@dataclass(frozen=True)
class ForecastScore:
    """A forecast against the truth: its total, and mean absolute and root mean square error per customer."""

    predicted: float
    mae: float
    rmse: float


def split_day(orders: Orders, holdout: str) -> date:
    """The first day held out, from "39w" (the last 39 weeks) or a date; InputError where it cannot be one."""
    text = holdout.strip().lower()
    try:
        weeks = text.removesuffix("weeks").removesuffix("w").strip()
        counted = weeks != text
        first = orders.last - timedelta(days=7 * int(weeks) - 1) if counted else date.fromisoformat(text)
    except (ValueError, OverflowError):
        expected = "a date like 2026-01-31 or weeks like 39w"
        raise InputError(place="--holdout", expected=expected, got=repr(holdout)) from None
    earliest, latest = orders.first + timedelta(days=28), orders.last - timedelta(days=6)
    if not earliest <= first <= latest:
        expected = f"a first day from {earliest} to {latest} for {orders.file}"
        raise InputError(place="--holdout", expected=expected, got=str(first))
    return first


def truth(orders: Orders, known: Orders) -> Truth:
    """What the customers of `known` did after its end."""
    cut = known.days
    later = orders.orderdays[orders.orderdays["day"] > cut]
    where = known.customers.index.get_indexer(orders.customers.index[later["customer"]])
    old = where >= 0
    counts = np.bincount(where[old], minlength=len(known.customers)).astype(float)
    weeks = _weeks(later["day"].to_numpy()[old] - cut, orders.days - cut)
    return Truth(counts, weeks, int(later["cents"].to_numpy()[old].sum()), len(orders.customers) - counts.size)


def _weeks(day: npt.NDArray[np.int64], horizon: int) -> Floats:
    return np.bincount((day - 1) // 7, minlength=-(-horizon // 7)).astype(float)


# --- expectations ----------------------------------------------------------------------------------


def expected(h: Histories, p: Parameters, daily: Floats) -> tuple[Floats, Floats]:
    """Expected order-days ahead, given each history: by customer (n,) and by day (days,); for k = 1.

    P(alive) (r + x) / (alpha + G) times the expected time before dropout on each day times the day's multiplier:
    Fader, Hardie & Lee (2005) where all days are equal.
    """
    known = history_posterior(h, p)
    rate = known.alive * known.shape / known.scale
    drifts, row = np.unique(known.drift, return_inverse=True)
    ahead = np.arange(daily.size + 1) / WEEK
    active = np.array([np.diff(alive_time(ahead, p.s, b)) for b in drifts]) * daily
    by_drift = np.bincount(row, weights=rate, minlength=drifts.size)
    return rate * active.sum(axis=1)[row], by_drift @ active


def simulated(h: Histories, p: Parameters, daily: Floats, seed: int) -> tuple[Floats, Floats]:
    """As `expected`, for any regularity: the mean over simulated replications."""
    rng = np.random.default_rng([seed, 7])
    known, area = history_posterior(h, p), np.concatenate([[0.0], np.cumsum(daily)]) / WEEK
    people, days = np.zeros(h.customers), np.zeros(daily.size + 1)
    replications = int(np.clip(SIMULATED_CUSTOMERS / h.customers, 20, 400))
    for _ in range(replications):
        who, day = simulate_orders(draw_customers(known, p, rng), area, p.k, rng)
        people += np.bincount(who, minlength=people.size)
        days += np.bincount(day, minlength=days.size)
    return people / replications, days[1:] / replications


def predict(known: Orders, model: Model, days: int, seed: int) -> tuple[Floats, Floats]:
    """Expected order-days of each customer and of each day ahead."""
    h = histories(known, model.weekday, ahead=days)
    daily = season(known, known.days + 1 + days, model.weekday)[-days:]
    if model.parameters.k == 1.0:
        return expected(h, model.parameters, daily)
    return simulated(h, model.parameters, daily, seed)


def buyers(known: Orders, model: Model, days: int) -> float:
    """Expected number of customers with any order in the `days` ahead."""
    h = histories(known, model.weekday, ahead=days)
    return float(h.count @ (1.0 - no_order(h, model.parameters, days)))


def bands(known: Orders, model: Model, draws: Sequence[tuple[Parameters, float]], days: int, seed: int) -> Bands:
    """Ranges over posterior draws of (parameters, sd of the week shock), one replication of all customers for each."""
    h = histories(known, model.weekday, ahead=days)
    daily = season(known, known.days + 1 + days, model.weekday)[-days:]
    weekly, active = [], []
    for i, (p, shock) in enumerate(draws):
        rng = np.random.default_rng([seed, 11, i])
        people = draw_customers(history_posterior(h, p), p, rng)
        who, day = simulate_orders(people, shocked(daily, shock, rng), p.k, rng)
        weekly.append(_weeks(day, days))
        active.append(np.unique(who).size)
    table = np.array(weekly)
    total = np.percentile(table.sum(axis=1), BAND)
    some = np.percentile(active, BAND)
    low_high = (float(total[0]), float(total[1])), (float(some[0]), float(some[1]))
    return Bands(*low_high, np.percentile(table, BAND, axis=0))


# --- scores ----------------------------------------------------------------------------------------


def score(predicted: Floats, counts: Floats) -> ForecastScore:
    miss = predicted - counts
    return ForecastScore(float(predicted.sum()), float(np.abs(miss).mean()), float(np.sqrt((miss**2).mean())))


def reference_scores(known: Orders, plain: Model, days: int, counts: Floats, seed: int) -> dict[str, ForecastScore]:
    """Scores of Pareto/NBD, BG/NBD and own past rate on the same holdout."""
    weeks = days / WEEK
    return {
        "Pareto/NBD": score(predict(known, plain, days, seed)[0], counts),
        "BG/NBD": score(bg_nbd_expected(known, fit_bg_nbd(known), weeks), counts),
        "own past rate": score(own_rate(known, weeks), counts),
    }


def losses(name: str, mine: ForecastScore, others: dict[str, ForecastScore], actual: float) -> list[str]:
    """One line for each baseline that beats the chosen model by 1 % in total or in both errors."""
    lines = []
    for other, theirs in others.items():
        closer = abs(theirs.predicted - actual) < abs(mine.predicted - actual) - MATERIAL * actual
        sharper = theirs.mae < mine.mae * (1 - MATERIAL) and theirs.rmse < mine.rmse * (1 - MATERIAL)
        if other != name and (closer or sharper):
            won = " and ".join(["total"] * closer + ["error per customer"] * sharper)
            lines.append(
                f"on the holdout {name} loses to {other} by {won}: predicted {mine.predicted:,.0f} against "
                f"{theirs.predicted:,.0f} (truth {actual:,.0f}), MAE {mine.mae:.3f} against "
                f"{theirs.mae:.3f}, RMSE {mine.rmse:.3f} against {theirs.rmse:.3f}"
            )
    return lines


@dataclass(frozen=True)
class Backtest:
    """The holdout as promised in JSON, the scores of all models and baselines, and warnings."""

    first: date
    scores: dict[str, ForecastScore]
    report: dict[str, object]
    warnings: tuple[str, ...]


def backtest(orders: Orders, fitted: FittedMarket, seed: int) -> Backtest:
    """Score the models that were fitted on the first part of `orders` on what follows it."""
    known, model = fitted.orders, fitted.chosen
    days = orders.days - known.days
    seen = truth(orders, known)
    forecasts = {one.name: predict(known, one, days, seed) for one in fitted.models}
    scores = {name: score(people, seen.counts) for name, (people, _) in forecasts.items()}
    others = reference_scores(known, fitted.plain, days, seen.counts, seed)
    band = bands(known, model, drawn_parameters(fitted.draws), days, seed)
    report = _report(fitted, forecasts[model.name], band, seen)
    report["baselines"] = {name: vars(value) for name, value in others.items()}
    report |= {"mae": scores[model.name].mae, "rmse": scores[model.name].rmse}
    warnings = losses(model.name, scores[model.name], others, float(seen.counts.sum()))
    return Backtest(known.last + timedelta(days=1), scores, report, tuple(warnings))


def _report(fitted: FittedMarket, forecast: tuple[Floats, Floats], band: Bands, seen: Truth) -> dict[str, object]:
    known, (people, by_day) = fitted.orders, forecast
    table, spend = known.customers, fitted.spend
    value = spend.expected(table["repeat_spend_orders"].to_numpy(float), table["repeat_spent"].to_numpy() / 100.0)
    return {
        "from": (known.last + timedelta(days=1)).isoformat(),
        "days": by_day.size,
        "new_customers_left_out": seen.newcomers,
        "repeat_orders": {
            "actual": float(seen.counts.sum()),
            "predicted": float(people.sum()),
            "p5": band.total[0],
            "p95": band.total[1],
            "band_includes": INCLUDES,
        },
        "buyers": {
            "actual": int((seen.counts > 0).sum()),
            "predicted": buyers(known, fitted.chosen, by_day.size),
            "p5": band.buyers[0],
            "p95": band.buyers[1],
        },
        "weekly": _weekly_report(seen, by_day, band),
        "spend": {"actual": seen.cents / 100.0, "predicted": float(people @ value)},
    }


def _weekly_report(seen: Truth, by_day: Floats, band: Bands) -> list[dict[str, float]]:
    weeks = np.add.reduceat(by_day, np.arange(0, by_day.size, 7))
    return [
        {"week": w + 1, "actual": a, "predicted": p, "p5": low, "p95": high}
        for w, (a, p, low, high) in enumerate(zip(seen.weekly, weeks, *band.weekly, strict=True))
    ]
