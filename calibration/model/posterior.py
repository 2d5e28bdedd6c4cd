"""Draws from the posterior: a table whose columns are scenario paths and whose rows are draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.levels.calendar_levels import CalendarLevels, LevelPriors, calendar_levels, months_of
from calibration.model.fitting import (
    FittedModels,
    Model,
    daily_repeats,
    fit_order_models,
    weekly,
)
from calibration.model.importance import LogDensity, NoDraws, Sample, sample
from calibration.model.likelihood import WEEK, Form, Histories, Parameters, histories, log_likelihood, scored
from calibration.model.merged_histories import coarser
from calibration.model.optimisation import curvature
from calibration.model.priors import (
    EARLIER,
    LARGEST_LEVEL,
    LARGEST_SHIFT,
    LEVEL,
    LEVEL_SHIFT,
    LEVEL_SHIFTS,
    LIMITS,
    NEED,
    REGULARITY,
    SPEND,
    SPEND_MEAN,
    SPEND_Q,
    WEEK_SHOCK,
    WIDE,
    WIDE_SHOCK,
    LogPriors,
    grid_weights,
    log_limits,
    log_mass,
)
from calibration.model.spend import SpendModel, few_spenders, spend_score, spenders
from calibration.model.week_expectation import expected_of_weeks
from calibration.orders.order_history import Orders
from scenarios.errors import InputError
from scenarios.values.beliefs import Belief
from sim.scenario import Season

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

CELLS, WIDE_CELLS, MORE_CELLS = 4_000, 300, 10_000
"""Histories at most on which the posterior is drawn, in closed form and in wide form, and for its curvature."""
SHOCK_GRID, SHIFT_GRID = np.geomspace(0.01, 1.0, 17), np.geomspace(0.001, LARGEST_SHIFT, 11)
LAW_MISS = 0.1
"""Sd of the log miss of totals that the law has where rates and levels are known."""
LEAST_SPREAD = 1e-6
"""Standard deviation of the log of a number below which its draws are one point."""


@dataclass(frozen=True)
class PosteriorPart:
    """Draws of some numbers (columns are scenario paths), and how they were had: see `importance.Sample`."""

    table: pd.DataFrame
    effective_sample_size: float
    pareto_k: float
    method: str
    log_evidence: float
    weights: Mapping[str, float]
    """The share of each model of which these are draws."""


# --- draws -----------------------------------------------------------------------------------------


def to_parameters(logs: Floats, mixed: bool = False) -> Parameters:
    """Weekly parameters from logs of: order rate per day, its shape, drift rate per day, its shape, and what else is
    free: `earlier` where `mixed`, else k.
    """
    order, r, drift, s, *last = (float(v) for v in np.exp(logs))
    found = Parameters(r, r / (order * WEEK), s, s / (drift * WEEK), *([] if mixed else last))
    return replace(found, earlier=last[0]) if mixed else found


def to_logs(p: Parameters, regular: bool, mixed: bool = False) -> Floats:
    """The inverse of `to_parameters`; k where it is free, although the best fit may have it at 1."""
    values = [p.r / p.alpha / WEEK, p.r, p.s / p.beta / WEEK, p.s]
    return np.log(values + [p.k] * regular + [p.earlier] * mixed)


def by_logs(p: Parameters, score: Floats, mixed: bool = False) -> Floats:
    """Derivatives by `to_logs` from those by r, alpha, s, beta and the last number; shape (5,)."""
    r, alpha, s, beta, last = np.array([*p.rates[:4], p.earlier if mixed else p.k]) * score
    return np.array([-alpha, r + alpha, -beta, s + beta, last])


@dataclass(frozen=True)
class NeedDensity:
    """The log posterior of the need's numbers, by their logs.

    few: coarser histories. tilt, bend: slope (d,) and curvature (d, d) at `peak` of all histories less those of few;
    with them the few have their maximum where all have it, and the same curvature there.
    """

    few: Histories
    form: Form
    priors: LogPriors
    peak: Floats
    tilt: Floats
    bend: Floats

    def value(self, logs: Floats) -> float:
        prior, _ = self.priors(logs)
        away = logs - self.peak
        found = log_likelihood(self.few, to_parameters(logs, self.few.mixed), self.form)
        return found + prior + float(self.tilt @ away + 0.5 * away @ self.bend @ away)

    def joint(self, logs: Floats) -> tuple[float, Floats]:
        """The value and its slope."""
        prior, prior_slope = self.priors(logs)
        away = logs - self.peak
        found, slope = slope_by_logs(self.few, logs, self.form)
        value = found + prior + float(self.tilt @ away + 0.5 * away @ self.bend @ away)
        return value, slope + prior_slope + self.tilt + self.bend @ away


def slope_by_logs(h: Histories, logs: Floats, form: Form) -> tuple[float, Floats]:
    """Log-likelihood and its slope by the logs of the need's numbers."""
    p = to_parameters(logs, h.mixed)
    value, score = scored(h, p, form, logs.size > 4)
    return value, by_logs(p, score, h.mixed)[: logs.size]


def need_draws(
    orders: Orders, model: Model, beliefs: Mapping[str, Belief], draws: int, rng: np.random.Generator
) -> PosteriorPart:
    """Draws of the rates of ordering and drifting, their shapes and, where fitted, regularity.

    Raises InputError where no draws can be had that are to be trusted.
    """
    h = histories(orders, daily_order=model.daily(orders, orders.days + 1))
    plain = h.even and not model.regular
    form: Form = "closed" if plain else "wide"
    best = to_logs(model.parameters, model.regular, model.mixed)
    paths = (*NEED[:4], EARLIER) if model.mixed else NEED[: best.size]
    low, high = log_limits(paths)
    peak = np.clip(best, low, high)
    few = coarser(h, CELLS if plain else WIDE_CELLS)
    priors = LogPriors(beliefs, paths)
    medians = priors.medians.clip(low, high)
    starts = [peak, medians, 0.5 * (peak + medians)]
    tilt, bend = np.zeros(peak.size), np.zeros((peak.size, peak.size))
    if few is not h:
        more = coarser(h, MORE_CELLS)
        tilt = slope_by_logs(h, peak, form)[1] - slope_by_logs(few, peak, form)[1]
        bends = [curvature(partial(slope_by_logs, one, form=form), peak) for one in (more, few)]
        bend, starts = bends[0] - bends[1], [peak]
    density = NeedDensity(few, form, priors, peak, tilt, bend)
    part = _part(orders, LogDensity(density.value, density.joint, low, high), starts, (paths, draws, rng))
    if REGULARITY in paths:  # the only prior that not all models share, so that evidences can be compared
        mass = log_mass(beliefs.get(REGULARITY, WIDE[REGULARITY]), *LIMITS[REGULARITY])
        part = replace(part, log_evidence=part.log_evidence - mass)
    return replace(part, weights={model.name: 1.0})


def averaged_draws(
    fitted: FittedModels, beliefs: Mapping[str, Belief], draws: int, rng: np.random.Generator
) -> PosteriorPart:
    """Draws of the need from the chosen model and its rival, each in proportion to its evidence.

    The rival differs in nothing but whether orders are regular; it is left out where the criterion is clear.
    """
    parts = [need_draws(fitted.orders, model, beliefs, draws, rng) for model in fitted.rivals]
    if len(parts) == 1:
        return parts[0]
    logs = np.array([part.log_evidence for part in parts])
    if not np.isfinite(logs).all():
        logs = -0.5 * np.array([model.bic for model in fitted.rivals])
    shares = np.exp(logs - np.logaddexp.reduce(logs))
    return mixed(parts, shares, rng)


def mixed(parts: Sequence[PosteriorPart], shares: Floats, rng: np.random.Generator) -> PosteriorPart:
    """As many draws as each part has, from all of them by their shares (n,); regularity is 1 where it is not drawn."""
    import pandas as pd

    draws = len(parts[0].table)
    ends = np.rint(np.cumsum(shares) * draws).astype(int)
    counts = np.diff(np.concatenate([[0], ends]))
    tables = [part.table.iloc[:count] for part, count in zip(parts, counts, strict=True)]
    table = pd.concat([one for one in tables if len(one)], ignore_index=True)
    if REGULARITY in table:
        table[REGULARITY] = table[REGULARITY].fillna(1.0)
    table = table.iloc[rng.permutation(draws)].reset_index(drop=True)
    names = [name for part in parts for name in part.weights]
    main = parts[int(shares.argmax())]
    weights = dict(zip(names, map(float, shares), strict=True))
    # The draws of each part are independent: variances of a mean add up by the squares of the shares.
    effective = 1.0 / float(sum(s**2 / p.effective_sample_size for s, p in zip(shares, parts, strict=True)))
    return PosteriorPart(table, effective, max(p.pareto_k for p in parts), main.method, main.log_evidence, weights)


def _part(
    orders: Orders, density: LogDensity, starts: list[Floats], what: tuple[tuple[str, ...], int, np.random.Generator]
) -> PosteriorPart:
    import pandas as pd

    paths, draws, rng = what
    try:
        found: Sample = sample(density, starts, draws, rng)
    except NoDraws as reason:
        raise _refused(orders, paths, str(reason)) from None
    spread = found.points.std(axis=0)
    if spread.min() < LEAST_SPREAD:
        path = paths[int(spread.argmin())]
        raise _refused(orders, paths, f"all draws of {path} are one point")
    table = pd.DataFrame(np.exp(found.points), columns=list(paths))
    return PosteriorPart(table, found.effective_sample_size, found.pareto_k, found.method, found.log_evidence, {})


def _refused(orders: Orders, paths: tuple[str, ...], reason: str) -> InputError:
    group = ".".join(paths[0].split(".")[:2])
    return InputError(place=orders.file, expected=f"orders from which {group} can be learned", got=reason)


def spend_draws(
    orders: Orders, spend: SpendModel, beliefs: Mapping[str, Belief], draws: int, rng: np.random.Generator
) -> PosteriorPart:
    """Draws of the mean order value (cents), p and q. Raises InputError as `need_draws`."""
    who, priors = few_spenders(spenders(orders)), LogPriors(beliefs, SPEND)

    def joint(at: Floats) -> tuple[float, Floats]:
        value, slope = spend_score(who, at)
        logs, by_last = _spend_logs(at)
        prior, prior_slope = priors(logs)
        # Beliefs are of log q, the coordinate is log (q - 1).
        prior_slope[2] *= by_last
        return value + prior + float(np.log(by_last)), slope + prior_slope + np.array([0.0, 0.0, 1.0 - by_last])

    low, high = log_limits(SPEND)
    shift = np.array([-np.log(100.0), 0.0, 0.0])
    last = np.log(np.expm1([low[2], high[2]]))
    low, high = (np.append((v + shift)[:2], c) for v, c in zip((low, high), last, strict=True))
    best = np.clip(np.log([spend.mean, spend.p, spend.q - 1.0]), low, high)
    medians = priors.medians
    if SPEND_MEAN not in beliefs:
        medians = np.append(best[0] - shift[0], medians[1:])
    start = np.append((medians + shift)[:2], np.log(np.expm1(medians[2])))
    density = LogDensity(lambda at: joint(at)[0], joint, low, high)
    part = _part(orders, density, [best, start, 0.5 * (best + start)], (SPEND, draws, rng))
    part.table[SPEND_MEAN] = np.rint(100.0 * part.table[SPEND_MEAN]).clip(lower=1.0)
    part.table[SPEND_Q] += 1.0
    return part


def _spend_logs(at: Floats) -> tuple[Floats, float]:
    """Logs of mean (cents), p and q from log mean (currency units), log p and log (q - 1); d log q / d log (q - 1)."""
    above = float(np.exp(at[2]))
    return np.array([at[0] + np.log(100.0), at[1], np.log1p(above)]), above / (1.0 + above)


def market_levels(fitted: FittedModels, beliefs: Mapping[str, Belief], draws: int, seed: int) -> CalendarLevels:
    """Draws of what the weeks say beyond the chosen model's multipliers: level at the end, shifts and week shocks.

    From weekly repeat order-days against what the plain law expects of them under those multipliers.
    """
    orders = fitted.orders
    daily = fitted.chosen.daily(orders, orders.days + 1)
    h = coarser(histories(orders, daily_order=daily), MORE_CELLS)
    seen = weekly(daily_repeats(orders))
    due = expected_of_weeks(h, fitted.plain.parameters, orders.days)[: seen.size] * weekly(daily) / 7.0
    shocks = grid_weights(beliefs.get(WEEK_SHOCK, WIDE_SHOCK), SHOCK_GRID)
    shifts = grid_weights(LEVEL_SHIFTS, SHIFT_GRID)
    month = months_of(orders.first, seen.size + 1)
    return calendar_levels((seen, due), month, draws, seed, LevelPriors(shifts, ((0.0, 1.0),), shocks))


@dataclass(frozen=True)
class FittedMarket(FittedModels):
    """The models fitted on one stretch of orders, and draws from the posterior of the chosen one.

    parts: how the draws were had, by name: "need" and "spend", and "responses" under a stated history. season: that of
    the chosen model, or what a history leaves of it.
    """

    draws: pd.DataFrame
    parts: Mapping[str, PosteriorPart]
    season: Season | None = None

    @property
    def effective_sample_size(self) -> float:
        """The smaller one of the two parts that are drawn by importance sampling."""
        return min(part.effective_sample_size for part in self.parts.values())


def fit_orders(
    orders: Orders, beliefs: Mapping[str, Belief], draws: int, seed: int, like: FittedModels | None = None
) -> FittedMarket:
    """Fit models and spend, choose a model, and draw from its posterior. like: take the choice made there."""
    return fitted_market(fit_order_models(orders, like), beliefs, draws, seed)


def fitted_market(fitted: FittedModels, beliefs: Mapping[str, Belief], draws: int, seed: int) -> FittedMarket:
    """Draws from the posterior of the chosen model and its rival; the three parts of it are independent.

    Raises InputError where a posterior cannot be had.
    """
    rng = [np.random.default_rng([seed, part]) for part in (1, 2, 3)]
    need = averaged_draws(fitted, beliefs, draws, rng[0])
    spend = spend_draws(fitted.orders, fitted.spend, beliefs, draws, rng[1])
    table = need.table.drop(columns=EARLIER, errors="ignore").join(spend.table)
    levels = market_levels(fitted, beliefs, draws, seed)
    level = levels.lasting + LAW_MISS * rng[2].standard_normal(draws)
    table[LEVEL] = np.clip(level, -LARGEST_LEVEL, LARGEST_LEVEL)
    table[LEVEL_SHIFT], _, table[WEEK_SHOCK] = levels.sizes.T
    return FittedMarket(**vars(fitted), draws=table, parts={"need": need, "spend": spend}, season=fitted.chosen.season)


def drawn_parameters(fitted: FittedMarket) -> list[Parameters]:
    """The parameters (per week) of each draw."""
    table = fitted.parts["need"].table
    paths = [path for path in (*NEED, EARLIER) if path in table]
    return [to_parameters(row, EARLIER in table) for row in np.log(table[paths].to_numpy())]
