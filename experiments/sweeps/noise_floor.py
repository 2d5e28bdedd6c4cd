"""Noise floors: the index that an axis may show which does nothing but change the random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.sweeps.designs import Design, Floats, Ints

if TYPE_CHECKING:
    from scenarios import Plan

CONFIDENCE = 0.95
_SIMULATIONS = 1000

Kept = npt.NDArray[np.bool_]


def variance_quantile(count: float) -> float:
    """95 % point of the variance of `count` draws of a standard normal; 1 for infinitely many."""
    from scipy.stats import chi2

    if np.isinf(count):
        return 1.0
    return float(chi2.ppf(CONFIDENCE, count - 1) / count) if count > 1 else 0.0


def noise_variance(design: Design, response: Floats) -> float:
    """Upper 95 % limit of the variance of one point's response over random numbers."""
    from scipy.stats import chi2

    differences = _repeat_differences(design, response)
    return (
        float((differences**2).sum() / 2.0 / chi2.ppf(1.0 - CONFIDENCE, differences.size)) if differences.size else 0.0
    )


def noise_sd(design: Design, response: Floats) -> float:
    """Standard deviation of one point's response over random numbers."""
    differences = _repeat_differences(design, response)
    return float(np.sqrt((differences**2).mean() / 2.0)) if differences.size else 0.0


def _repeat_differences(design: Design, response: Floats) -> Floats:
    """Differences between repeated points, which have fresh random numbers, and the points that they repeat."""
    differences = response[design.shared :] - response[design.base[design.shared :]]
    found: Floats = differences[np.isfinite(differences)]
    return found


def steps(plan: Plan, design: Design, kept: Kept) -> list[Ints]:
    """For each axis, and last for the noise axis: codes of the values before and after its step, shape (t, 2).

    There is a row for each trajectory; the lower value comes first.
    """
    unit = design.unit[: design.shared].reshape(len(kept), design.block, -1)[kept]
    each = np.arange(len(unit))
    found = []
    for place, axis in enumerate(plan.axes):
        cells = design.table[axis.path].to_numpy()[: design.shared]
        codes = np.unique(cells, return_inverse=True)[1].reshape(len(kept), design.block)[kept]
        moves = np.diff(unit[:, :, place], axis=1)
        step = np.abs(moves).argmax(axis=1)
        ends = np.column_stack([codes[each, step], codes[each, step + 1]])
        found.append(np.where(moves[each, step][:, None] < 0, ends[:, ::-1], ends))
    return [*found, _distinct(len(unit))]


def _distinct(count: int) -> Ints:
    """Steps of which no two share a value."""
    return np.arange(2 * count, dtype=np.int64).reshape(-1, 2)


def noise_effects(rng: np.random.Generator, steps: Ints) -> dict[str, float]:
    """95 % points of mu_star, mu and sigma of an axis that only changes random numbers, with standard deviation 1.

    The larger of two cases: each value has random numbers of its own at all points, or each point has. The standard
    deviation is estimated from as many repeats as there are steps, so draws are Student's and not normal.
    """
    cases = [_effects(rng, codes) for codes in (steps, _distinct(len(steps)))]
    return {name: max(case[name] for case in cases) for name in cases[0]}


def _effects(rng: np.random.Generator, steps: Ints) -> dict[str, float]:
    count = len(steps)
    sd = np.sqrt(rng.chisquare(count, (_SIMULATIONS, 1)) / count)
    noise = rng.standard_normal((_SIMULATIONS, int(steps.max()) + 1)) / sd
    effects = noise[:, steps[:, 1]] - noise[:, steps[:, 0]]
    indices = {
        "mu_star": np.abs(effects).mean(axis=1),
        "mu": np.abs(effects.mean(axis=1)),
        "sigma": effects.std(axis=1, ddof=1),
    }
    return {name: float(np.quantile(values, CONFIDENCE)) for name, values in indices.items()}
