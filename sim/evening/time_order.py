"""The order in which an evening takes events: by time, over all people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Identities

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@jit
def order_of(instant: Floats, identity: Identities) -> Ints:
    """Positions by instant, then identity, then as they stand; all of shape (n,). A merge sort."""
    n = instant.size
    order, merged = np.arange(n), np.empty(n, dtype=np.int64)
    width = 1
    while width < n:
        for first in range(0, n, 2 * width):
            middle, last = min(first + width, n), min(first + 2 * width, n)
            left, right = first, middle
            for k in range(first, last):
                from_right = left == middle
                if left < middle and right < last:
                    a, b = order[left], order[right]
                    from_right = instant[b] < instant[a] or (instant[b] == instant[a] and identity[b] < identity[a])
                if from_right:
                    merged[k] = order[right]
                    right += 1
                else:
                    merged[k] = order[left]
                    left += 1
        order, merged = merged, order
        width *= 2
    return order
