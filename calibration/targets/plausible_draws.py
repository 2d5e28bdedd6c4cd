"""Draws of all numbers of a market, as many as are asked for, by the addresses at which runs would draw them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scenarios import Question, belief_table
from scenarios.values.beliefs import Belief

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlausibleDraws:
    """A market's posterior, whole rows again and again, each time beside new draws of what keeps its prior."""

    question: Question

    @property
    def posterior(self) -> pd.DataFrame:
        """Draws of what was learned."""
        assert self.question.posterior is not None
        return self.question.posterior

    def table(self, rows: int, paths: Collection[str] | None = None) -> pd.DataFrame:
        """So many rows of the posterior's columns, and of `paths` (all if not given) from the prior; stored units."""
        beliefs: Mapping[str, Belief] = self.question.beliefs
        if paths is not None:
            beliefs = {path: belief for path, belief in beliefs.items() if path in paths}
        return belief_table(replace(self.question, beliefs=beliefs), rows)

    def scaled(self, table: pd.DataFrame) -> Floats:
        """The table's numbers where their beliefs are normal, shape (rows, columns)."""
        columns = [self._scaled(str(path), table[path].to_numpy(float)) for path in table]
        return np.stack(columns, axis=1)

    def _scaled(self, path: str, values: Floats) -> Floats:
        belief = self.question.beliefs.get(path)
        tiny = 1e-12
        if belief is None or belief.scale == "identity":
            return values
        logs = np.log(np.maximum(values, tiny))
        return logs - np.log(np.maximum(1.0 - values, tiny)) if belief.scale == "logit" else logs
