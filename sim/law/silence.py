"""How likely it is that a customer has drifted in the silence since the last order; compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Floats = npt.NDArray[np.float64]


@jit
def ended_in_silence(people: Floats, k: float, s: float, nodes: Floats, weights: Floats) -> Floats:
    """Chance that the next order would have come within the silence, and that the customer drifted before it.

    Per person, shape (5, n): a, c / k, beta + t_x, the silence and ln B(a, k). Over q = ln(1 + k y / c) the gap's
    density is that of a Beta(a, k), a power times a decaying exponential, for any history.
    """
    ended = np.empty(people.shape[1])
    for i in range(people.shape[1]):
        a, scale, before, silence, log_beta = people[:, i]
        # beyond the second bound the density holds less than 1e-17
        longest = min(math.log1p(silence / scale), (k + 8.0 * math.sqrt(k) + 40.0) / a)
        total = 0.0
        for j in range(nodes.size):
            q = longest * nodes[j]
            rest = -math.expm1(-q)
            density = math.exp(-a * q) if k == 1.0 else math.exp((k - 1.0) * math.log(rest / q) - a * q)
            y = scale * rest / (1.0 - rest)
            total -= weights[j] * density * math.expm1(-s * math.log1p(y / before))
        ended[i] = total * math.exp(k * math.log(longest) - log_beta) if silence > 0.0 else 0.0
    return ended
