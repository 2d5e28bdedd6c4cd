"""What the parts of the firm hand on to one another within a day: messages, orders, parcels and tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario import Content

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


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
    cost: int
    """What one delivered message costs, cents."""
    limits: tuple[int, ...]
    """Rows of `MessageHistory.counts` that it counts in, -1 for none, and how many may be in each."""
    caps: tuple[int, ...]


ORDER = np.dtype(
    [
        ("identity", np.uint64), ("row", np.int64), ("ordinal", np.int64), ("kind", np.int64),
        ("instant", np.float64), ("offer", np.int64), ("basket", np.int64), ("value", np.int64),
        ("discount", np.int64), ("gift", np.int64), ("paid", np.int64), ("goods", np.int64),
        ("campaign_off", np.int64), ("campaign_gift", np.int64), ("delay", np.float64),
        ("granted", np.bool_), ("campaign", np.bool_), ("coupon", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""An order of today: identity and row of the buyer, number of the order, kind of event, instant, number of the offer
held, cents in the basket. The row is -1 where another shard has the buyer.

Then what the checkout makes of it, money in cents: list value, discount, cost of gifts, paid, cost of goods; the
campaign's part of discount and gift; the days until its parcel is sent; whether its offer was granted, and its kind.
"""

Orders = npt.NDArray[np.void]
"""Rows of `ORDER`, shape (n,), in order of instants."""

NO_ORDERS: Orders = np.empty(0, dtype=ORDER)

PARCEL = np.dtype(
    [("row", np.int64), ("instant", np.float64), ("late", np.float64), ("order", np.int64), ("paid", np.int64)],
    align=True,
)
"""A parcel: row of the buyer, instant of arrival, days late, number of the order, cents paid."""

TICKET = np.dtype(
    [
        ("identity", np.uint64), ("row", np.int64), ("kind", np.int64), ("arrival", np.float64),
        ("handling", np.float64), ("ordinal", np.int64), ("order", np.int64), ("paid", np.int64),
        ("start", np.float64), ("finish", np.float64),
    ],
    align=True,
)  # fmt: skip
"""A ticket: identity and row of the person, kind (index of TICKET_KINDS), arrival, handling time (days).

The row is -1 where another shard has the person. `ordinal` counts touches, orders or problems; `order` and `paid` are
the complaint's order and its cents. `start` and `finish` are instants, infinite while the ticket waits.
"""

Tickets = npt.NDArray[Any]
"""Rows of `TICKET`."""

TICKET_TIME = np.dtype([("day", np.int64), ("kind", np.int64), ("seconds", np.int64)], align=True)
"""How long a ticket took: to the reply of a question, to the end of a complaint; and the day of that."""
