"""The maximum of a smooth function: L-BFGS, with given slopes or central differences; Newton steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float64]

WORST = 1e15
WIDEST = 12.0


class Maximum(NamedTuple):
    """Where the maximum is, its value, and whether the search ended by its own tolerance."""

    at: Floats
    value: float
    converged: bool


@contextmanager
def one_thread() -> Iterator[None]:
    """Without threads of linear algebra: matrices are tiny here, and threads would wait for work at full load."""
    import scipy.optimize  # noqa: F401  # SciPy's own library is not NumPy's, and is limited only once it is loaded

    with threadpool_limits(limits=1, user_api="blas"):
        yield


def gradient(function: Callable[[Floats], float], at: Floats, step: float = 1e-5) -> Floats:
    """Central differences."""
    steps = np.eye(at.size) * step
    return np.array([(function(at + e) - function(at - e)) / (2.0 * step) for e in steps])


Joint = Callable[[Floats], tuple[float, Floats]]
"""A function's value and its slope, shape (d,)."""
Bounds = Sequence[tuple[float, float]]


def maximise(
    function: Callable[[Floats], float], start: Floats, bounds: Bounds | None = None, tolerance: float | None = None
) -> Maximum:
    """The maximum found from `start` by central differences. bounds: 12 to either side of the start if not given.

    tolerance: relative change of the value at which the search ends; SciPy's own if not given.
    """

    def with_slope(at: Floats) -> tuple[float, Floats]:
        return function(at), gradient(function, at)

    return climb(with_slope, start, bounds or [(float(c) - WIDEST, float(c) + WIDEST) for c in start], tolerance)


def climb(function: Joint, start: Floats, bounds: Bounds, tolerance: float | None = None) -> Maximum:
    """The maximum found from `start`, of a function that gives its slope too."""
    from scipy.optimize import minimize

    def negative(at: Floats) -> tuple[float, Floats]:
        value, slope = function(at)
        if not np.isfinite(value) or not np.isfinite(slope).all():
            return WORST, np.zeros(at.size)
        return -value, -slope

    options: Any = {} if tolerance is None else {"ftol": tolerance}
    found = minimize(negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return Maximum(np.asarray(found.x), -float(found.fun), bool(found.success))


def curvature(function: Joint, at: Floats, step: float = 1e-3) -> Floats:
    """Second derivatives, shape (d, d): central differences of the slope."""
    steps = np.eye(at.size) * step
    rows = np.array([(function(at + e)[1] - function(at - e)[1]) / (2.0 * step) for e in steps])
    return np.asarray(0.5 * (rows + rows.T))
