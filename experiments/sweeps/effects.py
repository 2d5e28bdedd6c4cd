"""Effects of a sweep's axes on a response: means along one axis, and a smooth surface over two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.sweeps.designs import Design, Floats, Ints
from experiments.sweeps.sensitivity import Responses, is_constant

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Plan
    from scenarios.plans.axes import Axis

COLUMNS = ("kpi", "variant", "path", "place", "at", "shown", "mean", "low", "high", "points")
BINS = 8
_FEWEST = 4
_MOST_FITTED = 600
_FOLDS = 5
_SMOOTHINGS = (1e-6, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
_STEPS = 41


def main_effects(plan: Plan, design: Design, responses: Responses) -> pd.DataFrame:
    """Mean of each response along each axis: kpi, variant, path, place, at, shown, mean, low, high, points.

    An axis of up to eight values has a row for each, others have bins of equal count. `place` numbers them from 0, `at`
    is the median value in stored units (nan where it is not a number), `shown` the same in the file's notation. low and
    high are 95 % intervals of the mean over `points` independent points; nan for one point, and for a grid, whose means
    over the other axes have no sampling error.
    """
    import pandas as pd

    rows = [
        (kpi, variant, axis.path, *row)
        for (kpi, variant), response in responses.items()
        for axis in plan.axes
        for row in _along(axis, design, np.asarray(response, dtype=np.float64), plan.design != "grid")
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _along(
    axis: Axis, design: Design, response: Floats, sampled: bool
) -> Iterator[tuple[int, float, str, float, float, float, int]]:
    kept = np.isfinite(response) & design.independent
    cells, values = design.table[axis.path].to_numpy()[kept], response[kept]
    for place, chosen in enumerate(_bins(axis, cells)):
        inside = np.sort(cells[chosen]) if axis.numeric else cells[chosen]
        middle = inside[(len(inside) - 1) // 2]
        mean, reach = float(values[chosen].mean()), _reach(values[chosen]) if sampled else float("nan")
        at = float(middle) if axis.numeric else float("nan")
        yield place, at, axis.text(middle), mean, mean - reach, mean + reach, len(inside)


def _bins(axis: Axis, cells: np.ndarray) -> list[npt.NDArray[np.int64]]:
    """The points of each value, in the order of the axis; or of each bin of adjacent values."""
    if not len(cells):
        return []
    if not axis.numeric:
        return [found for text in axis.texts if (found := np.flatnonzero(cells == text)).size]
    places, codes = np.unique(cells, return_inverse=True)
    if len(places) <= BINS:
        return [np.flatnonzero(codes == code) for code in range(len(places))]
    bins = min(BINS, max(2, len(cells) // _FEWEST))
    return list(np.array_split(np.argsort(cells, kind="stable"), bins))


def _reach(values: Floats) -> float:
    from scipy.stats import t

    if values.size < 2:
        return float("nan")
    return float(t.ppf(0.975, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size))


def leading_paths(effects: pd.DataFrame) -> list[str]:
    """The paths of one response's main effects, the largest effect first."""
    spread = effects.groupby("path", sort=False)["mean"].std(ddof=0)
    return [str(path) for path in spread.sort_values(ascending=False, kind="stable").index]


# --- surface ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Surface:
    """A smooth fit of a response over two axes, the others at their median.

    x, y: values of the two axes, shape (g,), stored units. value: the response, shape (g of y, g of x). q2: share of
    the variance that the fit predicts at points left out; at or below zero it predicts nothing.
    """

    across: Axis
    upwards: Axis
    x: Floats
    y: Floats
    value: Floats
    q2: float


def surface(plan: Plan, design: Design, response: Floats, across: str, upwards: str) -> Surface | str:
    """A surface of a response, shape (n,), over two numeric paths; or the reason why there is none, in words.

    Thin-plate splines (scipy.interpolate.RBFInterpolator) on all numeric axes, each scaled to [0, 1]; smoothing by
    five-fold cross-validation, which gives q2 as well. Of more than 600 points a random sample of 600 is used.
    """
    axes = [axis for axis in plan.axes if axis.numeric and len(design.table[axis.path].unique()) > 1]
    if len(axes) < 2:
        return "a surface needs two paths that vary in numbers"
    places, values, blocks = _fitted_points(plan, design, response, axes)
    least = 2 * (len(axes) + 1) + _FOLDS
    if len(values) < least:
        return f"a surface over {len(axes)} paths needs {least} points; there are {len(values)}"
    if is_constant(values):
        return "the response is the same at all points"
    if len(np.unique(blocks)) < _FOLDS:
        return f"a surface needs {_FOLDS} points or more that are not derived from others"
    try:
        return _surface(plan, axes, (places, values, blocks), (across, upwards))
    except np.linalg.LinAlgError:
        return "the points do not spread over all paths"


def _surface(plan: Plan, axes: list[Axis], points: tuple[Floats, Floats, Ints], paths: tuple[str, str]) -> Surface:
    places, values, blocks = points
    low, high, centre, spread = places.min(axis=0), places.max(axis=0), values.mean(), values.std()
    scaled, standard = (places - low) / (high - low), (values - centre) / spread
    smoothing, q2 = _smoothing(scaled, standard, blocks, plan.seed)
    i, j = ([axis.path for axis in axes].index(path) for path in paths)
    steps = np.linspace(0.0, 1.0, _STEPS)
    grid = np.tile(np.median(scaled, axis=0), (_STEPS * _STEPS, 1))
    grid[:, i], grid[:, j] = np.tile(steps, _STEPS), np.repeat(steps, _STEPS)
    fitted = centre + spread * _fit(scaled, standard, smoothing, grid).reshape(_STEPS, _STEPS)
    x, y = (_cells(axes[c], low[c] + steps * (high[c] - low[c])) for c in (i, j))
    return Surface(axes[i], axes[j], x, y, fitted, q2)


def _fitted_points(plan: Plan, design: Design, response: Floats, axes: list[Axis]) -> tuple[Floats, Floats, Ints]:
    """Distinct positions on the axes' own scales, shape (m, d), the mean response at each, and the block of each."""
    kept = np.isfinite(response) & (design.fresh == 0)
    columns = [_scale(axis, design.table[axis.path].to_numpy(dtype=np.float64)[kept]) for axis in axes]
    places, first, group = np.unique(np.column_stack(columns), axis=0, return_index=True, return_inverse=True)
    blocks = np.flatnonzero(kept)[first] // design.block
    values = np.bincount(group, weights=response[kept]) / np.bincount(group)
    if len(places) > _MOST_FITTED:
        chosen = np.sort(np.random.default_rng(plan.seed).choice(len(places), _MOST_FITTED, replace=False))
        places, values, blocks = places[chosen], values[chosen], blocks[chosen]
    return places, values, blocks


def is_log(axis: Axis) -> bool:
    """Whether equal steps of an axis are equal ratios."""
    if axis.belief is not None:
        return axis.belief.scale == "log"
    if axis.sample:
        unit = axis.shape.unit if axis.shape is not None else None
        return unit is not None and unit.scale == "log" and min(axis.sample) > 0.0
    return axis.log


def _scale(axis: Axis, cells: Floats) -> Floats:
    return np.log(cells) if is_log(axis) else cells


def _cells(axis: Axis, places: Floats) -> Floats:
    return np.exp(places) if is_log(axis) else places


def _smoothing(places: Floats, values: Floats, blocks: Ints, seed: int) -> tuple[float, float]:
    """The smoothing that predicts left-out points best, and the share of variance that it predicts.

    Points of one block differ in one axis only and would predict each other, so they are left out together.
    """
    names, block = np.unique(blocks, return_inverse=True)
    folds = np.random.default_rng(seed).permutation(np.arange(len(names)) % _FOLDS)[block]
    errors = [np.square(values - _predicted(places, values, folds, smoothing)).mean() for smoothing in _SMOOTHINGS]
    best = int(np.argmin(errors))
    return _SMOOTHINGS[best], float(1.0 - errors[best] / values.var())


def _predicted(places: Floats, values: Floats, folds: npt.NDArray[np.int64], smoothing: float) -> Floats:
    predicted = np.empty_like(values)
    for fold in np.unique(folds):
        out = folds == fold
        predicted[out] = _fit(places[~out], values[~out], smoothing, places[out])
    return predicted


def _fit(places: Floats, values: Floats, smoothing: float, wanted: Floats) -> Floats:
    from scipy.interpolate import RBFInterpolator

    fitted: Floats = RBFInterpolator(places, values, smoothing=smoothing, kernel="thin_plate_spline")(wanted)
    return fitted
