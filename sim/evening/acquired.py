"""What the people who were added in the measured days leave, by days since adding, compiled; and campaigns' margin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import places_of
from sim.evening.margins import book_left
from sim.output.accounts import ACCOUNTS
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Event
from sim.state.daily_values import Orders

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FIRST = int(Event.FIRST_ORDER)
_NEW, _MARGIN, _HOOKS = (ACCOUNTS.index(name) for name in ("new_customers", "acquired_margin", "hook_discount"))


class Acquired(NamedTuple):
    """The rows of people who were added in the measured days, `first` to before `last`, which are equal where today is
    not measured; and how many people there are, `size`."""

    first: int
    last: int
    size: int


class DayOfPeople(NamedTuple):
    """Today's orders; which coupons, by number among those that stand, come with adding (0 is none); who was delivered
    which message, shape (m, size), at which cost, cents, shape (m,)."""

    orders: Orders
    hooks: Mask
    sent: Mask
    costs: Ints


@jit
def book_acquired(people: CustomerColumns, acquired: Acquired, today: DayOfPeople, day: int, table: Ints) -> None:
    """Book today's margin of campaigns, coupons that came with adding, new customers, and what the acquired leave.

    What they leave is before what acquiring them cost, and so before those coupons. `table`, shape (days, accounts).
    Parcels and money back are in the column `left` already, which is 0 again afterwards.
    """
    book_sales(people, acquired, today, table[day])
    addeds, margins = people.ints[c.ADDED], table[:, _MARGIN]
    first, last, _ = acquired
    places = np.empty(last - first, dtype=np.int64)
    for m in range(today.costs.size):
        for place in places[: places_of(today.sent[m, first:last], places)]:
            margins[day - addeds[first + place]] -= today.costs[m]
    for i in range(first, last):
        margins[day - addeds[i]] += people.left[i]
    people.left[: acquired.size] = 0


@jit
def book_sales(people: CustomerColumns, acquired: Acquired, today: DayOfPeople, totals: Ints) -> None:
    """`book_acquired` for what today's orders leave before their parcels: paid, less gifts, fees and commission."""
    width = today.hooks.size
    for j in range(today.orders.size):
        order = today.orders[j]
        book_left(people, order.row, order.paid - order.gift - order.fees, order.campaign, totals)
        if order.coupon and today.hooks[order.offer % width]:
            hook = order.discount - order.own_off + order.gift - order.campaign_off - order.campaign_gift
            totals[_HOOKS] += hook
            people.left[order.row] += hook
        if acquired.first <= order.row < acquired.last:
            totals[_NEW] += order.kind == _FIRST
