"""The log density near its best fit, where what is expected of each week moves as it did there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibration.responses.best_fit import BestFit
from calibration.responses.response_density import ResponseDensity, inside

Floats = npt.NDArray[np.float64]

LEAST_DUE = 1e-6
"""Orders that a week is expected to have at least."""
FURTHEST = 2.0
"""Log by which a week's expected orders move at most."""


@dataclass(frozen=True)
class LinearWeeks:
    """The log density of `whole` with the exact likelihood of each person, about the best fit `fit`.

    The log of what each week is expected to have moves along its differences at the best fit: to find it anew at every
    point would cost a second way through everybody's days, and it enters only by what all people share in a week.
    """

    whole: ResponseDensity
    fit: BestFit

    @cached_property
    def _slopes(self) -> Floats:
        """Of the log of each week's expected orders by each number, shape (weeks, d)."""
        found = self.fit.differences
        return np.asarray(found.due / np.maximum(found.at.due, LEAST_DUE)[:, None])

    def value(self, z: Floats) -> float:
        """The log density at z (d,), up to a constant."""
        if not inside(z):
            return -np.inf
        moved = np.clip(self._slopes @ (z - self.fit.at), -FURTHEST, FURTHEST)
        weeks = self.whole.weeks(z, self.fit.differences.at.due * np.exp(moved))
        found = float(self.whole.people(z).sum()) + weeks.value - 0.5 * float(z @ z)
        return found if np.isfinite(found) else -np.inf
