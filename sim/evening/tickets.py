"""Opening a ticket at the service desk."""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, keyed
from sim.law.waiting import ServiceNumbers, gives_up_at
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import note
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Event
from sim.state.day_books import DayBooks
from sim.state.row_table import RowTable

DAY_SECONDS = 86400.0
KINDS = 3
PRE_SALE, AFTER_SALE, COMPLAINT = range(KINDS)
"""The kinds of tickets, in the order of `TICKET_KINDS`."""
WRITING = KINDS
"""A piece of writing to people, which the desk does when nobody waits for an answer."""
PURCHASES_FROM = 1 << 20
"""Ordinals of questions about purchases begin here: below it are those about messages."""
_HANDLING_PRE_SALE, _HANDLING_AFTER_SALE = int(Decision.HANDLING_PRE_SALE), int(Decision.HANDLING_AFTER_SALE)
_HANDLING_COMPLAINT = int(Decision.HANDLING_COMPLAINT)
_PATIENCE_PRE_SALE, _PATIENCE_AFTER_SALE = int(Decision.PATIENCE_PRE_SALE), int(Decision.PATIENCE_AFTER_SALE)
_PATIENCE_COMPLAINT = int(Decision.PATIENCE_COMPLAINT)
_BOT_PRE_SALE, _BOT_AFTER_SALE = int(Decision.BOT_PRE_SALE), int(Decision.BOT_AFTER_SALE)
_QUESTION, _COMPLAINT = int(Event.QUESTION), int(Event.COMPLAINT)
_QUESTIONS, _COMPLAINTS = ACCOUNTS.index("questions"), ACCOUNTS.index("complaints")


@jit
def open_ticket(
    tickets: RowTable, people: CustomerColumns, numbers: ServiceNumbers, books: DayBooks, row: int, kind: int,
    instant: float, ordinal: int,
) -> None:  # fmt: skip
    """One ticket of `TICKET` without an order; `ordinal` counts the person's touches, orders or problems.

    A question goes to the bot first, where there is one, which annoys whom it cannot help.
    """
    identity = people.identity[row]
    decision, mean = _HANDLING_COMPLAINT, numbers.complaint
    patience, patient = _PATIENCE_COMPLAINT, numbers.patience_complaint
    event, account = _COMPLAINT, _COMPLAINTS
    if kind != COMPLAINT:
        people.ints[c.LAST_HEARD, row] = books.day
        decision, mean = _HANDLING_AFTER_SALE, numbers.after_sale
        patience, patient = _PATIENCE_AFTER_SALE, numbers.patience_after_sale
        event, account = _QUESTION, _QUESTIONS
    if kind == PRE_SALE:
        decision, mean = _HANDLING_PRE_SALE, numbers.pre_sale
        patience, patient = _PATIENCE_PRE_SALE, numbers.patience_pre_sale
    solved = False
    if kind != COMPLAINT and numbers.bot_solves >= 0.0:
        bot = _BOT_PRE_SALE if kind == PRE_SALE else _BOT_AFTER_SALE
        solved = keyed(books.key, identity, bot, ordinal) < numbers.bot_solves
        if not solved:
            people.reals[c.NEWS, row] -= numbers.bot_annoyance
    n = tickets.used[0]
    tickets.used[0] = n + 1
    ticket = tickets.rows[n]
    ticket.identity, ticket.row, ticket.kind, ticket.arrival, ticket.ordinal = identity, row, kind, instant, ordinal
    ticket.handling = -mean * math.log1p(-keyed(books.key, identity, decision, ordinal))
    ticket.order, ticket.paid, ticket.commission, ticket.campaign = 0, 0, 0, False
    waits = -patient * math.log1p(-keyed(books.key, identity, patience, ordinal))
    ticket.leaves, ticket.refund, ticket.escalated = gives_up_at(instant, waits, numbers), math.inf, False
    if kind == COMPLAINT:
        ticket.handling += numbers.course.policy_time
        ticket.refund = instant + numbers.course.refund_within
        ticket.leaves = min(ticket.leaves, ticket.refund)
    ticket.work, ticket.start, ticket.finish, ticket.first = 0.0, math.inf, math.inf, False
    ticket.solved = solved
    note(books.events, identity, event, instant, 0)
    books.totals[account] += 1


@jit
def refunded_by_policy(ticket: Any) -> bool:
    """Whether a ticket that has an end was ended by the firm's policy of refunds."""
    return bool(ticket.finish >= ticket.refund)


@jit
def note_time(rows: npt.NDArray[Any], place: int, day: int, ticket: Any, end: float) -> None:
    """Keep the whole seconds that a ticket took, for quantiles, and when it was replied to, or over."""
    time = rows[place]
    time.row, time.end, time.day, time.kind = ticket.row, end, day, ticket.kind
    time.seconds = seconds(end - ticket.arrival)


@jit
def seconds(days: float) -> int:
    """Whole seconds."""
    return math.floor(days * DAY_SECONDS + 0.5)
