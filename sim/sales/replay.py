"""Order clocks run once more from the instant at which an offer ends, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.people import customer_columns as c
from sim.people.customer_columns import NEVER, CustomerColumns
from sim.stages import Stage
from sim.state.daily_values import Orders

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)


@jit
def replay(people: CustomerColumns, rows: Ints, holding: Floats, orders: Orders, day: int, end: float) -> Mask:
    """Set the clocks of the people at `rows`, shape (m,), as if their offer had ended at `end`.

    `holding` of shape (m, 5); today's orders of shape (n,), in order of instants: moves those that come later without
    the offer, and returns which still come.
    """
    comes = np.ones(orders.size, dtype=np.bool_)
    # of each person: the last order as it was and as it is, in days from midnight, and whether one stays or falls away
    was, now = np.full(rows.size, end - day), np.full(rows.size, end - day)
    ordered, gone = np.zeros(rows.size, dtype=np.bool_), np.zeros(rows.size, dtype=np.bool_)
    for k in range(orders.size):
        order = orders[k]
        j = np.searchsorted(rows, order.row)
        if j == rows.size or rows[j] != order.row:
            continue
        rate, plain, length = holding[j, 0], holding[j, 1], holding[j, 2]
        to_run, at = (order.instant - day - was[j]) * rate, order.instant - day
        if order.instant < end:
            ordered[j] = True
        elif gone[j]:
            comes[k] = False
        elif to_run > (length - now[j]) * plain:
            gone[j], comes[k] = True, False
            undo(people, order.row, order.ordinal, day, ordered[j])
            people.reals[c.ORDER_LEFT, order.row] = to_run - (length - now[j]) * plain
        else:
            was[j], now[j] = at, now[j] + (to_run / plain if to_run > 0.0 else 0.0)
            order.instant = day + now[j]
            ordered[j] = True
    for j in range(rows.size):
        rate, plain, length, buys = holding[j, 0], holding[j, 1], holding[j, 2], holding[j, 3] > 0.0
        # a lead who has ordered today has a new clock, which starts tomorrow
        if not gone[j] and length > now[j] and (buys or not ordered[j]):
            people.reals[c.ORDER_LEFT, rows[j]] += (length - was[j]) * rate - (length - now[j]) * plain
    return comes


@jit
def undo(people: CustomerColumns, row: int, ordinal: int, day: int, ordered: bool) -> None:
    """Take back a person's orders of today from number `ordinal` on; `ordered` says whether others stay today."""
    people.ints[c.ORDERS, row] = ordinal - 1
    people.ints[c.LAST_ORDER, row] = day if ordered else people.ints[c.ORDER_DAY, row]
    if ordinal <= 2:
        people.ints[c.SECOND_ORDER, row] = NEVER
    if ordinal == 2 and people.stage[row] == _REPEATER:
        people.stage[row] = _FIRST_BUYER
    if ordinal == 1:
        people.ints[c.FIRST_ORDER, row] = NEVER
        if people.stage[row] == _FIRST_BUYER:
            people.stage[row] = _LEAD
