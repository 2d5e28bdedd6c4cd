"""The service desk: questions and complaints wait their turn; reply and resolution times come out of the line."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.day.day_arrays import MICRO, Messages
from sim.draws import Decision
from sim.firm.compiled_steps import serve
from sim.law import waiting as waiting
from sim.run_state import DayOrders, RunState, Tickets, join_tickets
from sim.scenario import TICKET_KINDS, TicketKind
from sim.stages import OUT, Event, Stage

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

COMPLAINT = TICKET_KINDS.index("complaint")
DAY_SECONDS = 86400.0


def desk(env: simpy.Environment, shop: RunState) -> Process:
    """Every evening: take in today's tickets, work off the line up to midnight, and tell what came of it."""
    plan = shop.strategy.service
    free = np.zeros(0 if plan.agents is None else plan.agents * plan.parallel_chats)
    line, in_hand, finishes = join_tickets([]), join_tickets([]), np.empty(0)
    while True:
        line = join_tickets([line, *shop.tickets])
        shop.tickets = []
        if plan.agents is None:
            start = line.arrival.copy()
            finish = start + line.handling
        else:
            start, finish = work_off(shop, line, free)
            open_seconds = free.size * (plan.hours[1] - plan.hours[0]) * DAY_SECONDS
            shop.ledger.book(shop.today, "open_seconds", round(open_seconds))
        begun = np.isfinite(start)
        shop.ledger.book(shop.today, "busy_seconds", int(_seconds(line.handling[begun]).sum()))
        answered(shop, line.take(begun), start[begun])
        in_hand = join_tickets([in_hand, line.take(begun)])
        finishes = np.concatenate([finishes, finish[begun]])
        line = line.take(~begun)
        done = finishes < shop.today + 1
        finished(shop, in_hand.take(done), finishes[done])
        in_hand, finishes = in_hand.take(~done), finishes[~done]
        yield env.timeout(1)


def work_off(shop: RunState, line: Tickets, free: Floats) -> tuple[Floats, Floats]:
    """Start and finish of each ticket in line, in days; not finite for those still waiting at midnight."""
    opens, closes = shop.strategy.service.hours
    goals = shop.strategy.service.goals
    goal = np.array([goals.reply or 0.0, goals.reply or 0.0, goals.complaint or 0.0])
    rank = np.array([_rank(shop.strategy.service.priority, kind) for kind in TICKET_KINDS])
    identity = shop.population.people.identity[line.person]
    tie = np.empty(line.person.size, dtype=np.int64)
    tie[np.lexsort((line.ordinal, line.kind, identity))] = np.arange(line.person.size)
    start = serve(
        work_time(line.arrival, opens, closes), rank[line.kind], line.arrival + goal[line.kind], tie, line.handling,
        free, float(work_time(np.array([shop.today + 1.0]), opens, closes)[0]),
    )  # fmt: skip
    begin = np.maximum(clock_time(start, opens, closes), line.arrival)
    return begin, clock_time(start + line.handling, opens, closes)


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


def ask(shop: RunState, orders: DayOrders, messages: Messages) -> None:
    """Questions that today's messages and orders open, among people who are still there and have not drifted."""
    people, service = shop.population.people, shop.market.service
    here = shop.population.column("stage") < Stage.DRIFTED
    later = np.zeros(here.size, dtype=np.int64)
    for hour, who in reversed(list(zip(messages.hour, messages.sent, strict=True))):
        row = np.flatnonzero(who & here)
        nth = people.touches[row].astype(np.int64) - later[row]
        later += who
        asks = shop.draw(Decision.QUESTION_TOUCH, row, nth) < service.questions_per_touch
        open_tickets(shop, "pre_sale", row[asks], np.full(np.count_nonzero(asks), shop.today + hour), nth[asks])
    there = here[orders.person]
    row, instant, nth = orders.person[there], orders.instant[there], orders.ordinal[there]
    asks = shop.draw(Decision.QUESTION_ORDER, row, nth) < service.questions_per_order
    open_tickets(shop, "after_sale", row[asks], instant[asks], nth[asks])


def open_tickets(shop: RunState, kind: TicketKind, row: Ints, instant: Floats, ordinal: Ints) -> None:
    """Question tickets with their handling times."""
    if row.size == 0:
        return
    decision = Decision.HANDLING_PRE_SALE if kind == "pre_sale" else Decision.HANDLING_AFTER_SALE
    handling = -getattr(shop.market.service.handling, kind) * np.log1p(-shop.draw(decision, row, ordinal))
    none = np.zeros(row.size, dtype=np.int64)
    kinds = np.full(row.size, TICKET_KINDS.index(kind))
    shop.population.people.last_heard[row] = shop.today
    shop.note(Event.QUESTION, row, instant)
    shop.ledger.book(shop.today, "questions", row.size)
    shop.tickets.append(Tickets(row, kinds, instant, handling, ordinal.astype(np.int64), none, none))


def answered(shop: RunState, tickets: Tickets, start: Floats) -> None:
    """Replies of today: news of trust for questions, and whether the promised reply time was kept."""
    asked = tickets.kind != COMPLAINT
    tickets, wait = tickets.take(asked), (start - tickets.arrival)[asked]
    shop.replies = tickets, start[asked]
    trust, goal = shop.market.trust, shop.strategy.service.goals.reply
    book, today = shop.ledger.book, shop.today
    book(today, "replies", wait.size)
    book(today, "reply_seconds", int(_seconds(wait).sum()))
    shop.note_ticket_times(tickets, wait)
    news = waiting.news_of(trust.reply, waiting.reply_good(wait, shop.market.service.reply_half), trust.loss_factor)
    if goal is not None:
        news = news + np.where(wait <= goal, trust.reply, -trust.loss_factor * trust.reply)
        book(today, "replies_with_goal", wait.size)
        book(today, "replies_in_goal", np.count_nonzero(wait <= goal))
    tell(shop, tickets.person, np.asarray(news))


def finished(shop: RunState, tickets: Tickets, finish: Floats) -> None:
    """Complaints that end today: trust, refunds, and the end of the relation, in order of time."""
    which = np.flatnonzero(tickets.kind == COMPLAINT)
    which = which[np.lexsort((shop.population.people.identity[tickets.person[which]], finish[which]))]
    tickets, finish = tickets.take(which), finish[which]
    if finish.size == 0:
        return
    service, trust, goal = shop.market.service, shop.market.trust, shop.strategy.service.goals.complaint
    took = finish - tickets.arrival
    book, today = shop.ledger.book, shop.today
    book(today, "resolved", finish.size)
    book(today, "resolve_seconds", int(_seconds(took).sum()))
    shop.note_ticket_times(tickets, took)
    shop.note(Event.RESOLVED, tickets.person, finish)
    good = waiting.recovery(took, service)
    news = waiting.news_of(trust.resolution, good, trust.loss_factor)
    if goal is not None:
        news = news + np.where(took <= goal, trust.resolution, -trust.loss_factor * trust.resolution)
        book(today, "resolved_with_goal", finish.size)
        book(today, "resolved_in_goal", np.count_nonzero(took <= goal))
    draws = [shop.draw(d, tickets.person, tickets.order) for d in (Decision.DISPUTE, Decision.STOP, Decision.REFUND)]
    stops = draws[1] < waiting.stop_chance(good, draws[0] < service.dispute_share, service)
    refunds = (draws[2] < waiting.refund_chance(good, service)) & (tickets.paid > 0)
    there = _still_there(shop, tickets.person, stops)
    tell(shop, tickets.person[there], np.asarray(news)[there])
    refund(shop, tickets.take(there & refunds), finish[there & refunds])
    dispute(shop, tickets.person[there & stops], finish[there & stops])


def _still_there(shop: RunState, person: Ints, stops: Mask) -> Mask:
    """Which complaints find their person still in: nobody is told anything after stopping for good."""
    there = shop.population.people.stage[person] < OUT
    gone: set[int] = set()
    for j in np.flatnonzero(there):
        if person[j] in gone:
            there[j] = False
        elif stops[j]:
            gone.add(int(person[j]))
    return np.asarray(there)


def tell(shop: RunState, row: Ints, news: Floats) -> None:
    """News of trust, for those who are not out."""
    here = shop.population.people.stage[row] < OUT
    np.add.at(shop.population.people.news, row[here], news[here])


def refund(shop: RunState, tickets: Tickets, finish: Floats) -> None:
    """Pay back what the order had paid."""
    shop.note(Event.REFUND, tickets.person, finish, tickets.paid)
    shop.ledger.book(shop.today, "refunds", finish.size)
    shop.ledger.book(shop.today, "refunded", int(tickets.paid.sum()))


def dispute(shop: RunState, row: Ints, finish: Floats) -> None:
    """These people are out from tomorrow; need that they still owed or held back is lost."""
    people = shop.population.people
    lost = people.lam[row] * (people.debt[row] + people.waiting[row])
    shop.note(Event.DISPUTE, row, finish)
    shop.ledger.book(shop.today, "disputes", row.size)
    shop.ledger.book(shop.today, "lost_need", int(np.floor(lost * MICRO + 0.5).sum()))
    people.stage[row] = Stage.DISPUTED
    people.debt[row] = people.waiting[row] = 0.0


def _seconds(days: Floats) -> Ints:
    return np.asarray(np.floor(days * DAY_SECONDS + 0.5), dtype=np.int64)
