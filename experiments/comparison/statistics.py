"""Paired differences of strategies and their intervals, on plain arrays.

Everywhere `values` has the shape (arms, draws, replications): one number per arm, plausible market and replication,
complete and finite, with more meaning better. A *unit* is what is independent of its neighbours: a draw where
there are several (its replications share the market), otherwise a replication. `docs/verdict.md` says why
each estimate is what it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SEED = 20_111
"""Every simulated reference distribution starts here, so that an answer repeats exactly."""
_EXACT_UNITS = 200
"""Above this many units the sample covariance is taken as known when the joint t law is simulated."""
_FEW_PAIRS = 100
"""Up to so many pairs each difference is simulated by itself."""
_MANY_PAIRS, _FEWER = 1_000, 2_000
"""Above so many pairs so many simulations do: the level of a quantile at 95 % is then within 1 % of what is asked."""


@dataclass(frozen=True)
class DifferenceInterval:
    """A mean difference of two arms with its simultaneous interval; low and high are None for one unit."""

    a: int
    b: int
    difference: float
    low: float | None
    high: float | None


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


def students_t(confidence: float, n: int) -> float:
    """Two-sided quantile of Student's t for n units, two at least.

    From `scipy.special`: `scipy.stats` takes longer to import than all intervals of a comparison.
    """
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + confidence / 2))


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
        return students_t(confidence, n)
    if arms * (arms - 1) // 2 > _MANY_PAIRS:
        simulations = min(simulations, _FEWER)
    return float(np.quantile(_largest_t(units, simulations), confidence))


def _largest_t(units: Floats, simulations: int) -> Floats:
    arms, n = units.shape
    rng = np.random.default_rng(SEED)
    scaled = _spread(units)
    pairs = np.array([(a, b) for a, b in pair_list(arms) if (scaled[a] - scaled[b]).std() > 1e-9])
    if not pairs.size:
        return np.zeros(simulations)
    root = symmetric_root(np.cov(scaled))
    contrasts = root[pairs[:, 0]] - root[pairs[:, 1]]
    exact = n <= _EXACT_UNITS
    batch = max(1, 1_000_000 // (n * arms) if len(pairs) <= _FEW_PAIRS else 1_000_000 // (n * arms + arms * arms))
    parts = [min(batch, simulations - start) for start in range(0, simulations, batch)]
    if not exact:
        scales = np.sqrt((contrasts**2).sum(axis=1))
        normals = (rng.standard_normal((m, arms)) @ contrasts.T for m in parts)
        return np.concatenate([np.abs(normal / scales).max(axis=1) for normal in normals])
    if len(pairs) <= _FEW_PAIRS:
        return np.concatenate([_batch_of_t(rng.standard_normal((m, n, arms)) @ contrasts.T) for m in parts])
    varying = np.zeros((arms, arms), dtype=np.bool_)
    varying[tuple(pairs.T)] = True
    return np.concatenate(
        [_t_of_many((rng.standard_normal((m * n, arms)) @ root).reshape(m, n, arms), varying) for m in parts]
    )


def _batch_of_t(samples: Floats) -> Floats:
    """Largest |t| over pairs for each sample; `samples` is (m, n, pairs)."""
    t = samples.mean(axis=1) / samples.std(axis=1, ddof=1) * samples.shape[1] ** 0.5
    largest: Floats = np.abs(t).max(axis=1)
    return largest


def _t_of_many(samples: Floats, varying: npt.NDArray[np.bool_]) -> Floats:
    """The same from samples of the arms, (m, n, arms), for the pairs that vary, (arms, arms): the variance of a
    difference from the arms' covariance, since the differences of many arms take more time and memory than all else."""
    n = samples.shape[1]
    means = samples.mean(axis=1)
    centred = samples - means[:, None, :]
    covariance = np.stack([one.T @ one for one in centred]) / (n - 1)  # a stack of small products takes far longer
    own = np.diagonal(covariance, axis1=1, axis2=2)
    variance = own[:, :, None] + own[:, None, :] - 2.0 * covariance
    squared = (means[:, :, None] - means[:, None, :]) ** 2 / np.maximum(variance, 1e-30)
    largest: Floats = np.sqrt(n * np.where(varying, squared, 0.0).max(axis=(1, 2)))
    return largest


def _spread(units: Floats) -> Floats:
    """Units without what all arms share, scaled to order one so that tiny numbers keep their digits."""
    centred = units - units.mean(axis=0)
    scale = float(np.abs(centred - centred.mean(axis=1, keepdims=True)).max())
    scaled: Floats = centred / scale if scale > 0 else centred
    return scaled


def share_low(count: float, of: int, level: float) -> float:
    """Exact lower bound of a share by the `count` of cases in which something held: below the true share in at least
    this `level` of samples (Clopper and Pearson, Biometrika 26, 1934). 0 for no case."""
    from scipy.special import betaincinv

    return float(betaincinv(count, of - count + 1, 1.0 - level)) if count > 0 else 0.0


def share_high(count: float, of: int, level: float) -> float:
    """The exact upper bound, likewise."""
    return 1.0 - share_low(of - count, of, level)


def share_error(share: float, of: int, level: float) -> float:
    """How far the further end of the exact two-sided interval of a share of so many markets is from it."""
    one_sided = 0.5 + level / 2
    low, high = (bound(share * of, of, one_sided) for bound in (share_low, share_high))
    return max(share - low, high - share)


def least_markets(share: float, level: float) -> int:
    """The fewest markets which, all together, show at this level that something holds in this share of markets: with
    fewer, it may fail in 1 - `share` of the markets and yet in none of those drawn, in more than 1 - `level` of cases.
    """
    return math.ceil(math.log1p(-level) / math.log(share)) if share > 0.0 else 1


def symmetric_root(matrix: Floats) -> Floats:
    """Symmetric square root of a covariance, negative eigenvalues cut to zero."""
    w, v = np.linalg.eigh((matrix + matrix.T) / 2)
    root: Floats = (v * np.sqrt(np.clip(w, 0.0, None))) @ v.T
    return root


def intervals_of_means(units: Floats, confidence: float) -> list[tuple[float, float | None, float | None]]:
    """Mean of each row with Student's t interval, each by itself; `units` is (rows, n)."""
    n = units.shape[1]
    means = [float(mean) for mean in units.mean(axis=1)]
    if n < 2:
        return [(mean, None, None) for mean in means]
    halves = students_t(confidence, n) * units.std(axis=1, ddof=1) / n**0.5
    return [(mean, mean - float(half), mean + float(half)) for mean, half in zip(means, halves, strict=True)]
