"""The maximum of a smooth function: L-BFGS with central differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WORST = 1e15
WIDEST = 12.0


class Maximum(NamedTuple):
    """Where the maximum is, its value, and whether the search ended by its own tolerance."""

    at: Floats
    value: float
    converged: bool


def gradient(function: Callable[[Floats], float], at: Floats, step: float = 1e-5) -> Floats:
    """Central differences."""
    steps = np.eye(at.size) * step
    return np.array([(function(at + e) - function(at - e)) / (2.0 * step) for e in steps])


def maximise(
    function: Callable[[Floats], float],
    start: Floats,
    bounds: Sequence[tuple[float, float]] | None = None,
    tolerance: float | None = None,
) -> Maximum:
    """The maximum found from `start`. bounds: 12 to either side of the start if not given.

    tolerance: relative change of the value at which the search ends; SciPy's own if not given.
    """
    from scipy.optimize import minimize

    def negative(at: Floats) -> float:
        value = -function(at)
        return value if np.isfinite(value) else WORST

    def slope(at: Floats) -> Floats:
        return gradient(negative, at)

    bounds = bounds or [(float(c) - WIDEST, float(c) + WIDEST) for c in start]
    options: Any = {} if tolerance is None else {"ftol": tolerance}
    found = minimize(negative, start, jac=slope, method="L-BFGS-B", bounds=bounds, options=options)
    return Maximum(np.asarray(found.x), -float(found.fun), bool(found.success))
