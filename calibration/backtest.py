"""Backtest: forecast each customer's orders in the held-out weeks from the orders before them, and score it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from calibration.forecasting.regular_expectation import regular_expectation
from calibration.model.fitting import Model, alive_time
from calibration.model.likelihood import WEEK, Histories, Parameters, histories, no_order, season
from calibration.model.posterior import FittedMarket, drawn_parameters
from calibration.model.simulated_customers import draw_customers, history_posterior, shocked, simulate_orders
from calibration.orders.order_history import Orders
from calibration.reference_forecasts import bg_nbd_expected, fit_bg_nbd, own_rate
from scenarios.errors import InputError

Floats = npt.NDArray[np.float64]

Draws = Sequence[tuple[Parameters, float]]
Weekday = tuple[float, ...] | None

ROWS, REGULAR_ROWS, LEAST_DRAWS = 400_000, 20_000, 20
"""Expectations of single histories that a forecast takes in all, with and without a closed form; draws at least."""
MOST_SIMULATED = 20_000
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


def predict(known: Orders, model: Model, days: int) -> tuple[Floats, Floats]:
    """Expected order-days of each customer and of each day ahead, at the model's best fit."""
    h = histories(known, model.weekday, ahead=days)
    daily = season(known, known.days + 1 + days, model.weekday)[-days:]
    return expectation(h, model.parameters, daily)


def buyers(known: Orders, model: Model, days: int) -> float:
    """Expected number of customers with any order in the `days` ahead."""
    h = histories(known, model.weekday, ahead=days)
    return float(h.count @ (1.0 - no_order(h, model.parameters, days)))


def expectation(h: Histories, p: Parameters, daily: Floats) -> tuple[Floats, Floats]:
    """Expected order-days ahead given each history, for any k: by customer (n,) and by day (days,)."""
    return expected(h, p, daily) if p.k == 1.0 else regular_expectation(h, p, daily)


@dataclass(frozen=True)
class PosteriorForecast:
    """A forecast from the draws of a posterior: means by customer and by day, expected buyers, and bands."""

    people: Floats
    by_day: Floats
    buyers: float
    bands: Bands


def forecast(known: Orders, weekday: Weekday, draws: Draws, days: int, seed: int) -> PosteriorForecast:
    """Orders in the `days` after `known`. draws: parameters and the sd of the week shock, as `drawn_parameters`.

    The points are means of the expectations under some of the draws, evenly spread; the bands are percentiles over
    one simulated future for each draw.
    """
    h = histories(known, weekday, ahead=days)
    daily = season(known, known.days + 1 + days, weekday)[-days:]
    plain = all(p.k == 1.0 for p, _ in draws)
    most = int(np.clip((ROWS if plain else REGULAR_ROWS) / h.x.size, LEAST_DRAWS, len(draws)))
    some = [draws[i][0] for i in np.linspace(0, len(draws) - 1, min(most, len(draws))).round().astype(int)]
    people, by_day = np.zeros(h.customers), np.zeros(days)
    for p in some:
        each, each_day = expectation(h, p, daily)
        people, by_day = people + each / len(some), by_day + each_day / len(some)
    weekly, active = simulated_weeks(h, daily, draws, seed)
    return PosteriorForecast(people, by_day, float(active.mean()), _bands(weekly, active))


def simulated_weeks(h: Histories, daily: Floats, draws: Draws, seed: int) -> tuple[Floats, Floats]:
    """One future of all customers for each draw: order-days by week (draws, weeks), and buyers (draws,).

    Of more than MOST_SIMULATED customers a random sample is simulated and scaled up, which widens bands a little.
    """
    scale = max(h.customers / MOST_SIMULATED, 1.0)
    if scale > 1.0:
        rows = np.random.default_rng([seed, 19]).choice(h.row, MOST_SIMULATED, replace=False)
        kept, row = np.unique(rows, return_inverse=True)
        x, t_x, end, start, count = (v[kept] for v in (h.x, h.t_x, h.end, h.start, h.count))
        h = replace(h, x=x, t_x=t_x, end=end, start=start, count=count, row=row.ravel())
    weekly, active = [], []
    for i, (p, shock) in enumerate(draws):
        rng = np.random.default_rng([seed, 11, i])
        people = draw_customers(history_posterior(h, p), p, rng)
        who, day = simulate_orders(people, shocked(daily, shock, rng), p.k, rng)
        weekly.append(_weeks(day, daily.size))
        active.append(np.unique(who).size)
    return scale * np.array(weekly), scale * np.array(active, dtype=float)


def _bands(weekly: Floats, active: Floats) -> Bands:
    total, some = np.percentile(weekly.sum(axis=1), BAND), np.percentile(active, BAND)
    low_high = (float(total[0]), float(total[1])), (float(some[0]), float(some[1]))
    return Bands(*low_high, np.percentile(weekly, BAND, axis=0))


# --- scores ----------------------------------------------------------------------------------------


def score(predicted: Floats, counts: Floats) -> ForecastScore:
    miss = predicted - counts
    return ForecastScore(float(predicted.sum()), float(np.abs(miss).mean()), float(np.sqrt((miss**2).mean())))


def reference_scores(known: Orders, plain: ForecastScore, days: int, counts: Floats) -> dict[str, ForecastScore]:
    """Scores of Pareto/NBD at its best fit, BG/NBD and own past rate on the same holdout."""
    weeks = days / WEEK
    return {
        "Pareto/NBD": plain,
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
    """The holdout as promised in JSON, the scores of all models at their best fits, and warnings.

    The report is that of the posterior from which the market is written.
    """

    first: date
    scores: dict[str, ForecastScore]
    report: dict[str, object]
    warnings: tuple[str, ...]


def backtest(orders: Orders, fitted: FittedMarket, seed: int) -> Backtest:
    """Score the models that were fitted on the first part of `orders` on what follows it."""
    known, model = fitted.orders, fitted.chosen
    days = orders.days - known.days
    seen = truth(orders, known)
    scores = {one.name: score(predict(known, one, days)[0], seen.counts) for one in fitted.models}
    others = reference_scores(known, scores[fitted.plain.name], days, seen.counts)
    ahead = forecast(known, model.weekday, drawn_parameters(fitted.draws), days, seed)
    mine = score(ahead.people, seen.counts)
    report = _report(fitted, ahead, seen)
    report["baselines"] = {name: vars(value) for name, value in others.items()}
    report |= {"mae": mine.mae, "rmse": mine.rmse}
    warnings = losses(model.name, mine, others, float(seen.counts.sum()))
    return Backtest(known.last + timedelta(days=1), scores, report, tuple(warnings))


def _report(fitted: FittedMarket, ahead: PosteriorForecast, seen: Truth) -> dict[str, object]:
    known, people, by_day, band = fitted.orders, ahead.people, ahead.by_day, ahead.bands
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
            "predicted": ahead.buyers,
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
