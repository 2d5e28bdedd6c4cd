"""What is believed of an uncertain number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from sim.units import Scale

if TYPE_CHECKING:
    pass

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


@dataclass(frozen=True)
class Belief:
    """What is believed of one uncertain number, in stored units; a split normal on `scale`."""

    median: float
    p5: float
    p95: float
    scale: Scale
    source: str | None = None


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
