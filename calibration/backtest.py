"""Hold the last weeks out, predict every customer's orders from the rest, and say how well that went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from calibration.model.fitting import Model, alive_time
from calibration.model.likelihood import WEEK, Histories, Parameters, histories, no_order, season
from calibration.model.simulated_customers import draw_people, know, live, shocked
from calibration.model.spend import SpendModel
from calibration.orders.order_history import Orders
from calibration.reference_forecasts import bg_nbd_expected, fit_bg_nbd, own_rate
from scenarios.errors import InputError

Floats = npt.NDArray[np.float64]

LIVES = 200_000
BAND = (5.0, 95.0)
MATERIAL = 0.01
INCLUDES = "parameters (posterior draws), process (each customer's luck) and a common week shock"


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
class Score:
    """A forecast against the truth: total, and mean absolute and root mean square error per customer."""

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
        raise InputError(f"--holdout: a date like 2026-01-31 or weeks like 39w, got {holdout!r}") from None
    earliest, latest = orders.first + timedelta(days=28), orders.last - timedelta(days=6)
    if not earliest <= first <= latest:
        raise InputError(f"--holdout: must begin from {earliest} to {latest} for {orders.file}, got {first}")
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

    P(alive) (r + x) / (alpha + G) times the time still lived on each day times the day's multiplier: Fader,
    Hardie & Lee (2005) where all days are alike.
    """
    known = know(h, p)
    rate = known.alive * known.shape / known.scale
    drifts, row = np.unique(known.drift, return_inverse=True)
    ahead = np.arange(daily.size + 1) / WEEK
    lived = np.array([np.diff(alive_time(ahead, p.s, b)) for b in drifts]) * daily
    by_drift = np.bincount(row, weights=rate, minlength=drifts.size)
    return rate * lived.sum(axis=1)[row], by_drift @ lived


def simulated(h: Histories, p: Parameters, daily: Floats, seed: int) -> tuple[Floats, Floats]:
    """As `expected`, for any regularity: the mean over drawn lives."""
    rng = np.random.default_rng([seed, 7])
    known, area = know(h, p), np.concatenate([[0.0], np.cumsum(daily)]) / WEEK
    people, days = np.zeros(h.customers), np.zeros(daily.size + 1)
    lives = int(np.clip(LIVES / h.customers, 20, 400))
    for _ in range(lives):
        who, day = live(draw_people(known, p, rng), area, p.k, rng)
        people += np.bincount(who, minlength=people.size)
        days += np.bincount(day, minlength=days.size)
    return people / lives, days[1:] / lives


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
    """Ranges over posterior draws of (parameters, sd of the week shock), one life of everybody for each."""
    h = histories(known, model.weekday, ahead=days)
    daily = season(known, known.days + 1 + days, model.weekday)[-days:]
    weekly, active = [], []
    for i, (p, shock) in enumerate(draws):
        rng = np.random.default_rng([seed, 11, i])
        who, day = live(draw_people(know(h, p), p, rng), shocked(daily, shock, rng), p.k, rng)
        weekly.append(_weeks(day, days))
        active.append(np.unique(who).size)
    table = np.array(weekly)
    total = np.percentile(table.sum(axis=1), BAND)
    some = np.percentile(active, BAND)
    low_high = (float(total[0]), float(total[1])), (float(some[0]), float(some[1]))
    return Bands(*low_high, np.percentile(table, BAND, axis=0))


# --- scores ----------------------------------------------------------------------------------------


def score(predicted: Floats, counts: Floats) -> Score:
    miss = predicted - counts
    return Score(float(predicted.sum()), float(np.abs(miss).mean()), float(np.sqrt((miss**2).mean())))


def baselines(known: Orders, plain: Model, days: int, counts: Floats, seed: int) -> dict[str, Score]:
    """Pareto/NBD, BG/NBD and own past rate on the same holdout."""
    weeks = days / WEEK
    return {
        "Pareto/NBD": score(predict(known, plain, days, seed)[0], counts),
        "BG/NBD": score(bg_nbd_expected(known, fit_bg_nbd(known), weeks), counts),
        "own past rate": score(own_rate(known, weeks), counts),
    }


def losses(name: str, mine: Score, others: dict[str, Score], actual: float) -> list[str]:
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
    scores: dict[str, Score]
    report: dict[str, object]
    warnings: tuple[str, ...]


def backtest(
    orders: Orders,
    known: Orders,
    models: Sequence[Model],
    chosen: Model,
    spend: SpendModel,
    draws: Sequence[tuple[Parameters, float]],
    seed: int,
) -> Backtest:
    """Score models fitted on `known` on what `orders` holds after it."""
    days = orders.days - known.days
    seen = truth(orders, known)
    forecasts = {model.name: predict(known, model, days, seed) for model in models}
    scores = {name: score(people, seen.counts) for name, (people, _) in forecasts.items()}
    people, by_day = forecasts[chosen.name]
    others = baselines(known, models[0], days, seen.counts, seed)
    report = _report(known, chosen, bands(known, chosen, draws, days, seed), seen, people, by_day, spend)
    report["baselines"] = {name: vars(value) for name, value in others.items()}
    report |= {"mae": scores[chosen.name].mae, "rmse": scores[chosen.name].rmse}
    actual = float(seen.counts.sum())
    warnings = losses(chosen.name, scores[chosen.name], others, actual)
    return Backtest(known.last + timedelta(days=1), scores, report, tuple(warnings))


def _report(
    known: Orders, model: Model, band: Bands, seen: Truth, people: Floats, by_day: Floats, spend: SpendModel
) -> dict[str, object]:
    table = known.customers
    value = spend.expected(table["repeat_spend_orders"].to_numpy(float), table["repeat_spent"].to_numpy() / 100.0)
    weeks = np.add.reduceat(by_day, np.arange(0, by_day.size, 7))
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
            "predicted": buyers(known, model, by_day.size),
            "p5": band.buyers[0],
            "p95": band.buyers[1],
        },
        "weekly": [
            {"week": w + 1, "actual": a, "predicted": p, "p5": low, "p95": high}
            for w, (a, p, low, high) in enumerate(zip(seen.weekly, weeks, *band.weekly, strict=True))
        ],
        "spend": {"actual": seen.cents / 100.0, "predicted": float(people @ value)},
    }
