"""The points of a sweep, as its design places them in the space of its axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOISE = "(luck alone)"
"""The name, in written tables, of the axis that changes only the random numbers."""
_MOST_REPLICATIONS = 65_535
_REPEATS = (8, 32)
"""Fewest and most points of grid, latin and file that are simulated again with fresh random numbers."""


@dataclass(frozen=True)
class Design:
    """n points in d axes.

    table: a row for each point (index `point`), a column for each path; numbers in stored units, other values as short
        texts.
    values: the values of a scenario's paths at each point.
    unit: positions in [0, 1], shape (n, d): a value's quantile, or its position in its list.
    fresh: shape (n,), 0 for a point with the common random numbers of all points. A point of j > 0 repeats an earlier
        one with fresh random numbers: of R replications it takes those numbered R j to R j + R - 1.
    base: shape (n,), for a fresh point the point that it repeats, for others their own number.
    block: the number of points of one base row (sobol) or trajectory (morris), which are adjacent; 1 otherwise.

    Points may be equal: runs with equal keys are simulated once.
    """

    table: pd.DataFrame
    values: tuple[Mapping[str, Any], ...]
    unit: Floats
    fresh: Ints
    base: Ints
    block: int = 1

    @property
    def shared(self) -> int:
        """The number of points with common random numbers; they come first."""
        return int((self.fresh == 0).sum())

    @property
    def independent(self) -> npt.NDArray[np.bool_]:
        """Points that were drawn, and not derived from others by a change of one axis; shape (n,)."""
        place = np.arange(len(self.fresh)) % self.block
        ends = (place == 0) | (place == self.block - 1)
        chosen: npt.NDArray[np.bool_] = (self.fresh == 0) & (ends | (self.block == 1))
        return chosen


def design(plan: Plan) -> Design:
    """The points of a plan; the same for the same plan and seed."""
    unit, values, block = _DESIGNS[plan.design](plan)
    repeated = _repeats(plan, values, block)
    turns = max(1, _MOST_REPLICATIONS // plan.replications - 1)
    fresh = np.concatenate([np.zeros(len(values), dtype=np.int64), 1 + np.arange(len(repeated)) % turns])
    base = np.concatenate([np.arange(len(values)), repeated]).astype(np.int64)
    chosen = tuple(values[point] for point in base)
    return Design(_table(plan, chosen), chosen, unit[base], fresh, base, block)


def _repeats(plan: Plan, values: list[Mapping[str, Any]], block: int) -> Ints:
    """The points that are simulated again with fresh random numbers, to estimate the noise floor.

    Latin and file need none where all values of an axis differ: then permutations of the response are enough.
    """
    if not plan.sensitivity or (plan.design in ("latin", "file") and not _have_repeated_values(plan, values)):
        return np.empty(0, dtype=np.int64)
    if plan.design in ("grid", "latin", "file"):
        low, high = _REPEATS
        count = len(values)
        repeats = min(count, max(low, min(high, count // 4)))
        return np.sort(np.random.default_rng(plan.seed).choice(count, repeats, replace=False))
    return np.arange(0, len(values), block, dtype=np.int64)


def _have_repeated_values(plan: Plan, values: list[Mapping[str, Any]]) -> bool:
    """Whether an axis with several values has one of them at several points."""
    counts = [len({repr(point[axis.path]) for point in values}) for axis in plan.axes]
    return any(1 < count < len(values) for count in counts)


def _table(plan: Plan, values: tuple[Mapping[str, Any], ...]) -> pd.DataFrame:
    import pandas as pd

    columns = {axis.path: [axis.cell(point[axis.path]) for point in values] for axis in plan.axes}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(values), name="point"))


Points = tuple[Floats, list[Mapping[str, Any]], int]


def _at(plan: Plan, unit: Floats, *, ends: bool = False) -> list[Mapping[str, Any]]:
    """The values at positions in [0, 1]; with `ends` a belief ranges from its 5 % to its 95 % point."""
    columns = [[(axis.level if ends else axis.at)(float(u)) for u in unit[:, j]] for j, axis in enumerate(plan.axes)]
    return [dict(zip((axis.path for axis in plan.axes), row, strict=True)) for row in zip(*columns, strict=True)]


def _latin(plan: Plan) -> Points:
    from scipy.stats import qmc

    unit = qmc.LatinHypercube(len(plan.axes), rng=np.random.default_rng(plan.seed)).random(plan.points)
    return *_in_whole_rows(plan, unit), 1


def _in_whole_rows(plan: Plan, unit: Floats) -> tuple[Floats, list[Mapping[str, Any]]]:
    """Positions and values of a latin design in which fitted paths come from the posterior a whole row at a time.

    What orders say of several numbers is said of them together: columns that are drawn apart lose their correlations.
    """
    values = _at(plan, unit)
    fitted = [place for place, axis in enumerate(plan.axes) if axis.sample]
    if len(fitted) < 2:
        return unit, values
    rows, rng = len(plan.axes[fitted[0]].sample), np.random.default_rng([plan.seed, 1])
    chosen = np.concatenate([rng.permutation(rows) for _ in range(-(-plan.points // rows))])[: plan.points]
    whole = [dict(point) for point in values]
    for place in fitted:
        axis = plan.axes[place]
        rank = np.argsort(np.argsort(axis.sample, kind="stable"), kind="stable")
        unit[:, place] = (rank[chosen] + 0.5) / rows
        for point, row in zip(whole, chosen.tolist(), strict=True):
            point[axis.path] = axis.drawn(row)
    return unit, [*whole]


def _sobol(plan: Plan) -> Points:
    from SALib.sample import sobol

    unit = sobol.sample(problem(plan), plan.points, calc_second_order=False, seed=plan.seed)
    return unit, _at(plan, unit), len(plan.axes) + 2


def _morris(plan: Plan) -> Points:
    from SALib.sample import morris

    unit = morris.sample(problem(plan), plan.points, num_levels=plan.levels, seed=plan.seed)
    return unit, _at(plan, unit, ends=True), len(plan.axes) + 1


def _grid(plan: Plan) -> Points:
    levels = [_levels(len(axis.values), plan.levels) for axis in plan.axes]
    unit = np.array(list(product(*levels)))
    return unit, _at(plan, unit, ends=True), 1


def _levels(listed: int, levels: int) -> Floats:
    """Positions in [0, 1]: the middle of each listed value's share, or `levels` steps from 0 to 1."""
    return (np.arange(listed) + 0.5) / listed if listed else np.linspace(0.0, 1.0, levels)


def _file(plan: Plan) -> Points:
    """Positions are those of a value among all values of its column."""
    places = [{repr(value): place for place, value in enumerate(axis.values)} for axis in plan.axes]
    columns = [[place[repr(row[a.path])] for row in plan.rows] for place, a in zip(places, plan.axes, strict=True)]
    sizes = np.array([len(axis.values) for axis in plan.axes])
    return (np.array(columns, dtype=np.float64).T + 0.5) / sizes, list(plan.rows), 1


_DESIGNS: dict[str, Callable[[Plan], Points]] = {
    "latin": _latin,
    "sobol": _sobol,
    "morris": _morris,
    "grid": _grid,
    "file": _file,
}


def problem(plan: Plan, *more: str) -> dict[str, Any]:
    """The axes in the form of SALib, all on [0, 1]."""
    names = [*(axis.path for axis in plan.axes), *more]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
