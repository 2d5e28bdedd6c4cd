"""Maximum likelihood: plain Pareto/NBD, with a weekday season, and with regular orders.

The model chosen has the smallest Bayesian information criterion, -2 log L + (parameters) log(customers), over
the data that it is fitted on. The holdout takes no part in the choice, so its scores are out of sample.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from calibration.levels.shop_season import days_of, with_big_days, with_months
from calibration.model.likelihood import Form, Histories, Parameters, days_before, histories, scored
from calibration.model.merged_histories import coarser
from calibration.model.optimisation import Joint, Maximum, climb, curvature
from calibration.model.spend import SpendModel, fit_spend
from calibration.model.week_expectation import expected_of_weeks
from calibration.orders.order_history import Orders
from sim.scenario import Season

Floats = npt.NDArray[np.float64]

RULE = "smallest Bayesian information criterion on the fitted data; the holdout takes no part"
PLAIN, SEASONAL, REGULAR = "Pareto/NBD", "Pareto/NBD, weekday season", "Pareto/NBD, regular orders"
BOTH = "Pareto/NBD, regular orders, weekday season"
CLEAR = 20.0
"""Difference of the criterion from which the worse model has no weight."""
EDGE, INSIDE = 14.0, 8.0
LARGEST_K = 20.0
MOST_EARLIER = 5.0
"""Log of customers won in a week before the file over those won in a week of it, at most."""
WEEKDAYS, MONTHS = 6, 11
"""Free numbers of a season of weekdays, and of months."""
CELLS, WIDE_CELLS = 10_000, 1_000
"""Histories at most on which searches run, in closed form and in wide form."""
NEWTON_STEPS = 6
SMALL_GAIN, SOME_GAIN = 1e-3, 1.0
"""Log-likelihood that a Newton step gains: below the first it is the last, above the second curvature is taken anew."""
MORE_CELLS = 30_000
STARTS = ((0.7, 0.6, 1.0), (0.4, 1.2, 0.5), (1.5, 0.3, 2.0))


@dataclass(frozen=True)
class Model:
    """One fitted model: its parameters (per week), season and score."""

    name: str
    parameters: Parameters
    season: Season | None
    log_likelihood: float
    bic: float
    converged: bool
    regular: bool = False
    """Whether k was free."""
    mixed: bool = False
    """Whether customers may have come before the file, on days that are not known: `earlier` was free."""

    @property
    def free(self) -> int:
        """Number of free parameters, those of the season included."""
        return 4 + self.regular + self.mixed + season_parameters(self.season)

    def daily(self, orders: Orders, days: int) -> Floats:
        """Order multipliers of `days` calendar days from the first day of the orders, shape (days,)."""
        return days_of(self.season, orders.first, days)


@dataclass(frozen=True)
class FittedModels:
    """What was fitted on one stretch of orders: the models (plain first), the chosen one, and spend."""

    orders: Orders
    models: tuple[Model, ...]
    chosen: Model
    spend: SpendModel

    @property
    def plain(self) -> Model:
        return self.models[0]

    @property
    def rivals(self) -> tuple[Model, ...]:
        """The chosen model, and the one that differs in regularity alone where the criterion is not clear."""
        same = (m for m in self.models if (m.season is None) == (self.chosen.season is None))
        return tuple(m for m in same if abs(m.bic - self.chosen.bic) < CLEAR)


def fit_order_models(orders: Orders, like: FittedModels | None = None) -> FittedModels:
    """Fit models and spend, and choose a model.

    like: fit no more than the plain model and the rivals there, and take the choice made there.
    """
    models = fit_models(orders, None if like is None else [model.name for model in like.rivals])
    chosen = choose(models) if like is None else next(m for m in models if m.name == like.chosen.name)
    return FittedModels(orders, models, chosen, fit_spend(orders))


def fit_models(orders: Orders, names: Collection[str] | None = None) -> tuple[Model, ...]:
    """Plain Pareto/NBD, with a weekday season, with regularity, and with both if each improves the criterion.

    names: fit those of them that are named, and the plain one. Of a shop that is older than its file no regular model
    is fitted: the gap that runs when the file begins has no closed form there.
    """
    even = histories(orders)
    plain = fit(even, PLAIN)
    season = shop_season(orders, plain.parameters)
    models, seasonal = [plain], histories(orders, daily_order=days_of(season, orders.first, orders.days + 1))
    if names is None or SEASONAL in names:
        models.append(fit(seasonal, SEASONAL, season=season, start=plain.parameters))
    if days_before(orders) is not None:
        return tuple(models)
    if names is None or REGULAR in names:
        models.append(fit(even, REGULAR, regular=True, start=plain.parameters))
    better = all(model.bic < plain.bic for model in models[1:])
    if better if names is None else BOTH in names:
        models.append(fit(seasonal, BOTH, season=season, regular=True, start=models[-1].parameters))
    return tuple(models)


def choose(models: tuple[Model, ...]) -> Model:
    """The model with the smallest Bayesian information criterion."""
    return min(models, key=lambda model: model.bic)


def fit(
    h: Histories,
    name: str,
    *,
    season: Season | None = None,
    regular: bool = False,
    start: Parameters | None = None,
) -> Model:
    """Maximum likelihood on the logs of the parameters; `regular` also frees k (from 1 to 20).

    L-BFGS on at most CELLS histories; where there are more, Newton steps by the slope of all of them follow.
    """
    plain = h.even and not regular
    search = Search("closed" if plain else "wide", regular, h.mixed)
    few = coarser(h, CELLS if plain else WIDE_CELLS)
    starts = [start] if start else guesses(h)
    found = _search(few, starts, search)
    if few is not h:
        found = _on_all(h, few, found, search)
    best, value = search.parameters(found.at), found.value
    free = 4 + regular + h.mixed + season_parameters(season)
    bic = -2.0 * value + free * np.log(h.customers)
    return Model(name, best, season, value, bic, found.converged, regular, h.mixed)


def guesses(h: Histories) -> list[Parameters]:
    """Starting values from the mean repeat rate and the mean length of observation."""
    exposure = float(h.count @ h.end) / 7.0
    rate = float(h.count @ h.x) / exposure
    length = exposure / h.customers
    return [Parameters(r, r / rate / 2.0, s, s * length * stretch) for r, s, stretch in STARTS]


@dataclass(frozen=True)
class Search:
    """What is searched: in which form of the likelihood, and whether k or `earlier` is free."""

    form: Form
    regular: bool
    mixed: bool = False

    @property
    def bounds(self) -> list[tuple[float, float]]:
        more = [(0.0, float(np.log(LARGEST_K)))] * self.regular + [(-MOST_EARLIER, MOST_EARLIER)] * self.mixed
        return [(-EDGE, EDGE)] * 4 + more

    def parameters(self, logs: Floats) -> Parameters:
        """Parameters from the logs of r, alpha, s, beta and what else is free."""
        r, alpha, s, beta, *last = (float(v) for v in np.exp(logs))
        if self.mixed:
            return Parameters(r, alpha, s, beta, earlier=last[0])
        return Parameters(r, alpha, s, beta, *last)

    def joint(self, h: Histories) -> Joint:
        """Log-likelihood and slope by the logs of the parameters."""

        def function(logs: Floats) -> tuple[float, Floats]:
            p = self.parameters(logs)
            value, score = scored(h, p, self.form, self.regular)
            return value, score[: logs.size] * np.exp(logs)

        return function


def _search(h: Histories, starts: list[Parameters], search: Search) -> Maximum:
    """The best of the searches from one start after another, until one ends well inside the bounds."""
    function, tries = search.joint(h), []
    for start in starts:
        first = np.log([*start.rates[: 4 + search.regular], *[start.earlier] * search.mixed])
        if search.regular and start.k == 1.0:
            first[4] = 0.2
        tries.append(climb(function, first, search.bounds, 1e-12))
        if tries[-1].converged and np.abs(tries[-1].at).max() < INSIDE:
            break
    return max(tries, key=lambda t: t.value)


def _on_all(h: Histories, few: Histories, found: Maximum, search: Search) -> Maximum:
    """Newton steps on more cells, then on all histories, each with the curvature of the one before."""
    levels = [few, coarser(h, MORE_CELLS), h]
    for rough, fine in pairwise(levels if levels[1] is not h else [few, h]):
        found = _newton(search.joint(fine), search.joint(rough), found.at, search)
    return found


def _newton(fine: Joint, rough: Joint, at: Floats, search: Search) -> Maximum:
    """Newton steps by the slope of `fine` and the curvature of `rough`, until one is small beside the errors."""
    low, high = np.array(search.bounds).T
    best, last, gain = at, -np.inf, np.inf
    for _ in range(NEWTON_STEPS):
        value, slope = fine(at)
        if value < last:  # a step too far: `rough` does not bend as `fine` does
            break
        best, last = at, value
        free = ~(((at <= low) & (slope < 0.0)) | ((at >= high) & (slope > 0.0)))
        if gain > SOME_GAIN:
            bend = -curvature(rough, at)
        step = np.zeros(at.size)
        step[free] = np.linalg.lstsq(bend[np.ix_(free, free)], slope[free], rcond=1e-10)[0]
        gain = 0.5 * float(step @ slope)
        if gain < 0.0:
            break
        at = np.clip(at + step, low, high)
        if gain < SMALL_GAIN:
            return Maximum(at, value + gain, True)
    return climb(fine, best, search.bounds, 1e-10)


# --- season and shocks -----------------------------------------------------------------------------


def expected_repeats(orders: Orders, p: Parameters) -> Floats:
    """Expected repeat order-days of each calendar day, given the days of first orders (k = 1, no season).

    Schmittlein, Morrison & Colombo (1987): E[X(t)] = r beta / (alpha (s - 1)) (1 - (beta / (beta + t))^(s -
    1)).
    """
    ages = np.arange(orders.days + 1) / 7.0
    growth = p.r / p.alpha * np.diff(alive_time(ages, p.s, p.beta))
    entries = np.bincount(orders.customers["first_day"], minlength=orders.days + 1)
    expected = np.zeros(orders.days + 1)
    expected[1:] = np.convolve(entries, growth)[: orders.days]
    return expected


def alive_time(t: Floats, s: float, beta: float | Floats) -> Floats:
    """Expected weeks before dropout, of the first t: the integral of (beta / (beta + u))^s, also at s = 1."""
    log_growth = np.log1p(t / beta)
    if abs(s - 1.0) < 1e-9:
        return np.asarray(beta * log_growth)
    return np.asarray(-beta * np.expm1((1.0 - s) * log_growth) / (s - 1.0))


def daily_repeats(orders: Orders) -> Floats:
    """Observed repeat order-days of each calendar day."""
    table = orders.orderdays
    repeat = table["customer"].duplicated().to_numpy()
    return np.bincount(table["day"][repeat], minlength=orders.days + 1).astype(float)


def season_parameters(season: Season | None) -> int:
    """Number of free multipliers: of weekdays, of months where there are any, and of big days."""
    return 0 if season is None else WEEKDAYS + MONTHS * bool(season.yearly) + len(season.dates)


def shop_season(orders: Orders, p: Parameters) -> Season:
    """The season that the orders show: weekdays, months, big days beside them, and months anew beside big days."""

    def due(daily: Floats) -> Floats:
        h = coarser(histories(orders, daily_order=daily), CELLS)
        return expected_of_weeks(h, p, orders.days)

    seen = daily_repeats(orders)
    season = with_months(Season(weekday_season(orders, p)), orders.first, seen, due)
    season = with_big_days(season, orders.first, seen)
    return with_months(season, orders.first, seen, due) if season.dates else season


def weekday_season(orders: Orders, p: Parameters) -> tuple[float, ...]:
    """Order multipliers Monday to Sunday with mean one: observed over expected, shrunk towards one."""
    return shrunk_weekdays(daily_repeats(orders), expected_repeats(orders, p), orders.first)


def shrunk_weekdays(daily: Floats, expected: Floats, first: date) -> tuple[float, ...]:
    """Multipliers Monday to Sunday with mean one, from days seen and expected from `first` on, each (days,).

    The shrinkage is the share of the variance of the seven ratios that counting noise does not explain.
    """
    seen, due = np.zeros(7), np.zeros(7)
    weekday = (first.weekday() + np.arange(daily.size)) % 7
    np.add.at(seen, weekday, daily)
    np.add.at(due, weekday, expected)
    ratio = seen / np.maximum(due, 1e-9)
    ratio /= ratio.mean()
    noise = float(np.mean(1.0 / np.maximum(due, 1.0)))
    variance = float(np.mean((ratio - 1.0) ** 2))
    kept = max(0.0, 1.0 - noise / variance) if variance > 0 else 0.0
    return tuple(float(v) for v in 1.0 + kept * (ratio - 1.0))


def weekly(values: Floats, first: int = 0) -> Floats:
    """Sums over weeks of seven days from day `first`; a last part of a week is left out."""
    whole = (values.size - first) // 7
    return np.asarray(values[first : first + 7 * whole].reshape(whole, 7).sum(axis=1))
