"""Backtest: forecast each customer's orders in the held-out weeks from the orders before them, and score it."""

from __future__ import annotations

from calendar import month_name
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from calibration.forecasting.averaged_forecast import OrderForecast, averaged_forecast, market_forecast
from calibration.forecasting.expected_orders import ExpectedOrders, expectation
from calibration.forecasting.futures import weekly_counts
from calibration.model.fitting import Model
from calibration.model.likelihood import WEEK, season
from calibration.model.posterior import FittedMarket
from calibration.orders.order_history import Orders
from calibration.reference_forecasts import bg_nbd_expected, fit_bg_nbd, own_rate
from scenarios.errors import InputError

Floats = npt.NDArray[np.float64]

MATERIAL = 0.01
MARKET, AVERAGED = "the market as written", "the averaged forecast"
NOT_IN_THE_MARKET = (
    "slow customers",
    "rates that fade",
    "a season of months",
    "lasting shifts of the level",
    "averaging by record",
)


@dataclass(frozen=True)
class Truth:
    """What the known customers did in the holdout: order-days, spend (cents) and order-days by week."""

    counts: Floats
    weekly: Floats
    cents: int
    newcomers: int


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
    weeks = weekly_counts(later["day"].to_numpy()[old] - cut, orders.days - cut)
    return Truth(counts, weeks, int(later["cents"].to_numpy()[old].sum()), len(orders.customers) - counts.size)


# --- forecasts -------------------------------------------------------------------------------------


def predict(known: Orders, model: Model, days: int) -> ExpectedOrders:
    """What one model expects at its best fit."""
    return expectation(known, model.parameters, season(known, known.days + 1 + days, model.weekday))


# --- scores ----------------------------------------------------------------------------------------


def score(predicted: Floats, counts: Floats) -> ForecastScore:
    miss = predicted - counts
    return ForecastScore(float(predicted.sum()), float(np.abs(miss).mean()), float(np.sqrt((miss**2).mean())))


def reference_scores(known: Orders, plain: Model, days: int, counts: Floats) -> dict[str, ForecastScore]:
    """Scores of Pareto/NBD, BG/NBD and own past rate on the same holdout."""
    weeks = days / WEEK
    return {
        "Pareto/NBD": score(predict(known, plain, days).people, counts),
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
    """Score the forecasts from the first part of `orders` on what follows it.

    The report is that of the averaged forecast; `market` has the same figures of the market as it is written.
    """
    known = fitted.orders
    days = orders.days - known.days
    seen = truth(orders, known)
    counts, best = seen.counts, averaged_forecast(fitted, days, seed)
    market = market_forecast(fitted, days, seed)
    scores = {one.name: score(predict(known, one, days).people, counts) for one in fitted.models}
    report: dict[str, object] = {
        "from": (known.last + timedelta(days=1)).isoformat(),
        "days": days,
        "new_customers_left_out": seen.newcomers,
        **_report(fitted, best, seen),
        "forecast": _parts(best),
        "market": {"name": MARKET, **_report(fitted, market, seen)},
    }
    others = reference_scores(known, fitted.plain, days, counts)
    report["baselines"] = {name: vars(value) for name, value in others.items()}
    warnings = [
        line
        for name, one in ((MARKET, market), (AVERAGED, best))
        for line in losses(name, score(one.expected.people, counts), others, float(counts.sum()))
    ]
    return Backtest(known.last + timedelta(days=1), scores, report, tuple(warnings + _unseen(best)))


def _report(fitted: FittedMarket, forecast: OrderForecast, seen: Truth) -> dict[str, object]:
    table, people, bands = fitted.orders.customers, forecast.expected.people, forecast.bands
    value = fitted.spend.expected(
        table["repeat_spend_orders"].to_numpy(float), table["repeat_spent"].to_numpy() / 100.0
    )
    own = score(people, seen.counts)
    return {
        "repeat_orders": {
            "actual": float(seen.counts.sum()),
            "predicted": float(people.sum()),
            "p5": bands.total[0],
            "p95": bands.total[1],
            "band_includes": forecast.band_includes,
        },
        "buyers": {
            "actual": int((seen.counts > 0).sum()),
            "predicted": forecast.buyers,
            "p5": bands.buyers[0],
            "p95": bands.buyers[1],
        },
        "weekly": _weekly_report(seen, forecast),
        "spend": {"actual": seen.cents / 100.0, "predicted": float(people @ value)},
        "mae": own.mae,
        "rmse": own.rmse,
    }


def _weekly_report(seen: Truth, forecast: OrderForecast) -> list[dict[str, float]]:
    return [
        {"week": w + 1, "actual": a, "predicted": p, "p5": low, "p95": high}
        for w, (a, p, low, high) in enumerate(
            zip(seen.weekly, forecast.expected.weekly, *forecast.bands.weekly, strict=True)
        )
    ]


def _parts(forecast: OrderForecast) -> dict[str, object]:
    """What the averaged forecast is made of, and which of it no market has."""
    kept, levels = forecast.record, forecast.levels
    if kept is None or levels is None:
        return {}
    half_lives: dict[str, float] = {}
    for setting, weight in kept.weights.items():
        key = f"{setting.half_life:g} weeks" if np.isfinite(setting.half_life) else "never"
        half_lives[key] = half_lives.get(key, 0.0) + weight
    return {
        "name": AVERAGED,
        "regular_orders": sum(w for s, w in kept.weights.items() if s.law == "regular"),
        "slow_customers": sum(w for s, w in kept.weights.items() if s.law == "slow"),
        "calendar_levels": sum(w for s, w in kept.weights.items() if s.calendar),
        "orders_count_half_after": half_lives,
        "earlier_origins": [{"log_miss": miss} for miss in kept.misses],
        "level_shift_sd_a_week": levels.shift,
        "season_sd": levels.season,
        "week_shock_sd": levels.shock,
        "months_never_seen": list(levels.unseen),
        "not_in_the_market": list(NOT_IN_THE_MARKET),
    }


def _unseen(forecast: OrderForecast) -> list[str]:
    months = forecast.levels.unseen if forecast.levels else ()
    if not months:
        return []
    names = ", ".join(month_name[month] for month in months)
    return [f"no order before the holdout was in {names}: their season is not known, and the bands are wider for it"]
