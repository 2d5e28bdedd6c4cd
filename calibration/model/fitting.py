"""Maximum likelihood: plain Pareto/NBD, with a weekday season, and with regular orders.

The model chosen has the smallest Bayesian information criterion, -2 log L + (parameters) log(customers), over
the data that it is fitted on. The holdout takes no part in the choice, so its scores are out of sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.model.likelihood import Form, Histories, Parameters, histories, log_likelihood
from calibration.model.optimisation import maximise
from calibration.model.spend import SpendModel, fit_spend
from calibration.orders.order_history import Orders

Floats = npt.NDArray[np.float64]

RULE = "smallest Bayesian information criterion on the fitted data; the holdout takes no part"
EDGE, INSIDE = 14.0, 8.0
LARGEST_K = 20.0
SEASON_PARAMETERS = 6
STARTS = ((0.7, 0.6, 1.0), (0.4, 1.2, 0.5), (1.5, 0.3, 2.0))


@dataclass(frozen=True)
class Model:
    """One fitted model: its parameters (per week), weekday multipliers and score."""

    name: str
    parameters: Parameters
    weekday: tuple[float, ...] | None
    log_likelihood: float
    bic: float
    converged: bool

    @property
    def free(self) -> int:
        """Number of free parameters, the six of a weekday season included."""
        return 4 + (self.parameters.k != 1.0) + SEASON_PARAMETERS * (self.weekday is not None)


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


def fit_order_models(orders: Orders) -> FittedModels:
    """Fit all models and spend, and choose a model."""
    models = fit_models(orders)
    return FittedModels(orders, models, choose(models), fit_spend(orders))


def fit_models(orders: Orders) -> tuple[Model, ...]:
    """Plain Pareto/NBD, with a weekday season, with regularity, and with both if each improves the criterion."""
    even = histories(orders)
    plain = fit(even, "Pareto/NBD")
    weekday = weekday_season(orders, plain.parameters)
    seasonal = histories(orders, weekday)
    start = plain.parameters
    with_season = fit(seasonal, f"{plain.name}, weekday season", weekday=weekday, start=start)
    regular = fit(even, f"{plain.name}, regular orders", regular=True, start=start)
    models = (plain, with_season, regular)
    if max(with_season.bic, regular.bic) >= plain.bic:
        return models
    name, start = f"{plain.name}, regular orders, weekday season", regular.parameters
    return (*models, fit(seasonal, name, weekday=weekday, regular=True, start=start))


def choose(models: tuple[Model, ...]) -> Model:
    """The model with the smallest Bayesian information criterion."""
    return min(models, key=lambda model: model.bic)


def fit(
    h: Histories,
    name: str,
    *,
    weekday: tuple[float, ...] | None = None,
    regular: bool = False,
    start: Parameters | None = None,
) -> Model:
    """Maximum likelihood by L-BFGS on the logs of the parameters; `regular` also frees k (from 1 to 20)."""
    plain = h.even and not regular
    form: Form = "closed" if plain else "wide"
    starts = [start] if start else guesses(h)
    best, value, converged = _search(h, starts, form, regular)
    if not plain:
        value = log_likelihood(h, best, "day")
    free = 4 + regular + SEASON_PARAMETERS * (weekday is not None)
    return Model(name, best, weekday, value, -2.0 * value + free * np.log(h.customers), converged)


def guesses(h: Histories) -> list[Parameters]:
    """Starting values from the mean repeat rate and the mean length of observation."""
    exposure = float(h.count @ h.end) / 7.0
    rate = float(h.count @ h.x) / exposure
    length = exposure / h.customers
    return [Parameters(r, r / rate / 2.0, s, s * length * stretch) for r, s, stretch in STARTS]


def _search(h: Histories, starts: list[Parameters], form: Form, regular: bool) -> tuple[Parameters, float, bool]:
    """The best of the searches from one start after another, until one ends well inside the bounds."""
    tries = []
    for start in starts:
        tries.append(_search_from(h, start, form, regular))
        found, _, converged = tries[-1]
        if converged and np.abs(np.log(found.rates)).max() < INSIDE:
            break
    return max(tries, key=lambda t: t[1])


def _search_from(h: Histories, start: Parameters, form: Form, regular: bool) -> tuple[Parameters, float, bool]:
    free = 5 if regular else 4
    first = np.log(start.rates[:free])
    if regular and start.k == 1.0:
        first[4] = 0.2
    bounds = [(-EDGE, EDGE)] * 4 + [(0.0, float(np.log(LARGEST_K)))] * (free - 4)
    found = maximise(lambda logs: log_likelihood(h, from_logs(logs), form), first, bounds, 1e-12)
    return from_logs(found.at), found.value, found.converged


def from_logs(logs: Floats) -> Parameters:
    """Parameters from the logs of r, alpha, s, beta and, where given, k."""
    return Parameters(*(float(v) for v in np.exp(logs)))


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


def weekday_season(orders: Orders, p: Parameters) -> tuple[float, ...]:
    """Order multipliers Monday to Sunday with mean one: observed over expected, shrunk towards one.

    The shrinkage is the share of the variance of the seven ratios that counting noise does not explain.
    """
    seen, due = np.zeros(7), np.zeros(7)
    weekday = (orders.first.weekday() + np.arange(orders.days + 1)) % 7
    np.add.at(seen, weekday, daily_repeats(orders))
    np.add.at(due, weekday, expected_repeats(orders, p))
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


def week_shock_log_likelihood(seen: Floats, due: Floats, sd: Floats) -> Floats:
    """Log-likelihood of weekly counts for each sd of the log of a common weekly multiplier.

    The multiplier is taken as Gamma with mean one and the log-normal's variance, which makes counts negative
    binomial. seen, due: shape (weeks,); sd: any shape (n,).
    """
    from scipy.special import gammaln

    used = due >= 1.0
    y, e = seen[used], due[used]
    size = 1.0 / np.expm1(np.maximum(sd, 1e-4)[:, None] ** 2)
    value = gammaln(y + size) - gammaln(size) + y * np.log(e / (e + size)) + size * np.log(size / (e + size))
    return np.asarray(value.sum(axis=1))
