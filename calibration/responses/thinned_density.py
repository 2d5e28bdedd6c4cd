"""A log density on some of the people that has the top and the bend of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibration.responses.best_fit import BestFit
from calibration.responses.response_density import Differences, ResponseDensity, inside

Floats = npt.NDArray[np.float64]

LEAST_DUE = 0.05
"""Share of what a week was expected to have at the best fit below which the few cannot bring it."""


@dataclass(frozen=True)
class ThinnedDensity:
    """All people's log density, from what few of them say.

    The few count as often as there are more of the others; what they miss of all people, to the second order about
    the best fit `fit` of `whole`, is added. From the third order on the few stand for all. of_few: differences of `few`
    at the best fit.
    """

    whole: ResponseDensity
    few: ResponseDensity
    fit: BestFit
    of_few: Differences

    @cached_property
    def _factor(self) -> float:
        return len(self.fit.differences.scores) / len(self.of_few.scores)

    @cached_property
    def _missed(self) -> tuple[Floats, Floats]:
        """Slope (d,) and precision (d, d) at the best fit that the few leave out."""
        whole, some = self.fit.differences.scores, self.of_few.scores
        slope = whole.sum(axis=0) - self._factor * some.sum(axis=0)
        return slope, whole.T @ whole - self._factor * some.T @ some

    def value(self, z: Floats) -> float:
        """The log density at z (d,), up to a constant."""
        if not inside(z):
            return -np.inf
        told, away = self.few.tell(z), z - self.fit.at
        slope, precision = self._missed
        people = self._factor * float(told.people.sum() - self.of_few.at.people.sum())
        people += float(slope @ away - 0.5 * away @ precision @ away)
        whole = self.fit.differences
        due = whole.at.due + whole.due @ away + self._factor * (told.due - self.of_few.at.due - self.of_few.due @ away)
        weeks = self.whole.weeks(z, np.maximum(due, LEAST_DUE * whole.at.due))
        found = people + weeks.value - 0.5 * float(z @ z)
        return found if np.isfinite(found) else -np.inf
