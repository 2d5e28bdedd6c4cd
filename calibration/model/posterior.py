"""Draws from the posterior: a table whose columns are scenario paths and whose rows are draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.model.fitting import (
    FittedModels,
    Model,
    daily_repeats,
    expected_repeats,
    fit_order_models,
    week_shock_log_likelihood,
    weekly,
)
from calibration.model.likelihood import WEEK, Parameters, histories, log_likelihood, season
from calibration.model.optimisation import gradient, maximise
from calibration.model.spend import (
    SpendModel,
    from_coordinates,
    log_likelihood as spend_log_likelihood,
    spenders,
)
from calibration.orders.order_history import Orders
from scenarios.values.question import Belief

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

Z95 = 1.6448536269514722
STEP = 1e-3
IDENTIFIED = 0.8
ORDER_MEAN, ORDER_SHAPE = "market.need.order_rate.mean", "market.need.order_rate.shape"
DROP_MEAN, DROP_SHAPE = "market.need.dropout_rate.mean", "market.need.dropout_rate.shape"
REGULARITY, CYCLE = "market.need.regularity", "market.need.cycle"
WEEK_SHOCK, WEEKDAY = "market.need.week_shock", "market.need.season.weekday"
SPEND_MEAN, SPEND_P, SPEND_Q = "market.spend.mean", "market.spend.p", "market.spend.q"
NEED = (ORDER_MEAN, ORDER_SHAPE, DROP_MEAN, DROP_SHAPE, REGULARITY)
LIMITS = {
    ORDER_MEAN: (1e-7, 2.0),
    ORDER_SHAPE: (0.01, 1000.0),
    DROP_MEAN: (1e-7, 2.0),
    DROP_SHAPE: (0.01, 1000.0),
    REGULARITY: (1.0, 20.0),
    SPEND_MEAN: (1.0, 1e10),
    SPEND_P: (0.05, 1000.0),
    SPEND_Q: (1.001, 1000.0),
}


@dataclass(frozen=True)
class Health:
    """Prior and posterior standard deviation of one number on its natural scale, and whether the data narrowed it."""

    parameter: str
    prior_sd: float | None
    posterior_sd: float | None
    identified: bool


def log_prior(belief: Belief | None, value: float) -> float:
    """Log density, up to a constant, of a value on its belief's scale (log or identity): a split normal."""
    if belief is None:
        return 0.0
    middle, low, high, at = (_scaled(belief, v) for v in (belief.median, belief.p5, belief.p95, value))
    sd = (high - middle if at >= middle else middle - low) / Z95
    return -0.5 * ((at - middle) / max(sd, 1e-6)) ** 2


def prior_sd(belief: Belief) -> float:
    """Mean of a belief's two standard deviations, on its scale."""
    return max(_scaled(belief, belief.p95) - _scaled(belief, belief.p5), 0.0) / (2.0 * Z95)


def _scaled(belief: Belief, value: float) -> float:
    if belief.scale == "log":
        return float(np.log(max(value, 1e-300)))
    if belief.scale == "logit":
        return float(np.log(value) - np.log1p(-value))
    return value


# --- Laplace ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peak:
    """The highest point of a log posterior and the covariance there."""

    at: Floats
    covariance: Floats


def laplace(target: Callable[[Floats], float], *starts: Floats) -> Peak:
    """Highest mode found from the starts, and inverse curvature; flat directions stay wide but finite."""
    at = max((maximise(target, start).at for start in starts), key=target)
    curvature = -np.array([gradient(_slope(target, e), at, STEP) for e in np.eye(at.size)])
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    return Peak(at, (vectors / np.maximum(values, 1.0 / 16.0)) @ vectors.T)


def _slope(target: Callable[[Floats], float], direction: Floats) -> Callable[[Floats], float]:
    ahead = STEP * direction
    return lambda at: (target(at + ahead) - target(at - ahead)) / (2.0 * STEP)


def sample(target: Callable[[Floats], float], peak: Peak, draws: int, rng: np.random.Generator, tries: int) -> Floats:
    """Draws from the Laplace normal, or, with `tries` above 0, corrected towards the exact posterior.

    Correction: `tries` proposals from a Student t with five degrees of freedom about the mode, weighted by
    target over proposal, resampled (sampling-importance-resampling; Rubin 1988).
    """
    root = np.linalg.cholesky(peak.covariance + 1e-14 * np.eye(peak.at.size))
    size = tries or draws
    z = rng.standard_normal((size, peak.at.size))
    if not tries:
        return np.asarray(peak.at + z @ root.T)
    z /= np.sqrt(rng.chisquare(5.0, size=(size, 1)) / 5.0)
    points = peak.at + z @ root.T
    proposal = -0.5 * (5.0 + peak.at.size) * np.log1p((z**2).sum(axis=1) / 5.0)
    weight = np.array([target(point) for point in points]) - proposal
    weight = np.exp(weight - weight.max())
    steps = (np.arange(draws) + rng.random()) / draws
    chosen = np.searchsorted(np.cumsum(weight / weight.sum()), steps).clip(0, size - 1)
    return np.asarray(points[rng.permutation(chosen)])


# --- draws -----------------------------------------------------------------------------------------


def to_parameters(logs: Floats) -> Parameters:
    """Weekly parameters from logs of: order rate per day, its shape, drift rate per day, its shape, and k."""
    order, r, drift, s, *k = (float(v) for v in np.exp(logs))
    return Parameters(r, r / (order * WEEK), s, s / (drift * WEEK), *k)


def to_logs(p: Parameters) -> Floats:
    """The inverse of `to_parameters`; k only where it is not 1."""
    values = [p.r / p.alpha / WEEK, p.r, p.s / p.beta / WEEK, p.s]
    return np.log(values + [p.k] * (p.k != 1.0))


def need_draws(
    orders: Orders, model: Model, beliefs: Mapping[str, Belief], draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draws of the rates of ordering and drifting, their shapes and, where fitted, regularity."""
    import pandas as pd

    h = histories(orders, model.weekday)
    start = to_logs(model.parameters)
    paths = NEED[: start.size]
    plain = h.even and model.parameters.k == 1.0

    def target(logs: Floats) -> float:
        if np.abs(logs).max() > 25.0 or (logs.size > 4 and not 0.0 <= logs[4] <= np.log(20.0)):
            return -1e15
        value = log_likelihood(h, to_parameters(logs), "closed" if plain else "wide")
        beliefs_too = sum(log_prior(beliefs.get(n), float(np.exp(v))) for n, v in zip(paths, logs, strict=True))
        return value + beliefs_too if np.isfinite(value) else -1e15

    tries = 5 * draws if plain and h.x.size <= 20_000 else 0
    return _table(pd.DataFrame(np.exp(sample(target, laplace(target, start), draws, rng, tries)), columns=paths))


def spend_draws(
    orders: Orders, spend: SpendModel, beliefs: Mapping[str, Belief], draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draws of the mean order value (cents), p and q."""
    import pandas as pd

    who = spenders(orders)
    start = np.log([spend.mean, spend.p, spend.q - 1.0])

    def target(at: Floats) -> float:
        if np.abs(at - start).max() > 12.0:
            return -1e15
        p, q, v = from_coordinates(at)
        prior = log_prior(beliefs.get(SPEND_MEAN), 100.0 * float(np.exp(at[0]))) + log_prior(beliefs.get(SPEND_P), p)
        value = spend_log_likelihood(who, p, q, v) + prior
        return value + log_prior(beliefs.get(SPEND_Q), q) + float(np.log((q - 1.0) / q))

    mean, p, above = np.exp(sample(target, laplace(target, start), draws, rng, 5 * draws)).T
    return _table(pd.DataFrame({SPEND_MEAN: np.rint(100.0 * mean), SPEND_P: p, SPEND_Q: 1.0 + above}))


def _table(table: pd.DataFrame) -> pd.DataFrame:
    for path in table:
        table[path] = table[path].clip(*LIMITS[str(path)])
    return table


def shock_draws(fitted: FittedModels, belief: Belief | None, draws: int, rng: np.random.Generator) -> Floats:
    """Draws of the sd of the log of a common weekly multiplier, on a grid of 1,000 points up to 3.

    From weekly repeat order-days against the plain model's expectation times the weekday season.
    """
    orders = fitted.orders
    daily = season(orders, orders.days + 1, fitted.chosen.weekday)
    due, seen = weekly(expected_repeats(orders, fitted.plain.parameters) * daily, 1), weekly(daily_repeats(orders), 1)
    due *= seen.sum() / max(due.sum(), 1e-9)
    grid = np.linspace(0.003, 3.0, 1000)
    score = week_shock_log_likelihood(seen, due, grid)
    score += np.array([log_prior(belief, v) for v in grid])
    mass = np.exp(score - score.max())
    picked = np.searchsorted(np.cumsum(mass / mass.sum()), rng.random(draws)).clip(0, grid.size - 1)
    return np.asarray(grid[picked])


def posterior_draws(fitted: FittedModels, beliefs: Mapping[str, Belief], draws: int, seed: int) -> pd.DataFrame:
    """The table of draws for the fitted numbers; the three parts (need, spend, shock) are independent."""
    rng = [np.random.default_rng([seed, part]) for part in (1, 2, 3)]
    table = need_draws(fitted.orders, fitted.chosen, beliefs, draws, rng[0])
    table = table.join(spend_draws(fitted.orders, fitted.spend, beliefs, draws, rng[1]))
    table[WEEK_SHOCK] = shock_draws(fitted, beliefs.get(WEEK_SHOCK), draws, rng[2])
    return table


@dataclass(frozen=True)
class FittedMarket(FittedModels):
    """The models fitted on one stretch of orders, and draws from their posterior."""

    draws: pd.DataFrame


def fit_orders(orders: Orders, beliefs: Mapping[str, Belief], draws: int, seed: int) -> FittedMarket:
    """Fit all models and spend, choose a model, and draw from its posterior."""
    fitted = fit_order_models(orders)
    return FittedMarket(**vars(fitted), draws=posterior_draws(fitted, beliefs, draws, seed))


def drawn_parameters(table: pd.DataFrame) -> list[tuple[Parameters, float]]:
    """Each row's parameters (per week) and sd of the week shock, as the backtest takes them."""
    paths = [path for path in NEED if path in table]
    logs = np.log(table[paths].to_numpy())
    return [(to_parameters(row), float(sd)) for row, sd in zip(logs, table[WEEK_SHOCK], strict=True)]


# --- identification --------------------------------------------------------------------------------


def health(table: pd.DataFrame, beliefs: Mapping[str, Belief], measured: Mapping[str, float]) -> Sequence[Health]:
    """Prior and posterior standard deviations of all uncertain numbers.

    table: the draws. measured: standard errors, on the log scale, of numbers that were read off the data without
    a draw. A number is identified when its posterior sd is below 0.8 of its prior sd; a number that is neither
    drawn nor measured keeps its prior. `beliefs` leaves out what the chosen model fixes (k = 1).
    """
    rows = []
    for path in table:
        belief = beliefs.get(str(path))
        values = table[path].to_numpy()
        spread = float(np.std(values if belief is not None and belief.scale == "identity" else np.log(values)))
        rows.append(_row(str(path), belief, spread))
    rows += [_row(path, beliefs.get(path), spread) for path, spread in measured.items()]
    done = {row.parameter for row in rows}
    return [*rows, *(_row(path, b, prior_sd(b)) for path, b in sorted(beliefs.items()) if path not in done)]


def _row(path: str, belief: Belief | None, spread: float) -> Health:
    before = prior_sd(belief) if belief is not None else None
    return Health(path, before, spread, before is None or spread < IDENTIFIED * before)
