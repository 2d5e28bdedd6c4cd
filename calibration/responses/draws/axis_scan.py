"""A normal approximation put right along each of its axes.

The scores of people say how a log density bends at its top, not whether it falls on one side as fast as on the other.
Where the effect of a number grows with its size, as that of fatigue does, the density ends soon above the top and goes
on for long below it. So the density is asked at a few places on each axis of the approximation, and centre and scale
become the mean and the standard deviation of what it is along that axis (the axes of Geweke 1989, Bayesian inference in
econometric models using Monte Carlo integration, whose two scales each are an asymmetric form of this).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from calibration.responses.draws.density_emulator import NormalApproximation

Floats = npt.NDArray[np.float64]

ASKED = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
"""Places on an axis, in standard deviations of the approximation."""
LINE = np.linspace(-6.0, 6.0, 601)
"""Places over which a density along an axis is summed."""
FALL = 100.0
"""Log density by which a place is lower than the top at most: how much more says nothing of the moments."""


def along_axes(values: Callable[[Floats], Floats], about: NormalApproximation) -> NormalApproximation:
    """The approximation with the mean and the standard deviation of the density along each axis.

    values: log density (n,) at places z (n, d), minus infinity where there is none; asked at four places of each axis.
    Correlations stay those of `about`, which is returned as it is where its top has no density.
    """
    d = about.top.size
    x = np.concatenate([np.zeros((1, d)), *(step * np.eye(d) for step in ASKED if step)])
    found = values(about.places(x))
    top, sides = found[0], found[1:].reshape(-1, d)
    if not np.isfinite(top):  # there is nothing from which a fall could be measured
        return about
    fallen = np.insert(np.maximum(sides - top, -FALL), len(ASKED) // 2, 0.0, axis=0)
    means, spreads = np.array([moments(column) for column in fallen.T]).T
    return NormalApproximation(about.top + about.root @ means, about.root * spreads)


def moments(fallen: Floats) -> tuple[float, float]:
    """Mean and standard deviation of the density on a line, from its log density at `ASKED`, shape (5,).

    What it has beyond a standard normal is interpolated, and goes on straight beyond the last places, downwards only.
    """
    end = ASKED[-1]
    beyond = PchipInterpolator(ASKED, fallen + 0.5 * ASKED**2)
    inner, slopes = np.clip(LINE, -end, end), beyond.derivative()
    outer = np.where(LINE > 0.0, np.minimum(slopes(end), 0.0), np.maximum(slopes(-end), 0.0))
    logs = beyond(inner) + outer * (LINE - inner) - 0.5 * LINE**2
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    mean = float(weights @ LINE)
    return mean, float(np.sqrt(weights @ (LINE - mean) ** 2))
