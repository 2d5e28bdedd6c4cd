"""Chains of a gradient sampler, for log densities whose importance weights cannot be trusted.

Mici's Hamiltonian sampler moves along the slope of an emulator and accepts by the true log density: paths along any
slope that depends on the place alone are reversible and keep volume, so the draws are exact however rough the slope is.
One path costs one evaluation of the density, where a slope by differences would cost one for each number at each of
its steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.model.importance import LARGEST_R, NoDraws, diagnostics

Floats = npt.NDArray[np.float64]
Function = Callable[[Floats], float]
Slope = Callable[[Floats], Floats]

LEAST_EFFECTIVE = 100.0
"""Effective sample size at least, or a quarter of the draws where they are fewer than 400."""
WARM_UP, LENGTH, LONGEST = 25, 100, 800
"""Steps before draws are kept, those after which chains are first judged, and their most steps."""
HOPELESS = 1.5
"""R-hat of the first steps from which on longer chains are not tried."""
STEP, PATH = 0.3, (4, 8)
"""Leapfrog's step where an approximation is standard normal, and fewest and most of them in a path: long paths, as what
an emulator misses does not fall with the step."""
FAR = 1e10
"""Minus the log density where there is none."""


class ChainDraws(NamedTuple):
    """Draws x (draws, d), and the effective sample size behind them."""

    points: Floats
    effective_sample_size: float


def chains(
    value: Function, slope: Slope, begin: Floats, what: tuple[int, np.random.Generator, Callable[[str], None]]
) -> ChainDraws:
    """Draws of the log density `value` by chains from `begin` (chains, d) along `slope`, where both are near normal.

    what: draws, generator, and what is called with one line as chains grow. Raises NoDraws where R-hat or the effective
    sample size is not good after the longest chains.
    """
    import mici

    draws, rng, say = what

    def minus(x: Floats) -> float:
        found = value(x)
        return -found if np.isfinite(found) else FAR

    system = mici.systems.EuclideanMetricSystem(minus, grad_neg_log_dens=lambda x: -slope(x))
    integrator = mici.integrators.LeapfrogIntegrator(system, step_size=STEP)
    sampler = mici.samplers.RandomMetropolisHMC(system, integrator, rng, n_step_range=PATH)
    states: Any = list(begin)
    options = {"trace_funcs": [lambda state: {"x": state.pos}], "display_progress": False, "n_worker": 1}
    kept = np.empty((len(begin), 0, begin.shape[1]))
    warm_up, length, ratio, effective = WARM_UP, LENGTH, np.inf, 0.0
    while kept.shape[1] < LONGEST:
        found = sampler.sample_chains(warm_up, length, states, adapters=[], **options)
        kept = np.concatenate([kept, np.array([np.asarray(trace) for trace in found.traces["x"]])], axis=1)
        states, warm_up, length = found.final_states, 0, kept.shape[1]
        ratio = max(float(diagnostics().rhat(kept[:, :, j])) for j in range(begin.shape[1]))
        effective = min(float(diagnostics().ess(kept[:, :, j])) for j in range(begin.shape[1]))
        say(f"chains of {kept.shape[1]} steps: R-hat {ratio:.2f}, effective sample size {effective:.0f}")
        if ratio > HOPELESS:
            break
        if ratio <= LARGEST_R and effective >= min(LEAST_EFFECTIVE, 0.25 * draws):
            rows = kept.reshape(-1, begin.shape[1])
            return ChainDraws(rows[rng.choice(len(rows), draws)], effective)
    raise NoDraws(
        f"importance sampling and {len(begin)} Hamiltonian chains of {kept.shape[1]:,} steps did not settle "
        f"(R-hat {ratio:.2f}, effective sample size {effective:.0f})"
    )
