"""One day for all people: clocks run down, events come out. The hot loop; `docs/law.md` numbers its steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.customer_state import fade_block, interact_block, lift_block, remember_block, write_block
from sim.day.day_arrays import (
    ACTIVE,
    BUYERS,
    DORMANT,
    LIVE,
    SILENT,
    Block,
    DayInputs,
    DayOutputs,
    Scratch,
    Today,
    scratch_for,
)
from sim.day.need import move_block, need_moves, owe_block
from sim.day.settlement import settle
from sim.law import hazards
from sim.law.parameters import Law
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Stage

Floats = npt.NDArray[np.float64]

_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)


@jit
def count_block(block: Block, today: Today, people: CustomerColumns, law: Law, out: DayOutputs) -> None:
    """Contacts and buyers this morning, and how long contacts have been silent."""
    (b, first, last), day = block, today.day
    stages, last_heards, tally = people.stage[first:last], people.ints[c.LAST_HEARD, first:last], out.tally[b]
    live = buyers = silent = dormant = 0
    silent_after, dormant_after = law.silent_after, law.dormant_after
    for i in range(stages.size):
        live += stages[i] < OUT
        buyers += (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER)
        silent += (stages[i] < OUT) & (day - last_heards[i] > silent_after)
        dormant += (stages[i] < OUT) & (day - last_heards[i] > dormant_after)
    tally[LIVE], tally[BUYERS] = live, buyers
    tally[ACTIVE], tally[SILENT], tally[DORMANT] = live - silent, silent - dormant, dormant


@jit
def run_clocks(block: Block, today: Today, people: CustomerColumns, moving: bool, law: Law, scratch: Scratch) -> None:
    """Steps 8 to 10 for those whose clocks do not run out today; marks the others and leads in `scratch.single`."""
    first, last, season = block.first, block.last, today.season
    stages = people.stage[first:last]
    deltas = people.reals[c.DELTA, first:last]
    lams = people.reals[c.LAM, first:last]
    mus = people.reals[c.MU, first:last]
    order_lefts = people.reals[c.ORDER_LEFT, first:last]
    drift_lefts = people.reals[c.DRIFT_LEFT, first:last]
    delete_lefts = people.reals[c.DELETE_LEFT, first:last]
    orders, drifts, deletes, single = scratch.order, scratch.drift, scratch.delete, scratch.single
    background, area, deleted, e_value = law.background, scratch.area, scratch.deleted, scratch.e_value
    if moving:
        repaid, held, released = scratch.repaid, scratch.held, scratch.released
        for i in range(area.size):
            offer = hazards.response(deltas[i], e_value[i])
            area[i] = hazards.order_area(season * orders[i], offer, released[i] - held[i] - repaid[i])
    else:
        for i in range(area.size):
            area[i] = hazards.order_area(season * orders[i], 1.0, 0.0)
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        order = lams[i] * area[i] * buys
        drift = mus[i] * drifts[i] * buys
        delete = background * deletes[i]
        meets = (
            (order_lefts[i] <= order) | (drift_lefts[i] <= drift) | (delete_lefts[i] <= delete) | (deleted[i] < 2.0)
            | (stages[i] == _LEAD)
        )  # fmt: skip
        single[i] = meets & (stages[i] < OUT)
        quiet = 0.0 if meets else 1.0
        order_lefts[i] -= quiet * order
        drift_lefts[i] -= quiet * drift
        delete_lefts[i] -= quiet * delete


@jit
def simulate_block(block: Block, today: Today, people: CustomerColumns, inputs: DayInputs, out: DayOutputs) -> None:
    """Simulate the day for one block of people, step by step."""
    messages, prices, law = inputs.messages, inputs.prices, inputs.law
    scratch = scratch_for(block.last - block.first)
    count_block(block, today, people, law, out)
    fade_block(block, people, law, scratch)
    for m in range(messages.hour.size):
        write_block(block, today, m, people, inputs, scratch, out)
    lift_block(block, today, people, prices, law, scratch)
    accounts = out.accounts.shape[0] > 0
    moving = accounts or prices.release.size > 1 or need_moves(block, people, law.waiting)
    if moving:
        move_block(block, today, people, prices, law, scratch)
    if accounts:
        for i in range(scratch.single.size):  # an array expression would cost two seconds of compilation
            scratch.single[i] = people.stage[block.first + i] < OUT
    else:
        run_clocks(block, today, people, moving, law, scratch)
        if moving:
            owe_block(block, today, people, law, scratch, out)
    settle(block, today, people, moving, law, inputs.thresholds, scratch, out)
    if prices.release.size > 1 and law.habitual:
        remember_block(block, people, prices, law)
    if law.interaction > 0.0:
        interact_block(block, today, people, law, scratch, out)


@jit
def simulate_day(
    first: int, last: int, today: Today, people: CustomerColumns, inputs: DayInputs, block: int, out: DayOutputs
) -> None:
    """Simulate the day for the people at rows `first` to `last`, block by block; writes to `people` and `out`.

    `first` is a multiple of `block`, the people of a block. The same bits for any block size and any number of threads:
    people do not meet within a day, and sums are integer.
    """
    for start in range(first, last, block):
        here = Block(start // block, start, min(start + block, last))
        simulate_block(here, today, people, inputs, out)
