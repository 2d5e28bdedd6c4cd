"""The service desk: questions and complaints are queued; reply and resolution times follow from the queue."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.day.day_arrays import MICRO, Messages
from sim.draws import Decision
from sim.firm.compiled_steps import serve
from sim.law import waiting
from sim.people import customer_columns as c
from sim.scenario import TICKET_KINDS, Service
from sim.stages import OUT, Event, Stage
from sim.state.daily_values import Orders, Tickets
from sim.state.run_state import RunState

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PRE_SALE, AFTER_SALE, COMPLAINT = (TICKET_KINDS.index(kind) for kind in ("pre_sale", "after_sale", "complaint"))
DAY_SECONDS = 86400.0


def desk(env: simpy.Environment, state: RunState) -> Process:
    """Every evening: take in today's tickets, work off the queue up to midnight, and book the outcomes."""
    plan, book = state.inputs.strategy.service, state.books.ledger.book
    free = np.zeros(0 if plan.agents is None else plan.agents * plan.parallel_chats)
    queue, in_hand, finishes = Tickets.none(), Tickets.none(), np.empty(0)
    while True:
        queue = Tickets.join([queue, *state.pending.tickets])
        state.pending.tickets = []
        if plan.agents is None:
            start = queue.arrival.copy()
            finish = start + queue.handling
        else:
            start, finish = work_off(state, queue, free)
            open_seconds = free.size * (plan.hours[1] - plan.hours[0]) * DAY_SECONDS
            book(state.day, "open_seconds", round(open_seconds))
        begun = np.isfinite(start)
        book(state.day, "busy_seconds", int(_seconds(queue.handling[begun]).sum()))
        book_replies(state, queue.take(begun), start[begun])
        in_hand = Tickets.join([in_hand, queue.take(begun)])
        finishes = np.concatenate([finishes, finish[begun]])
        queue = queue.take(~begun)
        done = finishes < state.day + 1
        end_complaints(state, in_hand.take(done), finishes[done])
        in_hand, finishes = in_hand.take(~done), finishes[~done]
        yield env.timeout(1)


def work_off(state: RunState, queue: Tickets, free: Floats) -> tuple[Floats, Floats]:
    """Start and finish of each ticket in the queue, in days; not finite for those still waiting at midnight."""
    plan: Service = state.inputs.strategy.service
    opens, closes = plan.hours
    goal = np.array([plan.goals.reply or 0.0, plan.goals.reply or 0.0, plan.goals.complaint or 0.0])
    rank = np.array([_rank(plan.priority, kind) for kind in TICKET_KINDS])
    identity = state.population.people.identity[queue.person]
    tie = np.empty(queue.person.size, dtype=np.int64)
    tie[np.lexsort((queue.ordinal, queue.kind, identity))] = np.arange(queue.person.size)
    start = serve(
        work_time(queue.arrival, opens, closes), rank[queue.kind], queue.arrival + goal[queue.kind], tie,
        queue.handling, free, float(work_time(np.array([state.day + 1.0]), opens, closes)[0]),
    )  # fmt: skip
    begin = np.maximum(clock_time(start, opens, closes), queue.arrival)
    return begin, clock_time(start + queue.handling, opens, closes)


def _rank(priority: tuple[str, ...], kind: str) -> int:
    return priority.index(kind) if kind in priority else len(priority)


def work_time(instant: Floats, opens: float, closes: float) -> Floats:
    """Instants as time that the desk has been open since day one, days."""
    day, length = np.floor(instant), closes - opens
    worked = day * length + np.clip(instant - day - opens, 0.0, length)
    # what comes after closing comes exactly when the next day opens, or rounding would let it in today
    return np.asarray(np.where(instant - day >= closes, (day + 1.0) * length, worked))


def clock_time(work: Floats, opens: float, closes: float) -> Floats:
    """The inverse of `work_time` within opening hours; the end of one day's work is the start of the next's."""
    length = closes - opens
    with np.errstate(invalid="ignore"):
        day = np.floor(work / length + 1e-12)
        return np.asarray(day + opens + np.maximum(work - day * length, 0.0))


def ask(state: RunState, orders: Orders, messages: Messages) -> None:
    """Questions that today's messages and orders open, among people who are still there and have not drifted."""
    population, service = state.population, state.inputs.market.service
    here = population.column("stage") < Stage.DRIFTED
    later = np.zeros(here.size, dtype=np.int64)
    for hour, who in reversed(list(zip(messages.hour, messages.sent, strict=True))):
        row = np.flatnonzero(who & here)
        nth = population.column("touches")[row].astype(np.int64) - later[row]
        later += who
        asks = population.uniforms(Decision.QUESTION_TOUCH, row, nth) < service.questions_per_touch
        open_tickets(state, PRE_SALE, row[asks], np.full(np.count_nonzero(asks), state.day + hour), nth[asks])
    there = here[orders["row"]]
    row, instant, nth = orders["row"][there], orders["instant"][there], orders["ordinal"][there]
    asks = population.uniforms(Decision.QUESTION_ORDER, row, nth) < service.questions_per_order
    open_tickets(state, AFTER_SALE, row[asks], instant[asks], nth[asks])


def open_tickets(state: RunState, kind: int, row: Ints, instant: Floats, ordinal: Ints) -> None:
    """Question tickets with their handling times; `kind` is PRE_SALE or AFTER_SALE."""
    if row.size == 0:
        return
    population, means = state.population, state.inputs.market.service.handling
    decision, mean = {
        PRE_SALE: (Decision.HANDLING_PRE_SALE, means.pre_sale),
        AFTER_SALE: (Decision.HANDLING_AFTER_SALE, means.after_sale),
    }[kind]
    handling = -mean * np.log1p(-population.uniforms(decision, row, ordinal))
    none = np.zeros(row.size, dtype=np.int64)
    kinds = np.full(row.size, kind)
    population.column("last_heard")[row] = state.day
    state.books.log.note(population.people.identity[row], Event.QUESTION, instant)
    state.books.ledger.book(state.day, "questions", row.size)
    state.pending.tickets.append(Tickets(row, kinds, instant, handling, ordinal.astype(np.int64), none, none))


def book_replies(state: RunState, tickets: Tickets, start: Floats) -> None:
    """Replies of today: changes of trust for questions, and whether the promised reply time was kept."""
    asked = tickets.kind != COMPLAINT
    tickets, wait = tickets.take(asked), (start - tickets.arrival)[asked]
    state.results.replies = tickets, start[asked]
    trust, service = state.inputs.market.trust, state.inputs.market.service
    goal, book, today = state.inputs.strategy.service.goals.reply, state.books.ledger.book, state.day
    book(today, "replies", wait.size)
    book(today, "reply_seconds", int(_seconds(wait).sum()))
    note_ticket_times(state, tickets, wait)
    news = waiting.news_of(trust.reply, waiting.reply_good(wait, service.reply_half), trust.loss_factor)
    if goal is not None:
        news = news + np.where(wait <= goal, trust.reply, -trust.loss_factor * trust.reply)
        book(today, "replies_with_goal", wait.size)
        book(today, "replies_in_goal", np.count_nonzero(wait <= goal))
    change_trust(state, tickets.person, np.asarray(news))


def end_complaints(state: RunState, tickets: Tickets, finish: Floats) -> None:
    """Complaints that end today: trust, refunds, and the end of the relation, in order of time."""
    population = state.population
    which = np.flatnonzero(tickets.kind == COMPLAINT)
    which = which[np.lexsort((population.people.identity[tickets.person[which]], finish[which]))]
    tickets, finish = tickets.take(which), finish[which]
    if finish.size == 0:
        return
    service, trust = state.inputs.market.service, state.inputs.market.trust
    goal, book, today = state.inputs.strategy.service.goals.complaint, state.books.ledger.book, state.day
    took = finish - tickets.arrival
    book(today, "resolved", finish.size)
    book(today, "resolve_seconds", int(_seconds(took).sum()))
    note_ticket_times(state, tickets, took)
    state.books.log.note(population.people.identity[tickets.person], Event.RESOLVED, finish)
    good = waiting.recovery(took, service)
    news = waiting.news_of(trust.resolution, good, trust.loss_factor)
    if goal is not None:
        news = news + np.where(took <= goal, trust.resolution, -trust.loss_factor * trust.resolution)
        book(today, "resolved_with_goal", finish.size)
        book(today, "resolved_in_goal", np.count_nonzero(took <= goal))
    u_dispute, u_stop, u_refund = (
        population.uniforms(decision, tickets.person, tickets.order)
        for decision in (Decision.DISPUTE, Decision.STOP, Decision.REFUND)
    )
    stops = u_stop < waiting.stop_chance(good, u_dispute < service.dispute_share, service)
    refunds = (u_refund < waiting.refund_chance(good, service)) & (tickets.paid > 0)
    there = _still_there(state, tickets.person, stops)
    change_trust(state, tickets.person[there], np.asarray(news)[there])
    refund(state, tickets.take(there & refunds), finish[there & refunds])
    dispute(state, tickets.person[there & stops], finish[there & stops])


def _still_there(state: RunState, person: Ints, stops: Mask) -> Mask:
    """Which complaints have an effect: those of people who are not out and have not stopped in an earlier one."""
    there = state.population.people.stage[person] < OUT
    gone: set[int] = set()
    for j in np.flatnonzero(there):
        if person[j] in gone:
            there[j] = False
        elif stops[j]:
            gone.add(int(person[j]))
    return np.asarray(there)


def change_trust(state: RunState, row: Ints, news: Floats) -> None:
    """Changes of trust, for those who are not out."""
    people = state.population.people
    here = people.stage[row] < OUT
    np.add.at(people.reals[c.NEWS], row[here], news[here])


def refund(state: RunState, tickets: Tickets, finish: Floats) -> None:
    """Pay back what the order had paid."""
    state.books.log.note(state.population.people.identity[tickets.person], Event.REFUND, finish, tickets.paid)
    state.books.ledger.book(state.day, "refunds", finish.size)
    state.books.ledger.book(state.day, "refunded", int(tickets.paid.sum()))


def dispute(state: RunState, row: Ints, finish: Floats) -> None:
    """These people are out from tomorrow; need that they still owed or held back is lost."""
    people, book = state.population.people, state.books.ledger.book
    lost = people.reals[c.LAM][row] * (people.reals[c.DEBT][row] + people.reals[c.WAITING][row])
    state.books.log.note(people.identity[row], Event.DISPUTE, finish)
    book(state.day, "disputes", row.size)
    book(state.day, "lost_need", int(np.floor(lost * MICRO + 0.5).sum()))
    people.stage[row] = Stage.DISPUTED
    people.reals[c.DEBT][row] = people.reals[c.WAITING][row] = 0.0


def note_ticket_times(state: RunState, tickets: Tickets, took: Floats) -> None:
    """Keep whole seconds per ticket, for quantiles."""
    seconds = _seconds(took)
    state.books.ticket_times.append((np.full(seconds.size, state.day), tickets.kind, seconds))


def _seconds(days: Floats) -> Ints:
    return np.asarray(np.floor(days * DAY_SECONDS + 0.5), dtype=np.int64)
