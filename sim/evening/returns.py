"""Orders that people send back because they have changed their mind: money, goods and freight, and nothing else."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import jit
from sim.draws import Decision, keyed
from sim.evening.margins import book_left
from sim.law.fees import FeeNumbers, give_fees_back
from sim.law.redemption import rounded
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import note
from sim.people.customer_columns import CustomerColumns
from sim.stages import Event
from sim.state.day_books import DayBooks
from sim.state.row_table import RowTable

_RETURN, _RETURN_TIME, _RETURN_EVENT = int(Decision.RETURN), int(Decision.RETURN_TIME), int(Event.RETURN)
_RETURNS, _RETURNED, _GOODS_BACK, _FREIGHT_BACK, _SENT_BACK = (
    ACCOUNTS.index(name) for name in ("returns", "returned", "goods_back", "freight_back", "orders_sent_back")
)


class ReturnNumbers(NamedTuple):
    """A market's numbers of returns: share of orders, mean days from the parcel on, share of the cost of goods that
    can be sold again; cents for a parcel's way back."""

    share: float
    days: float
    resold: float
    freight_back: int


@jit
def plan_return(parcel: Any, identity: np.uint64, numbers: ReturnNumbers, key: np.uint64, returns: RowTable) -> None:
    """Put down whether and when the order in a parcel that arrives will come back; there must be room for it."""
    if keyed(key, identity, _RETURN, parcel.order) >= numbers.share:
        return
    back = returns.rows[returns.used[0]]
    returns.used[0] += 1
    days = -numbers.days * math.log1p(-keyed(key, identity, _RETURN_TIME, parcel.order))
    back.row, back.instant, back.order, back.campaign = parcel.row, parcel.instant + days, parcel.order, parcel.campaign
    back.paid, back.goods, back.commission = parcel.paid, parcel.goods, parcel.commission
    back.ordered = parcel.ordered


@jit
def worth_back(goods: int, left: int, resold: float) -> int:
    """What the goods of a return are worth to the shop, cents: what of their cost can be sold again, and no more than
    was `left` of the price after fees, as stock is valued at its cost or at what it sells for, whichever is lower."""
    return int(min(rounded(goods * resold), max(left, 0)))


@jit
def take_back(
    people: CustomerColumns, numbers: ReturnNumbers, fees: FeeNumbers, books: DayBooks, returns: RowTable
) -> None:
    """Refund what comes back today, and book its goods and freight.

    What has come back leaves the table on the next evening: until then it shows what came back today.
    """
    rows, kept, totals = returns.rows, 0, books.totals
    for j in range(returns.used[0]):
        if rows[j].instant >= books.day:
            rows[kept] = rows[j]
            kept += 1
    returns.used[0] = kept
    for j in range(kept):
        back = rows[j]
        if back.instant >= books.day + 1:
            continue
        note(books.events, people.identity[back.row], _RETURN_EVENT, back.instant, back.paid)
        totals[_RETURNS] += 1
        totals[_RETURNED] += back.paid
        books.table[back.ordered, _SENT_BACK] += 1
        of_fees = give_fees_back(back.paid, back.paid, back.commission, fees, totals)
        goods = worth_back(back.goods, back.paid - of_fees, numbers.resold)
        totals[_GOODS_BACK] += goods
        totals[_FREIGHT_BACK] += numbers.freight_back
        book_left(people, back.row, goods + of_fees - back.paid - numbers.freight_back, back.campaign, totals)
