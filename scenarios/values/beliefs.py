"""Draws from beliefs: one row for each plausible market."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import TYPE_CHECKING

from scenarios.errors import InputError
from scenarios.values.paths import get, market_shapes
from scenarios.values.question import Belief, Question
from scenarios.values.shapes import Shape
from sim.units import Scale

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)
_TO: dict[Scale, Callable[[float], float]] = {
    "log": math.log,
    "logit": lambda p: math.log(p) - math.log1p(-p),
    "identity": float,
}
_FROM: dict[Scale, Callable[[float], float]] = {
    "log": math.exp,
    "logit": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "identity": float,
}


def quantile(belief: Belief, probability: float) -> float:
    """The value below which a belief puts this probability: a split normal on the belief's scale.

    Each side of the median has its own standard deviation, so that the 5 %, 50 % and 95 % points are exact.
    """
    if probability == 0.5:
        return belief.median
    to, back = _TO[belief.scale], _FROM[belief.scale]
    z = _NORMAL.inv_cdf(probability)
    middle = to(belief.median)
    reach = to(belief.p95) - middle if z > 0 else middle - to(belief.p5)
    return back(middle + reach * z / _Z95)


def belief_table(question: Question, draws: int) -> pd.DataFrame:
    """Draws of the uncertain market numbers, in stored units: columns are paths, one row per draw.

    One draw gives the medians of the market file. With more, row d holds the quantile at a uniform number that is a
    function of (seed, path, d), so more draws never change the earlier rows. Paths that are columns of the posterior
    come from its row d modulo its length instead, whole rows at a time. Raises InputError for a posterior with numbers
    outside their range.
    """
    import pandas as pd

    scenario = next(iter(question.arms.values()))
    shapes = market_shapes(scenario.market)
    columns: dict[str, npt.NDArray[np.float64]] = {}
    for path in sorted({*question.beliefs, *(question.posterior if question.posterior is not None else ())}):
        columns[path] = _column(question, path, draws, shapes[path], scenario.run.seed)
    return pd.DataFrame(columns, index=range(draws))


def _column(question: Question, path: str, draws: int, shape: Shape, seed: int) -> npt.NDArray[np.float64]:
    import numpy as np

    from sim.draws import belief_uniform

    if draws == 1:
        values = np.array([_median(question, path)])
    elif question.posterior is not None and path in question.posterior:
        column = question.posterior[path].to_numpy(dtype=np.float64)
        values = column[np.arange(draws) % len(column)]
        _check_posterior(question, path, column, shape)
    else:
        belief = question.beliefs[path]
        values = np.array([quantile(belief, belief_uniform(seed, path, draw)) for draw in range(draws)])
    assert shape.unit is not None
    clipped: npt.NDArray[np.float64] = np.clip(values, shape.unit.low, shape.unit.high)
    return np.round(clipped) if shape.whole else clipped


def _check_posterior(question: Question, path: str, column: npt.NDArray[np.float64], shape: Shape) -> None:
    """Raise InputError where a posterior's column leaves the range of its path."""
    assert shape.unit is not None
    low, high = shape.unit.low, shape.unit.high
    for row, value in enumerate(column):
        if not low <= value <= high:
            place = f"{question.posterior_path}: row {row}: {path}"
            raise InputError(place=place, expected=f"{low:g} to {high:g} ({shape.unit.stored})", got=f"{value:g}")


def _median(question: Question, path: str) -> float:
    return float(get(next(iter(question.arms.values())), path))
