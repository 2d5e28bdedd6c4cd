"""What the desk and the carrier do to the wish to order: compiled, before each day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.evening.tickets import COMPLAINT
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.state.row_table import RowTable

Ints = npt.NDArray[np.int64]


class Expected(NamedTuple):
    """What people expect of a purchase, and by how much that lowers the log hazard of orders."""

    longer: float
    """Days that a parcel takes longer than usual, before what a person has learned of lateness."""
    effect: float
    """Fall for each such day, for a service sensitivity of one."""
    burden: float
    """Fall for a complaint which this morning finds open, however many there are."""


@jit
def weigh_service(
    people: CustomerColumns, new: tuple[int, int], expected: Expected, tickets: RowTable, day: int, burdened: Ints,
    learned: Ints,
) -> Ints:  # fmt: skip
    """Keep the log multipliers of order hazards up to today: most are those of yesterday.

    Nothing has been written yet for the rows from `new[0]` until before `new[1]`; those in `learned`, shape (m,), have
    learned yesterday how late parcels are. Takes the rows with an open complaint yesterday and returns those of today,
    shape (n,).
    """
    log_orders = people.reals[c.LOG_ORDER]
    for i in range(new[0], new[1]):
        log_orders[i] = of_parcel(people, i, expected)
    for i in burdened:
        log_orders[i] = of_parcel(people, i, expected)
    for i in learned:
        log_orders[i] = of_parcel(people, i, expected)
    rows, n = np.empty(tickets.used[0], dtype=np.int64), 0
    for j in range(tickets.used[0]):
        ticket = tickets.rows[j]
        if ticket.kind == COMPLAINT and ticket.row >= 0 and ticket.finish >= day:
            log_orders[ticket.row] = of_parcel(people, ticket.row, expected) - expected.burden
            rows[n] = ticket.row
            n += 1
    return rows[:n]


@jit
def of_parcel(people: CustomerColumns, i: int, expected: Expected) -> float:
    """What the parcel that a person expects does to the log hazard of orders."""
    effect: float = -expected.effect * (expected.longer + people.reals[c.LATENESS, i]) * people.reals[c.SIGMA, i]
    return effect
