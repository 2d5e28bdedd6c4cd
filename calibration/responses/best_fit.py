"""The best fit of a market's uncertain numbers: Gauss-Newton steps by the scores of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.responses.response_density import Bend, ResponseDensity
from calibration.responses.unknowns import FURTHEST

Floats = npt.NDArray[np.float64]

MOST_STEPS = 20
LONGEST = 1.5
"""Standard deviations of the prior that one step moves a number at most."""
SMALL_GAIN = 0.5
"""Log density that a step is expected to gain below which it is the last."""
TWO_STEPS = 0.25
"""Log density that two steps running have gained together below which they have gained nothing."""
NEARLY = 1.0
"""As `SMALL_GAIN`, where steps gain nothing."""
TRIES = 7
"""Steps tried from one place, each more damped than the last (Levenberg 1944, Marquardt 1963)."""
LEAST_DAMPING = 0.1


class BestFit(NamedTuple):
    """Where the log density is highest, what it is like there, and whether the search settled."""

    at: Floats
    bend: Bend
    converged: bool


def best_fit(density: ResponseDensity, start: Floats, say: Callable[[str], None]) -> BestFit:
    """The highest point found from `start` (d,), and the bend where slopes were last taken."""
    z, known, converged, due = start, density.tell(start), False, None
    damping, values = 0.0, []
    for number in range(MOST_STEPS):
        differences = density.differences(z, known, due=due)
        bend, due = density.bend(z, differences), differences.due
        gain = 0.5 * float(bend.slope @ np.linalg.solve(bend.precision, bend.slope))
        say(f"best fit, step {number + 1}: log density {bend.value:.1f}, {gain:.2f} to gain")
        values.append(bend.value)
        stalled = number > 1 and bend.value - values[-3] < TWO_STEPS
        if gain < (NEARLY if stalled else SMALL_GAIN):
            converged = True
            break
        for _ in range(TRIES):
            step = np.linalg.solve(bend.precision + damping * np.diag(np.diag(bend.precision)), bend.slope)
            step *= min(1.0, LONGEST / float(np.abs(step).max()))
            trial = (z + step).clip(-FURTHEST, FURTHEST)
            there = density.tell(trial)
            if density.of(trial, there) > bend.value:
                z, known, damping = trial, there, damping / 4.0
                break
            damping = max(4.0 * damping, LEAST_DAMPING)
        else:
            converged = gain < NEARLY
            break
    return BestFit(z, bend, converged)
