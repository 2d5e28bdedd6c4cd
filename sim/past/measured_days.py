"""What a day adds to the areas of ordering, drifting and deleting of a block of people; compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.customer_state import lead_lift
from sim.day.day_arrays import Block, Scratch, Today, places_of
from sim.law import hazards
from sim.law.exponential import exponential
from sim.law.parameters import Law
from sim.past.past_arrays import Days
from sim.past.past_events import FULL
from sim.past.silent_days import NO_MORE, DayAreas, PastProgress
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)


@jit
def scratch_of(s: Scratch, there: int) -> Scratch:
    """The scratch of a block's first `there` people."""
    return Scratch(
        s.order[:there], s.delete[:there], s.drift[:there], s.sigma_g[:there], s.psi[:there], s.e_value[:there],
        s.spoilt[:there], s.deleted[:there], s.repaid[:there], s.held[:there], s.released[:there], s.missed[:there],
        s.area[:there], s.single[:there],
    )  # fmt: skip


@jit
def measure_leaving(block: Block, people: CustomerColumns, law: Law, scratch: Scratch, areas: DayAreas) -> None:
    """What today adds to the areas of drifting and deleting, whatever the motive."""
    first, last = block.first, block.last
    stages, lefts = people.stage[first:last], people.reals[c.DELETE_LEFT, first:last]
    drifts, deletes, background = areas.drift, areas.delete, law.background
    to_drift, to_delete = scratch.drift, scratch.delete
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        drifts[i] = buys * to_drift[i]
    for i in range(stages.size):
        there = 1.0 if stages[i] < OUT else 0.0
        deletes[i] = there * (background * to_delete[i] + (FULL - lefts[i]))
    lefts[:] = FULL


@jit
def measure_orders(
    block: Block, today: Today, people: CustomerColumns, price: float, scratch: Scratch, order: Floats,
    factor: Floats,
) -> None:  # fmt: skip
    """Likewise of ordering, by people of this price sensitivity, whose need has moved as `scratch` says."""
    season, stages = today.season, people.stage[block.first : block.last]
    lifts, e_value = scratch.order, scratch.e_value
    repaid, held, released = scratch.repaid, scratch.held, scratch.released
    for i in range(stages.size):
        moved = released[i] - held[i] - repaid[i]
        order[i] = hazards.order_area(season * lifts[i], hazards.response(price, e_value[i]), moved)
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        order[i] *= buys * factor[i]


@jit
def halve(deleted: Days, day: int, area: Floats) -> None:
    """Half a day's orders and drifting count on that of a known deletion."""
    for i in range(deleted.size):
        if deleted[i] == day:
            area[i] *= 0.5


@jit
def other_motive(scratch: Scratch, times: float) -> None:
    """Lifts of people who are disappointed by prices `times` as much more as those of `scratch`."""
    lifts, spoilt = scratch.order, scratch.spoilt
    for i in range(lifts.size):
        lifts[i] *= exponential(times * spoilt[i])


@jit
def swap_need(block: Block, people: CustomerColumns, kept: Floats) -> None:
    """Exchange debts and waiting with those of the other motive, shape (2, people)."""
    first, last = block.first, block.last
    for row in range(2):
        column = people.reals[c.DEBT if row == 0 else c.WAITING, first:last]
        other = kept[row, first:last]
        for i in range(other.size):
            column[i], other[i] = other[i], column[i]


@jit
def measure_leads(
    block: Block, today: Today, people: CustomerColumns, deleted: Days, law: Law, scratch: Scratch, price: float,
    orders: Floats,
) -> None:  # fmt: skip
    """Areas of leads, whose clock of orders is that of the first."""
    first, day, season = block.first, today.day, today.season
    stages, sigma_g, spoilt, e_value = (
        people.stage[first : block.last],
        scratch.sigma_g,
        scratch.spoilt,
        scratch.e_value,
    )
    heat, more = law.lead_heat, price / people.reals[c.DELTA, first]
    attentions, kappas, fatigues = people.reals[c.ATTENTION], people.reals[c.KAPPA], people.reals[c.FATIGUE]
    log_orders, addeds = people.reals[c.LOG_ORDER], people.ints[c.ADDED]
    for i in range(stages.size):
        if stages[i] != _LEAD:
            continue
        person = first + i
        age = day - addeds[person] - 1
        rate = season * heat[min(age, heat.size - 1)] * hazards.response(price, e_value[i])
        rate *= lead_lift(
            law, attentions[person], kappas[person], fatigues[person], sigma_g[i], log_orders[person], more * spoilt[i]
        )
        part = 0.5 if deleted[i] == day else 1.0
        orders[i] = part * rate if people.fit[person] else 0.0


@jit
def measure_new_leads(
    block: Block, day: int, people: CustomerColumns, law: Law, scratch: Scratch, deletes: Floats
) -> None:
    """What a lead's first day adds to the area of deleting."""
    stages, addeds = people.stage[block.first : block.last], people.ints[c.ADDED, block.first : block.last]
    more = hazards.deletion_rate(law, True) - law.background
    for i in range(stages.size):
        if stages[i] == _LEAD and addeds[i] == day - 1:
            deletes[i] += more * scratch.delete[i]


@jit
def note_mornings(deleted: Days, day: int, so_far: PastProgress) -> None:
    """Areas of deleting before the day on which contacts were deleted."""
    mornings, deletes = so_far.morning, so_far.delete
    for i in range(deleted.size):
        if deleted[i] == day:
            mornings[i] = deletes[i]


@jit
def silent_rows(stages: npt.NDArray[np.int8], due: Ints, lead: bool) -> tuple[Ints, int]:
    """Who is there and has no order to come: leads, or the others; the rows are those before the second number."""
    mask, rows = np.empty(stages.size, dtype=np.bool_), np.empty(stages.size, dtype=np.int64)
    for i in range(stages.size):
        mask[i] = (stages[i] < OUT) & (due[i] == NO_MORE) & ((stages[i] == _LEAD) == lead)
    return rows, places_of(mask, rows)


@jit
def add_area(today: Floats, so_far: Floats) -> None:
    """Add today's areas."""
    for i in range(today.size):
        so_far[i] += today[i]


@jit
def note_rates(stages: npt.NDArray[np.int8], orders: Floats, today: Floats) -> None:
    """Note what a buyer's lambda is multiplied by today."""
    for i in range(orders.size):
        today[i] = orders[i] if stages[i] != _LEAD else 0.0
