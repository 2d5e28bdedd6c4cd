"""Work that agents have in hand when it changes who comes: it is timed anew, and goes on when its agent is there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.evening.staff_hours import StaffHours, TimeWorked, work
from sim.evening.tickets import COMPLAINT
from sim.evening.waiting_line import WorkInHand, take_in_hand
from sim.state.daily_values import Tickets

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@jit
def time_work(begun: Tickets, changed: Mask, staff: StaffHours, paid: Floats, worked: TimeWorked) -> None:
    """Set finish and work of the tickets whose agents' days have changed, from their start on; add what is worked.

    `begun`, shape (n,), in order of start; each agent is a shift. `changed` and `paid` are of shape (agents,).
    """
    for j in range(begun.size):
        ticket = begun[j]
        agent = ticket.agent
        if changed[agent]:
            ticket.finish, ticket.work, paid[agent] = work(
                staff, agent, ticket.start, ticket.takes, ticket.refund, paid[agent], worked
            )


@jit
def set_ends(rows: Tickets, begun: Tickets) -> None:
    """Write finish and work of complaints in hand into the table of open tickets, shape (m,)."""
    for j in range(begun.size):
        if begun[j].kind != COMPLAINT:
            continue
        for k in range(rows.size):
            same = rows[k].identity == begun[j].identity and rows[k].ordinal == begun[j].ordinal
            if same and rows[k].kind == COMPLAINT:
                rows[k].finish, rows[k].work = begun[j].finish, begun[j].work


@jit
def take_all(begun: Tickets, hand: WorkInHand) -> None:
    """Let the agents have these tickets in hand, and no others."""
    hand.used[0] = 0
    hand.tickets[:] = 0
    for j in range(begun.size):
        take_in_hand(hand, begun[j].agent, begun[j].finish)
