"""The best fit of a market's uncertain numbers: steps by the scores of people, each as long as it gains."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.responses.response_density import Bend, EvidenceAt, ResponseDensity
from calibration.responses.unknowns import FURTHEST

Floats = npt.NDArray[np.float64]

MOST_STEPS = 20
LONGEST = 1.5
"""Standard deviations of the prior that one step moves a number at most."""
SMALL_GAIN = 0.5
"""Log density that the last step has gained at most."""
EXPECTED_GAIN = 1.0
"""Log density that it was expected to gain at most."""
TRIES = 7
"""Steps tried from one place, each more damped than the last (Levenberg 1944, Marquardt 1963)."""
LEAST_DAMPING = 0.1


class BestFit(NamedTuple):
    """The highest log density found, what it is like where slopes were last taken, and whether the search settled."""

    at: Floats
    bend: Bend
    converged: bool


class Reached(NamedTuple):
    """A place (d,), what the evidence says there, and the log density."""

    z: Floats
    known: EvidenceAt
    value: float


def best_fit(density: ResponseDensity, start: Floats, say: Callable[[str], None]) -> BestFit:
    """The highest point found from `start` (d,), and the bend before the last step.

    Scores that differ between people more than the density bends make steps far too short where the fit is bad, so
    each goes on, twice as long, as long as it gains.
    """
    z, known, converged, damping = start, density.tell(start), False, 0.0
    for number in range(MOST_STEPS):
        bend = density.bend(z, density.differences(z, known))
        gain = 0.5 * float(bend.slope @ np.linalg.solve(bend.precision, bend.slope))
        say(f"best fit, step {number + 1}: log density {bend.value:.1f}, {gain:.2f} to gain")
        for _ in range(TRIES):
            step = _step(bend, damping)
            there = _reached(density, z + step)
            if there.value > bend.value:
                damping /= 4.0
                break
            damping = max(4.0 * damping, LEAST_DAMPING)
        else:
            converged = gain < EXPECTED_GAIN
            break
        there = _as_far_as_it_gains(density, z, step, there)
        z, known = there.z, there.known
        if gain < EXPECTED_GAIN and there.value - bend.value < SMALL_GAIN:
            converged = True
            break
    return BestFit(z, bend, converged)


def _step(bend: Bend, damping: float) -> Floats:
    whole = np.linalg.solve(bend.precision + damping * np.diag(np.diag(bend.precision)), bend.slope)
    return np.asarray(whole * min(1.0, LONGEST / float(np.abs(whole).max(initial=1e-9))))


def _as_far_as_it_gains(density: ResponseDensity, z: Floats, step: Floats, there: Reached) -> Reached:
    """The highest of the places that are one step, two, four and so on from z; `there` is the first of them."""
    while float(np.abs(2.0 * step).max()) <= LONGEST:
        step = 2.0 * step
        further = _reached(density, z + step)
        if not further.value > there.value:
            break
        there = further
    return there


def _reached(density: ResponseDensity, place: Floats) -> Reached:
    z = place.clip(-FURTHEST, FURTHEST)
    known = density.tell(z)
    return Reached(z, known, density.of(z, known))
