"""The number of the market on which the choice between two arms turns most, and the test that would narrow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.assumptions.helpful_tests import helpful_test

if TYPE_CHECKING:
    import pandas as pd

FEWEST_MARKETS = 10
"""Plausible markets at least."""
LEVEL = 0.05
"""Chance that any number is named where none has to do with the difference (Bonferroni over all numbers)."""


@dataclass(frozen=True)
class DecidingNumber:
    """The uncertain number whose ranks go most with those of the difference between two arms over plausible markets.

    arms: the two with the best means, the better one first. correlation: Spearman's, of the number with the first arm's
    lead over the second; by chance alone one of all `numbers` is so large in at most 5 % of comparisons. test: what
    would narrow it; empty where no test does.
    """

    path: str
    arms: tuple[str, str]
    correlation: float
    markets: int
    numbers: int
    test: str

    @property
    def text(self) -> str:
        """In a sentence."""
        way = "higher" if self.correlation > 0.0 else "lower"
        first, second = self.arms
        said = (
            f"Between {first} and {second} most turns on {self.path}: the {way} it is, the better for {first} (rank "
            f"correlation {self.correlation:+.2f} over {self.markets} markets)."
        )
        return f"{said} What would narrow it: {self.test}." if self.test else said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**vars(self), "arms": list(self.arms)}


def deciding_number(table: pd.DataFrame, arms: tuple[str, str], lead: npt.NDArray[np.float64]) -> DecidingNumber | None:
    """The number on which `lead` (markets,), of the first arm over the second, turns most.

    table: the uncertain numbers, columns by path, a row for each of these markets. None where there are few markets, or
    where no number stands out from chance.
    """
    import pandas as pd
    from scipy.special import stdtr

    if lead.size < FEWEST_MARKETS or np.ptp(lead) == 0.0:
        return None
    table = table.loc[:, table.nunique() > 1]
    if table.empty:
        return None
    ranks = table.astype(float).rank().to_numpy()
    found = np.corrcoef(ranks.T, pd.Series(lead).rank().to_numpy())[-1, :-1]
    place = int(np.abs(found).argmax())
    correlation, freedom = float(found[place]), lead.size - 2
    chance = 2.0 * float(stdtr(freedom, -abs(correlation) * np.sqrt(freedom / max(1.0 - correlation**2, 1e-12))))
    if chance * found.size > LEVEL:
        return None
    path = str(table.columns[place])
    return DecidingNumber(path, arms, correlation, int(lead.size), int(found.size), helpful_test(path))
