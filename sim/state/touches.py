"""Messages of today: what programmes put down, and the numbers of a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario import Content

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Touch:
    """One message of today to everybody in `who`, shape (size,), at `hour` (fraction of a day).

    `coupon` is the number of the coupon that comes with it, 0 for none.
    """

    programme: str
    who: Mask
    hour: float
    channel: str
    content: Content
    items: int = 1
    style: Literal["mass", "personal"] = "mass"
    topic: str | None = None
    testimony: bool = False
    coupon: int = 0
    announces: int = 0
    """First day of the campaign that it announces, 0 for none, and what people can expect to save then: those who
    believe it, and those who have found out a false claim."""
    savings: tuple[float, float] = (0.0, 0.0)
    age: int = 0
    """Days by which it has been postponed."""

    @property
    def kind(self) -> tuple[Any, ...]:
        """All that its numbers depend on."""
        return self.hour, self.channel, self.content, self.items, self.style, self.topic, self.testimony


class MessageNumbers(NamedTuple):
    """Numbers of a message, which are the same each time it is sent; see `day_arrays.Messages`."""

    weight: float
    attention: float
    fatigue: float
    trust: float
    topic: int
    closes: int
    read: float
    cost: int
    """What one delivered message costs, cents."""
    limits: tuple[int, ...]
    """Rows of `MessageHistory.counts` that it counts in, -1 for none, and how many may be in each."""
    caps: tuple[int, ...]
