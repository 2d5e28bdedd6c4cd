"""What runs say of plausible markets: variance by its source, and which arm is best in how many of them.

Everywhere `values` has the shape (arms, draws, replications), as in `statistics`, and more is better.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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
    return reduction_within(within_covariance(values), a, b)


def reduction_within(within: Floats | None, a: int, b: int) -> float | None:
    """The same from the arms' covariance within a draw."""
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
    """For each arm: the probability of being best; of being good enough, which is within the indifference of the best
    of those that may win; the expected regret, which is the mean distance to the best of all arms; the same in the
    worst tenth of markets."""

    best: Floats
    good_enough: Floats
    regret: Floats
    worst_tenth: Floats


def standing(markets: PlausibleMarkets, indifference: float, may_win: Sequence[int] | None = None) -> Standing:
    """Which arm is best in plausible markets; ties share. `indifference` is in the values' unit.

    may_win: places of the arms that an arm has to be as good as; None: all. An arm that is none of them has 0 there.
    """
    arms = len(markets.means)
    places = list(range(arms)) if may_win is None else list(may_win)
    best, good, count = np.zeros(arms), np.zeros(arms), 0
    distances = []
    for means in _blurred(markets):
        behind, slack = _behind(means)
        winners = behind <= slack
        best += (winners / winners.sum(axis=1, keepdims=True)).mean(axis=2).sum(axis=0)
        behind_these = means[:, places].max(axis=1, keepdims=True) - means[:, places]
        good[places] += (behind_these <= indifference + slack).mean(axis=2).sum(axis=0)
        distances.append(behind.swapaxes(0, 1).reshape(arms, -1).astype(np.float32))
        count += len(means)
    behind_all = np.concatenate(distances, axis=1)
    regret = behind_all.mean(axis=1, dtype=np.float64)
    return Standing(best / count, good / count, regret, worst_tenth(behind_all))


def worst_tenth(distances: npt.NDArray[np.floating[Any]]) -> Floats:
    """Mean of the largest tenth of each row (expected shortfall; Acerbi and Tasche, J. Banking and Finance 26, 2002);
    where a tenth is no whole number, the value at its end counts in part."""
    tenth = distances.shape[1] / 10
    whole = math.ceil(tenth)
    largest = -np.sort(-np.partition(distances, -whole, axis=1)[:, -whole:].astype(np.float64), axis=1)
    weights = np.ones(whole)
    weights[-1] = tenth - (whole - 1)
    shortfall: Floats = largest @ weights / tenth
    return shortfall


def share_within(markets: PlausibleMarkets, leader: int, indifference: float) -> Floats:
    """For each arm, the share of plausible markets in which it is no further than this behind the leader."""
    total, count = np.zeros(len(markets.means)), 0
    for means in _blurred(markets):
        _, slack = _behind(means)
        total += (means[:, [leader]] - means <= indifference + slack).mean(axis=2).sum(axis=0)
        count += len(means)
    return total / count


def good_counts(
    markets: PlausibleMarkets, indifference: float, may_win: Sequence[int] | None = None
) -> npt.NDArray[np.int64]:
    """For each arm, in how many of the markets drawn no arm that may win is ahead of it by more than this."""
    _, slack = _behind(markets.means[None])
    rivals = markets.means if may_win is None else markets.means[list(may_win)]
    good: npt.NDArray[np.int64] = (rivals.max(axis=0) - markets.means <= indifference + slack[0]).sum(axis=1)
    return good


def _blurred(markets: PlausibleMarkets) -> Iterator[Floats]:
    """Arms' means in plausible markets, in batches of shape (m, arms, draws), always the same ones.

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
    for some in (shifts[start : start + batch] for start in range(0, len(shifts), batch)):
        blurred = (apart + kernel @ rng.standard_normal((len(some), arms, draws))) / np.hypot(1.0, width)
        yield level + blurred + some[:, :, None]


def _behind(means: Floats) -> tuple[Floats, Floats]:
    """How far each arm is behind the best, from means (m, arms, draws), and what counts as rounding."""
    top = means.max(axis=1, keepdims=True)
    behind = top - means
    rounding = 1e-7 * behind.max(axis=(1, 2), keepdims=True)  # equal arms differ by the rounding of a matrix root
    slack: Floats = 1e-9 * np.abs(top) + rounding
    return behind, slack
