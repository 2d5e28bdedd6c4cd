"""Draws from a log density of a few dimensions: adaptive importance sampling, and a sampler where that fails.

Points are proposed from Student t distributions about the peaks, weighted by density over the mixture of all
proposals so far (Cornuet, Marin, Mira & Robert 2012), and the proposals are fitted anew to the weighted points until
the Pareto shape of the largest weights (Vehtari, Simpson, Gelman, Yao & Gabry 2024) and the effective sample size are
good. Where they do not become good, emcee's ensemble sampler (Foreman-Mackey et al. 2013) takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lgamma, log, pi
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.model.optimisation import Joint, climb, curvature

Floats = npt.NDArray[np.float64]
Function = Callable[[Floats], float]

FREEDOM = 5.0
WIDEST_SD = 4.0
APART = 1.0
"""Two peaks closer than this many standard deviations in every direction are one."""
BELOW = 30.0
"""Peaks this much lower in log density than the highest have no weight."""
LEAST_POINTS = 400
FEWEST_INSIDE = 50
"""Points inside the box at least, for the shape of their largest weights to say anything."""
ROUNDS, PARTS = 10, 4
"""Rounds of proposals at most; parts of equal weight into which a long density is cut for them."""
LARGEST_K = 0.7
WALKERS, STEPS, LONGEST_CHAIN = 24, 1_000, 8_000
LARGEST_R = 1.05
AFTER = 30.0
"""Autocorrelation times that a chain has to be long for its estimate of them to hold."""


class NoDraws(Exception):
    """Neither way gave draws that can be trusted; the message says why."""


@dataclass(frozen=True)
class LogDensity:
    """A log density, the same with its slope, and the box outside which it is minus infinity; bounds (d,).

    Inside the box and just beyond it both functions are smooth.
    """

    value: Function
    joint: Joint
    low: Floats
    high: Floats

    def at(self, points: Floats) -> Floats:
        """The log density at each of `points` (n, d); shape (n,)."""
        found = np.full(len(points), -np.inf)
        for i in np.flatnonzero(((points >= self.low) & (points <= self.high)).all(axis=1)):
            found[i] = self.value(points[i])
        return np.where(np.isnan(found), -np.inf, found)


@dataclass(frozen=True)
class Sample:
    """Draws (n, d), the effective sample size behind them, the Pareto shape of the weights, and how they were had.

    log_evidence: log of the density's integral. It and pareto_k are not numbers for draws of the ensemble sampler.
    """

    points: Floats
    effective_sample_size: float
    pareto_k: float
    log_evidence: float
    method: str


@dataclass(frozen=True)
class Peak:
    """A highest point of a log density and the covariance there: a Student t with five degrees of freedom."""

    at: Floats
    covariance: Floats

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """Points of shape (size, d)."""
        z = rng.standard_normal((size, self.at.size)) / np.sqrt(rng.chisquare(FREEDOM, size=(size, 1)) / FREEDOM)
        return np.asarray(self.at + z @ np.linalg.cholesky(self.covariance).T)

    def log_density(self, points: Floats) -> Floats:
        """Of each point (n, d); shape (n,)."""
        root = np.linalg.cholesky(self.covariance)
        z = np.linalg.solve(root, (points - self.at).T)
        d = self.at.size
        tail = -0.5 * (FREEDOM + d) * np.log1p((z**2).sum(axis=0) / FREEDOM)
        whole = lgamma((FREEDOM + d) / 2.0) - lgamma(FREEDOM / 2.0) - 0.5 * d * log(FREEDOM * pi)
        return np.asarray(tail - np.log(np.diag(root)).sum() + whole)


def sample(density: LogDensity, starts: Sequence[Floats], draws: int, rng: np.random.Generator) -> Sample:
    """`draws` draws. starts: where the search for peaks begins. Raises NoDraws."""
    proposals = peaks(density, starts)
    points, values = np.empty((0, density.low.size)), np.empty(0)
    used: list[tuple[Peak, int]] = []
    goal = max(draws, LEAST_POINTS)
    size = goal + goal // 2
    for _ in range(ROUNDS):
        each = -(-size // len(proposals))
        used += [(proposal, each) for proposal in proposals]
        new = np.concatenate([proposal.draw(each, rng) for proposal in proposals])
        points, values = np.concatenate([points, new]), np.concatenate([values, density.at(new)])
        ratios = values - _mixture(used, points)
        logs, shape = normalised(ratios)
        weights = np.exp(logs)
        effective = 1.0 / float((weights**2).sum())
        if shape < good_shape(len(points)) and effective >= goal:
            evidence = float(np.logaddexp.reduce(ratios)) - log(len(points))
            rows = systematic(weights, draws, rng)
            return Sample(points[rows], effective, shape, evidence, "importance sampling")
        proposals = refitted(points, logs)
        size = 2 * goal
    return ensemble(density, points[systematic(weights, WALKERS, rng)], draws, rng)


def peaks(density: LogDensity, starts: Sequence[Floats]) -> list[Peak]:
    """The distinct peaks found from the starts, highest first, with covariances from the curvature there."""
    box = list(zip(density.low, density.high, strict=True))
    tops = [climb(density.joint, np.clip(start, density.low, density.high), box, 1e-12) for start in starts]
    tops = sorted(tops, key=lambda top: -top.value)
    found: list[Peak] = []
    for top in tops:
        near = (np.abs(top.at - peak.at) < APART * np.sqrt(np.diag(peak.covariance)) for peak in found)
        if top.value > tops[0].value - BELOW and not any(close.all() for close in near):
            found.append(Peak(top.at, _covariance(-curvature(density.joint, top.at))))
    return found


def _covariance(bend: Floats) -> Floats:
    """The inverse; flat directions, and those that bend upwards, stay wide but finite."""
    if not np.isfinite(bend).all():
        return np.eye(len(bend))
    values, vectors = np.linalg.eigh(bend)
    return np.asarray((vectors / np.maximum(values, WIDEST_SD**-2)) @ vectors.T)


def _mixture(used: Sequence[tuple[Peak, int]], points: Floats) -> Floats:
    """Log density of the mixture of all proposals at each point; shape (n,)."""
    whole = sum(size for _, size in used)
    return np.asarray(
        np.logaddexp.reduce([peak.log_density(points) + log(size / whole) for peak, size in used], axis=0)
    )


def normalised(logs: Floats) -> tuple[Floats, float]:
    """Log weights that add up to one, and the Pareto shape of the largest (infinite where too few are above zero)."""
    inside = np.isfinite(logs)
    if inside.sum() < FEWEST_INSIDE:
        return np.where(inside, 0.0, -np.inf) - np.log(max(int(inside.sum()), 1)), np.inf
    weights = np.exp(logs[inside] - logs[inside].max())  # arviz-stats 0.8 does not heed its own log_weights=True
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # many weights of zero: the shape is then no number
            shape = float(diagnostics().pareto_khat(weights[None, :], r_eff=1.0, tail="right"))
    except ValueError:  # all but a few weights are zero beside the largest
        shape = np.inf
    return logs - np.logaddexp.reduce(logs[inside]), shape


def diagnostics() -> Any:
    """arviz-stats for plain arrays; it has no types."""
    from arviz_stats import base

    return base.array_stats  # type: ignore[attr-defined]


def good_shape(size: int) -> float:
    """The largest Pareto shape with which `size` weights give reliable means (Vehtari et al. 2024, section 3.2.4)."""
    return min(1.0 - 1.0 / float(np.log10(size)), LARGEST_K)


def refitted(points: Floats, logs: Floats) -> list[Peak]:
    """Proposals for the next points: one of all that were weighed, and one of each part of their longest direction."""
    inside = np.isfinite(logs)
    points, weights = points[inside], flattened(logs[inside])
    whole = _fitted(points, weights)
    values, vectors = np.linalg.eigh(whole.covariance)
    along = (points - whole.at) @ vectors[:, -1]
    order = np.argsort(along)
    part = np.empty(along.size, int)
    part[order] = np.minimum(PARTS * np.cumsum(weights[order]), PARTS - 1).astype(int)
    parts = (part == number for number in range(PARTS))
    return [whole, *(_fitted(points[one], weights[one]) for one in parts if one.sum() > 5 * len(values))]


def flattened(logs: Floats) -> Floats:
    """Weights, raised to the largest power up to one at which they are still worth a few points each dimension."""
    for power in (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05):
        weights = np.exp(power * (logs - logs.max()))
        weights /= weights.sum()
        if 1.0 / (weights**2).sum() > min(60.0, 0.3 * logs.size):
            break
    return np.asarray(weights)


def _fitted(points: Floats, weights: Floats) -> Peak:
    weights = weights / weights.sum()
    middle = weights @ points
    away = points - middle
    covariance = (away * weights[:, None]).T @ away
    return Peak(middle, covariance + 1e-8 * np.eye(middle.size) * max(float(np.trace(covariance)), 1e-12))


def systematic(weights: Floats, draws: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Rows drawn in proportion to their weights, in random order."""
    steps = (np.arange(draws) + rng.random()) / draws
    rows = np.searchsorted(np.cumsum(weights), steps).clip(0, weights.size - 1)
    return np.asarray(rng.permutation(rows))


def ensemble(density: LogDensity, begin: Floats, draws: int, rng: np.random.Generator) -> Sample:
    """Draws by emcee's ensemble sampler, begun at WALKERS points near `begin` (WALKERS, d). Raises NoDraws.

    It runs until it is 30 autocorrelation times long, with R-hat over the walkers at most 1.05 and an effective sample
    size of `draws` after a first half that is left out, or to the longest chain.
    """
    import emcee

    def value(at: Floats) -> float:
        return float(density.at(at[None, :])[0])

    spread = np.maximum(begin.std(axis=0), 1e-3)
    state = np.clip(begin + 0.1 * spread * rng.standard_normal(begin.shape), density.low, density.high)
    walk = emcee.EnsembleSampler(WALKERS, density.low.size, value)
    walk._random = np.random.RandomState(int(rng.integers(2**31)))  # the only way to seed it without global state
    effective = ratio = length = np.nan
    while walk.iteration < LONGEST_CHAIN:
        state = walk.run_mcmc(state, STEPS if walk.iteration == 0 else walk.iteration)
        chain = np.swapaxes(walk.get_chain(discard=walk.iteration // 2), 0, 1)
        length = float(np.max(walk.get_autocorr_time(discard=walk.iteration // 2, tol=0)))
        effective = float(WALKERS * chain.shape[1] / length)
        ratio = max(float(diagnostics().rhat(chain[:, :, i])) for i in range(chain.shape[2]))
        if ratio <= LARGEST_R and effective >= draws and chain.shape[1] >= AFTER * length:
            rows = chain.reshape(-1, chain.shape[2])
            picked = rng.choice(len(rows), draws, replace=False)
            return Sample(rows[picked], effective, np.nan, np.nan, "ensemble sampler")
    raise NoDraws(
        f"importance sampling and {walk.iteration:,} steps of an ensemble sampler did not settle "
        f"(R-hat {ratio:.2f}, effective sample size {effective:.0f}, autocorrelation {length:.0f} steps)"
    )
