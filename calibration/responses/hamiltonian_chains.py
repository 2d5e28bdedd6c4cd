"""Chains of a gradient sampler, for log densities whose importance weights cannot be trusted.

Mici's Hamiltonian sampler moves along the slope of the last proposal of importance sampling, a normal approximation,
with its precision as metric, and accepts by the true log density: paths along any slope that depends on the place alone
are reversible and keep volume, so the draws are exact however rough the slope is. One path costs one evaluation of the
density, where a slope by differences would cost one for each number at each of its steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.model.importance import LARGEST_R, NoDraws, diagnostics
from calibration.responses.response_draws import LEAST_EFFECTIVE, ResponseProposal, ResponseSample

Floats = npt.NDArray[np.float64]
Function = Callable[[Floats], float]

CHAINS, WARM_UP, LENGTH, LONGEST = 4, 100, 200, 1_600
"""Chains, their steps before draws are kept, the steps after which they are first judged, and their most steps."""
PATH = (2, 8)
"""Fewest and most leapfrog steps of a path; how many is drawn, so that no path comes back to where it began."""
ACCEPTED = 0.8
FAR = 1e10
"""Minus the log density where there is none."""


def chains(
    value: Function, about: ResponseProposal, draws: int, rng: np.random.Generator, say: Callable[[str], None]
) -> ResponseSample:
    """Draws by Hamiltonian chains begun at draws of `about`, along whose slope they move.

    Raises NoDraws where R-hat or the effective sample size is not good after the longest chains.
    """
    import mici

    top, precision = about.informed @ about.centre, about.precision

    def minus(z: Floats) -> float:
        found = value(z)
        return -found if np.isfinite(found) else FAR

    def slope(z: Floats) -> Floats:
        return np.asarray(precision @ (z - top))

    system = mici.systems.EuclideanMetricSystem(
        minus, grad_neg_log_dens=slope, metric=mici.matrices.DensePositiveDefiniteMatrix(precision)
    )
    sampler = mici.samplers.RandomMetropolisHMC(
        system, mici.integrators.LeapfrogIntegrator(system), rng, n_step_range=PATH
    )
    states: Any = list(about.draw(CHAINS, rng))
    options = {"trace_funcs": [lambda state: {"z": state.pos}], "display_progress": False, "n_worker": 1}
    adapters = [mici.adapters.DualAveragingStepSizeAdapter(ACCEPTED)]
    kept = np.empty((CHAINS, 0, top.size))
    warm_up, length, ratio, effective = WARM_UP, LENGTH, np.inf, 0.0
    while kept.shape[1] < LONGEST:
        found = sampler.sample_chains(warm_up, length, states, adapters=adapters if warm_up else [], **options)
        kept = np.concatenate([kept, np.array([np.asarray(trace) for trace in found.traces["z"]])], axis=1)
        states, warm_up, length = found.final_states, 0, kept.shape[1]
        ratio = max(float(diagnostics().rhat(kept[:, :, j])) for j in range(top.size))
        effective = min(float(diagnostics().ess(kept[:, :, j])) for j in range(top.size))
        say(f"chains of {kept.shape[1]} steps: R-hat {ratio:.2f}, effective sample size {effective:.0f}")
        if ratio <= LARGEST_R and effective >= min(LEAST_EFFECTIVE, 0.25 * draws):
            rows = kept.reshape(-1, top.size)
            return ResponseSample(rows[rng.choice(len(rows), draws)], effective, np.nan, "Hamiltonian chains", about)
    raise NoDraws(
        f"importance sampling and {CHAINS} Hamiltonian chains of {kept.shape[1]:,} steps did not settle "
        f"(R-hat {ratio:.2f}, effective sample size {effective:.0f})"
    )
