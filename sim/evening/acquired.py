"""What the people who were added in the measured days leave, by days since adding, compiled; and campaigns' margin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import places_of
from sim.draws import mix
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import Events
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Event
from sim.state.daily_values import Orders

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FIRST, _REFUND, _COMPENSATION, _CHARGEBACK = (
    int(Event.FIRST_ORDER), int(Event.REFUND), int(Event.COMPENSATION), int(Event.CHARGEBACK),
)  # fmt: skip
_NEW, _MARGIN, _HOOKS, _CAMPAIGN_MARGIN = (
    ACCOUNTS.index(name) for name in ("new_customers", "acquired_margin", "hook_discount", "campaign_margin")
)


class Acquired(NamedTuple):
    """The rows of people who were added in the measured days, `first` to before `last`, and what each of their orders
    and chargebacks costs beside what it moves, cents. `first` equals `last` where today is not measured."""

    first: int
    last: int
    parcel: int
    chargeback_fee: int


class DayOfPeople(NamedTuple):
    """Today's orders; which coupons, by number among those that stand, come with adding (0 is none); who was delivered
    which message, shape (m, size), at which cost, cents, shape (m,); and today's events."""

    orders: Orders
    hooks: Mask
    sent: Mask
    costs: Ints
    events: Events


@jit
def book_acquired(people: CustomerColumns, acquired: Acquired, today: DayOfPeople, day: int, table: Ints) -> None:
    """Book today's margin of campaigns, coupons that came with adding, new customers, and what the acquired leave.

    What they leave is before what acquiring them cost, and so before those coupons. `table`, shape (days, accounts).
    """
    book_margins(people, acquired, today, day, table)
    addeds, margins = people.ints[c.ADDED], table[:, _MARGIN]
    first, last = acquired.first, acquired.last
    places = np.empty(last - first, dtype=np.int64)
    for m in range(today.costs.size):
        for place in places[: places_of(today.sent[m, first:last], places)]:
            margins[day - addeds[first + place]] -= today.costs[m]
    who, cents = money_back(today.events, acquired.chargeback_fee)
    if who.size == 0 or first == last:
        return
    found = np.full(2 * who.size + 1, -1)
    for e in range(who.size):
        place = place_of(found, who, who[e])
        if found[place] < 0:
            found[place] = e
        else:
            cents[found[place]] += cents[e]
    for i in range(first, last):
        e = found[place_of(found, who, people.identity[i])]
        if e >= 0:
            margins[day - addeds[i]] -= cents[e]


@jit
def book_margins(people: CustomerColumns, acquired: Acquired, today: DayOfPeople, day: int, table: Ints) -> None:
    """`book_acquired` for today's orders."""
    totals, width = table[day], today.hooks.size
    for j in range(today.orders.size):
        order = today.orders[j]
        margin = order.paid - order.goods - order.gift
        totals[_CAMPAIGN_MARGIN] += margin * order.campaign
        if order.coupon and today.hooks[order.offer % width]:
            hook = order.discount + order.gift - order.campaign_off - order.campaign_gift
            totals[_HOOKS] += hook
            margin += hook
        if acquired.first <= order.row < acquired.last:
            totals[_NEW] += order.kind == _FIRST
            table[day - people.ints[c.ADDED, order.row], _MARGIN] += margin - acquired.parcel


@jit
def money_back(events: Events, fee: int) -> tuple[npt.NDArray[np.uint64], Ints]:
    """Who was paid back how many cents today, with the fees of it; shape (n,)."""
    rows, n = events.rows, 0
    who, cents = np.empty(events.used[0], dtype=np.uint64), np.empty(events.used[0], dtype=np.int64)
    for e in range(events.used[0]):
        kind = rows[e].kind
        if kind in (_REFUND, _COMPENSATION, _CHARGEBACK):
            who[n], cents[n] = rows[e].person, rows[e].cents + fee * (kind == _CHARGEBACK)
            n += 1
    return who[:n], cents[:n]


@jit
def place_of(places: Ints, who: npt.NDArray[np.uint64], identity: np.uint64) -> int:
    """The place of a person in a table of positions in `who`, or the empty place for it."""
    place = np.int64(mix(identity) % np.uint64(places.size))
    while places[place] >= 0 and who[places[place]] != identity:
        place = (place + 1) % places.size
    return int(place)
