"""Joint draws of need and responses: Laplace's approximation, corrected by importance weights, and chains behind it.

Directions that the orders tell nothing of are drawn from the prior, which is standard normal there. In the others the
proposals are a split normal and a split Student t distribution about the best fit, as wide to either side as the log
density says there (Geweke 1989); both are fitted anew to the weighted points until the Pareto shape of the largest
weights and the effective sample size are good (`model/importance.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import lgamma, log, pi
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.model.importance import FREEDOM, LARGEST_K, diagnostics, flattened, good_shape, normalised, systematic

Floats = npt.NDArray[np.float64]
Function = Callable[[Floats], float]

INFORMED = 1.02
"""Precision in a direction, over that of the prior, from which on the orders tell of it."""
SPLIT_AT = (1.0, 2.0)
"""Standard deviations from the best fit at which it is looked how wide the density is to either side."""
NARROWEST, WIDEST = 0.25, 2.0
"""What a side's standard deviation is of that of Laplace's approximation, at least and at most."""
HEAVY = 0.25
"""Share of points that come from the Student t distribution."""
ROUNDS, FEWEST_POINTS = 4, 150
"""Rounds of proposals at most, and points of each, to which a quarter of the draws is added."""
ENOUGH = 3.0
"""Effective sample size, over the number of informed directions, from which a proposal is fitted to the points."""
LEAST_EFFECTIVE = 100.0
"""Effective sample size at least, or a quarter of the draws where they are fewer than 400."""
WIDER = 1.05
"""By which standard deviations of proposals exceed what was found: too wide costs less than too narrow."""


@dataclass(frozen=True)
class ResponseProposal:
    """Standard normal in all directions but those of the orthonormal `informed` (d, m).

    There: centre (m,) and root (m, m) of the covariance of a normal, mixed with a Student t distribution. sides, shape
    (2, m): what standard deviations below and above the centre are multiplied by, along the columns of the root.
    """

    informed: Floats
    centre: Floats
    root: Floats
    sides: Floats

    @property
    def precision(self) -> Floats:
        """Of the normal, in all directions, shape (d, d)."""
        half = np.linalg.solve(self.root, self.informed.T)
        return np.asarray(np.eye(len(self.informed)) - self.informed @ self.informed.T + half.T @ half)

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """Points (size, d)."""
        d, m = self.informed.shape
        z = rng.standard_normal((size, d))
        away = rng.standard_normal((size, m))
        heavy = rng.random(size) < HEAVY
        away[heavy] /= np.sqrt(rng.chisquare(FREEDOM, size=(int(heavy.sum()), 1)) / FREEDOM)
        below, above = self.sides
        upward = rng.random((size, m)) * (below + above) < above
        inside = self.centre + np.where(upward, np.abs(away) * above, -np.abs(away) * below) @ self.root.T
        return np.asarray(z - (z @ self.informed) @ self.informed.T + inside @ self.informed.T)

    def log_density(self, points: Floats) -> Floats:
        """Of each point (n, d); shape (n,)."""
        m = self.centre.size
        inside = points @ self.informed
        away = np.linalg.solve(self.root, (inside - self.centre).T)
        square = ((away / np.where(away < 0.0, *self.sides[:, :, None])) ** 2).sum(axis=0)
        normal = -0.5 * square - 0.5 * m * log(2.0 * pi)
        whole = lgamma((FREEDOM + m) / 2.0) - lgamma(FREEDOM / 2.0) - 0.5 * m * log(FREEDOM * pi)
        heavy = whole - 0.5 * (FREEDOM + m) * np.log1p(square / FREEDOM)
        mixed = np.logaddexp(normal + log(1.0 - HEAVY), heavy + log(HEAVY))
        mixed = mixed - np.log(np.diag(self.root)).sum() - np.log(self.sides.mean(axis=0)).sum()
        rest = (points**2).sum(axis=1) - (inside**2).sum(axis=1)
        return np.asarray(mixed - 0.5 * rest - 0.5 * (points.shape[1] - m) * log(2.0 * pi))


class ResponseSample(NamedTuple):
    """Draws (draws, d) on the prior's scale, the effective sample size behind them, the Pareto shape of the weights
    (not a number for chains), how they were had, and the normal approximation that is nearest to them."""

    points: Floats
    effective_sample_size: float
    pareto_k: float
    method: str
    about: ResponseProposal


def first_proposal(top: Floats, precision: Floats) -> ResponseProposal:
    """Laplace's approximation about `top` (d,) with this precision (d, d), the prior's included."""
    values, vectors = np.linalg.eigh(precision)
    clear = values > INFORMED
    if not clear.any():
        clear[-1] = True
    informed = vectors[:, clear]
    root = WIDER * np.diag(values[clear] ** -0.5)
    return ResponseProposal(informed, top @ informed, root, np.ones((2, informed.shape[1])))


def split_proposal(value: Function, top: Floats, precision: Floats) -> ResponseProposal:
    """`first_proposal` with the width of either side by how far the log density falls along each direction."""
    plain, highest = first_proposal(top, precision), value(top)
    steps = plain.root.T @ plain.informed.T / WIDER
    sides = np.ones((2, len(steps)))
    for side, sign in enumerate((-1.0, 1.0)):
        for j, step in enumerate(steps):
            falls = [max(highest - value(top + sign * at * step), 1e-3) for at in SPLIT_AT]
            wide = [at / np.sqrt(2.0 * fall) for at, fall in zip(SPLIT_AT, falls, strict=True)]
            sides[side, j] = min(max(NARROWEST, *wide), WIDEST)
    return ResponseProposal(plain.informed, plain.centre, plain.root, sides)


def weighted_draws(
    value: Function, first: ResponseProposal, draws: int, rng: np.random.Generator, say: Callable[[str], None]
) -> ResponseSample:
    """`draws` draws by importance sampling; whether they can be trusted is in pareto_k (see `trusted`)."""
    used: list[ResponseProposal] = []
    size, goal = FEWEST_POINTS + draws // 4, min(LEAST_EFFECTIVE, 0.25 * draws)
    points, values = np.empty((0, len(first.informed))), np.empty(0)
    proposal = first
    for number in range(ROUNDS):
        used.append(proposal)
        new = proposal.draw(size, rng)
        points = np.concatenate([points, new])
        values = np.concatenate([values, [value(point) for point in new]])
        mixture = np.logaddexp.reduce([one.log_density(points) for one in used], axis=0) - log(len(used))
        ratios = np.where(np.isnan(values), -np.inf, values) - mixture
        logs, shape = normalised(ratios)
        weights = smoothed(logs)
        effective = 1.0 / float((weights**2).sum())
        say(f"draws, round {number + 1}: Pareto shape {shape:.2f}, effective sample size {effective:.0f}")
        if shape < good_shape(len(points)) and effective >= goal:
            break
        if effective >= ENOUGH * first.centre.size:
            proposal = _refitted(first.informed, points, logs)
    rows = systematic(weights, draws, rng)
    return ResponseSample(points[rows], effective, shape, "importance sampling", proposal)


def trusted(sample: ResponseSample) -> bool:
    """Whether the Pareto shape of the weights lets means of the draws be trusted; always so for chains."""
    return not sample.pareto_k >= LARGEST_K


def smoothed(logs: Floats) -> Floats:
    """Weights that add up to one, the largest replaced by quantiles of the Pareto distribution fitted to them."""
    inside = np.isfinite(logs)
    found = np.zeros(logs.size)
    smooth, _ = diagnostics().psislw(-logs[inside], r_eff=1.0)  # it takes log-likelihoods, whose weights are inverse
    found[inside] = np.exp(smooth - np.logaddexp.reduce(smooth))
    return found


def _refitted(informed: Floats, points: Floats, logs: Floats) -> ResponseProposal:
    """The proposal with mean and covariance of the weighted points in the informed directions."""
    inside = np.isfinite(logs)
    weights = flattened(logs[inside])
    along = points[inside] @ informed
    centre = weights @ along
    away = along - centre
    covariance = (away * weights[:, None]).T @ away
    least = 1e-6 * np.eye(centre.size) * max(float(np.trace(covariance)) / centre.size, 1e-9)
    root = np.asarray(WIDER * np.linalg.cholesky(covariance + least))
    return ResponseProposal(informed, centre, root, np.ones((2, centre.size)))
