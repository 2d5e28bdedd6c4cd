"""How complaints end: trust, compensation, refunds, chargebacks, and the end of the relation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import micro
from sim.draws import Decision, keyed
from sim.evening.margins import book_left
from sim.evening.tickets import note_time, refunded_by_policy, seconds
from sim.evening.waiting_line import DeskNumbers
from sim.law import complaints as complaint_law, waiting as waiting_law
from sim.law.complaints import ComplaintNumbers
from sim.law.fees import give_fees_back
from sim.law.redemption import rounded
from sim.law.waiting import ServiceNumbers
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import note
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Event, Stage
from sim.state.daily_values import Tickets
from sim.state.day_books import DayBooks
from sim.state.row_table import RowTable
from sim.state.time_order import order_of

Ints = npt.NDArray[np.int64]

_DISPUTE, _STOP, _REFUND = int(Decision.DISPUTE), int(Decision.STOP), int(Decision.REFUND)
_CHARGEBACK, _DISPUTED = int(Decision.CHARGEBACK), int(Stage.DISPUTED)
_RESOLVED_EVENT, _REFUND_EVENT, _DISPUTE_EVENT = int(Event.RESOLVED), int(Event.REFUND), int(Event.DISPUTE)
_COMPENSATION_EVENT, _CHARGEBACK_EVENT = int(Event.COMPENSATION), int(Event.CHARGEBACK)
_RESOLVED, _RESOLVE_SECONDS, _RESOLVED_WITH_GOAL, _RESOLVED_IN_GOAL = (
    ACCOUNTS.index(name) for name in ("resolved", "resolve_seconds", "resolved_with_goal", "resolved_in_goal")
)
_REFUNDS, _REFUNDED, _OF_ORDERS, _DISPUTES, _LOST = (
    ACCOUNTS.index(name) for name in ("refunds", "refunded", "refunded_of_orders", "disputes", "lost_need")
)
_COMPENSATION, _CHARGEBACKS, _CHARGED_BACK, _FEES = (
    ACCOUNTS.index(name) for name in ("compensation", "chargebacks", "charged_back", "chargeback_fees")
)


@jit
def end_complaints(
    people: CustomerColumns, rows: Tickets, complaints: Ints, desk: DeskNumbers, numbers: ServiceNumbers,
    books: DayBooks, times: RowTable,
) -> None:  # fmt: skip
    """Complaints that end today, or are given up, in order of time: trust, money, and the end of the relation."""
    ending = in_order_of_time(rows, complaints, books.day)
    for j in ending:
        ticket = rows[j]
        if desk.complaint_goal >= 0.0:
            books.totals[_RESOLVED_WITH_GOAL] += 1
        if given_up(ticket):
            continue
        took = ticket.finish - ticket.arrival
        note_time(times.rows, times.used[0], books.day, ticket, ticket.finish)
        times.used[0] += 1
        note(books.events, ticket.identity, _RESOLVED_EVENT, ticket.finish, 0)
        books.totals[_RESOLVED] += 1
        books.totals[_RESOLVE_SECONDS] += seconds(took)
        if desk.complaint_goal >= 0.0:
            books.totals[_RESOLVED_IN_GOAL] += took <= desk.complaint_goal
    for j in ending:
        # complaints have no effect on who is out, be it by a complaint that ended a moment ago
        if people.stage[rows[j].row] < OUT:
            settle(people, rows[j], desk, numbers, books)


@jit
def given_up(ticket: Any) -> bool:
    """Whether a complaint that has an end was given up by the person."""
    return bool(ticket.start == math.inf and not refunded_by_policy(ticket))


@jit
def settle(people: CustomerColumns, ticket: Any, desk: DeskNumbers, numbers: ServiceNumbers, books: DayBooks) -> None:
    """What the end of one complaint does to a person who is here, and to the money."""
    row, identity, order, course = ticket.row, ticket.identity, ticket.order, numbers.course
    took, by_policy, unsolved = ticket.finish - ticket.arrival, refunded_by_policy(ticket), given_up(ticket)
    good, lift, paid = 0.0, 0.0, ticket.paid
    if not unsolved:
        good = complaint_law.recovery(took, course)
        lift = course.refund_lift if by_policy else course.lift
        if not by_policy and paid > 0:
            lift += course.compensation_lift
            paid -= compensate(people, ticket, course.compensation, books)
    people.reals[c.NEWS, row] += news_of_end(ticket, min(good + lift, 1.0), desk, numbers)
    refunded = by_policy or keyed(books.key, identity, _REFUND, order) < complaint_law.refund_chance(good, course)
    if by_policy:
        people.reals[c.PROBLEM_LEFT, row] *= 1.0 - course.opportunism
    if refunded and paid > 0:
        note(books.events, identity, _REFUND_EVENT, ticket.finish, paid)
        books.totals[_REFUNDS] += 1
        books.totals[_REFUNDED] += paid
        books.table[ticket.ordered, _OF_ORDERS] += paid
        of_fees = give_fees_back(paid, ticket.paid, ticket.commission, numbers.fees, books.totals)
        book_left(people, row, of_fees - paid, ticket.campaign, books.totals)
    disputed = keyed(books.key, identity, _DISPUTE, order) < course.dispute_share
    if disputed and not refunded and paid > 0:
        charge_back(people, ticket, paid, course, books)
    since = ticket.finish - people.reals[c.LAST_COMPLAINT, row]
    people.reals[c.LAST_COMPLAINT, row] = ticket.finish
    stop = complaint_law.stop_chance(good + lift, order - 1, since, disputed, course)
    if keyed(books.key, identity, _STOP, order) < stop:
        end_relation(people, row, ticket.finish, books)
    elif disputed:
        people.reals[c.DELTA, row] *= course.dispute_price


@jit
def news_of_end(ticket: Any, good: float, desk: DeskNumbers, numbers: ServiceNumbers) -> float:
    """Change of trust from the end of a complaint of which a share `good` was made good."""
    gain, factor = numbers.resolution, numbers.loss_factor
    if given_up(ticket):
        return waiting_law.news_of_silence(gain, desk.complaint_goal, factor)
    news = waiting_law.news_of(gain, good, factor)
    goal = desk.complaint_goal
    if goal >= 0.0:
        worth = complaint_law.recovery(goal, numbers.course)
        news += waiting_law.news_of_promise(gain, ticket.finish - ticket.arrival, goal, worth, factor)
    return news


@jit
def compensate(people: CustomerColumns, ticket: Any, share: float, books: DayBooks) -> int:
    """Book what a compensation costs; returns cents."""
    cents = rounded(share * ticket.paid)
    if cents > 0:
        note(books.events, ticket.identity, _COMPENSATION_EVENT, ticket.finish, cents)
        books.totals[_COMPENSATION] += cents
        book_left(people, ticket.row, -cents, ticket.campaign, books.totals)
    return cents


@jit
def charge_back(people: CustomerColumns, ticket: Any, paid: int, numbers: ComplaintNumbers, books: DayBooks) -> None:
    """After a dispute what was paid for the order, and has not come back, may be taken back by the buyer's bank."""
    if keyed(books.key, ticket.identity, _CHARGEBACK, ticket.order) < numbers.chargeback:
        note(books.events, ticket.identity, _CHARGEBACK_EVENT, ticket.finish, paid)
        books.totals[_CHARGEBACKS] += 1
        books.totals[_CHARGED_BACK] += paid
        books.totals[_FEES] += numbers.chargeback_fee
        book_left(people, ticket.row, -paid - numbers.chargeback_fee, ticket.campaign, books.totals)


@jit
def in_order_of_time(rows: Tickets, complaints: Ints, day: int) -> Ints:
    """The places of those complaints that end before the day is over."""
    places, n = np.empty(complaints.size, dtype=np.int64), 0
    finish, who, ordinal = np.empty(places.size), np.empty(places.size, dtype=np.uint64), np.empty_like(places)
    for j in complaints:
        ticket = rows[j]
        if ticket.finish < day + 1:
            places[n], finish[n], who[n], ordinal[n] = j, ticket.finish, ticket.identity, ticket.ordinal
            n += 1
    return places[order_of(finish[:n], who[:n], ordinal[:n])]


@jit
def end_relation(people: CustomerColumns, row: int, instant: float, books: DayBooks) -> None:
    """This person is out from tomorrow; need that they still owed or held back is lost."""
    lost = people.reals[c.LAM, row] * (people.reals[c.DEBT, row] + people.reals[c.WAITING, row])
    note(books.events, people.identity[row], _DISPUTE_EVENT, instant, 0)
    books.totals[_DISPUTES] += 1
    books.totals[_LOST] += micro(lost)
    people.stage[row] = _DISPUTED
    people.reals[c.DEBT, row] = 0.0
    people.reals[c.WAITING, row] = 0.0
