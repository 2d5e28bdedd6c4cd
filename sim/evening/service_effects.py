"""What the desk and the carrier do to the wish to order: compiled, before each day."""

from __future__ import annotations

from sim.compiled import jit
from sim.evening.tickets import COMPLAINT
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.state.row_table import RowTable


@jit
def weigh_service(
    people: CustomerColumns, size: int, longer: float, burden: float, tickets: RowTable, day: int
) -> None:
    """Set the log multipliers of today's order hazards of the first `size` people.

    `longer` is the fall for the days that a parcel takes longer than usual, for a service sensitivity of one; `burden`
    that for a complaint which this morning finds open, however many there are.
    """
    log_orders, sigmas = people.reals[c.LOG_ORDER, :size], people.reals[c.SIGMA, :size]
    for i in range(size):
        log_orders[i] = -longer * sigmas[i]
    for j in range(tickets.used[0]):
        ticket = tickets.rows[j]
        if ticket.kind == COMPLAINT and ticket.row >= 0 and ticket.finish >= day:
            log_orders[ticket.row] = -longer * sigmas[ticket.row] - burden
