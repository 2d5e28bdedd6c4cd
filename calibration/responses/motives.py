"""Order rates before the motive: what the fitted law of all customers says of those who are interested.

Orders alone show one law of rates, in which benefit-seekers have their part; a market multiplies the rate of a
benefit-seeker once more. So each draw of the fitted law is turned into the law of rates before the motive, such that
the rates of all customers together keep its mean and its variance ([why](../../docs/decisions/048-day-one.md)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.model.priors import LIMITS, ORDER_MEAN, ORDER_SHAPE
from scenarios.values.beliefs import Belief, quantile
from sim.scenario import People

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

SEEKERS, SEEKER_ORDERS = "market.people.benefit_seekers", "market.people.seeker_orders"
TRIES = 200
"""Pairs of share and factor that are tried for a draw whose rates vary too little for the first."""


def before_motive(draws: pd.DataFrame, beliefs: Mapping[str, Belief], people: People, seed: int) -> pd.DataFrame:
    """The draws with mean and shape of order rates before the motive, and the share and factor that go with each.

    Share of benefit-seekers and factor of their order rate come from their beliefs, or are those of `people` where
    nothing is believed of them; only what is believed becomes a column. A draw whose rates vary less than the two
    motives alone would make them takes the next pair, and after 200 pairs a factor of one.
    """
    if SEEKERS not in beliefs and people.benefit_seekers == 0.0:
        return draws
    rng = np.random.default_rng([seed, 41])
    mean, shape = draws[ORDER_MEAN].to_numpy(float), draws[ORDER_SHAPE].to_numpy(float)
    share, factor = np.empty(mean.size), np.ones(mean.size)
    left = np.arange(mean.size)
    for _ in range(TRIES):
        share[left] = _drawn(beliefs.get(SEEKERS), people.benefit_seekers, rng.random(left.size)).clip(0.0, 1.0)
        factor[left] = _drawn(beliefs.get(SEEKER_ORDERS), people.seeker_orders, rng.random(left.size)).clip(0.0, 10.0)
        new_mean, new_shape = law_before(mean[left], shape[left], share[left], factor[left])
        left = left[~(within(new_mean, ORDER_MEAN) & within(new_shape, ORDER_SHAPE))]
        if left.size == 0:
            break
    factor[left] = 1.0
    new_mean, new_shape = law_before(mean, shape, share, factor)
    columns = {ORDER_MEAN: new_mean, ORDER_SHAPE: new_shape}
    drawn = {SEEKERS: share, SEEKER_ORDERS: factor}
    return draws.assign(**columns, **{path: values for path, values in drawn.items() if path in beliefs})


def law_before(mean: Floats, shape: Floats, share: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """Mean and shape before the motive of Gamma rates that have `mean` and `shape` in all, each (n,).

    `share` of all have `factor` times the rate. The shape is infinite where the two motives alone vary more than that.
    """
    first, second = 1.0 - share + share * factor, 1.0 - share + share * factor**2
    with np.errstate(divide="ignore"):
        spread = np.maximum((1.0 + 1.0 / shape) * first**2 / second - 1.0, 0.0)
        return mean / first, 1.0 / spread


def law_of_all(mean: Floats, shape: Floats, share: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """The inverse of `law_before`: mean and shape of the rates of all, each (n,)."""
    first, second = 1.0 - share + share * factor, 1.0 - share + share * factor**2
    return mean * first, 1.0 / ((1.0 + 1.0 / shape) * second / first**2 - 1.0)


def law_at_medians(draws: pd.DataFrame, of_all: pd.DataFrame) -> dict[str, float]:
    """Mean and shape before the motive that go with the medians of share and factor; empty where they are not drawn.

    draws: as `before_motive` gives them; of_all: the same draws before that. Medians of dependent columns do not go
    together: at those of the library the mean of all came out 3 % too low.
    """
    if SEEKERS not in draws or SEEKER_ORDERS not in draws:
        return {}
    given = (of_all[ORDER_MEAN], of_all[ORDER_SHAPE], draws[SEEKERS], draws[SEEKER_ORDERS])
    mean, shape = law_before(*(np.atleast_1d(column.median()) for column in given))
    law = {ORDER_MEAN: mean, ORDER_SHAPE: shape}
    return {path: float(value[0]) for path, value in law.items() if within(value, path)[0]}


def within(values: Floats, path: str) -> npt.NDArray[np.bool_]:
    """Which values lie within the limits of their path, shape (n,)."""
    low, high = LIMITS[path]
    return (values >= low) & (values <= high)


def _drawn(belief: Belief | None, value: float, uniforms: Floats) -> Floats:
    if belief is None:
        return np.full(uniforms.size, value)
    return np.array([quantile(belief, float(u)) for u in uniforms])
