"""Rows of the tables that compiled steps read and write: orders, parcels, tickets, and the terms of coupons."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ORDER = np.dtype(
    [
        ("identity", np.uint64), ("row", np.int64), ("ordinal", np.int64), ("kind", np.int64),
        ("instant", np.float64), ("offer", np.int64), ("basket", np.int64), ("value", np.int64),
        ("discount", np.int64), ("gift", np.int64), ("paid", np.int64), ("goods", np.int64),
        ("commission", np.int64), ("fees", np.int64), ("campaign_off", np.int64), ("campaign_gift", np.int64),
        ("own_off", np.int64), ("delay", np.float64),
        ("granted", np.bool_), ("campaign", np.bool_), ("coupon", np.bool_), ("asked", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""An order of today: identity and row of the buyer, number of the order, kind of event, instant, number of the offer
held, cents in the basket. The row is -1 where another shard has the buyer.

Then what the checkout makes of it, money in cents: list value, discount, cost of gifts, paid, cost of goods,
commission, all fees with it; the campaign's part of discount and gift; the part of the discount that mechanisms added
in Python make, negative where they raise the price; the days until its parcel is sent; whether its
offer was granted, and its kind.
`asked`: it waits for an answer of the desk, or comes after one that does, and is not made today.
"""

Orders = npt.NDArray[np.void]
"""Rows of `ORDER`, shape (n,), in order of instants."""

NO_ORDERS: Orders = np.empty(0, dtype=ORDER)

PARCEL = np.dtype(
    [
        ("row", np.int64), ("leaves", np.float64), ("instant", np.float64), ("days", np.float64),
        ("late", np.float64), ("order", np.int64), ("ordered", np.int64), ("paid", np.int64), ("goods", np.int64),
        ("commission", np.int64), ("campaign", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""A parcel: row of the buyer, instants of leaving and of arrival, days on its way, days late, number and day of the
order; cents paid, cost of goods, commission; whether the order was under a campaign's offer."""

RETURN = np.dtype(
    [
        ("row", np.int64), ("instant", np.float64), ("order", np.int64), ("ordered", np.int64), ("paid", np.int64),
        ("goods", np.int64), ("commission", np.int64), ("campaign", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""An order that will come back: row of the buyer, instant, and what its parcel says of order and money."""

QUESTION = np.dtype([("row", np.int64), ("instant", np.float64), ("order", np.int64)], align=True)
"""A question about an order that is still to come: row of the buyer, its instant, number of the order."""

TICKET = np.dtype(
    [
        ("identity", np.uint64), ("row", np.int64), ("kind", np.int64), ("arrival", np.float64),
        ("handling", np.float64), ("ordinal", np.int64), ("order", np.int64), ("ordered", np.int64),
        ("paid", np.int64), ("commission", np.int64), ("leaves", np.float64), ("start", np.float64),
        ("finish", np.float64), ("work", np.float64), ("refund", np.float64), ("takes", np.float64),
        ("agent", np.int64), ("first", np.bool_), ("escalated", np.bool_), ("solved", np.bool_),
        ("campaign", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""A ticket: identity and row of the person, kind (index of TICKET_KINDS), arrival, handling time (days).

The row is -1 where another shard has the person. `ordinal` counts touches, orders or problems; `order`, `ordered`,
`paid`, `commission` and `campaign` are the complaint's order, its day, its cents and whether it was under a campaign's
offer; `order` of a pre-sale question is the purchase that waits for the answer, 0 for none, and `paid` what would be in
its basket.
`leaves` is the instant at which the person gives up waiting; `start` and `finish` are instants, infinite while the
ticket waits; who gave up has a finish and no start. `work` is what it takes the agent beside what else is in hand,
known from its start on, as are `takes`, the time for which it is in hand, and `agent`, who has it. `refund` is the
instant at which the firm's policy ends a complaint by a refund of the order, infinite without such a policy. `first`:
goes before others of its rank; `escalated`: before all others. `solved`: a bot answers it at once.
"""

Tickets = npt.NDArray[Any]
"""Rows of `TICKET`."""

OWN_EVENT = np.dtype([("person", "u8"), ("instant", "f8"), ("cents", "i8"), ("name", "i4")])
"""An event of a mechanism added in Python: whose, when, cents, and the number of its name among those of all."""

TICKET_TIME = np.dtype(
    [("row", np.int64), ("end", np.float64), ("day", np.int64), ("kind", np.int64), ("seconds", np.int64)],
    align=True,
)
"""How long a ticket took: to the reply of a question, to the end of a complaint; the instant and the day of that, and
whose it was."""
TICKET_OPENED = np.dtype([("row", np.int64), ("arrival", np.float64)], align=True)
"""Who opened a ticket, and when."""

PHASES = ("launch", "proof", "deadline")
"""Phases of a coupon's validity: its first day, the days between, its last day."""
COUPON_TERMS = np.dtype([("pull", "f8"), ("days", "i8"), ("first_order_only", "?")], align=True)
"""What the compiled steps know of a coupon: pull at salience 1, 0 where its budget has closed, and days for which it
holds."""
