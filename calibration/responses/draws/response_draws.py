"""Joint draws of need and responses by importance sampling from an emulator that learns from every point.

First points come from a normal approximation that is put right along its axes (`axis_scan.py`). An emulator of the log
density (`density_emulator.py`) is fitted to all points so far, the next ones are drawn from it, and so on until the
Pareto shape of the largest weights and the effective sample size are good (`model/importance.py`). Each round's points
are weighed by their log density over that from which they were drawn, and rounds by their own effective sample size:
evaluations serve twice, as points of the emulator and as draws. The first rounds, of a worse emulator, are left out
where the rest has better weights. Where none become good, Hamiltonian chains along the emulator's slope take over.

All points that are weighed may be asked of a cheaper density that follows the true one closely. The draws are then
weighed by the true one over it; how even these weights are, and their Pareto shape where they are not, says whether it
served.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from calibration.model.importance import (
    FEWEST_INSIDE,
    LARGEST_K,
    NoDraws,
    diagnostics,
    good_shape,
    normalised,
    systematic,
)
from calibration.responses.draws.axis_scan import along_axes
from calibration.responses.draws.density_emulator import (
    CHAINS,
    DensityEmulator,
    NormalApproximation,
    emulated_draws,
    fitted_emulator,
)
from calibration.responses.draws.hamiltonian_chains import LEAST_EFFECTIVE, chains

Floats = npt.NDArray[np.float64]
Function = Callable[[Floats], float]

FIRST_POINTS, EACH_NUMBER, POINTS = 100, 3, 150
"""Points of the normal approximation, and more for each number; points of each round from the emulator."""
FOLLOWED = 100
"""First points at which, beside those on the axes, a cheaper density is made to follow the true one."""
CHECKED = 200
"""Draws from a cheaper density, at most, that are weighed by the true one."""
EVEN = 0.98
"""Effective share of these from which their weights move a mean by at most .15 standard deviations (Cauchy-Schwarz);
what shape the tail of weights has that are all but equal is then not asked."""
FAR_BELOW = 6.0
"""Standard deviations below its mean from which on a normal log density has none of its draws."""
ROUNDS, SIZED_IN = 10, 2
"""Rounds from the emulator at most, and those in which the sizes of its parts are fitted."""
CHAINED = 30
"""Numbers, at most, for which chains follow the emulator's slope: with fifty they have not mixed after 400 steps."""


class ResponseSample(NamedTuple):
    """Draws (draws, d) on the prior's scale, the effective sample size behind them, the Pareto shape of the weights
    (not a number for chains), and how they were had."""

    points: Floats
    effective_sample_size: float
    pareto_k: float
    method: str


@dataclass(frozen=True)
class Weighted:
    """Points x (n, d), log weights and smoothed weights (n,) that add up to one, the effective sample size of these,
    and the Pareto shape."""

    x: Floats
    logs: Floats
    weights: Floats
    effective: float
    shape: float

    @property
    def good(self) -> bool:
        """Whether the shape lets means of so few points be trusted."""
        return self.shape < good_shape(len(self.x))


def response_draws(
    value: Function,
    about: NormalApproximation,
    draws: int,
    what: tuple[np.random.Generator, Callable[[str], None]],
    cheaper: Callable[[], Function] | None = None,
) -> ResponseSample:
    """`draws` draws of a log density, by weights, and by chains where these cannot be trusted.

    what: generator, and what is called with one line as each step begins. cheaper: makes a density that follows `value`
    from all the places at which it has been asked so far. Where neither settles, draws by flattened weights are given;
    the Pareto shape says so (see `trusted`).
    """
    rng, say = what
    about = along_axes(lambda places: _at(value, places), about)
    x, density = rng.standard_normal((FIRST_POINTS + EACH_NUMBER * about.top.size, about.top.size)), value
    if cheaper is not None:
        _at(value, about.places(x[:FOLLOWED]))
        density = cheaper()
    sample = _sample(density, about, (x, _at(density, about.places(x))), (draws, rng, say))
    if cheaper is None:
        return sample
    some = sample.points[: min(CHECKED, draws)]
    rows, again = np.unique(some, axis=0, return_inverse=True)  # draws by weights come more than once
    logs, shape = normalised((_at(value, rows) - _at(density, rows))[again.ravel()])
    weights = smoothed(logs)
    kept = 1.0 / (len(some) * float((weights**2).sum()))
    say(f"draws weighed by all people: Pareto shape {shape:.2f}, {kept:.0%} effective")
    if kept < EVEN:
        sample = sample._replace(pareto_k=float(np.fmax(sample.pareto_k, np.inf if np.isnan(shape) else shape)))
    points = some[systematic(weights, draws, rng)]
    return sample._replace(points=points, effective_sample_size=kept * sample.effective_sample_size)


def _sample(
    value: Function,
    about: NormalApproximation,
    first: tuple[Floats, Floats],
    what: tuple[int, np.random.Generator, Callable[[str], None]],
) -> ResponseSample:
    draws, rng, say = what
    found, emulator = weighted_points(value, about, first, what)
    rows = systematic(found.weights, draws, rng)
    sample = ResponseSample(about.places(found.x[rows]), found.effective, found.shape, "importance sampling")
    if trusted(sample) or emulator is None:
        return sample
    flat = found.x[systematic(flattened(found.logs, min(LEAST_EFFECTIVE, 0.5 * draws)), draws, rng)]
    kept = sample._replace(points=about.places(flat), method="flattened weights")
    if about.top.size > CHAINED:
        return kept
    say("importance weights cannot be trusted: chains")
    begin = found.x[systematic(found.weights, CHAINS, rng)]
    try:
        walked = chains(lambda x: value(about.places(x[None])[0]), emulator.slope, begin, (draws, rng, say))
    except NoDraws as reason:
        say(f"{reason}; draws by flattened weights are kept")
        return kept
    return ResponseSample(about.places(walked.points), walked.effective_sample_size, np.nan, "Hamiltonian chains")


def weighted_points(
    value: Function,
    about: NormalApproximation,
    first: tuple[Floats, Floats],
    what: tuple[int, np.random.Generator, Callable[[str], None]],
) -> tuple[Weighted, DensityEmulator | None]:
    """Points with weights, and the last emulator. first: points x (n, d) of the approximation, and their values (n,).

    what: draws that they are for, generator, and what is called with one line.
    """
    draws, rng, say = what
    d, goal = about.top.size, min(LEAST_EFFECTIVE, 0.25 * draws)
    x, values = first
    rounds = [(x, values, -0.5 * (x**2).sum(axis=1))]
    emulator: DensityEmulator | None = None
    for number in range(ROUNDS + 1):
        found = best_rounds(log_weights(rounds), goal)
        say(f"draws, {len(x):,} points: Pareto shape {found.shape:.2f}, effective sample size {found.effective:.0f}")
        if (found.good and found.effective >= goal) or np.isfinite(values).sum() < FEWEST_INSIDE:
            break
        emulator = fitted_emulator(x, values, emulator if number >= SIZED_IN else None)
        if number == ROUNDS:
            break
        new = emulated_draws(emulator, x[np.argsort(-values)[:CHAINS]], POINTS, rng)
        there, emulated = _at(value, about.places(new)), np.array([emulator.value(point) for point in new])
        # A chain that is held far below the emulator's top has not come to its mass: its points are no draws of it.
        rounds.append((new, there, np.where(within_mass(emulated, emulated.max(), d), emulated, np.inf)))
        x, values = np.concatenate([x, new]), np.concatenate([values, there])
    return found, emulator


def log_weights(rounds: Sequence[tuple[Floats, Floats, Floats]]) -> list[tuple[Floats, Floats]]:
    """Points (n, d) and log weights of each round. rounds: points, their log density, and that of what they were drawn
    from, up to a constant.

    Points far below the highest of all rounds have no weight: where a whole round lies there, its weights are as even
    among themselves as those of good draws.
    """
    top = max(float(values.max()) for _, values, _ in rounds)
    d = rounds[0][0].shape[1]
    return [(x, np.where(within_mass(values, top, d), values - drawn, -np.inf)) for x, values, drawn in rounds]


def within_mass(values: Floats, top: float, d: int) -> npt.NDArray[np.bool_]:
    """Whether log densities (n,) are such as draws of a normal one in d numbers have whose highest is `top`."""
    return np.asarray(values > top - d / 2.0 - FAR_BELOW * np.sqrt(d / 2.0))


def _at(value: Function, places: Floats) -> Floats:
    """The log density at each of `places` z (n, d); minus infinity where there is none."""
    found = np.array([value(place) for place in places])
    return np.where(np.isnan(found), -np.inf, found)


def best_rounds(rounds: Sequence[tuple[Floats, Floats]], goal: float) -> Weighted:
    """The last rounds, as many as give the best weights: the most good ones, or the smallest shape where none are good.

    rounds: points and log weights of each, known up to a constant.
    """
    found = [_weighted(rounds[first:]) for first in range(len(rounds))]
    return max(found, key=lambda one: (one.good, min(one.effective, goal) if one.good else 0.0, -one.shape))


def _weighted(rounds: Sequence[tuple[Floats, Floats]]) -> Weighted:
    x, together = np.concatenate([x for x, _ in rounds]), pooled([logs for _, logs in rounds])
    if not np.isfinite(together).any():  # the emulator was wrong everywhere it was drawn from, and learns of it next
        even = np.full(len(x), 1.0 / len(x))
        return Weighted(x, np.log(even), even, 0.0, np.inf)
    logs, shape = normalised(together)
    weights = smoothed(logs)
    return Weighted(x, logs, weights, 1.0 / float((weights**2).sum()), shape)


def pooled(rounds: Sequence[Floats]) -> Floats:
    """Log weights of all rounds together: each round's own are made to add up to its effective sample size.

    The density from which a round was drawn is known up to a constant, and a round of few good points counts little.
    """
    parts = []
    for logs in rounds:
        total, squares = np.logaddexp.reduce(logs), np.logaddexp.reduce(2.0 * logs)
        parts.append(logs + (total - squares) if np.isfinite(total) else logs)
    return np.concatenate(parts)


def flattened(logs: Floats, goal: float) -> Floats:
    """Weights (n,) to the largest power, at most one, at which `goal` of them are effective.

    Where a few points have nearly all the weight, means over them vary by chance more than flatter weights are biased:
    a mean over seven points is off by .4 standard deviations (Koblents & Miguez 2015).
    """
    inside = np.isfinite(logs)
    smooth = logs[inside]

    def effective(power: float) -> float:
        weights = np.exp(power * smooth - np.logaddexp.reduce(power * smooth))
        return float(1.0 / (weights**2).sum())

    goal, power = min(goal, 0.999 * smooth.size), 1.0
    if effective(1.0) < goal:
        power = brentq(lambda share: np.log(effective(share) / goal), 0.0, 1.0)
    found = np.zeros(logs.size)
    found[inside] = np.exp(power * smooth - np.logaddexp.reduce(power * smooth))
    return found


def trusted(sample: ResponseSample) -> bool:
    """Whether the Pareto shape of the weights lets means of the draws be trusted; always so for chains."""
    return not sample.pareto_k >= LARGEST_K


def smoothed(logs: Floats) -> Floats:
    """Weights that add up to one, the largest replaced by quantiles of the Pareto distribution fitted to them; as they
    are where too few are above zero to have a tail."""
    inside = np.isfinite(logs)
    found = np.zeros(logs.size)
    smooth = logs[inside]
    if smooth.size >= FEWEST_INSIDE:
        try:  # psislw takes log-likelihoods, whose weights are inverse
            with np.errstate(divide="ignore", invalid="ignore"):
                fitted, _ = diagnostics().psislw(-smooth, r_eff=1.0)
            if np.isfinite(fitted).all():
                smooth = fitted
        except ValueError:  # the largest weights are all the same: there is no tail
            pass
    found[inside] = np.exp(smooth - np.logaddexp.reduce(smooth))
    return found
