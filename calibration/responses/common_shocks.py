"""What all customers share in a week, integrated out: the likelihood of a shop whose weeks are good and bad.

Each week multiplies everybody's need by exp(u), u Gaussian: a shock of that week, and lasting shifts that fade. The
log-likelihood of all people moves with u as x u - E (exp(u) - 1) does, where x is the week's repeat order-days and E
what the law expects of it given all that each customer did: the slope at u = 0 is exact, the curvature that of
independent orders. The integral over u is Laplace's. Without it, thousands of people who share 78 weeks would count
as thousands of independent observations of each week.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.levels.calendar_levels import shift_covariance

Floats = npt.NDArray[np.float64]

STEPS = 50
CLOSE = 1e-8
SHORTEST = 1e-6
"""Part of a step at least."""
LEAST = 1e-9
"""Orders that a week is expected to have at least."""
SMALLEST = 1e-4
"""Standard deviation of a shock at least: below it there is none."""


class SharedWeeks(NamedTuple):
    """The log of the integral over the weeks' levels, their best values u (weeks,), and the root of what is summed.

    shrunk: (K^-1 + W)^-1, the covariance of the levels given the orders, shape (weeks, weeks).
    """

    value: float
    levels: Floats
    shrunk: Floats


def level_covariance(weeks: int, shock: float, shift: float) -> Floats:
    """Covariance of the log levels of weeks: shocks of sd `shock`, shifts of sd `shift` a week that fade."""
    return np.asarray(max(shock, SMALLEST) ** 2 * np.eye(weeks) + shift**2 * shift_covariance(weeks))


def positive(seen: Floats, due: Floats) -> tuple[Floats, Floats]:
    """Orders `seen` and `due`, both raised by the same where fewer than none were due, each (weeks,): slopes stay.

    Regular buyers who have just ordered take more from a week than others are expected to bring.
    """
    more = np.maximum(LEAST - due, 0.0)
    return seen + more, due + more


def shared_weeks(seen: Floats, due: Floats, covariance: Floats) -> SharedWeeks:
    """Laplace's integral over the levels of weeks with `seen` orders where `due` were expected, each (weeks,).

    Newton steps as for a Gaussian process with Poisson observations (Rasmussen & Williams 2006, algorithm 3.1), each
    halved until it gains: a whole one from 0 goes far beyond the best levels where far more orders came than were due.
    """
    seen, due = positive(seen, due)
    eye = np.eye(due.size)
    force, u = np.zeros(due.size), np.zeros(due.size)
    best = 0.0
    for _ in range(STEPS):
        bend = due * np.exp(u)
        root = np.sqrt(bend)
        half = np.linalg.cholesky(eye + root[:, None] * covariance * root)
        target = bend * u + seen - bend
        inner = np.linalg.solve(half, root * (covariance @ target))
        aim = target - root * np.linalg.solve(half.T, inner)
        step = 1.0
        while step > SHORTEST:
            trial = force + step * (aim - force)
            level = covariance @ trial
            value = float(seen @ level - due @ np.expm1(np.minimum(level, 50.0)) - 0.5 * trial @ level)
            if value >= best - 1e-12 * abs(best):
                break
            step *= 0.5
        gain, best, force, u = value - best, value, trial, level
        if abs(gain) < CLOSE:
            break
    root = np.sqrt(due * np.exp(u))
    half = np.linalg.cholesky(eye + root[:, None] * covariance * root)
    back = np.linalg.solve(half, root[:, None] * covariance)
    return SharedWeeks(best - float(np.log(np.diag(half)).sum()), u, covariance - back.T @ back)
