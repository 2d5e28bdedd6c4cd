"""KPIs that differ between two tables of runs: paired where the runs have common random numbers, otherwise not."""

from __future__ import annotations

import math
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
    """A KPI of one arm that differs: means of both sides, b - a, and this in standard deviations of a's runs.

    `low` and `high` are a simultaneous interval of the mean difference over all KPIs, `t` the difference in standard
    errors; None where there is one unit, or no variance. Money is in cents, shares are fractions, times days.
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
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high


@dataclass(frozen=True)
class KpiDifferences:
    """KPIs that differ, largest |t| first; of `compared` ones (over all arms) `equal` are the same to the bit.

    `paired` says whether runs with common random numbers were paired. `runs` counts these, or else all runs of A.
    """

    moved: tuple[KpiDifference, ...]
    equal: int
    compared: int
    paired: bool
    runs: int


def compare_kpis(a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame], paired: bool) -> KpiDifferences:
    """Compare tables of runs by arm; rows are (draw, replication), columns KPIs.

    Units are draws, each the mean of its replications; replications where there is one draw. The interval is Student's
    or Welch's, at `CONFIDENCE` for all KPIs of all arms together (Bonferroni).
    """
    sides = {arm: _shared(a[arm], b[arm]) if paired else (a[arm], b[arm]) for arm in a}
    pairs = [(arm, mine[kpi], other[kpi]) for arm, (mine, other) in sides.items() for kpi in mine if kpi in other]
    level = 1.0 - (1.0 - CONFIDENCE) / max(len(pairs), 1)
    moved = [_difference(arm, mine, other, paired, level) for arm, mine, other in pairs if _differs(mine, other)]
    moved.sort(key=lambda one: (-math.inf if one.t is None else -abs(one.t), -abs(one.sds or 0.0)))
    runs = sum(len(one) for one, _ in sides.values())
    return KpiDifferences(tuple(moved), len(pairs) - len(moved), len(pairs), paired, runs)


def wide(runs: pd.DataFrame, arm: str) -> pd.DataFrame:
    """One arm's values over the horizon: rows (draw, replication), a column for each KPI in its order."""
    own = runs[(runs["variant"] == arm) & (runs["window"] == WINDOW)]
    table: pd.DataFrame = own.set_index(["draw", "replication", "kpi"])["value"].unstack("kpi")
    return table[list(own["kpi"].unique())]


def _shared(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = a.index.intersection(b.index, sort=False)
    return a.loc[rows], b.loc[rows]


def _differs(a: pd.Series, b: pd.Series) -> bool:
    return len(a) != len(b) or not np.array_equal(a.to_numpy(), b.to_numpy(), equal_nan=True)


def _difference(arm: str, mine: pd.Series, other: pd.Series, paired: bool, level: float) -> KpiDifference:
    """The KPI's means, their difference, and its interval at `level`."""
    from sim.output.measures import MEASURES

    if paired:
        there = mine.notna() & other.notna()
        mine, other = mine[there], other[there]
    ours, theirs = _units(mine.dropna()), _units(other.dropna())
    difference = _mean(theirs) - _mean(ours)
    variance, freedom = _paired(ours, theirs) if paired else _welch(ours, theirs)
    error = math.sqrt(variance) if variance > 0.0 else 0.0 if variance == 0.0 else math.nan
    half = _half(error, freedom, level)
    spread = float(mine.std(ddof=1)) if len(mine) > 1 else math.nan
    kpi = str(mine.name)
    unit = MEASURES[kpi].unit if kpi in MEASURES else "number"
    return KpiDifference(
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
    from scipy.special import ndtri, stdtrit

    if math.isnan(error):
        return None
    quantile = ndtri(0.5 + level / 2) if math.isinf(freedom) else stdtrit(freedom, 0.5 + level / 2)
    return float(quantile) * error
