"""Paired comparison of strategies over markets and lives, on plain arrays.

Everywhere `values` has the shape (arms, draws, replications): one number per arm, plausible market and life,
complete and finite, with more meaning better. A *unit* is what is independent of its neighbours: a draw where
there are several (its replications share the market), otherwise a replication. `docs/verdict.md` says why
each estimate is what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SEED = 20_111  # every simulated reference distribution starts here, so an answer repeats exactly
_EXACT_UNITS = 200
"""Above this many units the sample covariance is taken as known when the joint t law is simulated."""


@dataclass(frozen=True)
class DifferenceInterval:
    """A mean difference of two arms with its simultaneous interval; low and high are None for one unit."""

    a: int
    b: int
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class PlausibleMarkets:
    """Arms' true means in plausible markets: `means` (arms, draws) freed of chance, and `shifts` (m, arms),
    equally likely errors of their overall level that the simulation's size leaves open."""

    means: Floats
    shifts: Floats


@dataclass(frozen=True)
class VarianceShares:
    """Split of the variance of one life's difference: not knowing the market, and chance."""

    market: float
    chance: float


def unit_means(values: Floats) -> Floats:
    """One row per arm and one column per independent unit."""
    return values.mean(axis=2) if values.shape[1] > 1 else values[:, 0, :]


def pair_list(arms: int) -> list[tuple[int, int]]:
    """All pairs of arms, in order."""
    return list(combinations(range(arms), 2))


def intervals(values: Floats, confidence: float, simulations: int = 10_000) -> list[DifferenceInterval]:
    """Mean difference of every pair with intervals that hold together at `confidence`.

    The half-width is q s / sqrt(n): s the standard deviation of the pair's difference over the n units and q
    the quantile of the largest |t| over all pairs (see `joint_quantile`).
    """
    units = unit_means(values)
    q = joint_quantile(units, confidence, simulations)
    return [_interval(units, a, b, q) for a, b in pair_list(len(units))]


def _interval(units: Floats, a: int, b: int, q: float) -> DifferenceInterval:
    differences = units[a] - units[b]
    mean = float(differences.mean())
    if differences.size < 2:
        return DifferenceInterval(a, b, mean, None, None)
    half = q * float(differences.std(ddof=1)) / differences.size**0.5
    return DifferenceInterval(a, b, mean, mean - half, mean + half)


def joint_quantile(units: Floats, confidence: float, simulations: int = 10_000) -> float:
    """Quantile of max |t| over all pairs of arms; `units` is (arms, n).

    Student's t for one pair. For more, the joint law of the pairs' t statistics is simulated: normal units
    with the covariance that was seen, n of them, each pair studentised by its own standard deviation. Pairs
    that never differ are left out. nan for n < 2.
    """
    arms, n = units.shape
    if n < 2 or arms < 2:
        return float("nan")
    if arms == 2:
        from scipy.stats import t

        return float(t.ppf(0.5 + confidence / 2, n - 1))
    return float(np.quantile(_largest_t(units, simulations), confidence))


def _largest_t(units: Floats, simulations: int) -> Floats:
    arms, n = units.shape
    rng = np.random.default_rng(_SEED)
    scaled = _spread(units)
    live = [(a, b) for a, b in pair_list(arms) if (scaled[a] - scaled[b]).std() > 1e-9]
    if not live:
        return np.zeros(simulations)
    contrasts = np.array([np.eye(arms)[a] - np.eye(arms)[b] for a, b in live])
    root = contrasts @ _root(np.cov(scaled))
    if n > _EXACT_UNITS:
        normal = rng.standard_normal((simulations, arms)) @ root.T
        known: Floats = np.abs(normal / np.sqrt((root**2).sum(axis=1))).max(axis=1)
        return known
    batch = max(1, 1_000_000 // (n * arms))
    parts = [min(batch, simulations - start) for start in range(0, simulations, batch)]
    return np.concatenate([_batch_of_t(rng.standard_normal((m, n, arms)) @ root.T) for m in parts])


def _batch_of_t(samples: Floats) -> Floats:
    """Largest |t| over pairs for each sample; `samples` is (m, n, pairs)."""
    t = samples.mean(axis=1) / samples.std(axis=1, ddof=1) * samples.shape[1] ** 0.5
    largest: Floats = np.abs(t).max(axis=1)
    return largest


def _spread(units: Floats) -> Floats:
    """Units without what all arms share, scaled to order one so that tiny numbers keep their digits."""
    centred = units - units.mean(axis=0)
    scale = float(np.abs(centred - centred.mean(axis=1, keepdims=True)).max())
    scaled: Floats = centred / scale if scale > 0 else centred
    return scaled


def _root(matrix: Floats) -> Floats:
    """Symmetric square root of a covariance, negative eigenvalues cut to zero."""
    w, v = np.linalg.eigh((matrix + matrix.T) / 2)
    root: Floats = (v * np.sqrt(np.clip(w, 0.0, None))) @ v.T
    return root


def within_covariance(values: Floats) -> Floats | None:
    """Covariance of the arms over lives in one market, pooled over markets; None for one life each."""
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
    """One-way random-effects split of the variance of a - b in one life in one plausible market.

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
    """Whether the difference a - b varies between draws by more than chance explains (F test at `level`)."""
    _, draws, replications = values.shape
    if draws < 2 or replications < 2:
        return False
    from scipy.stats import f

    difference = values[a] - values[b]
    between = replications * float(difference.mean(axis=1).var(ddof=1))
    within = float(difference.var(axis=1, ddof=1).mean())
    return between > 0 and (within == 0 or f.sf(between / within, draws - 1, draws * (replications - 1)) < level)


def plausible(values: Floats, simulations: int = 2_000) -> PlausibleMarkets:
    """Arms' means by draw with the noise of few replications taken out, and the error left in their level.

    The draws' means are pulled towards their average by the linear map that gives them exactly the covariance
    between markets (total minus within / replications): the optimal transport between the two normal laws,
    applied to the differences of arms only. With one replication nothing can be taken out, and chance counts
    as ignorance of the market. With one draw only the error of the level is left.
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
    between = _root(total - noise) @ _root(total - noise)
    shifts = level_shifts(total / draws, draws - 1, simulations)
    return PlausibleMarkets(level + common + _transport(total, between) @ apart, shifts)


def _transport(source: Floats, target: Floats) -> Floats:
    """The symmetric linear map that carries covariance `source` to `target`."""
    root = _root(source)
    inverse = np.linalg.pinv(root, rcond=1e-9, hermitian=True)
    carried: Floats = inverse @ _root(root @ target @ root) @ inverse
    return carried


def level_shifts(covariance: Floats, freedom: int, simulations: int) -> Floats:
    """Draws of a multivariate t with this scale: what the overall means may be off by."""
    if freedom < 1 or not covariance.any():
        return np.zeros((100, len(covariance)))
    rng = np.random.default_rng(_SEED)
    normal = rng.standard_normal((simulations, len(covariance))) @ _root(covariance)
    shifts: Floats = normal / np.sqrt(rng.chisquare(freedom, (simulations, 1)) / freedom)
    return shifts


@dataclass(frozen=True)
class Standing:
    """For each arm: chance of being best, of being good enough, and what choosing it costs on average."""

    best: Floats
    good_enough: Floats
    regret: Floats


def standing(markets: PlausibleMarkets, indifference: float) -> Standing:
    """Who is best in plausible markets; ties share. `indifference` is in the values' unit.

    A few draws are a coarse picture of the markets between and beyond them, so each is blurred by a normal
    kernel of Silverman's width, scaled to leave mean and covariance as they are (the smoothed bootstrap).
    """
    arms, draws = markets.means.shape
    rng = np.random.default_rng(_SEED)
    level = markets.means.mean(axis=1, keepdims=True)
    width = 1.06 * draws**-0.2 if draws > 1 else 0.0
    apart = markets.means - level
    kernel = width * _root(np.cov(apart - apart.mean(axis=0))) if draws > 1 else np.zeros((arms, arms))
    shifts = markets.shifts[: max(100, 4_000_000 // (arms * draws))]
    totals = np.zeros((3, arms))
    for shift in shifts:
        blurred = (apart + kernel @ rng.standard_normal((arms, draws))) / np.hypot(1.0, width)
        totals += _standing_at(level + blurred + shift[:, None], indifference)
    best, good, regret = totals / len(shifts)
    return Standing(best, good, regret)


def _standing_at(means: Floats, indifference: float) -> Floats:
    top = means.max(axis=0)
    behind = top - means
    slack = 1e-9 * np.abs(top) + 1e-7 * behind.max()  # equal arms differ by the rounding of a matrix root
    winners = behind <= slack
    best = (winners / winners.sum(axis=0)).mean(axis=1)
    good = (behind <= indifference + slack).mean(axis=1)
    return np.stack([best, good, behind.mean(axis=1)])


def intervals_of_means(units: Floats, confidence: float) -> list[tuple[float, float | None, float | None]]:
    """Mean of each row with Student's t interval, each by itself; `units` is (rows, n)."""
    n = units.shape[1]
    means = [float(mean) for mean in units.mean(axis=1)]
    if n < 2:
        return [(mean, None, None) for mean in means]
    from scipy.stats import t

    halves = t.ppf(0.5 + confidence / 2, n - 1) * units.std(axis=1, ddof=1) / n**0.5
    return [(mean, mean - float(half), mean + float(half)) for mean, half in zip(means, halves, strict=True)]
