"""What the parts of the firm hand on to one another within a day: messages, orders, sales, parcels and tickets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, Self

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


@dataclass(frozen=True)
class Rows:
    """Columns of one length."""

    def take(self, which: npt.NDArray[np.generic]) -> Self:
        """The rows at a mask or at positions."""
        return type(self)(*(getattr(self, column.name)[which] for column in fields(self)))

    @classmethod
    def join(cls, parts: list[Self]) -> Self:
        """The rows of at least one part, in their order."""
        return cls(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)))


ORDER = np.dtype(
    [
        ("row", np.int64), ("ordinal", np.int64), ("kind", np.int64), ("instant", np.float64), ("offer", np.int64),
        ("value", np.int64), ("discount", np.int64), ("gift", np.int64), ("paid", np.int64), ("goods", np.int64),
        ("campaign_off", np.int64), ("campaign_gift", np.int64), ("delay", np.float64),
        ("granted", np.bool_), ("campaign", np.bool_), ("coupon", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""An order of today: row of the buyer, number of the order, kind of event, instant, number of the offer held.

Then what the checkout makes of it, money in cents: list value, discount, cost of gifts, paid, cost of goods; the
campaign's part of discount and gift; the days until its parcel is sent; whether its offer was granted, and its kind.
"""

Orders = npt.NDArray[np.void]
"""Rows of `ORDER`, shape (n,), in order of instants."""


@dataclass(frozen=True)
class Parcels(Rows):
    """Parcels: row of the buyer, instant of arrival, days late, number of the order, cents paid; shape (n,)."""

    row: Ints
    instant: Floats
    late: Floats
    order: Ints
    paid: Ints


@dataclass(frozen=True)
class Tickets(Rows):
    """Tickets in no order: row of the person, kind (index of TICKET_KINDS), arrival, handling time (days).

    `ordinal` counts touches, orders or problems; `order` and `paid` are the complaint's order and its cents.
    """

    person: Ints
    kind: Ints
    arrival: Floats
    handling: Floats
    ordinal: Ints
    order: Ints
    paid: Ints

    @classmethod
    def none(cls) -> Tickets:
        """No tickets."""
        none = np.empty(0, dtype=np.int64)
        return cls(none, none, np.empty(0), np.empty(0), none, none, none)
