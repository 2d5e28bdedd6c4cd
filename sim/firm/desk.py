"""The service desk: questions and complaints are queued; reply and resolution times follow from the queue."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.day.day_arrays import Messages
from sim.evening.questions import ask_at_messages, open_questions, room_for_questions
from sim.evening.service_effects import Expected, weigh_service
from sim.evening.ticket_outcomes import work_off
from sim.evening.tickets import COMPLAINT, seconds
from sim.evening.waiting_line import DeskNumbers, nothing_in_hand
from sim.firm.day_staff import DayStaff
from sim.firm.staff import agent_days_by_day, staff_of
from sim.firm.writing import writing_tickets
from sim.scenario import TICKET_KINDS, Delivery, Market, Scenario
from sim.state.daily_values import Orders, Tickets
from sim.state.run_state import RunState, day_books
from sim.state.view import view_of

Process = Generator[simpy.Event, Any, None]

assert TICKET_KINDS == ("pre_sale", "after_sale", "complaint"), "the order of evening.tickets"


def desk(env: simpy.Environment, state: RunState) -> Process:
    """Every evening: take in today's tickets, work off the queue up to midnight, and book the outcomes.

    Where agents are few, everybody waits in one line: each shard works it off, and books what becomes of its people.
    """
    plan, tickets, times = state.inputs.strategy.service, state.pending.tickets, state.books.ticket_times
    numbers = desk_numbers(state.inputs.scenario)
    hand, there = nothing_in_hand(numbers), agent_days_by_day(state)
    staff = DayStaff(numbers, hand) if plan.staff and state.inputs.scenario.programmes else None
    known, shared = 0, not numbers.unlimited and not state.shard.alone
    while True:
        mark_order(state, tickets.rows[known:])
        if len(tickets) > known:
            state.books.opened.append(tickets.rows[known:][["row", "arrival"]])
        if shared:
            take_in_others(state, known)
        tickets.append(writing_tickets(state))
        if staff is not None:
            numbers, hand = staff.come_today(state)
        answering = 0.0
        # on the first day whatever there is, so that a warm-up compiles what later days need
        if len(tickets) or state.day == 0:
            # of a complaint at most its end, a compensation, a refund or a chargeback, and the end of the relation
            books = day_books(state, 4 * len(tickets))
            answering, writing = work_off(
                state.population.people,
                tickets.room(0),
                hand,
                numbers,
                state.inputs.service,
                books,
                times.room(len(tickets)),
            )
            if staff is not None:
                staff.keep_begun(tickets.rows, state.day)
            if state.shard.first:
                state.books.ledger.book(state.day, "writing_seconds", seconds(writing))
        in_hand, overtime = hand.worked.days[state.day].tolist() if state.shard.first else (0.0, 0.0)
        present = there() + overtime if state.shard.first else 0.0
        state.books.ledger.book(state.day, "busy_seconds", seconds(in_hand))
        state.books.ledger.book(state.day, "open_seconds", seconds(plan.parallel_chats * present))
        state.books.ledger.book(state.day, "overtime_seconds", seconds(overtime))
        state.pending.answering.append(answering)
        known = len(tickets)
        yield env.timeout(1)


def mark_order(state: RunState, opened: Tickets) -> None:
    """Mark those of the tickets opened today that go before others of their rank, or before all others."""
    planned, factor = state.planned, state.inputs.market.service.escalated
    if planned.goes_first.size:
        opened["first"] = planned.goes_first[opened["row"]]
    if planned.escalated.size:
        higher = planned.escalated[opened["row"]] & (opened["kind"] == COMPLAINT)
        opened["escalated"], opened["handling"][higher] = higher, opened["handling"][higher] * factor


def look_who_goes_first(env: simpy.Environment, state: RunState) -> Process:
    """Each midnight: the people whose tickets of the day go before others of their rank, or before all others."""
    plan = state.inputs.strategy.service
    while True:
        view = view_of(state)
        if plan.first is not None:
            state.planned.goes_first = view.matches(plan.first)
        if plan.escalate is not None:
            state.planned.escalated = view.matches(plan.escalate)
        yield env.timeout(1)


def take_in_others(state: RunState, known: int) -> None:
    """Add to the line the tickets that other shards opened today; its own ones are those after the first `known`."""
    tickets = state.pending.tickets
    for part in state.shard.others(tickets.rows[known:]):
        part["row"] = -1
        tickets.append(part)


def weigh(state: RunState) -> None:
    """What open complaints and the parcel to be expected do to today's wish to order (the column `log_order`)."""
    market, population, inputs = state.inputs.market, state.population, state.inputs
    plan, pending = inputs.strategy.delivery, state.pending
    longer = float(expected_days(plan, market) - market.delivery.usual)
    expected = Expected(longer, float(market.delivery.days_effect), float(market.service.open_complaint))
    if inputs.scenario.mechanisms:  # their responses have been added to it
        pending.weighed, pending.burdened = 0, pending.burdened[:0]
    pending.burdened = weigh_service(
        population.people, (pending.weighed, population.size), expected, pending.tickets.room(0), state.day,
        pending.burdened, pending.learned,
    )  # fmt: skip
    pending.weighed, pending.learned = population.size, pending.learned[:0]


def expected_days(plan: Delivery, market: Market) -> float:
    """How long people expect a parcel to take: what is promised, or what the carrier usually needs; days."""
    if plan.carrier is None:
        return market.delivery.usual
    return market.carriers[plan.carrier].days.median if plan.promise is None else plan.promise


def ask(state: RunState, orders: Orders, messages: Messages) -> None:
    """Questions that today's messages and orders open, among people who are still there and have not drifted."""
    population, service, block = state.population, state.inputs.service, state.inputs.block
    later = state.pending.questions
    if not (messages.hour.size or orders.size or len(later)) and state.day > 0:
        return
    asked = room_for_questions(population.size, messages.hour.size, block)
    if messages.hour.size or state.day == 0:
        state.threads.share(
            ask_at_messages, population.size, block, population.people, messages.sent, service.questions_per_touch,
            population.key, block, asked,
        )  # fmt: skip
    most = int(asked.counts.sum()) + orders.size + len(later)
    books, tickets = day_books(state, most), state.pending.tickets.room(most)
    open_questions(population.people, asked, messages, orders, service, books, later.room(orders.size), tickets)


def desk_numbers(scenario: Scenario) -> DeskNumbers:
    """The numbers of one scenario's desk."""
    plan, market = scenario.strategy.service, scenario.market.service
    reply, complaint = (-1.0 if goal is None else float(goal) for goal in (plan.goals.reply, plan.goals.complaint))
    last = len(plan.priority)
    first, second, third = (plan.priority.index(k) if k in plan.priority else last for k in TICKET_KINDS)
    return DeskNumbers(
        not plan.staff, reply, complaint, (first, second, third, last + 1), plan.parallel_chats,
        float(market.chat_slowdown), staff_of(scenario),
    )  # fmt: skip
