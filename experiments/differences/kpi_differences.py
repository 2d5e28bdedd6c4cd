"""Which KPIs moved between two tables of runs: paired where the runs have the same luck, otherwise not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
WINDOW = "horizon"
CONFIDENCE = 0.95


@dataclass(frozen=True)
class KpiDifference:
    """A KPI of one arm that differs: means of both sides, b - a, and that in standard deviations of a's runs.

    `low` and `high` are an interval of the mean difference that holds for all KPIs together, `t` the difference in its
    standard errors; None where there is one unit, or no spread. Money is in cents, shares are fractions, times days.
    """

    arm: str
    kpi: str
    unit: str
    mean_a: float
    mean_b: float
    difference: float
    sds: float | None
    t: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves no room for no difference."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high


@dataclass(frozen=True)
class KpiDifferences:
    """All KPIs that moved, the clearest first; of `compared` ones (over all arms) `equal` are the same in every run to
    the bit. `paired` says whether runs were set against runs of the same luck, of which there are `runs`; else all runs
    of both sides were."""

    moved: tuple[KpiDifference, ...]
    equal: int
    compared: int
    paired: bool
    runs: int


def moved_kpis(a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame], paired: bool) -> KpiDifferences:
    """Hold tables of runs against each other, by arm; rows are (draw, replication), columns KPIs.

    Units are draws, each the mean of its replications; replications where there is one draw. The interval is Student's
    or Welch's, at `CONFIDENCE` for all KPIs of all arms together (Bonferroni).
    """
    columns = {arm: [kpi for kpi in a[arm].columns if kpi in b[arm].columns] for arm in a}
    compared = sum(map(len, columns.values()))
    level = 1.0 - (1.0 - CONFIDENCE) / max(compared, 1)
    sides = {arm: _shared(a[arm], b[arm]) if paired else (a[arm], b[arm]) for arm in a}
    told = [
        one for arm, names in columns.items() for kpi in names for one in _moved(arm, kpi, *sides[arm], paired, level)
    ]
    told.sort(key=lambda one: (-math.inf if one.t is None else -abs(one.t), -abs(one.sds or 0.0)))
    runs = sum(len(one) for one, _ in sides.values())
    return KpiDifferences(tuple(told), compared - len(told), compared, paired, runs)


def wide(runs: pd.DataFrame, arm: str) -> pd.DataFrame:
    """One arm's values over the horizon: rows (draw, replication), a column for each KPI in its order."""
    own = runs[(runs["variant"] == arm) & (runs["window"] == WINDOW)]
    table: pd.DataFrame = own.set_index(["draw", "replication", "kpi"])["value"].unstack("kpi")
    return table[list(own["kpi"].unique())]


def _shared(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = a.index.intersection(b.index, sort=False)
    return a.loc[rows], b.loc[rows]


def _moved(arm: str, kpi: str, a: pd.DataFrame, b: pd.DataFrame, paired: bool, level: float) -> Iterator[KpiDifference]:
    """The KPI's row, if it differs in any run."""
    from sim.output.measures import MEASURES

    mine, other = a[kpi], b[kpi]
    if len(mine) == len(other) and np.array_equal(mine.to_numpy(), other.to_numpy(), equal_nan=True):
        return
    if paired:
        there = mine.notna() & other.notna()
        mine, other = mine[there], other[there]
    ours, theirs = _units(mine.dropna()), _units(other.dropna())
    difference = _mean(theirs) - _mean(ours)
    variance, freedom = _paired(ours, theirs) if paired else _welch(ours, theirs)
    error = math.sqrt(variance) if variance > 0.0 else 0.0 if variance == 0.0 else math.nan
    half = _half(error, freedom, level)
    spread = float(mine.std(ddof=1)) if len(mine) > 1 else math.nan
    unit = MEASURES[kpi].unit if kpi in MEASURES else "number"
    yield KpiDifference(
        arm, kpi, unit, _mean(ours), _mean(theirs), difference,
        sds=difference / spread if spread > 0.0 else None,
        t=difference / error if error > 0.0 else None,
        low=None if half is None else difference - half,
        high=None if half is None else difference + half,
    )  # fmt: skip


def _units(values: pd.Series) -> Floats:
    """Draws' means; the values themselves where there is one draw."""
    draws = values.index.get_level_values("draw")
    means = values.groupby(draws, sort=False).mean() if draws.nunique() > 1 else values
    units: Floats = means.to_numpy(dtype=np.float64)
    return units


def _mean(units: Floats) -> float:
    return float(units.mean()) if units.size else math.nan


def _paired(a: Floats, b: Floats) -> tuple[float, float]:
    """Variance of the mean difference and its degrees of freedom; nan for fewer than two units."""
    if a.size < 2:
        return math.nan, math.nan
    return float((b - a).var(ddof=1)) / a.size, a.size - 1.0


def _welch(a: Floats, b: Floats) -> tuple[float, float]:
    """The same of two independent samples (Welch 1947)."""
    if min(a.size, b.size) < 2:
        return math.nan, math.nan
    parts = [float(units.var(ddof=1)) / units.size for units in (a, b)]
    total = sum(parts)
    weights = sum(part**2 / (units.size - 1) for part, units in zip(parts, (a, b), strict=True))
    return total, total**2 / weights if weights > 0.0 else math.inf


def _half(error: float, freedom: float, level: float) -> float | None:
    from scipy.stats import norm, t

    if math.isnan(error):
        return None
    quantile = norm.ppf(0.5 + level / 2) if math.isinf(freedom) else t.ppf(0.5 + level / 2, freedom)
    return float(quantile) * error
