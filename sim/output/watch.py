"""Groups of people that are counted through some days of a run."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.scenario import Who

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Watch:
    """Which people to count, over days `first` to before `last`: all who match on the first of these mornings, and
    those who join later and match on the first morning after."""

    who: Who
    first: int
    last: int


@dataclass
class Watched:
    """What the people of one watch did: counts, cents `paid`, and `live`, their days as contacts.

    `ordered` counts those with an order. `members` and `bought` hold one entry per row of the population.
    """

    watch: Watch
    people: int = 0
    orders: int = 0
    first_orders: int = 0
    ordered: int = 0
    paid: int = 0
    optouts: int = 0
    live: int = 0
    members: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    bought: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
