"""Draws of a share from its belief and the binomial chance of what was counted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, xlog1py, xlogy

from scenarios.values.beliefs import Belief, quantile

Floats = npt.NDArray[np.float64]

LEAST = 1e-9
"""A share that was never seen is not taken to be exactly nothing."""
CELLS, FURTHEST, NEGLIGIBLE = 4000, 6.0, 40.0
"""Cells of the grid of a posterior, standard deviations of the belief that it covers, and the log density below its
highest beyond which it is not refined."""


def log_chance(share: Floats, counted: tuple[float, float]) -> Floats:
    """Log-likelihood of a share, up to a constant. counted: how many there were, and of how many it was so."""
    every, so = counted
    return np.asarray(xlogy(so, share) + xlog1py(every - so, -share))


def share_draws(belief: Belief | None, counted: tuple[float, float], draws: int, rng: np.random.Generator) -> Floats:
    """Draws, shape (draws,), of a share that is in the likelihood of these counts alone; `counted` as in `log_chance`.

    On a fine grid of the scale where the belief is standard normal. Without a belief the prior is uniform. Counts that
    are spread more than binomial ones are given divided by their dispersion (quasi-likelihood, Wedderburn 1974).
    """
    every, so = counted
    if belief is None:
        return np.clip(rng.beta(so + 1.0, every - so + 1.0, draws), LEAST, 1.0)

    def share(z: Floats) -> Floats:
        return np.clip([quantile(belief, chance) for chance in ndtr(z).tolist()], LEAST, 1.0)

    def density(edges: Floats) -> Floats:
        middle = 0.5 * (edges[1:] + edges[:-1])
        return np.asarray(log_chance(share(middle), counted) - 0.5 * middle**2)

    edges = np.linspace(-FURTHEST, FURTHEST, CELLS + 1)
    height = density(edges)
    near = np.flatnonzero(height > height.max() - NEGLIGIBLE)
    edges = np.linspace(edges[max(near[0] - 1, 0)], edges[min(near[-1] + 2, CELLS)], CELLS + 1)
    height = density(edges)
    weight = np.exp(height - height.max())
    cell = rng.choice(CELLS, draws, p=weight / weight.sum())
    return share(edges[cell] + (edges[1] - edges[0]) * rng.random(draws))
