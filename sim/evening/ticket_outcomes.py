"""An evening at the service desk: the line is worked off, and what replies and ended complaints bring."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_inlined
from sim.draws import Decision, keyed, threshold
from sim.evening.complaint_outcomes import end_complaints
from sim.evening.tickets import COMPLAINT, note_time, refunded_by_policy, seconds
from sim.evening.waiting_line import DeskNumbers, WorkInHand, answer_by_bot, serve
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

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PURCHASE, _ORDER_AGAIN = int(Decision.PURCHASE), int(Decision.ORDER_AGAIN)
_LEAD, _DRIFTED, _LOST_PURCHASE_EVENT = int(Stage.LEAD), int(Stage.DRIFTED), int(Event.LOST_PURCHASE)
_ABANDONED_EVENT, _ABANDONED = int(Event.ABANDONED), ACCOUNTS.index("abandoned")
_LOST_PURCHASES, _LOST_BASKETS = ACCOUNTS.index("lost_purchases"), ACCOUNTS.index("lost_baskets")
_BOT_ANSWERS, _UNANSWERED = ACCOUNTS.index("bot_answers"), ACCOUNTS.index("unanswered")
_REPLIES, _REPLY_SECONDS, _REPLIES_WITH_GOAL, _REPLIES_IN_GOAL = (
    ACCOUNTS.index(name) for name in ("replies", "reply_seconds", "replies_with_goal", "replies_in_goal")
)


@jit
def work_off(
    people: CustomerColumns, tickets: RowTable, hand: WorkInHand, desk: DeskNumbers, numbers: ServiceNumbers,
    books: DayBooks, times: RowTable,
) -> tuple[float, float]:  # fmt: skip
    """Take in today's tickets, work off the line up to midnight, and book the outcomes; returns what `serve` does.

    What is over leaves the table on the next evening: until then it shows what was answered today.
    """
    waiting, complaints = drop_ended(tickets, books.day)
    rows = tickets.rows
    began = 0.0, 0.0
    if desk.unlimited:
        for j in waiting:
            ticket = rows[j]
            ticket.work = ticket.handling
            ticket.start, ticket.finish = ticket.arrival, ticket.arrival + ticket.work
            if ticket.finish > ticket.refund:
                ticket.finish, ticket.work = ticket.refund, ticket.refund - ticket.arrival
    else:
        began = serve(rows, answer_by_bot(rows, waiting), desk, hand, float(books.day), books.day + 1.0)
    book_replies(people, rows, waiting, desk, numbers, books, times)
    end_complaints(people, rows, complaints, desk, numbers, books, times)
    return began


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
    """Answers, and questions given up: changes of trust, and whether promises were kept."""
    stage, news, totals = people.stage, people.reals[c.NEWS], books.totals
    replies, waited, in_goal, by_bot, in_vain = 0, 0, 0, 0, 0
    for j in waiting:
        ticket = rows[j]
        if (ticket.start == math.inf and ticket.finish == math.inf) or ticket.row < 0:
            continue
        if ticket.start == math.inf and refunded_by_policy(ticket):
            continue
        if ticket.start == math.inf:
            note(books.events, ticket.identity, _ABANDONED_EVENT, ticket.finish, 0)
            totals[_ABANDONED] += 1
            in_vain += ticket.kind != COMPLAINT
            if ticket.kind != COMPLAINT and stage[ticket.row] < OUT:
                decide_purchase(people, ticket, math.inf, numbers, books)
                news[ticket.row] += waiting_law.news_of_silence(numbers.reply, desk.reply_goal, numbers.loss_factor)
            continue
        if ticket.kind == COMPLAINT:
            continue
        wait = ticket.start - ticket.arrival
        note_time(times.rows, times.used[0] + replies, books.day, ticket, ticket.start)
        replies += 1
        waited += seconds(wait)
        felt = waiting_law.felt_wait(ticket.arrival, ticket.start, numbers)
        good = waiting_law.reply_good(felt, numbers) * (numbers.bot_worth if ticket.solved else 1.0)
        by_bot += ticket.solved
        change = waiting_law.news_of(numbers.reply, good, numbers.loss_factor)
        if desk.reply_goal >= 0.0:
            worth = waiting_law.reply_good(desk.reply_goal, numbers)
            change += waiting_law.news_of_promise(numbers.reply, wait, desk.reply_goal, worth, numbers.loss_factor)
            in_goal += wait <= desk.reply_goal
        if stage[ticket.row] < OUT:
            decide_purchase(people, ticket, felt, numbers, books)
            news[ticket.row] += change
    times.used[0] += replies
    totals[_UNANSWERED] += in_vain
    totals[_REPLIES] += replies
    totals[_BOT_ANSWERS] += by_bot
    totals[_REPLY_SECONDS] += waited
    if desk.reply_goal >= 0.0:
        totals[_REPLIES_WITH_GOAL] += replies + in_vain
        totals[_REPLIES_IN_GOAL] += in_goal


@jit_inlined
def decide_purchase(
    people: CustomerColumns, ticket: Any, wait: float, numbers: ServiceNumbers, books: DayBooks
) -> None:
    """The end of a question about a purchase: it is made first thing tomorrow, or lost, and the next comes in its time.

    `wait` is the felt one, infinite where nobody answered.
    """
    row, purchase = ticket.row, ticket.order
    if purchase == 0 or people.stage[row] >= _DRIFTED:
        return
    worth = numbers.bot_worth if ticket.solved else 1.0
    if keyed(books.key, ticket.identity, _PURCHASE, purchase) < waiting_law.purchase_chance(wait, worth, numbers):
        people.reals[c.ORDER_LEFT, row] = waiting_law.DECIDED
        return
    u, lead = keyed(books.key, ticket.identity, _ORDER_AGAIN, purchase), people.stage[row] == _LEAD
    people.reals[c.ORDER_LEFT, row] = -math.log1p(-u) if lead else threshold(u, numbers.thresholds)
    note(books.events, ticket.identity, _LOST_PURCHASE_EVENT, min(ticket.start, ticket.finish), ticket.paid)
    books.totals[_LOST_PURCHASES] += 1
    books.totals[_LOST_BASKETS] += ticket.paid
