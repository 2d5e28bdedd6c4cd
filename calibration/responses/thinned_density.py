"""All people's log density from what few of them say: with the top and the bend of all, at the cost of the few."""

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


@dataclass(frozen=True)
class ThinnedDensity:
    """The log density of `whole` near its best fit `fit`, from evaluations of `few`.

    The few count as often as there are more of the others; what they miss of all people, to the second order about
    the best fit, is added. From the third order on the few stand for all. places: of the few among all, (m,). What is
    expected of each week moves in proportion to what is expected of the few.
    """

    whole: ResponseDensity
    few: ResponseDensity
    fit: BestFit
    places: npt.NDArray[np.int64]

    @cached_property
    def _factor(self) -> float:
        return len(self.fit.differences.scores) / self.places.size

    @cached_property
    def _missed(self) -> tuple[Floats, Floats]:
        """Slope (d,) and precision (d, d) at the best fit that the few leave out."""
        whole, some = self.fit.differences.scores, self.fit.differences.scores[self.places]
        slope = whole.sum(axis=0) - self._factor * some.sum(axis=0)
        return slope, whole.T @ whole - self._factor * some.T @ some

    @cached_property
    def _due(self) -> Floats:
        """What is expected of each week of the few at the best fit, shape (weeks,)."""
        return self.few.tell(self.fit.at).due

    def value(self, z: Floats) -> float:
        """The log density at z (d,), up to a constant."""
        if not inside(z):
            return -np.inf
        away = z - self.fit.at
        slope, precision = self._missed
        known = self.few.tell(z)
        people = self._factor * float(known.people.sum())
        people += float(slope @ away - 0.5 * away @ precision @ away)
        weeks = self.whole.weeks(z, self.fit.differences.at.due * known.due / np.maximum(self._due, LEAST_DUE))
        found = people + weeks.value - 0.5 * float(z @ z)
        return found if np.isfinite(found) else -np.inf
