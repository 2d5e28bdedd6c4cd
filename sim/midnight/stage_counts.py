"""Counts over all people at the close of the books, compiled: moves between stages, and cohorts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.output.accounts import ACCOUNTS, COHORTS
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Stage

Ints = npt.NDArray[np.int64]

_LEADS, _ORDERED, _BUYERS, _REPEATED, _TICKETS, _SETTLED = (ACCOUNTS.index(name) for name in COHORTS)
_TO_ORDER, _TO_REPEAT, _TO_COME_BACK = 7, 90, 7
"""Days in which leads of a cohort may order, first buyers repeat, and people with an answer come back with a ticket."""
_STAGES = len(Stage)


@jit
def count_moves(stages: npt.NDArray[np.int8], now: npt.NDArray[np.int8]) -> Ints:
    """People by stage in the morning (row) and at night (column), shape (6, 6).

    `stages` are those of the morning, shape (n,), and become those of the night.
    """
    moves = np.zeros((_STAGES, _STAGES), dtype=np.int64)
    for i in range(stages.size):
        moves[stages[i], now[i]] += 1
        stages[i] = now[i]
    return moves


@jit
def count_cohorts(people: CustomerColumns, size: int, days: int, table: Ints) -> None:
    """Count by day of origin: leads who ordered within 7 days, first buyers who ordered again within 90.

    `table` of shape (days, accounts); only people whose days are complete. People of day one, be they buyers or leads,
    are in no cohort.
    """
    for i in range(size):
        if people.ints[c.SOURCE, i] < 0:
            continue
        added = people.ints[c.ADDED, i] + 1
        first, second = people.ints[c.FIRST_ORDER, i], people.ints[c.SECOND_ORDER, i]
        if added + _TO_ORDER <= days:
            table[added, _LEADS] += 1
            table[added, _ORDERED] += added <= first < added + _TO_ORDER
        if first >= 0 and first + _TO_REPEAT <= days:
            table[first, _BUYERS] += 1
            table[first, _REPEATED] += first <= second < first + _TO_REPEAT


@jit
def count_settled(ended: npt.NDArray[np.void], opened: npt.NDArray[np.void], size: int, days: int, table: Ints) -> None:
    """Count by day of their end the tickets that were answered or ended, and those after which none came back.

    `ended` are rows of `TICKET_TIME`, `opened` of `TICKET_OPENED`, both of `size` people and in order of days; `table`
    of shape (days, accounts); only tickets with `_TO_COME_BACK` whole days left.
    """
    # the last ticket of each person that has ended, and of each ticket the one before
    last, before = np.full(size, -1), np.empty(ended.size, dtype=np.int64)
    back, known = np.zeros(ended.size, dtype=np.bool_), 0
    for j in range(opened.size):
        row, arrival = opened[j].row, opened[j].arrival
        while known < ended.size and ended[known].day <= arrival:
            before[known] = last[ended[known].row]
            last[ended[known].row] = known
            known += 1
        k = last[row]
        while k >= 0 and ended[k].day + _TO_COME_BACK + 1 >= arrival:
            back[k] |= ended[k].end < arrival <= ended[k].end + _TO_COME_BACK
            k = before[k]
    for k in range(ended.size):
        if ended[k].end + _TO_COME_BACK < days:
            table[ended[k].day, _TICKETS] += 1
            table[ended[k].day, _SETTLED] += not back[k]
