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


@dataclass(frozen=True)
class PlacedOrders(Rows):
    """Orders as people place them today, before the checkout; in order of instants, arrays of shape (n,)."""

    row: Ints
    kind: npt.NDArray[np.int8]
    instant: Floats
    ordinal: Ints


@dataclass(frozen=True)
class DayOrders(Rows):
    """Today's orders in order of instants; every array of shape (n,). `paid` and `value` in cents."""

    person: Ints
    instant: Floats
    ordinal: Ints
    value: Ints
    paid: Ints
    delay: Floats
    """Days until the parcel is sent."""


@dataclass
class Sales:
    """Today's orders at the checkout, in order of instants; arrays of shape (n,), money in cents.

    `campaign_off` and `campaign_gift` are the campaigns' part of discounts and gifts, `campaign` and `coupon` say
    under which kind of offer an order came, `delay` is how many days later its parcel is sent.
    """

    value: Ints
    discount: Ints
    gift: Ints
    campaign_off: Ints
    campaign_gift: Ints
    campaign: Mask
    coupon: Mask
    delay: Floats


ORDER = np.dtype(
    [
        ("row", np.int64), ("kind", np.int8), ("instant", np.float64), ("ordinal", np.int64), ("value", np.int64),
        ("paid", np.int64), ("delay", np.float64),
    ],
    align=True,
)  # fmt: skip
NO_ORDERS = np.empty(0, dtype=ORDER)


def order_rows(orders: DayOrders) -> npt.NDArray[np.void]:
    """Today's orders as rows of `ORDER`, shape (n,)."""
    rows = np.zeros(orders.person.size, dtype=ORDER)
    rows["row"], rows["instant"], rows["ordinal"] = orders.person, orders.instant, orders.ordinal
    rows["value"], rows["paid"], rows["delay"] = orders.value, orders.paid, orders.delay
    return rows


PARCEL = np.dtype(
    [("row", np.int64), ("instant", np.float64), ("late", np.float64), ("order", np.int64), ("paid", np.int64)],
    align=True,
)
"""A parcel: row of the buyer, instant of arrival, days late, number of the order, cents paid."""

TICKET = np.dtype(
    [
        ("row", np.int64), ("kind", np.int64), ("arrival", np.float64), ("handling", np.float64),
        ("ordinal", np.int64), ("order", np.int64), ("paid", np.int64), ("start", np.float64), ("finish", np.float64),
    ],
    align=True,
)  # fmt: skip
"""A ticket: row of the person, kind (index of TICKET_KINDS), arrival, handling time (days).

`ordinal` counts touches, orders or problems; `order` and `paid` are the complaint's order and its cents. `start` and
`finish` are instants, infinite while the ticket waits.
"""

TICKET_TIME = np.dtype([("day", np.int64), ("kind", np.int64), ("seconds", np.int64)], align=True)
"""How long a ticket took: to the reply of a question, to the end of a complaint; and the day of that."""
