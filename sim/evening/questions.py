"""Questions that today's messages and orders open, among people who are still there and have not drifted."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Messages, places_of
from sim.draws import Decision, keyed, keyed_each
from sim.evening.tickets import AFTER_SALE, PRE_SALE, open_ticket
from sim.hours import area_until, instant_of
from sim.law.waiting import ServiceNumbers
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Stage
from sim.state.daily_values import Orders
from sim.state.day_books import DayBooks
from sim.state.row_table import RowTable

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_DRIFTED = int(Stage.DRIFTED)
_QUESTION_TOUCH, _QUESTION_ORDER = int(Decision.QUESTION_TOUCH), int(Decision.QUESTION_ORDER)
_QUESTION_TIME, _QUESTION_AFTER = int(Decision.QUESTION_TIME), int(Decision.QUESTION_AFTER)
LATEST = 1.0 - 1e-9
"""The last instant of a day, as a fraction of it."""
ASKED = np.dtype([("row", np.int32), ("message", np.int32), ("ordinal", np.int32)], align=True)


class Asked(NamedTuple):
    """Questions that messages open: per block of people, `counts` of them in the first places of a row of `rows`."""

    counts: Ints
    rows: npt.NDArray[np.void]


def room_for_questions(size: int, messages: int, block: int) -> Asked:
    """Room for the questions of `size` people."""
    blocks = max(1, -(-size // block))
    return Asked(np.zeros(blocks, dtype=np.int64), np.empty((blocks, messages * block), dtype=ASKED))


@jit
def ask_at_messages(
    first: int, last: int, people: CustomerColumns, sent: Mask, per_touch: float, key: np.uint64, block: int,
    asked: Asked,
) -> None:  # fmt: skip
    """Who of the people from `first` to `last`, whole blocks, asks at a message; `sent` of shape (m, size).

    A person's questions come from the last message to the first: the ordinal of a message is counted back from all.
    """
    identity, stage, touches = people.identity, people.stage, people.ints[c.TOUCHES]
    places, later = np.empty(block, dtype=np.int64), np.empty(block, dtype=np.int64)
    rows, who, ordinals = np.empty_like(places), np.empty(block, dtype=np.uint64), np.empty_like(places)
    for start in range(first, last, block):
        b, end = start // block, min(start + block, last)
        later[:] = 0
        for m in range(sent.shape[0] - 1, -1, -1):
            n = 0
            for place in places[: places_of(sent[m, start:end], places)]:
                i = start + place
                rows[n], who[n], ordinals[n] = i, identity[i], touches[i] - later[place]
                later[place] += 1
                n += stage[i] < _DRIFTED
            u = keyed_each(key, who[:n], _QUESTION_TOUCH, ordinals[:n])
            for k in range(n):
                if u[k] < per_touch:
                    question = asked.rows[b, asked.counts[b]]
                    question.row, question.message, question.ordinal = rows[k], m, ordinals[k]
                    asked.counts[b] += 1


@jit
def open_questions(
    people: CustomerColumns, asked: Asked, messages: Messages, orders: Orders, numbers: ServiceNumbers,
    books: DayBooks, later: RowTable, tickets: RowTable,
) -> None:  # fmt: skip
    """A ticket for each question at messages, when it is read, and for each about an order that comes today.

    `later`, rows of `QUESTION`, are questions about orders that are still to come; today's orders add theirs.
    """
    identity, stage = people.identity, people.stage
    for b in range(asked.counts.size):
        for k in range(asked.counts[b]):
            question = asked.rows[b, k]
            u = keyed(books.key, identity[question.row], _QUESTION_TIME, question.ordinal)
            instant = books.day + read_at(messages.hour[question.message], messages.read[question.message], u)
            open_ticket(tickets, people, numbers, books, question.row, PRE_SALE, instant, question.ordinal)
    for j in range(orders.size):
        order = orders[j]
        if keyed(books.key, identity[order.row], _QUESTION_ORDER, order.ordinal) < numbers.questions_per_order:
            question = later.rows[later.used[0]]
            u = keyed(books.key, identity[order.row], _QUESTION_AFTER, order.ordinal)
            area = area_until(order.instant, numbers.hours) - numbers.asked_after * math.log1p(-u)
            question.row, question.instant, question.order = order.row, instant_of(area, numbers.hours), order.ordinal
            later.used[0] += 1
    left = 0
    for k in range(later.used[0]):
        row, instant, number = later.rows[k].row, later.rows[k].instant, later.rows[k].order
        if instant >= books.day + 1.0:
            later.rows[left] = later.rows[k]
            left += 1
        elif stage[row] < _DRIFTED:
            open_ticket(tickets, people, numbers, books, row, AFTER_SALE, instant, number)
    later.used[0] = left


@jit
def read_at(hour: float, mean: float, u: float) -> float:
    """When a message of an hour is read, fractions of a day: an exponential time later, and before midnight."""
    if mean == 0.0:
        return hour
    share = -math.expm1(-(1.0 - hour) / mean)
    return min(hour - mean * math.log1p(-u * share), LATEST)
