"""Which numbers the orders have narrowed, and which lie at a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.model.priors import LARGEST_SHIFT, LEVEL, LEVEL_SHIFT, LEVEL_SHIFTS, LEVELS, LIMITS, prior_sd
from scenarios.values.beliefs import Belief

if TYPE_CHECKING:
    import pandas as pd

IDENTIFIED = 0.8
OF_WEEKS = {LEVEL: LEVELS, LEVEL_SHIFT: LEVEL_SHIFTS}
"""What is believed of the level, of which no market has a spread before there are orders."""
NEAR, OFTEN = 0.02, 0.05
"""A number is at a limit when more than 5 % of its draws lie within 2 % of it."""


@dataclass(frozen=True)
class Health:
    """Prior and posterior standard deviation of one number on its natural scale, and whether the data narrowed it.

    at_limit: its draws lie at a limit of what a market can hold; such a number is never identified.
    """

    parameter: str
    prior_sd: float | None
    posterior_sd: float | None
    identified: bool
    at_limit: bool


def health(table: pd.DataFrame, beliefs: Mapping[str, Belief]) -> Sequence[Health]:
    """Prior and posterior standard deviations of all uncertain numbers.

    table: the draws. A number is identified when its posterior sd is below 0.8 of its prior sd and it is not at a
    limit; a number that is not drawn keeps its prior. `beliefs` leaves out what the chosen model fixes (k = 1).
    """
    rows = []
    for path in table:
        belief = beliefs.get(str(path), OF_WEEKS.get(str(path)))
        values = table[path].to_numpy()
        spread = float(np.std(_scaled(values, belief)))
        rows.append(_row(str(path), belief, spread, at_limit(table, str(path))))
    done = {row.parameter for row in rows}
    return [*rows, *(_row(path, b, prior_sd(b), False) for path, b in sorted(beliefs.items()) if path not in done)]


def _scaled(values: npt.NDArray[np.float64], belief: Belief | None) -> npt.NDArray[np.float64]:
    if belief is not None and belief.scale == "identity":
        return values
    logs = np.log(values)
    return logs - np.log1p(-values) if belief is not None and belief.scale == "logit" else logs


def at_limit(table: pd.DataFrame, path: str) -> bool:
    """Whether a column's draws lie at a limit; of lasting shifts, at the largest that is tried."""
    values = table[path].to_numpy()
    if path == LEVEL_SHIFT:
        return bool(np.mean(values > LARGEST_SHIFT / (1.0 + NEAR)) > OFTEN)
    if path not in LIMITS:
        return False
    low, high = LIMITS[path]
    return bool(np.mean((values < low * (1.0 + NEAR)) | (values > high / (1.0 + NEAR))) > OFTEN)


def _row(path: str, belief: Belief | None, spread: float, limited: bool) -> Health:
    before = prior_sd(belief) if belief is not None else None
    narrowed = before is None or spread < IDENTIFIED * before
    return Health(path, before, spread, narrowed and not limited, limited)
