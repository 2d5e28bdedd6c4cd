"""The record of forecasts at origins before the end: which settings forecast best what is known by now.

A setting says which law orders follow, whether the calendar's levels are used, and how fast rates fade. Each is
fitted on the orders before an origin and scored on what followed, up to the end of what is known; settings are
averaged by their losses. What comes after the end takes no part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from math import inf
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from calibration.forecasting.calendar_levels import CalendarLevels, calendar_levels, expected_of_weeks, months_of
from calibration.forecasting.class_corrections import ClassCorrections, class_record, corrections
from calibration.forecasting.expected_orders import ExpectedOrders, expectation, faded
from calibration.forecasting.slow_customers import SlowShare, fit_slow_share, slow_expectation
from calibration.model.fitting import PLAIN, REGULAR, daily_repeats, fit, weekly
from calibration.model.likelihood import Parameters, days_before, histories, season
from calibration.orders.order_history import Orders, summarise

Floats = npt.NDArray[np.float64]
Law = Literal["plain", "regular", "slow"]
"""k = 1; k free; k = 1 with a share of slow customers."""

LAWS: tuple[Law, ...] = ("plain", "regular", "slow")
HALF_LIVES = (inf, 52.0, 26.0, 13.0, 8.0)
"""Weeks after which an order counts half."""
ORIGINS = (1.0, 1.6)
"""Distances of the origins from the end, in horizons."""
LONGEST, EARLIEST = 0.4, 0.3
"""The longest horizon and the earliest origin, as shares of what is known."""
FEWEST_CUSTOMERS, FEWEST_ORDERS = 20, 30
MOST_CUSTOMERS = 20_000
"""Customers on whose orders the record is kept, at most."""
SHARPNESS = 25.0
"""Weight of a setting: exp(-SHARPNESS x sum of its losses)."""
PASSES = 2
YEAR = 364
"""Days."""
DRAWS = 400


@dataclass(frozen=True)
class Setting:
    """One way to forecast: by which law, with the calendar's levels or not, with rates that fade (weeks)."""

    law: Law
    calendar: bool
    half_life: float


SETTINGS = tuple(Setting(*row) for row in product(LAWS, (False, True), HALF_LIVES))


@dataclass(frozen=True)
class Fitted:
    """What each law is fitted to, the levels of the calendar, and daily multipliers without and with them."""

    plain: Parameters
    regular: Parameters
    slow: SlowShare
    levels: CalendarLevels
    even: Floats
    moved: Floats


@dataclass(frozen=True)
class Record:
    """weights: of each setting (sum 1). misses, buyers_misses: log of truth over the average forecast, by origin.

    A miss is multiplied by the share of what is known that was known at its origin, since misses fall with history.
    """

    weights: Mapping[Setting, float]
    misses: tuple[float, ...]
    buyers_misses: tuple[float, ...]
    corrections: ClassCorrections


@dataclass(frozen=True)
class PastOrigin:
    """Forecasts from an earlier origin, what came (n,), repeat order-days by then (n,), and the share known by then."""

    forecasts: Mapping[Setting, ExpectedOrders]
    counts: Floats
    x: npt.NDArray[np.int64]
    share: float


def fit_settings(known: Orders, days: int, weekday: tuple[float, ...] | None, like: Fitted | None = None) -> Fitted:
    """Fit what all settings need. like: parameters from which the searches start."""
    h = histories(known)
    plain = fit(h, PLAIN, start=like.plain if like else None).parameters
    if h.entries is not None:
        return with_levels(known, days, weekday, (plain, plain))
    regular = fit(h, REGULAR, regular=True, start=like.regular if like else plain).parameters
    return with_levels(known, days, weekday, (plain, regular))


def with_levels(
    known: Orders, days: int, weekday: tuple[float, ...] | None, laws: tuple[Parameters, Parameters]
) -> Fitted:
    """The calendar's levels under parameters that are fitted, plain and regular."""
    plain, regular = laws
    even = season(known, known.days + 1 + days, weekday)
    weeks = (known.days + 1) // 7
    month = months_of(known.first, -(-even.size // 7))
    moved = even
    # Levels are of what follows first orders in the file, whoever came before it.
    as_seen = replace(known, opened=None, entered=None)
    for _ in range(PASSES):
        due = expected_of_weeks(histories(as_seen, daily_order=moved[: known.days + 1]), plain, known.days)
        levels = calendar_levels(weekly(daily_repeats(known)), due[:weeks], month, DRAWS, 1)
        moved = even * np.exp(np.repeat(np.concatenate([levels.past, levels.ahead]), 7))[: even.size]
    return Fitted(plain, regular, fit_slow_share(histories(as_seen), plain), levels, even, moved)


def expectations(known: Orders, fitted: Fitted) -> dict[Setting, ExpectedOrders]:
    """The forecast of each setting."""
    found = {}
    # Only the plain law knows customers from before the file.
    laws = LAWS if days_before(known) is None else LAWS[:1]
    for law, calendar in product(laws, (False, True)):
        daily = fitted.moved if calendar else fitted.even
        p = fitted.regular if law == "regular" else fitted.plain
        whole = slow_expectation(known, fitted.slow, daily) if law == "slow" else expectation(known, p, daily)
        for half in HALF_LIVES:
            found[Setting(law, calendar, half)] = whole.scaled(faded(known, p, daily, half))
    return found


def loss(forecast: ExpectedOrders, counts: Floats) -> float:
    """Log of the mean absolute and of the root mean square error, and the log ratio of the totals without its sign."""
    miss = forecast.people - counts
    errors = np.log(max(float(np.abs(miss).mean()), 1e-9)) + 0.5 * np.log(max(float((miss**2).mean()), 1e-18))
    return float(errors + abs(log_ratio(forecast.people, counts)))


def log_ratio(people: Floats, counts: npt.NDArray[Any]) -> float:
    """Log of the true total over the forecast one."""
    return float(np.log((counts.sum() + 0.5) / (people.sum() + 0.5)))


def averaged(forecasts: Mapping[Setting, ExpectedOrders], weights: Mapping[Setting, float]) -> ExpectedOrders:
    """The mean forecast by the weights."""
    rows = [(weight, forecasts[setting]) for setting, weight in weights.items()]
    people, some, by_day = (sum(w * getattr(f, part) for w, f in rows) for part in ("people", "some", "by_day"))
    return ExpectedOrders(people, some, by_day)


def record(known: Orders, days: int, weekday: tuple[float, ...] | None, like: Fitted) -> Record:
    """Score all settings at origins before the end of `known`; where there are none, all weigh alike."""
    settings = SETTINGS
    if known.days + 1 >= YEAR:
        # The origins know less of the year's season than is known now, so they cannot judge it.
        settings = tuple(setting for setting in SETTINGS if setting.calendar)
    if days_before(known) is not None:  # no other law is fitted
        settings = tuple(setting for setting in settings if setting.law == "plain")
    return judged(past_origins(known, days, weekday, like), settings)


def past_origins(known: Orders, days: int, weekday: tuple[float, ...] | None, like: Fitted) -> list[PastOrigin]:
    """Forecasts from origins before the end of `known`, and what came."""
    horizon = int(min(days, LONGEST * known.days))
    known = some_orders(known)
    past = []
    for distance in ORIGINS:
        last = known.last - timedelta(days=int(distance * horizon))
        early = known.until(last) if (last - known.first).days >= max(EARLIEST * known.days, 28) else None
        if early is None or len(early.customers) < FEWEST_CUSTOMERS or early.customers["x"].sum() < FEWEST_ORDERS:
            continue
        forecasts = expectations(early, fit_settings(early, horizon, weekday, like))
        x = early.customers["x"].to_numpy(np.int64)
        past.append(PastOrigin(forecasts, _counts(known, early, horizon), x, early.days / known.days))
    return past


def some_orders(known: Orders) -> Orders:
    """The orders of MOST_CUSTOMERS customers, drawn by lot, where there are more."""
    if len(known.customers) <= MOST_CUSTOMERS:
        return known
    rows = np.random.default_rng(37).choice(len(known.customers), MOST_CUSTOMERS, replace=False)
    chosen = np.zeros(len(known.customers), bool)
    chosen[rows] = True
    kept = known.orderdays[chosen[known.orderdays["customer"].to_numpy()]]
    people, days = summarise(kept, known.customers.index, known.days)
    return replace(known, customers=people, orderdays=days)


def judged(past: Sequence[PastOrigin], settings: Sequence[Setting] = SETTINGS) -> Record:
    """Weights of settings, misses of their average, and corrections of classes."""
    total = np.array([sum(loss(one.forecasts[s], one.counts) for one in past) for s in settings])
    mass = np.exp(-SHARPNESS * (total - total.min()))
    weights = dict(zip(settings, (mass / mass.sum()).tolist(), strict=True))
    means = [averaged(one.forecasts, weights) for one in past]
    misses = [log_ratio(mean.people, one.counts) * one.share for mean, one in zip(means, past, strict=True)]
    buyers = [log_ratio(mean.some, one.counts > 0) * one.share for mean, one in zip(means, past, strict=True)]
    classes = [class_record(mean, one.counts, one.x) for mean, one in zip(means, past, strict=True)]
    return Record(weights, tuple(misses), tuple(buyers), corrections(classes))


def _counts(known: Orders, early: Orders, horizon: int) -> Floats:
    table = known.orderdays
    later = table[(table["day"] > early.days) & (table["day"] <= early.days + horizon)]
    where = early.customers.index.get_indexer(known.customers.index[later["customer"]])
    return np.bincount(where[where >= 0], minlength=len(early.customers)).astype(float)
