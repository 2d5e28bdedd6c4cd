"""Purchases before which people ask the desk: they are not made before there is an answer, or patience is used up."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, keyed
from sim.evening.tickets import PRE_SALE, PURCHASES_FROM, open_ticket
from sim.law.waiting import ServiceNumbers
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.sales.replay import undo
from sim.stages import Stage
from sim.state.daily_values import Orders
from sim.state.day_books import DayBooks
from sim.state.row_table import RowTable

Mask = npt.NDArray[np.bool_]

_DRIFTED, _QUESTION_PURCHASE = int(Stage.DRIFTED), int(Decision.QUESTION_PURCHASE)


@jit
def mark_asked(orders: Orders, people: CustomerColumns, numbers: ServiceNumbers, books: DayBooks) -> None:
    """Mark those of today's orders, in order of instants, before which people ask, and what they would buy later.

    They take part where offers end, but draw on no budget. A negative number in the column `asked` says that somebody
    asks today.
    """
    asked, stage = people.ints[c.ASKED], people.stage
    for j in range(orders.size):
        order = orders[j]
        row = order.row
        if stage[row] >= _DRIFTED:
            continue
        if asked[row] >= 0 and asked[row] != order.ordinal:
            u = keyed(books.key, order.identity, _QUESTION_PURCHASE, order.ordinal)
            if u < numbers.questions_per_purchase:
                asked[row] = -order.ordinal
        if asked[row] < 0:
            order.asked, order.offer = True, 0


@jit
def hold_asked(
    placed: Orders, orders: Orders, people: CustomerColumns, numbers: ServiceNumbers, books: DayBooks, tickets: RowTable
) -> Mask:
    """Open the questions, stop the order clocks of who asks, and return which of today's orders are made, shape (n,).

    `placed` are the orders before offers ended, with the same people.
    """
    made, asked = np.ones(orders.size, dtype=np.bool_), people.ints[c.ASKED]
    for j in range(orders.size):
        order = orders[j]
        row = order.row
        made[j] = not order.asked
        if order.asked and asked[row] == -order.ordinal:
            asked[row] = order.ordinal
            undo(people, row, order.ordinal, books.day, False)
            people.reals[c.ORDER_LEFT, row] = math.inf
            open_ticket(tickets, people, numbers, books, row, PRE_SALE, order.instant, PURCHASES_FROM + order.ordinal)
            ticket = tickets.rows[tickets.used[0] - 1]
            ticket.order, ticket.paid = order.ordinal, order.basket
    for j in range(orders.size):
        if made[j]:
            people.ints[c.LAST_ORDER, orders[j].row] = books.day
    for j in range(placed.size):
        # an order that does not come today after all has not been asked about; the one before it has been, or never is
        if asked[placed[j].row] < 0:
            asked[placed[j].row] = -asked[placed[j].row] - 1
    return made
