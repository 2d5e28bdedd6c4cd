"""What the engine would give at other numbers of a market: a Gaussian process on some runs, for one KPI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_TERMS = 12
"""Numbers of a market, their squares and products, at most, by which those are chosen on which one KPI is emulated;
what the others do to it counts as chance."""
STRONGEST = 2
"""Numbers whose products with all others are tried."""
FOLDS = 5
BLOCK = 2000
"""Points that are emulated at once."""


@dataclass(frozen=True)
class Emulator:
    """Mean and standard deviation of one KPI at new points, on the scale on which it is emulated.

    numbers: places of the columns that it reads. process: scikit-learn's, None where the KPI never varied.
    """

    numbers: tuple[int, ...]
    process: Any
    constant: float

    def predict(self, x: Floats) -> tuple[Floats, Floats]:
        """At points x of shape (n, columns); the deviation is of one run: of its chance, too."""
        if self.process is None:
            return np.full(len(x), self.constant), np.zeros(len(x))
        parts = [
            self.process.predict(x[start : start + BLOCK][:, list(self.numbers)], return_std=True)
            for start in range(0, len(x), BLOCK)
        ]
        mean, sd = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
        return mean, sd


def fitted_emulator(x: Floats, y: Floats) -> Emulator:
    """The emulator of runs at standardised points x (runs, columns), which gave y (runs,)."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern, WhiteKernel

    if np.ptp(y) < 1e-12:
        return Emulator((), None, float(y[0]))
    numbers = chosen_numbers(x, y)
    curve = ConstantKernel(0.3, (1e-3, 1e2)) * Matern(np.full(len(numbers), 3.0), (0.3, 100.0), nu=2.5)
    line = ConstantKernel(0.3, (1e-4, 1e2)) * DotProduct(0.0, "fixed")
    kernel = curve + line + WhiteKernel(0.3, (1e-4, 2.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=0)
    return Emulator(numbers, _quiet(process, x[:, list(numbers)], y), float(y.mean()))


def chosen_numbers(x: Floats, y: Floats) -> tuple[int, ...]:
    """Columns that the KPI depends on: by orthogonal matching pursuit, as many as predict best.

    Squares are tried too: a share of silent people is highest for middling rates of interaction. And, once more, all
    columns times each of the strongest: what makes people interact more raises that share on one side of its highest
    point and lowers it on the other.
    """
    n = x.shape[1]
    terms, of = np.hstack([x, (x**2 - 1.0) / np.sqrt(2.0)]), np.tile(np.arange(n), (2, 2)).T
    found = _pursued(terms, y)
    size = np.bincount(of[:, 0], found**2, minlength=n)
    for one in np.flatnonzero(size >= max(np.sort(size)[-STRONGEST:].min(), 1e-12)):
        terms = np.hstack([terms, x * x[:, [one]]])
        of = np.vstack([of, np.column_stack([np.arange(n), np.full(n, one)])])
    return tuple(sorted({int(place) for place in of[_pursued(terms, y) != 0.0].ravel()}))


def _pursued(terms: Floats, y: Floats) -> Floats:
    """Coefficients of the terms, nil for all that are not taken."""
    from sklearn.linear_model import OrthogonalMatchingPursuitCV

    most = min(MOST_TERMS, terms.shape[1], len(y) // FOLDS)
    found = _quiet(OrthogonalMatchingPursuitCV(max_iter=most, cv=FOLDS), terms, (y - y.mean()) / y.std())
    return np.asarray(found.coef_)


def joint_numbers(emulators: Sequence[Emulator]) -> list[int]:
    """Places of the columns that any of them reads."""
    return sorted({place for one in emulators for place in one.numbers})


def _quiet(model: Any, x: Floats, y: Floats) -> Any:
    """The fitted model; a length at its bound is no news, since a number may well act as a straight line."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(x, y)
