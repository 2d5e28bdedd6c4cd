"""The waiting line of the service desk: tickets by priority, due time and identity, several at a time."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.evening.tickets import COMPLAINT, KINDS
from sim.state.daily_values import Tickets
from sim.state.time_order import order_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class DeskNumbers(NamedTuple):
    """What the plan says of the desk: hours as fractions of a day, goals in days, -1 for none.

    `unlimited` is true where every ticket is taken at once; `rank` is the priority of each kind, 0 being served first.
    """

    unlimited: bool
    opens: float
    closes: float
    reply_goal: float
    complaint_goal: float
    rank: tuple[int, int, int]


@jit
def serve(rows: Tickets, waiting: Ints, desk: DeskNumbers, free: Floats, until: float) -> None:
    """Work off the tickets at `waiting`, shape (n,), without pre-emption; those that start before `until` get times.

    Who gives up before gets a finish and no start. `free`, shape (servers,), is a heap of the working times from which
    each server is free, and is moved on; `until` is an instant. Tickets are taken by rank, then due time, identity,
    kind and ordinal: each kind is a line of its own, in order of arrival, and the best of the first ones is next.
    """
    lines, length = lines_of(rows, waiting)
    first, comes = np.zeros(KINDS, dtype=np.int64), np.full(KINDS, math.inf)
    for kind in range(KINDS):
        if length[kind] > 0:
            comes[kind] = work_time(rows[lines[kind, 0]].arrival, desk)
    now, end = 0.0, work_time(until, desk)
    while True:
        now = max(now, free[0], comes.min())
        if not now < end:
            break
        best, instant = -1, clock_time(now, desk)
        for kind in range(KINDS):
            while comes[kind] <= now and rows[lines[kind, first[kind]]].leaves <= instant:
                go_on(rows, lines, first, comes, length, kind, desk)
            if comes[kind] <= now and (
                best < 0 or goes_before(rows[lines[kind, first[kind]]], rows[lines[best, first[best]]], desk)
            ):
                best = kind
        if best < 0:
            continue
        ticket = rows[lines[best, first[best]]]
        ticket.start = max(instant, ticket.arrival)
        ticket.finish = clock_time(now + ticket.handling, desk)
        occupy(free, now + ticket.handling)
        go_on(rows, lines, first, comes, length, best, desk)
    for j in waiting:
        ticket = rows[j]
        if ticket.start == math.inf and ticket.leaves < until:
            ticket.finish = ticket.leaves


@jit
def go_on(rows: Tickets, lines: Ints, first: Ints, comes: Floats, length: Ints, kind: int, desk: DeskNumbers) -> None:
    """The first one of a line is gone; when does the next come?"""
    first[kind] += 1
    comes[kind] = math.inf
    if first[kind] < length[kind]:
        comes[kind] = work_time(rows[lines[kind, first[kind]]].arrival, desk)


@jit
def lines_of(rows: Tickets, waiting: Ints) -> tuple[Ints, Ints]:
    """The places of the waiting tickets of each kind, shape (kinds, n), by arrival, identity and ordinal; how many."""
    n = waiting.size
    arrival, who, ordinal = np.empty(n), np.empty(n, dtype=np.uint64), np.empty(n, dtype=np.int64)
    for k in range(n):
        ticket = rows[waiting[k]]
        arrival[k], who[k], ordinal[k] = ticket.arrival, ticket.identity, ticket.ordinal
    lines, length = np.empty((KINDS, n), dtype=np.int64), np.zeros(KINDS, dtype=np.int64)
    for k in order_of(arrival, who, ordinal):
        kind = rows[waiting[k]].kind
        lines[kind, length[kind]] = waiting[k]
        length[kind] += 1
    return lines, length


@jit
def goes_before(one: Any, other: Any, desk: DeskNumbers) -> bool:
    """Whether a ticket is taken before another, of a kind that comes earlier in `TICKET_KINDS`."""
    if desk.rank[one.kind] != desk.rank[other.kind]:
        return desk.rank[one.kind] < desk.rank[other.kind]
    due, others = due_time(one.arrival, one.kind, desk), due_time(other.arrival, other.kind, desk)
    return due < others or (due == others and bool(one.identity < other.identity))


@jit
def due_time(arrival: float, kind: int, desk: DeskNumbers) -> float:
    """When the plan's goal asks for an answer or an end; on arrival without a goal."""
    goal = desk.complaint_goal if kind == COMPLAINT else desk.reply_goal
    return arrival + max(goal, 0.0)


@jit
def occupy(free: Floats, until: float) -> None:
    """The server that is free first gets work until then."""
    place = 0
    while 2 * place + 1 < free.size:
        child = 2 * place + 1
        if child + 1 < free.size and free[child + 1] < free[child]:
            child += 1
        if free[child] >= until:
            break
        free[place] = free[child]
        place = child
    free[place] = until


@jit
def work_time(instant: float, desk: DeskNumbers) -> float:
    """An instant as time that the desk has been open since day one, days."""
    day, length = math.floor(instant), desk.closes - desk.opens
    if instant - day >= desk.closes:
        # what comes after closing comes exactly when the next day opens, or rounding would let it in today
        return (day + 1.0) * length
    return day * length + min(max(instant - day - desk.opens, 0.0), length)


@jit
def clock_time(work: float, desk: DeskNumbers) -> float:
    """The inverse of `work_time` within opening hours; the end of one day's work is the start of the next's."""
    length = desk.closes - desk.opens
    day = math.floor(work / length + 1e-12)
    return day + desk.opens + max(work - day * length, 0.0)
