"""An emulator of a log density: a Gaussian process on what few points have beyond a normal approximation.

Points are taken where the approximation is standard normal. What the log density has beyond it is, to the emulator, a
line, a quadratic and a cubic form of the place, and a smooth rest; all four sizes are fitted to the points. Its slope
costs nothing beside that of the density, so that a Hamiltonian sampler can walk on it (Rasmussen 2003, Gaussian
processes to speed up hybrid Monte Carlo for expensive Bayesian integrals).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DEEP = 50.0
"""Points lower than the highest by more than this in log density count as so much lower: how much more says nothing of
where the draws are, but that they are low has to be known, as a cubic form has no bound."""
ROUGH = 1e-2
"""Variance of what no part of the emulator follows."""
SIZED = 400
"""Points, at most, to which the sizes of the parts are fitted: the last ones."""
BEYOND = 1.2
"""Of the distance to the farthest point, from where on there is no density."""
WALL = 4.0
"""Curvature of the fall beyond the farthest of the points, where nothing is known."""
CHAINS, WARM_UP, APART = 4, 60, 2
"""Chains on the emulator, their steps before draws are kept, and the steps from one draw to the next."""
PATH = (4, 10)
"""Fewest and most leapfrog steps of a path."""
ACCEPTED = 0.8


class NormalApproximation(NamedTuple):
    """Of a log density: its top (d,), and root (d, d) of its covariance: place z = top + root x, x standard normal."""

    top: Floats
    root: Floats

    def places(self, x: Floats) -> Floats:
        """Places z (n, d) of x (n, d)."""
        return np.asarray(self.top + x @ self.root.T)


def normal_approximation(top: Floats, precision: Floats) -> NormalApproximation:
    """Laplace's, about `top` (d,) with this precision (d, d), the prior's included."""
    values, vectors = np.linalg.eigh(precision)
    return NormalApproximation(top, vectors / np.sqrt(values))


@dataclass(frozen=True)
class DensityEmulator:
    """An emulated log density at x, where the normal approximation is standard normal; up to a constant.

    points: those it was fitted to, (n, d). weights: what each has in the mean, (n,). mean: of what the points have
    beyond the approximation. sizes: of the line, the quadratic and the cubic form and the rest. length: of the rest.
    """

    points: Floats
    weights: Floats
    mean: float
    sizes: tuple[float, float, float, float]
    length: float

    @cached_property
    def reach(self) -> float:
        """How far from 0 the farthest point is."""
        return float(np.sqrt((self.points**2).sum(axis=1).max()))

    def value(self, x: Floats) -> float:
        """At x (d,)."""
        if x @ x > (BEYOND * self.reach) ** 2:
            return -np.inf
        line, square, cube, rest = self.sizes
        along = self.points @ x
        near = rest * np.exp(-0.5 * ((self.points - x) ** 2).sum(axis=1) / self.length**2)
        beyond = max(float(np.sqrt(x @ x)) - self.reach, 0.0)
        found = self.weights @ (line * along + square * along**2 + cube * along**3 + near)
        return float(self.mean + found - 0.5 * x @ x - 0.5 * WALL * beyond**2)

    def slope(self, x: Floats) -> Floats:
        """Of `value` at x (d,), shape (d,)."""
        if x @ x > (BEYOND * self.reach) ** 2:
            return -x
        line, square, cube, rest = self.sizes
        along, away = self.points @ x, self.points - x
        near = rest * np.exp(-0.5 * (away**2).sum(axis=1) / self.length**2)
        far = float(np.sqrt(x @ x))
        beyond = max(far - self.reach, 0.0)
        forms = (self.weights * (line + 2.0 * square * along + 3.0 * cube * along**2)) @ self.points
        return np.asarray(
            forms + (self.weights * near) @ away / self.length**2 - x * (1.0 + WALL * beyond / max(far, 1e-9))
        )


def fitted_emulator(x: Floats, values: Floats, like: DensityEmulator | None = None) -> DensityEmulator:
    """The emulator of a log density that has these values (n,) at x (n, d). like: take the sizes from there."""
    from sklearn.gaussian_process import GaussianProcessRegressor

    points = x
    excess = np.maximum(values, values.max() - DEEP) + 0.5 * (points**2).sum(axis=1)
    mean = float(excess.mean())
    kernel = _kernel(like)
    if like is None:
        part = slice(-SIZED, None)
        sized = _quiet(GaussianProcessRegressor(kernel, alpha=1e-8), points[part], excess[part] - mean)
        kernel = sized.kernel_
    found = _quiet(GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=None), points, excess - mean)
    sizes, length = _sizes(kernel)
    return DensityEmulator(points, found.alpha_, mean, sizes, length)


def emulated_draws(emulator: DensityEmulator, begin: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Draws x (draws, d) of the emulated density, by Hamiltonian chains begun at `begin` (chains, d)."""
    import mici

    system = mici.systems.EuclideanMetricSystem(
        lambda x: -emulator.value(x), grad_neg_log_dens=lambda x: -emulator.slope(x)
    )
    sampler = mici.samplers.RandomMetropolisHMC(
        system, mici.integrators.LeapfrogIntegrator(system), rng, n_step_range=PATH
    )
    steps = APART * -(-draws // len(begin))
    found = sampler.sample_chains(
        WARM_UP, steps, list(begin), adapters=[mici.adapters.DualAveragingStepSizeAdapter(ACCEPTED)],
        trace_funcs=[lambda state: {"x": state.pos}], display_progress=False, n_worker=1,
    )  # fmt: skip
    kept = np.array([np.asarray(trace)[APART - 1 :: APART] for trace in found.traces["x"]])
    return np.asarray(kept.transpose(1, 0, 2).reshape(-1, emulator.points.shape[1])[:draws])


def _kernel(like: DensityEmulator | None) -> Any:
    """Covariance of what is emulated; with the sizes of `like` where they are known."""
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    sizes, length = (like.sizes, like.length) if like else ((1.0, 0.05, 1e-3, 10.0), 4.0)
    bounds = ((1e-4, 1e3), (1e-6, 1e2), (1e-8, 1e1), (1e-2, 1e4))
    line, square, cube, rest = (ConstantKernel(size, bound) for size, bound in zip(sizes, bounds, strict=True))
    along = DotProduct(0.0, "fixed")
    forms = line * along + square * along**2 + cube * along**3
    return forms + rest * RBF(length, (1.0, 100.0)) + WhiteKernel(ROUGH, "fixed")


def _sizes(kernel: Any) -> tuple[tuple[float, float, float, float], float]:
    """Of the four parts, and the length of the rest."""
    known = kernel.get_params()
    names = ("k1__k1__k1__k1__k1", "k1__k1__k1__k2__k1", "k1__k1__k2__k1", "k1__k2__k1")
    line, square, cube, rest = (float(known[f"{name}__constant_value"]) for name in names)
    return (line, square, cube, rest), float(known["k1__k2__k2__length_scale"])


def _quiet(process: Any, x: Floats, y: Floats) -> Any:
    """The fitted process; a size at its bound is no news."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return process.fit(x, y)
