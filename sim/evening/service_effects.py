"""What the desk and the carrier do to the wish to order: compiled, before each day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.evening.tickets import COMPLAINT
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.state.row_table import RowTable

Ints = npt.NDArray[np.int64]


@jit
def weigh_service(
    people: CustomerColumns, new: tuple[int, int], longer: float, burden: float, tickets: RowTable, day: int,
    burdened: Ints,
) -> Ints:  # fmt: skip
    """Keep the log multipliers of order hazards up to today: most are those of yesterday.

    `longer` is the fall for the days that a parcel takes longer than usual, for a service sensitivity of one; `burden`
    that for a complaint which this morning finds open, however many there are. Nothing has been written yet for the
    rows from `new[0]` until before `new[1]`. Takes the rows with an open complaint yesterday and returns those of
    today, shape (n,).
    """
    log_orders, sigmas = people.reals[c.LOG_ORDER], people.reals[c.SIGMA]
    for i in range(new[0], new[1]):
        log_orders[i] = -longer * sigmas[i]
    for i in burdened:
        log_orders[i] = -longer * sigmas[i]
    rows, n = np.empty(tickets.used[0], dtype=np.int64), 0
    for j in range(tickets.used[0]):
        ticket = tickets.rows[j]
        if ticket.kind == COMPLAINT and ticket.row >= 0 and ticket.finish >= day:
            log_orders[ticket.row] = -longer * sigmas[ticket.row] - burden
            rows[n] = ticket.row
            n += 1
    return rows[:n]
