"""How the level of orders moves with the calendar: lasting shifts, a season of the year and shocks of single weeks.

The log ratio of each week's repeat order-days to what the fitted law expects of it is a Gaussian process: shifts that
last and fade (`market.need.level_shift`), a season by month (half of its variance shared by neighbouring months), and
independent week shocks. Shifts and shocks multiply orders by one in the mean, as they do in the engine. The three
standard deviations are averaged over a grid by marginal likelihood, so a season or a shift that the weeks do not show
is shrunk towards none, and weeks ahead in months never seen keep the whole variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Months = npt.NDArray[np.int64]
Weighted = tuple[tuple[float, float], ...]
"""Values of a standard deviation, each with its weight in the prior."""

SHIFTS: Weighted = ((0.002, 0.25), (0.007, 0.3), (0.015, 0.25), (0.03, 0.15), (0.06, 0.05))
"""Sd of a week's lasting shift."""
SEASONS: Weighted = ((0.03, 0.2), (0.1, 0.2), (0.2, 0.25), (0.4, 0.25), (0.8, 0.1))
"""Sd of the log multiplier of a month."""
SHOCKS: Weighted = ((0.02, 0.2), (0.06, 0.25), (0.12, 0.25), (0.2, 0.2), (0.35, 0.1))
"""Sd of the log multiplier of a single week."""
START = 0.05
"""Sd of the level at the first week, which the fitted law leaves open."""
HALF_LIFE = 365.0 / 7.0
"""Weeks in which half of a shift has faded: `market.need.level_half_life` of the library."""
NEAR = 0.7
"""Length over which neighbouring months are alike, as a share of the radius of the year's circle."""
LEAST = 0.5
MONTHS = 12


@dataclass(frozen=True)
class LevelPriors:
    """What the three standard deviations may be."""

    shifts: Weighted = SHIFTS
    seasons: Weighted = SEASONS
    shocks: Weighted = SHOCKS


@dataclass(frozen=True)
class CalendarLevels:
    """The log level of each week, past (weeks,) and ahead (ahead,), without shocks, and draws of the level ahead with
    them, shape (draws, ahead).

    lasting: draws without season and shock, of the first week ahead, shape (draws,). sizes: the standard deviations
    of each draw, shape (draws, 3), and shift, season, shock: their means. months: the season's log multipliers, shape
    (12,). log_evidence: log marginal likelihood. unseen: months ahead (1 to 12) of which no past week tells.
    """

    past: Floats
    ahead: Floats
    draws: Floats
    lasting: Floats
    sizes: Floats
    months: Floats
    log_evidence: float
    unseen: tuple[int, ...]

    @property
    def shift(self) -> float:
        return float(self.sizes[:, 0].mean())

    @property
    def season(self) -> float:
        return float(self.sizes[:, 1].mean())

    @property
    def shock(self) -> float:
        return float(self.sizes[:, 2].mean())


def months_of(first: date, weeks: int) -> Months:
    """The month (0 to 11) of the middle day of each week of seven days from `first` on."""
    return np.array([(first + timedelta(days=7 * w + 3)).month - 1 for w in range(weeks)], dtype=np.int64)


def shift_covariance(weeks: int) -> Floats:
    """Covariance of shifts of sd 1 a week that fade with HALF_LIFE, shape (weeks, weeks)."""
    kept, at = 2.0 ** (-1.0 / HALF_LIFE), np.arange(1.0, weeks + 1)
    begun = -np.expm1(2.0 * np.log(kept) * np.minimum.outer(at, at)) / (1.0 - kept**2)
    return np.asarray(kept ** np.abs(np.subtract.outer(at, at)) * begun)


def likeness_of_months() -> Floats:
    """Correlation of the log multipliers of months, shape (12, 12)."""
    angle = 2.0 * np.pi * np.arange(MONTHS) / MONTHS
    near = np.exp(-2.0 * np.sin(0.5 * (angle[:, None] - angle)) ** 2 / NEAR**2)
    return np.asarray(0.5 * near + 0.5 * np.eye(MONTHS))


@dataclass(frozen=True)
class _Process:
    """The process with one choice of standard deviations: shifts and season apart, and the root of the weeks seen.

    moved: mean of the log of shifts whose own mean is one, of each week (weeks + ahead,). solved: the inverse of the
    covariance of the weeks seen, times their log ratios less their mean.
    """

    sizes: tuple[float, float, float]
    moved: Floats
    lasting: Floats
    season: Floats
    root: npt.NDArray[np.floating]
    solved: Floats
    score: float


def calendar_levels(
    counts: tuple[Floats, Floats], month: Months, draws: int, seed: int, priors: LevelPriors | None = None
) -> CalendarLevels:
    """Levels from weekly repeat order-days, seen and expected (each of shape (weeks,)).

    month: of each week, those ahead included, shape (weeks + ahead,); at least one is ahead.
    """
    noise = 1.0 / (counts[1] + LEAST)
    # The mean of log(count + 1/2) is the log of the count's mean, to first order; that of what is due needs its own.
    ratio = np.log((counts[0] + LEAST) * noise) + LEAST * noise
    weeks, ahead = ratio.size, month.size - ratio.size
    found = _processes(ratio, noise, month, priors or LevelPriors())
    score = np.array([one.score for one in found])
    mass = np.exp(score - score.max())
    evidence = float(score.max() + np.log(mass.sum()))
    mass /= mass.sum()
    rng = np.random.default_rng([seed, 23])
    means, months, drawn, lasting, sizes = np.zeros(month.size), np.zeros(MONTHS), [], [], []
    of_months = likeness_of_months()[:, month[:weeks]]
    for share, number, one in zip(mass, rng.multinomial(draws, mass), found, strict=True):
        if share < 1e-4 and not number:
            continue
        smooth, shock = one.lasting + one.season, one.sizes[2]
        mean = one.moved + smooth[:, :weeks] @ one.solved
        means, months = means + share * mean, months + share * one.sizes[1] ** 2 * of_months @ one.solved
        if not number:
            continue
        # Together: the levels ahead, and the part of the first of them that lasts.
        wanted = np.vstack([smooth[weeks:, :weeks], one.lasting[weeks : weeks + 1, :weeks]])
        usual = np.append(one.moved[weeks:], one.moved[weeks])
        joint = np.block(
            [[smooth[weeks:, weeks:], one.lasting[weeks:, weeks : weeks + 1]],
             [one.lasting[weeks : weeks + 1, weeks:], one.lasting[weeks : weeks + 1, weeks : weeks + 1]]]
        )  # fmt: skip
        gain = np.linalg.solve(one.root, wanted.T)
        half = np.linalg.cholesky(joint - gain.T @ gain + 1e-9 * np.eye(ahead + 1))
        levels = usual + wanted @ one.solved + rng.standard_normal((number, ahead + 1)) @ half.T
        lasting.append(levels[:, -1])
        drawn.append(levels[:, :-1] + shock * rng.standard_normal((number, ahead)) - 0.5 * shock**2)
        sizes.append(np.tile(one.sizes, (number, 1)))
    order = rng.permutation(draws)
    unseen = tuple(m + 1 for m in sorted(set(month[weeks:].tolist()) - set(month[:weeks].tolist())))
    mixed, last, sds = (np.concatenate(rows)[order] for rows in (drawn, lasting, sizes))
    return CalendarLevels(means[:weeks], means[weeks:], mixed, last, sds, months, evidence, unseen)


def _processes(ratio: Floats, noise: Floats, month: Months, priors: LevelPriors) -> list[_Process]:
    """The process at each point of the grid, with its log score: prior weight times marginal likelihood."""
    weeks = ratio.size
    walk, year = shift_covariance(month.size), likeness_of_months()[np.ix_(month, month)]
    found = []
    for (shift, p), (season, q), (shock, s) in product(priors.shifts, priors.seasons, priors.shocks):
        lasting, seasonal = START**2 + shift**2 * walk, season**2 * year
        root = np.linalg.cholesky((lasting + seasonal)[:weeks, :weeks] + np.diag(noise + shock**2))
        moved = -0.5 * shift**2 * walk.diagonal()
        scaled = np.linalg.solve(root, ratio - moved[:weeks] + 0.5 * shock**2)
        score = float(np.log(p * q * s) - np.log(np.diag(root)).sum() - 0.5 * scaled @ scaled)
        solved = np.linalg.solve(root.T, scaled)
        found.append(_Process((shift, season, shock), moved, lasting, seasonal, root, solved, score))
    return found
