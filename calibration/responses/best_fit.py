"""The best fit of a market's uncertain numbers: Gauss-Newton steps by the scores of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.responses.response_density import Bend, Differences, ResponseDensity
from calibration.responses.unknowns import FURTHEST

Floats = npt.NDArray[np.float64]

MOST_STEPS = 12
LONGEST = 1.5
"""Standard deviations of the prior that one step moves a number at most."""
SMALL_GAIN = 0.05
"""Log density that a step is expected to gain below which it is the last."""
SHORTEST = 1.0 / 32.0


class BestFit(NamedTuple):
    """Where the log density is highest, what it is like there, and whether the search settled.

    differences: central ones, of all people that the fit took.
    """

    at: Floats
    bend: Bend
    differences: Differences
    converged: bool

    @property
    def top(self) -> Floats:
        """Where the central slope says that the highest point is: a small step from `at`, shape (d,)."""
        step = np.linalg.solve(self.bend.precision, self.bend.slope)
        return np.asarray(self.at + step * min(1.0, LONGEST / max(float(np.abs(step).max()), 1e-12)))


def best_fit(density: ResponseDensity, start: Floats, say: Callable[[str], None]) -> BestFit:
    """The highest point found from `start` (d,), by forward differences; its bend by central ones."""
    z, told, converged = start, density.tell(start), False
    for number in range(MOST_STEPS):
        bend = density.bend(z, density.differences(z, at=told))
        step = np.linalg.solve(bend.precision, bend.slope)
        gain = 0.5 * float(step @ bend.slope)
        say(f"best fit, step {number + 1}: log density {bend.value:.1f}, {gain:.2f} to gain")
        if gain < SMALL_GAIN:
            converged = True
            break
        step *= min(1.0, LONGEST / float(np.abs(step).max()))
        size = 1.0
        while size >= SHORTEST:
            trial = (z + size * step).clip(-FURTHEST, FURTHEST)
            there = density.tell(trial)
            if density.of(trial, there) > bend.value:
                z, told = trial, there
                break
            size *= 0.5
        else:
            # No better point along the step: with forward differences the slope is not exact near the top.
            converged = gain < 1.0
            break
    differences = density.differences(z, central=True, at=told)
    return BestFit(z, density.bend(z, differences), differences, converged)
