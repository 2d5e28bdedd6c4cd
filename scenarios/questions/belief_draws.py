"""Draws from the beliefs of a question: one row for each plausible market."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scenarios.errors import InputError
from scenarios.questions.question import Question
from scenarios.values.beliefs import quantile
from scenarios.values.paths import get, market_shapes
from scenarios.values.shapes import Shape

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


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

    if draws == 1:
        values = np.array([_median(question, path)])
    elif question.posterior is not None and path in question.posterior:
        column = question.posterior[path].to_numpy(dtype=np.float64)
        values = column[np.arange(draws) % len(column)]
        _check_posterior(question, path, column, shape)
    else:
        belief = question.beliefs[path]
        values = np.array([quantile(belief, _uniform(seed, path, draw)) for draw in range(draws)])
    assert shape.unit is not None
    clipped: npt.NDArray[np.float64] = np.clip(values, shape.unit.low, shape.unit.high)
    return np.round(clipped) if shape.whole else clipped


@lru_cache(maxsize=16384)  # one question asks for the same ones several times, and questions share seeds and paths
def _uniform(seed: int, path: str, draw: int) -> float:
    from sim.draws import belief_uniform

    return belief_uniform(seed, path, draw)


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
