"""The compiled step of the books."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.stages import Stage

Ints = npt.NDArray[np.int64]

STAGES = len(Stage)


@jit
def count_moves(before: npt.NDArray[np.int8], after: npt.NDArray[np.int8], size: int) -> Ints:
    """People by stage in the morning (row) and at night (column), shape (6, 6)."""
    moves = np.zeros((STAGES, STAGES), dtype=np.int64)
    for i in range(size):
        moves[before[i], after[i]] += 1
    return moves
