"""What runs say of plausible markets: variance by its source, and which arm is best in how many of them.

Everywhere `values` has the shape (arms, draws, replications), as in `statistics`, and more is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.comparison.statistics import SEED, Floats, symmetric_root

_BATCH = 100_000
"""Numbers in one batch of blurred markets: little memory, and few calls."""


@dataclass(frozen=True)
class PlausibleMarkets:
    """Arms' means in plausible markets: `means` (arms, draws) without the chance variation between replications, and
    `shifts` (m, arms), equally likely Monte Carlo errors of their overall level."""

    means: Floats
    shifts: Floats


@dataclass(frozen=True)
class VarianceShares:
    """Variance of one replication's difference by source: uncertainty about the market, and chance variation."""

    market: float
    chance: float


def within_covariance(values: Floats) -> Floats | None:
    """Covariance of the arms over replications in one market, pooled over markets; None for one replication each."""
    _, draws, replications = values.shape
    if replications < 2:
        return None
    centred = values - values.mean(axis=2, keepdims=True)
    covariance: Floats = np.einsum("adr,bdr->ab", centred, centred) / (draws * (replications - 1))
    return covariance


def variance_reduction(values: Floats, a: int, b: int) -> float | None:
    """(Var a + Var b) / Var(a - b) over replications within a draw; None without both of them."""
    within = within_covariance(values)
    if within is None:
        return None
    apart = within[a, a] + within[b, b]
    paired = apart - 2 * within[a, b]
    if paired <= 1e-12 * apart:
        return None
    return float(apart / paired)


def uncertainty(values: Floats, a: int, b: int) -> VarianceShares | None:
    """One-way random-effects split of the variance of a - b in one replication in one plausible market.

    None unless there are at least two draws with two replications and the difference varies at all.
    """
    _, draws, replications = values.shape
    if draws < 2 or replications < 2:
        return None
    difference = values[a] - values[b]
    chance = float(difference.var(axis=1, ddof=1).mean())
    market = max(0.0, float(difference.mean(axis=1).var(ddof=1)) - chance / replications)
    if market + chance == 0:
        return None
    return VarianceShares(market / (market + chance), chance / (market + chance))


def market_shows(values: Floats, a: int, b: int, level: float = 0.05) -> bool:
    """Whether the difference a - b varies between draws by more than chance variation explains (F test at `level`)."""
    _, draws, replications = values.shape
    if draws < 2 or replications < 2:
        return False
    from scipy.special import fdtrc

    difference = values[a] - values[b]
    between = replications * float(difference.mean(axis=1).var(ddof=1))
    within = float(difference.var(axis=1, ddof=1).mean())
    return between > 0 and (within == 0 or fdtrc(draws - 1, draws * (replications - 1), between / within) < level)


def plausible(values: Floats, simulations: int = 2_000) -> PlausibleMarkets:
    """Arms' means by draw with the noise of few replications taken out, and the error left in their level.

    The draws' means are pulled towards their average by the linear map that gives them exactly the covariance
    between markets (total minus within / replications): the optimal transport between the two normal laws,
    applied to the differences of arms only. With one replication nothing can be taken out, and chance
    variation counts as uncertainty about the market. With one draw only the error of the level is left.
    """
    arms, draws, replications = values.shape
    means = values.mean(axis=2)
    level = means.mean(axis=1, keepdims=True)
    common = (means - level).mean(axis=0, keepdims=True)
    apart = means - level - common
    centring = np.eye(arms) - 1 / arms
    within = within_covariance(values)
    noise = np.zeros((arms, arms)) if within is None else centring @ within @ centring / replications
    if draws == 1:
        return PlausibleMarkets(level, level_shifts(noise, replications - 1, simulations))
    total = np.cov(apart)
    between = symmetric_root(total - noise) @ symmetric_root(total - noise)
    shifts = level_shifts(total / draws, draws - 1, simulations)
    return PlausibleMarkets(level + common + _transport(total, between) @ apart, shifts)


def _transport(source: Floats, target: Floats) -> Floats:
    """The symmetric linear map that carries covariance `source` to `target`."""
    root = symmetric_root(source)
    inverse = np.linalg.pinv(root, rcond=1e-9, hermitian=True)
    carried: Floats = inverse @ symmetric_root(root @ target @ root) @ inverse
    return carried


def level_shifts(covariance: Floats, freedom: int, simulations: int) -> Floats:
    """Draws of a multivariate t with this scale: plausible errors of the overall means."""
    if freedom < 1 or not covariance.any():
        return np.zeros((100, len(covariance)))
    rng = np.random.default_rng(SEED)
    normal = rng.standard_normal((simulations, len(covariance))) @ symmetric_root(covariance)
    shifts: Floats = normal / np.sqrt(rng.chisquare(freedom, (simulations, 1)) / freedom)
    return shifts


@dataclass(frozen=True)
class Standing:
    """For each arm: the probability of being best, of being good enough, and the mean regret of choosing it."""

    best: Floats
    good_enough: Floats
    regret: Floats


def standing(markets: PlausibleMarkets, indifference: float) -> Standing:
    """Which arm is best in plausible markets; ties share. `indifference` is in the values' unit.

    A few draws are a coarse picture of the markets between and beyond them, so each is blurred by a normal
    kernel of Silverman's width, scaled to leave mean and covariance as they are (the smoothed bootstrap).
    """
    arms, draws = markets.means.shape
    rng = np.random.default_rng(SEED)
    level = markets.means.mean(axis=1, keepdims=True)
    width = 1.06 * draws**-0.2 if draws > 1 else 0.0
    apart = markets.means - level
    kernel = width * symmetric_root(np.cov(apart - apart.mean(axis=0))) if draws > 1 else np.zeros((arms, arms))
    shifts = markets.shifts[: max(100, 4_000_000 // (arms * draws))]
    batch = max(1, _BATCH // (arms * draws))
    totals = np.zeros((3, arms))
    for some in (shifts[start : start + batch] for start in range(0, len(shifts), batch)):
        blurred = (apart + kernel @ rng.standard_normal((len(some), arms, draws))) / np.hypot(1.0, width)
        totals += _standing_at(level + blurred + some[:, :, None], indifference).sum(axis=1)
    best, good, regret = totals / len(shifts)
    return Standing(best, good, regret)


def _standing_at(means: Floats, indifference: float) -> Floats:
    """Shape (3, m, arms), from means (m, arms, draws)."""
    top = means.max(axis=1, keepdims=True)
    behind = top - means
    rounding = 1e-7 * behind.max(axis=(1, 2), keepdims=True)  # equal arms differ by the rounding of a matrix root
    slack = 1e-9 * np.abs(top) + rounding
    winners = behind <= slack
    best = (winners / winners.sum(axis=1, keepdims=True)).mean(axis=2)
    good = (behind <= indifference + slack).mean(axis=2)
    return np.stack([best, good, behind.mean(axis=2)])
