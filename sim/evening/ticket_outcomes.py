"""An evening at the service desk: the line is worked off, and what replies and ended complaints bring."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import micro
from sim.draws import Decision, keyed, threshold
from sim.evening.tickets import COMPLAINT
from sim.evening.waiting_line import DeskNumbers, WorkInHand, serve
from sim.law import waiting as waiting_law
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
Floats = npt.NDArray[np.float64]

DAY_SECONDS = 86400.0
_DISPUTE, _STOP, _REFUND = int(Decision.DISPUTE), int(Decision.STOP), int(Decision.REFUND)
_PURCHASE, _ORDER_AGAIN = int(Decision.PURCHASE), int(Decision.ORDER_AGAIN)
_LEAD, _DRIFTED, _LOST_PURCHASE_EVENT = int(Stage.LEAD), int(Stage.DRIFTED), int(Event.LOST_PURCHASE)
_DISPUTED, _ABANDONED_EVENT = int(Stage.DISPUTED), int(Event.ABANDONED)
_RESOLVED_EVENT, _REFUND_EVENT, _DISPUTE_EVENT = int(Event.RESOLVED), int(Event.REFUND), int(Event.DISPUTE)
_BUSY, _LOST = ACCOUNTS.index("busy_seconds"), ACCOUNTS.index("lost_need")
_ABANDONED, _LOST_PURCHASES = ACCOUNTS.index("abandoned"), ACCOUNTS.index("lost_purchases")
_REPLIES, _REPLY_SECONDS, _REPLIES_WITH_GOAL, _REPLIES_IN_GOAL = (
    ACCOUNTS.index(name) for name in ("replies", "reply_seconds", "replies_with_goal", "replies_in_goal")
)
_RESOLVED, _RESOLVE_SECONDS, _RESOLVED_WITH_GOAL, _RESOLVED_IN_GOAL = (
    ACCOUNTS.index(name) for name in ("resolved", "resolve_seconds", "resolved_with_goal", "resolved_in_goal")
)
_REFUNDS, _REFUNDED, _DISPUTES = (ACCOUNTS.index(name) for name in ("refunds", "refunded", "disputes"))


@jit
def work_off(
    people: CustomerColumns, tickets: RowTable, hand: WorkInHand, desk: DeskNumbers, numbers: ServiceNumbers,
    books: DayBooks, times: RowTable,
) -> tuple[float, float, float]:  # fmt: skip
    """Take in today's tickets, work off the line up to midnight, and book the outcomes; returns what `serve` does.

    What is over leaves the table on the next evening: until then it shows what was answered today.
    """
    waiting, complaints = drop_ended(tickets, books.day)
    rows = tickets.rows
    worked = 0.0, 0.0, 0.0
    if desk.unlimited:
        for j in waiting:
            ticket = rows[j]
            ticket.work = ticket.handling
            ticket.start, ticket.finish = ticket.arrival, ticket.arrival + ticket.work
    else:
        worked = serve(rows, waiting, desk, hand, float(books.day), books.day + 1.0)
    book_replies(people, rows, waiting, desk, numbers, books, times)
    end_complaints(people, rows, complaints, desk, numbers, books, times)
    return worked


@jit
def drop_ended(tickets: RowTable, day: int) -> tuple[Ints, Ints]:
    """Close the gaps of questions that were answered or given up, and complaints that ended, before today.

    Returns the places of the tickets that wait, and of the complaints of people who are here.
    """
    rows, used, kept, n, m = tickets.rows, tickets.used[0], 0, 0, 0
    waiting, complaints = np.empty(used, dtype=np.int64), np.empty(used, dtype=np.int64)
    for j in range(used):
        ticket = rows[j]
        waits = ticket.start == math.inf and ticket.finish == math.inf
        complains = ticket.kind == COMPLAINT and ticket.row >= 0
        if not waits and not (complains and ticket.finish >= day):
            continue
        if waits:
            waiting[n] = kept
            n += 1
        if complains:
            complaints[m] = kept
            m += 1
        if kept < j:
            rows[kept] = ticket
        kept += 1
    tickets.used[0] = kept
    return waiting[:n], complaints[:m]


@jit
def book_replies(
    people: CustomerColumns, rows: Tickets, waiting: Ints, desk: DeskNumbers, numbers: ServiceNumbers, books: DayBooks,
    times: RowTable,
) -> None:  # fmt: skip
    """The work that begins today, answers and questions given up: changes of trust, and whether promises were kept."""
    stage, news, totals = people.stage, people.reals[c.NEWS], books.totals
    busy, replies, waited, in_goal = 0, 0, 0, 0
    for j in waiting:
        ticket = rows[j]
        if (ticket.start == math.inf and ticket.finish == math.inf) or ticket.row < 0:
            continue
        if ticket.start == math.inf:
            note(books.events, ticket.identity, _ABANDONED_EVENT, ticket.finish, 0)
            totals[_ABANDONED] += 1
            if ticket.kind != COMPLAINT and stage[ticket.row] < OUT:
                decide_purchase(people, ticket, math.inf, numbers, books)
                news[ticket.row] += waiting_law.news_of_silence(numbers.reply, desk.reply_goal, numbers.loss_factor)
            continue
        busy += seconds(ticket.work)
        if ticket.kind == COMPLAINT:
            continue
        wait = ticket.start - ticket.arrival
        note_time(times.rows, times.used[0] + replies, books.day, ticket.kind, wait)
        replies += 1
        waited += seconds(wait)
        felt = waiting_law.felt_wait(ticket.arrival, ticket.start, numbers)
        change = waiting_law.news_of(numbers.reply, waiting_law.reply_good(felt, numbers), numbers.loss_factor)
        if desk.reply_goal >= 0.0:
            worth = waiting_law.reply_good(desk.reply_goal, numbers)
            change += waiting_law.news_of_promise(numbers.reply, wait, desk.reply_goal, worth, numbers.loss_factor)
            in_goal += wait <= desk.reply_goal
        if stage[ticket.row] < OUT:
            decide_purchase(people, ticket, felt, numbers, books)
            news[ticket.row] += change
    times.used[0] += replies
    totals[_BUSY] += busy
    totals[_REPLIES] += replies
    totals[_REPLY_SECONDS] += waited
    if desk.reply_goal >= 0.0:
        totals[_REPLIES_WITH_GOAL] += replies
        totals[_REPLIES_IN_GOAL] += in_goal


@jit
def decide_purchase(
    people: CustomerColumns, ticket: Any, wait: float, numbers: ServiceNumbers, books: DayBooks
) -> None:
    """The end of a question about a purchase: it is made first thing tomorrow, or lost, and the next comes in its time.

    `wait` is the felt one, infinite where nobody answered.
    """
    row, purchase = ticket.row, ticket.order
    if purchase == 0 or people.stage[row] >= _DRIFTED:
        return
    if keyed(books.key, ticket.identity, _PURCHASE, purchase) < waiting_law.purchase_chance(wait, numbers):
        people.reals[c.ORDER_LEFT, row] = waiting_law.DECIDED
        return
    u, lead = keyed(books.key, ticket.identity, _ORDER_AGAIN, purchase), people.stage[row] == _LEAD
    people.reals[c.ORDER_LEFT, row] = -math.log1p(-u) if lead else threshold(u, numbers.thresholds)
    note(books.events, ticket.identity, _LOST_PURCHASE_EVENT, min(ticket.start, ticket.finish), 0)
    books.totals[_LOST_PURCHASES] += 1


@jit
def end_complaints(
    people: CustomerColumns, rows: Tickets, complaints: Ints, desk: DeskNumbers, numbers: ServiceNumbers,
    books: DayBooks, times: RowTable,
) -> None:  # fmt: skip
    """Complaints that end today, or are given up, in order of time: trust, refunds, and the end of the relation."""
    ending = in_order_of_time(rows, complaints, books.day)
    for j in ending:
        ticket = rows[j]
        if ticket.start == math.inf:
            continue
        took = ticket.finish - ticket.arrival
        note_time(times.rows, times.used[0], books.day, COMPLAINT, took)
        times.used[0] += 1
        note(books.events, ticket.identity, _RESOLVED_EVENT, ticket.finish, 0)
        books.totals[_RESOLVED] += 1
        books.totals[_RESOLVE_SECONDS] += seconds(took)
        if desk.complaint_goal >= 0.0:
            books.totals[_RESOLVED_WITH_GOAL] += 1
            books.totals[_RESOLVED_IN_GOAL] += took <= desk.complaint_goal
    for j in ending:
        ticket = rows[j]
        # complaints have no effect on who is out, be it by a complaint that ended a moment ago
        if people.stage[ticket.row] >= OUT:
            continue
        identity, took = ticket.identity, ticket.finish - ticket.arrival
        good, news = 0.0, waiting_law.news_of_silence(numbers.resolution, desk.complaint_goal, numbers.loss_factor)
        if ticket.start < math.inf:
            good = waiting_law.recovery(took, numbers)
            news = waiting_law.news_of(numbers.resolution, good, numbers.loss_factor)
        if ticket.start < math.inf and desk.complaint_goal >= 0.0:
            goal, worth = desk.complaint_goal, waiting_law.recovery(desk.complaint_goal, numbers)
            news += waiting_law.news_of_promise(numbers.resolution, took, goal, worth, numbers.loss_factor)
        people.reals[c.NEWS, ticket.row] += news
        refunded = keyed(books.key, identity, _REFUND, ticket.order) < waiting_law.refund_chance(good, numbers)
        if refunded and ticket.paid > 0:
            note(books.events, identity, _REFUND_EVENT, ticket.finish, ticket.paid)
            books.totals[_REFUNDS] += 1
            books.totals[_REFUNDED] += ticket.paid
        disputed = keyed(books.key, identity, _DISPUTE, ticket.order) < numbers.dispute_share
        if keyed(books.key, identity, _STOP, ticket.order) < waiting_law.stop_chance(good, disputed, numbers):
            dispute(people, ticket.row, ticket.finish, books)


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
def dispute(people: CustomerColumns, row: int, instant: float, books: DayBooks) -> None:
    """This person is out from tomorrow; need that they still owed or held back is lost."""
    lost = people.reals[c.LAM, row] * (people.reals[c.DEBT, row] + people.reals[c.WAITING, row])
    note(books.events, people.identity[row], _DISPUTE_EVENT, instant, 0)
    books.totals[_DISPUTES] += 1
    books.totals[_LOST] += micro(lost)
    people.stage[row] = _DISPUTED
    people.reals[c.DEBT, row] = 0.0
    people.reals[c.WAITING, row] = 0.0


@jit
def note_time(rows: npt.NDArray[Any], place: int, day: int, kind: int, took: float) -> None:
    """Keep the whole seconds that a ticket took, for quantiles."""
    time = rows[place]
    time.day, time.kind, time.seconds = day, kind, seconds(took)


@jit
def seconds(days: float) -> int:
    """Whole seconds."""
    return math.floor(days * DAY_SECONDS + 0.5)
