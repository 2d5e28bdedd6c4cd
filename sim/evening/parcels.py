"""Parcels: sent off with today's orders, on their way for the carrier's time, and what comes of those of today."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, Identities, keyed, keyed_each
from sim.evening.margins import book_left
from sim.evening.returns import ReturnNumbers, plan_return, take_back
from sim.evening.tickets import COMPLAINT, open_ticket
from sim.law.waiting import ServiceNumbers, news_of_parcel, problem_area
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import note
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Event
from sim.state.daily_values import PARCEL, Orders
from sim.state.day_books import DayBooks
from sim.state.row_table import RowTable
from sim.state.time_order import order_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Z_95 = 1.6448536269514722
_PARCEL, _PROBLEM, _PARCEL_EVENT = int(Decision.PARCEL), int(Decision.PROBLEM), int(Event.PARCEL)
_GOODS, _PACKAGING, _PARCEL_COST, _PARCELS, _LATE, _GOODS_OF_ORDERS = (
    ACCOUNTS.index(name) for name in ("goods", "packaging", "parcel_cost", "parcels", "late_parcels", "goods_of_orders")
)


class CarrierNumbers(NamedTuple):
    """Cents a parcel, for its way and for packing it, and the time of parcels: split log-normal, each side of the
    median with a spread of its own.

    `carried` is false where parcels arrive at once and cost nothing; `promise` is -1 where no time is promised;
    `usual` is how long people are used to wait for a parcel, `late_after` how long until it is late without a promise;
    `learning` the weight of the last parcel in what a person has learned of lateness; `returns` what is sent back.
    """

    carried: bool
    cost: int
    packaging: int
    median: float
    below: float
    above: float
    promise: float
    usual: float
    late_after: float
    learning: float
    returns: ReturnNumbers


class UnderWay(NamedTuple):
    """Parcels on their way to the buyers (`PARCEL`), and orders that will come back (`RETURN`)."""

    parcels: RowTable
    returns: RowTable


@jit
def carrier_uniforms(identity: Identities, orders: Orders, key: np.uint64) -> Floats:
    """The uniforms that decide how long the parcels of today's orders take; shape (n,)."""
    who, ordinal = np.empty(orders.size, dtype=np.uint64), np.empty(orders.size, dtype=np.int64)
    for j in range(orders.size):
        who[j], ordinal[j] = identity[orders[j].row], orders[j].ordinal
    return keyed_each(key, who, _PARCEL, ordinal)


@jit
def deliver(
    people: CustomerColumns, orders: Orders, z: Floats, carrier: CarrierNumbers, numbers: ServiceNumbers,
    books: DayBooks, under_way: UnderWay, tickets: RowTable,
) -> Ints:  # fmt: skip
    """Send off today's orders, and take in what arrives today, at the buyers and back at the shop.

    `z`, shape (n,), are normal quantiles of the parcels' times.
    Returns the rows of people who have learned how late parcels are, shape (m,).
    """
    parcels, returns = under_way
    send(orders, z, carrier, parcels)
    books.totals[_GOODS_OF_ORDERS] += orders["goods"].sum()
    book_leaving(people, parcels, carrier, books)
    arriving = take_arriving(parcels, books.day)
    n = arriving.size
    who, instant, ordinal = np.empty(n, dtype=np.uint64), np.empty(n), np.empty(n, dtype=np.int64)
    identity, stage, totals = people.identity, people.stage, books.totals
    news, problem_left, lateness = people.reals[c.NEWS], people.reals[c.PROBLEM_LEFT], people.reals[c.LATENESS]
    learned, several = np.empty(n, dtype=np.int64), 0
    for j in range(n):
        who[j], instant[j], ordinal[j] = identity[arriving[j].row], arriving[j].instant, arriving[j].order
    order = order_of(instant, who, ordinal)
    for j in order:
        note(books.events, who[j], _PARCEL_EVENT, arriving[j].instant, 0)
        totals[_PARCELS] += 1
        totals[_LATE] += arriving[j].late > 0.0
    for j in order:
        parcel = arriving[j]
        i = parcel.row
        if stage[i] >= OUT:
            plan_return(parcel, who[j], carrier.returns, books.key, returns)
            continue
        if carrier.carried:
            news[i] += news_of_parcel(parcel.days, parcel.late, carrier.promise, carrier.usual, numbers)
            if carrier.promise >= 0.0 and (parcel.late > 0.0 or lateness[i] > 0.0):
                lateness[i] += carrier.learning * (parcel.late - lateness[i])
                learned[several] = i
                several += 1
        problem_left[i] -= problem_area(parcel.late, numbers)
        if problem_left[i] > 0.0:
            # an order with a complaint does not come back: what is refunded is for the complaint to say, and only once
            plan_return(parcel, who[j], carrier.returns, books.key, returns)
        else:
            people.ints[c.PROBLEMS, i] += 1
            problem = people.ints[c.PROBLEMS, i]
            problem_left[i] = -math.log1p(-keyed(books.key, who[j], _PROBLEM, problem + 1))
            open_ticket(tickets, people, numbers, books, i, COMPLAINT, parcel.instant, problem)
            ticket = tickets.rows[tickets.used[0] - 1]
            ticket.order, ticket.paid, ticket.commission = parcel.order, parcel.paid, parcel.commission
            ticket.campaign, ticket.ordered = parcel.campaign, parcel.ordered
    take_back(people, carrier.returns, numbers.fees, books, returns)
    return learned[:several]


@jit
def book_leaving(people: CustomerColumns, parcels: RowTable, carrier: CarrierNumbers, books: DayBooks) -> None:
    """Goods, packaging and freight of the parcels that leave today."""
    totals = books.totals
    for j in range(parcels.used[0]):
        parcel = parcels.rows[j]
        if books.day <= parcel.leaves < books.day + 1:
            totals[_GOODS] += parcel.goods
            totals[_PACKAGING] += carrier.packaging
            totals[_PARCEL_COST] += carrier.cost
            out = parcel.goods + carrier.packaging + carrier.cost
            book_left(people, parcel.row, -out, parcel.campaign, totals)


@jit
def send(orders: Orders, z: Floats, carrier: CarrierNumbers, parcels: RowTable) -> None:
    """Put a parcel for each order under way."""
    rows, used = parcels.rows, parcels.used[0]
    for j in range(orders.size):
        days = 0.0
        if carrier.carried:
            days = carrier.median * math.exp((carrier.below if z[j] < 0.0 else carrier.above) * z[j] / Z_95)
        parcel = rows[used + j]
        parcel.row, parcel.order, parcel.paid = orders[j].row, orders[j].ordinal, orders[j].paid
        parcel.ordered = math.floor(orders[j].instant)
        parcel.goods, parcel.commission, parcel.campaign = orders[j].goods, orders[j].commission, orders[j].campaign
        parcel.leaves = orders[j].instant + orders[j].delay
        parcel.instant = parcel.leaves + days
        parcel.days = days
        parcel.late = max(days - (carrier.late_after if carrier.promise < 0.0 else carrier.promise), 0.0)
    parcels.used[0] = used + orders.size


@jit
def take_arriving(parcels: RowTable, day: int) -> npt.NDArray[np.void]:
    """Today's parcels, in the order of being sent; the others stay under way."""
    rows, used, n, kept = parcels.rows, parcels.used[0], 0, 0
    arriving = np.empty(used, dtype=PARCEL)
    for j in range(used):
        if rows[j].instant < day + 1:
            arriving[n] = rows[j]
            n += 1
        else:
            rows[kept] = rows[j]
            kept += 1
    parcels.used[0] = kept
    return arriving[:n]
