"""The waiting line of the service desk: tickets by priority, due time and identity, several at a time."""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Identities
from sim.evening.time_order import order_of
from sim.scenario import TICKET_KINDS, Service
from sim.state.row_table import RowTable

Floats = npt.NDArray[np.float64]

_COMPLAINT = TICKET_KINDS.index("complaint")


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


def desk_numbers(plan: Service) -> DeskNumbers:
    """The numbers of one plan."""
    reply, complaint = (-1.0 if goal is None else float(goal) for goal in (plan.goals.reply, plan.goals.complaint))
    last = len(plan.priority)
    first, second, third = (plan.priority.index(k) if k in plan.priority else last for k in TICKET_KINDS)
    opens, closes = map(float, plan.hours)
    return DeskNumbers(plan.agents is None, opens, closes, reply, complaint, (first, second, third))


@jit
def serve(tickets: RowTable, identity: Identities, desk: DeskNumbers, free: Floats, until: float) -> None:
    """Work off the waiting tickets, without pre-emption: set start and finish of those that start before `until`.

    `free`, shape (servers,), is a heap of the working times from which each server is free, and is moved on; `until`
    is an instant. Waiting tickets are taken by rank, then due time, then identity, kind and ordinal.
    """
    waiting = np.empty(tickets.used[0], dtype=np.int64)
    n = 0
    for j in range(tickets.used[0]):
        if tickets.rows[j].start == math.inf:
            waiting[n] = j
            n += 1
    comes, who = np.empty(n), np.empty(n, dtype=np.uint64)
    for k in range(n):
        comes[k] = work_time(tickets.rows[waiting[k]].arrival, desk)
        who[k] = identity[tickets.rows[waiting[k]].row]
    order = order_of(comes, who)
    end = work_time(until, desk)
    line = [(0, 0.0, np.uint64(0), 0, 0, 0)]
    line.pop()
    coming, now = 0, 0.0
    while True:
        now = max(now, free[0])
        if not line and coming < n:
            now = max(now, comes[order[coming]])
        while coming < n and comes[order[coming]] <= now:
            k = order[coming]
            ticket = tickets.rows[waiting[k]]
            rank, due = desk.rank[ticket.kind], due_time(ticket.arrival, ticket.kind, desk)
            heapq.heappush(line, (rank, due, who[k], ticket.kind, ticket.ordinal, waiting[k]))
            coming += 1
        if not line or now >= end:
            return
        ticket = tickets.rows[heapq.heappop(line)[5]]
        ticket.start = max(clock_time(now, desk), ticket.arrival)
        ticket.finish = clock_time(now + ticket.handling, desk)
        occupy(free, now + ticket.handling)


@jit
def due_time(arrival: float, kind: int, desk: DeskNumbers) -> float:
    """When the plan's goal asks for an answer or an end; on arrival without a goal."""
    goal = desk.complaint_goal if kind == _COMPLAINT else desk.reply_goal
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
