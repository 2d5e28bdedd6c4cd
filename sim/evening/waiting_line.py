"""The waiting line of the service desk: tickets by priority, due time and identity; agents with several in hand."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_inlined
from sim.evening.staff_hours import HOURS, StaffHours, TimeWorked, set_duty, work
from sim.evening.tickets import COMPLAINT, KINDS, WRITING
from sim.state.daily_values import Tickets
from sim.state.time_order import order_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LINES = 2 * KINDS + 2
"""Tickets of one kind wait in two lines, in order of arrival: those that go first, and the others; then writing, and
escalated complaints."""
LONGEST = 1e5
"""Handling times are cut off here, days: more than a run has, and its seconds still are a whole number."""


class DeskNumbers(NamedTuple):
    """What the plan says of the desk, and what a market says of its agents; goals in days, -1 for none.

    `unlimited` is true where every ticket is taken at once; `rank` is the priority of each kind, 0 being served first;
    `chats` is how many tickets an agent has in hand at most.
    """

    unlimited: bool
    reply_goal: float
    complaint_goal: float
    rank: tuple[int, int, int, int]
    chats: int
    slowdown: float
    staff: StaffHours


class WorkInHand(NamedTuple):
    """What the agents have in hand: how many tickets each, shape (agents,), and a heap of when each ticket is done.

    `done` and `agent`, both of shape (agents x chats,), are the heap, of which `used`, shape (1,), entries are in use.
    `paid`: until when the overtime of each agent is paid. `duty`: see `set_duty`.
    """

    tickets: Ints
    done: Floats
    agent: Ints
    used: Ints
    paid: Floats
    duty: Floats
    worked: TimeWorked


def nothing_in_hand(desk: DeskNumbers) -> WorkInHand:
    """The first morning."""
    agents, shifts = int(desk.staff.agents[-1]), desk.staff.opens.size
    places, none = agents * desk.chats, np.zeros(1, dtype=np.int64)
    return WorkInHand(
        np.zeros(agents, dtype=np.int64), np.zeros(places), np.zeros(places, dtype=np.int64), none,
        np.zeros(agents), np.full((shifts, 2), -math.inf),
        TimeWorked(np.zeros((desk.staff.present.shape[1], 2)), np.zeros((HOURS, 2))),
    )  # fmt: skip


@jit
def serve(
    rows: Tickets, waiting: Ints, desk: DeskNumbers, hand: WorkInHand, now: float, until: float
) -> tuple[float, float]:
    """Work off the tickets at `waiting`, shape (n,), from one instant until before another.

    Returns days of answering (as long as each ticket takes alone) and of writing that begin.
    Those that start get their times, those who give up a finish. Tickets are not interrupted for others. The next one
    goes to the agent who has fewest in hand, then to the first in number. The best of the lines' first ones is next.
    """
    lines, first, ends = lines_of(rows, waiting)
    arrivals, leaves = np.empty(lines.size), np.empty(lines.size)  # beside each other, as they are looked at most
    for k in range(lines.size):
        arrivals[k], leaves[k] = rows[lines[k]].arrival, rows[lines[k]].leaves
    answering, writing = 0.0, 0.0
    while now < until:
        release(hand, now)
        set_duty(desk.staff, hand.duty, now)
        while hand.used[0] < hand.done.size:
            best, taker = -1, -1
            for line in range(LINES):
                while first[line] < ends[line] and leaves[first[line]] <= now:
                    first[line] += 1
                if first[line] == ends[line] or arrivals[first[line]] > now:
                    continue
                ticket = rows[lines[first[line]]]
                if best < 0 or goes_before(ticket, rows[lines[first[best]]], desk):
                    agent = free_agent(desk, hand, ticket.kind, now)
                    if agent >= 0:
                        best, taker = line, agent
            if best < 0:
                break
            ticket = rows[lines[first[best]]]
            begin(ticket, taker, desk, hand, now)
            if ticket.kind == WRITING:
                writing += ticket.work
            else:
                answering += ticket.handling
            first[best] += 1
        now = next_event(arrivals, first, ends, hand, now)
    for place in waiting:
        if rows[place].start == math.inf and rows[place].leaves < until:
            rows[place].finish = rows[place].leaves
    return answering, writing


@jit
def answer_by_bot(rows: Tickets, waiting: Ints) -> Ints:
    """Answer those of the tickets at `waiting`, shape (n,), that a bot solves, at once; the places of the others."""
    left, n = np.empty_like(waiting), 0
    for place in waiting:
        ticket = rows[place]
        if ticket.solved:
            ticket.start = ticket.finish = ticket.arrival
        else:
            left[n] = place
            n += 1
    return left[:n]


@jit_inlined
def next_event(arrivals: Floats, first: Ints, ends: Ints, hand: WorkInHand, now: float) -> float:
    """When somebody can next be served: a ticket comes, one in hand is done, or a shift begins."""
    instant = hand.done[0] if hand.used[0] > 0 else math.inf
    for line in range(LINES):
        if first[line] < ends[line] and arrivals[first[line]] > now:
            instant = min(instant, arrivals[first[line]])
    for shift in range(hand.duty.shape[0]):
        instant = min(instant, hand.duty[shift, 0] if hand.duty[shift, 0] > now else hand.duty[shift, 1])
    return instant


@jit
def lines_of(rows: Tickets, waiting: Ints) -> tuple[Ints, Ints, Ints]:
    """The places of the waiting tickets, line by line, each by arrival, identity and ordinal; starts and ends of lines.

    Shapes (n,), (lines,) and (lines,).
    """
    n = waiting.size
    line, length = np.empty(n, dtype=np.int64), np.zeros(LINES, dtype=np.int64)
    for k in range(n):
        line[k] = line_of(rows[waiting[k]])
        length[line[k]] += 1
    first, ends = np.zeros(LINES, dtype=np.int64), np.zeros(LINES, dtype=np.int64)
    for number in range(1, LINES):
        first[number] = ends[number] = ends[number - 1] + length[number - 1]
    lines = np.empty(n, dtype=np.int64)
    arrival, who, ordinal = np.empty(n), np.empty(n, dtype=np.uint64), np.empty(n, dtype=np.int64)
    for k in range(n):
        place, ticket = ends[line[k]], rows[waiting[k]]
        lines[place], ends[line[k]] = waiting[k], place + 1
        arrival[place], who[place], ordinal[place] = ticket.arrival, ticket.identity, ticket.ordinal
    for number in range(LINES):
        here = slice(first[number], ends[number])
        lines[here] = lines[here][order_of(arrival[here], who[here], ordinal[here])]
    return lines, first, ends


@jit_inlined
def line_of(ticket: Any) -> int:
    """The line in which a ticket waits."""
    if ticket.escalated:
        return LINES - 1
    return int(ticket.kind) if ticket.first else int(KINDS + ticket.kind)


@jit_inlined
def goes_before(one: Any, other: Any, desk: DeskNumbers) -> bool:
    """Whether a ticket is taken before another of another line; of those alike in all else, the earlier kind."""
    if one.escalated != other.escalated:
        return bool(one.escalated)
    if desk.rank[one.kind] != desk.rank[other.kind]:
        return desk.rank[one.kind] < desk.rank[other.kind]
    if one.first != other.first:
        return bool(one.first)
    due, others = due_time(one.arrival, one.kind, desk), due_time(other.arrival, other.kind, desk)
    return due < others or (due == others and bool(one.identity < other.identity))


@jit
def due_time(arrival: float, kind: int, desk: DeskNumbers) -> float:
    """When the plan's goal asks for an answer or an end; on arrival without a goal."""
    goal = desk.complaint_goal if kind == COMPLAINT else desk.reply_goal
    return arrival + max(goal, 0.0)


@jit_inlined
def free_agent(desk: DeskNumbers, hand: WorkInHand, kind: int, now: float) -> int:
    """Who takes the next ticket of a kind; -1 for nobody."""
    staff, best, fewest = desk.staff, -1, desk.chats
    for shift in range(hand.duty.shape[0]):
        if staff.skills[shift, kind] and hand.duty[shift, 0] <= now:
            for agent in range(staff.agents[shift], staff.agents[shift + 1]):
                if hand.tickets[agent] < fewest:
                    best, fewest = agent, hand.tickets[agent]
                    if fewest == 0:
                        return best
    return best


@jit_inlined
def begin(ticket: Any, agent: int, desk: DeskNumbers, hand: WorkInHand, now: float) -> None:
    """An agent takes a ticket; each other one in hand makes it last longer."""
    staff, shift = desk.staff, 0
    while staff.agents[shift + 1] <= agent:
        shift += 1
    handling = min(ticket.handling * (1.0 + desk.slowdown) ** hand.tickets[agent], LONGEST)
    ticket.start, ticket.takes, ticket.agent = now, handling, agent
    ticket.finish, ticket.work, hand.paid[agent] = work(
        staff, shift, now, handling, ticket.refund, hand.paid[agent], hand.worked
    )
    take_in_hand(hand, agent, ticket.finish)


@jit_inlined
def take_in_hand(hand: WorkInHand, agent: int, done: float) -> None:
    """One more ticket of an agent, and when it will be done."""
    place = hand.used[0]
    hand.used[0] += 1
    hand.tickets[agent] += 1
    while place > 0 and hand.done[(place - 1) // 2] > done:
        above = (place - 1) // 2
        hand.done[place], hand.agent[place] = hand.done[above], hand.agent[above]
        place = above
    hand.done[place], hand.agent[place] = done, agent


@jit_inlined
def release(hand: WorkInHand, now: float) -> None:
    """Take out of hand what is done by now."""
    while hand.used[0] > 0 and hand.done[0] <= now:
        hand.tickets[hand.agent[0]] -= 1
        last = hand.used[0] - 1
        hand.used[0] = last
        done, agent, place = hand.done[last], hand.agent[last], 0
        while 2 * place + 1 < last:
            below = 2 * place + 1
            if below + 1 < last and hand.done[below + 1] < hand.done[below]:
                below += 1
            if hand.done[below] >= done:
                break
            hand.done[place], hand.agent[place] = hand.done[below], hand.agent[below]
            place = below
        hand.done[place], hand.agent[place] = done, agent
