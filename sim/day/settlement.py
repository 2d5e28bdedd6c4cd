"""Leads, and people whose clocks run out today, settled one by one.

Steps 9 to 12 of a day in `docs/law.md`, one pass for each. Rows are positions within the block, rising. The columns
are named before a loop: handing `people` to a function once per person would count references at every step.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.customer_state import lead_lift
from sim.day.day_arrays import (
    BORROWED,
    EXTRA,
    HELD,
    LEAVING,
    LEFT_SILENT,
    LOST,
    RELEASED,
    REPAID,
    Block,
    DayOutputs,
    Scratch,
    Today,
    emit,
    micro,
    pause,
    places_of,
)
from sim.day.need import hold_block
from sim.draws import Decision, keyed, threshold
from sim.law import hazards
from sim.law.parameters import Law
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Event, Stage

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_ORDER = int(Decision.ORDER)
_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)
_DRIFTED, _DELETED = int(Stage.DRIFTED), int(Stage.DELETED)
_EV_FIRST, _EV_ORDER, _EV_DRIFT, _EV_DELETE = (
    int(Event.FIRST_ORDER), int(Event.ORDER), int(Event.DRIFT), int(Event.DELETE),
)  # fmt: skip


@jit
def settle(
    block: Block, today: Today, people: CustomerColumns, moving: bool, law: Law, thresholds: Floats, scratch: Scratch,
    out: DayOutputs,
) -> None:  # fmt: skip
    """Steps 9 to 12 for the people marked in `scratch.single`; `moving` says whether need moves between days."""
    (b, first, last), day = block, today.day
    rows = np.empty(scratch.single.size, dtype=np.int64)
    rows = rows[: places_of(scratch.single, rows)]
    stages, fits = people.stage[first:last], people.fit[first:last]
    lasts = people.ints[c.LAST_HEARD, first:last]
    leads, buyers, n, m = np.empty_like(rows), np.empty_like(rows), 0, 0
    for j in rows:
        leads[n] = buyers[m] = j
        n += (stages[j] == _LEAD) & fits[j]
        m += (stages[j] == _FIRST_BUYER) | (stages[j] == _REPEATER)
    leads, buyers = leads[:n], buyers[:m]
    if not moving:
        for j in buyers:
            scratch.repaid[j] = scratch.held[j] = scratch.released[j] = scratch.missed[j] = 0.0
    run_leaving_clocks(block, today, rows, buyers, people, law, scratch)
    if out.holds:
        hold_block(block, today, people, law, scratch, out)
    if leads.size > 0:
        run_first_order_clocks(block, today, leads, people, law, thresholds, scratch, out)
    run_order_clocks(block, today, buyers, people, thresholds, scratch, out)
    if out.accounts.shape[0] > 0:
        note_accounts(block, today, buyers, people, law, scratch, out)
    settle_need(block, today, buyers, people, law.displacement, scratch, out.tally[b], out.accounts)
    for j in rows:
        if scratch.drift[j] < 2.0:
            stages[j] = _DRIFTED
            emit(out, b, first + int(j), _EV_DRIFT, day + scratch.drift[j], 0)
        if scratch.deleted[j] < 2.0:
            stages[j] = _DELETED
            out.tally[b, LEFT_SILENT] += hazards.engagement(law, day - lasts[j]) > 0
            emit(out, b, first + int(j), _EV_DELETE, day + scratch.deleted[j], 0)


@jit
def run_leaving_clocks(
    block: Block, today: Today, rows: Rows, buyers: Rows, people: CustomerColumns, law: Law, scratch: Scratch
) -> None:
    """Step 9: times of deletion and drifting, 2 for none, and the part of the day before both."""
    first, last, day = block.first, block.last, today.day
    stages = people.stage[first:last]
    addeds = people.ints[c.ADDED, first:last]
    lefts = people.reals[c.DELETE_LEFT, first:last]
    deletions, lifts, drifts, present = scratch.deleted, scratch.delete, scratch.drift, scratch.psi
    for j in rows:
        area = hazards.deletion_rate(law, stages[j] == _LEAD and addeds[j] == day - 1) * lifts[j]
        left = lefts[j]
        if deletions[j] == 2.0 and left <= area:
            deletions[j] = left / area
        lefts[j] = left - area
        present[j] = min(deletions[j], 1.0)
        if stages[j] == _LEAD or stages[j] == _DRIFTED:
            drifts[j] = 2.0
    mus, lefts = people.reals[c.MU, first:last], people.reals[c.DRIFT_LEFT, first:last]
    for j in buyers:
        rate, left = mus[j] * drifts[j], lefts[j]
        drifts[j] = 2.0
        if left <= rate * present[j]:
            present[j] = drifts[j] = left / rate
        else:
            lefts[j] = left - rate * present[j]


@jit
def run_first_order_clocks(
    block: Block, today: Today, leads: Rows, people: CustomerColumns, law: Law, thresholds: Floats, scratch: Scratch,
    out: DayOutputs,
) -> None:  # fmt: skip
    """Steps 8 and 10 for leads whom the goods suit; who orders becomes a first buyer, whose clocks start tomorrow."""
    first, last, day, season = block.first, block.last, today.day, today.season
    attentions = people.reals[c.ATTENTION, first:last]
    kappas = people.reals[c.KAPPA, first:last]
    fatigues = people.reals[c.FATIGUE, first:last]
    log_orders = people.reals[c.LOG_ORDER, first:last]
    addeds = people.ints[c.ADDED, first:last]
    deltas = people.reals[c.DELTA, first:last]
    offers = people.ints[c.OFFER, first:last]
    lefts = people.reals[c.ORDER_LEFT, first:last]
    heat, holding, noting = law.lead_heat, out.holding, out.holds
    for j in leads:
        lift = lead_lift(
            law, attentions[j], kappas[j], fatigues[j], scratch.sigma_g[j], log_orders[j], scratch.spoilt[j]
        )
        offer, end, i = hazards.response(deltas[j], scratch.e_value[j]), scratch.psi[j], first + j
        rate = season * heat[min(day - addeds[j] - 1, heat.size - 1)] * lift * offer
        if noting and offers[j] > 0:
            holding[i, 0], holding[i, 1], holding[i, 2] = rate, rate / offer, end
        left = lefts[j]
        if left > rate * end:
            lefts[j] = left - rate * end
            continue
        people.stage[i] = _FIRST_BUYER
        people.ints[c.ORDERS, i] = 1
        people.ints[c.FIRST_ORDER, i] = people.ints[c.LAST_ORDER, i] = people.ints[c.LAST_HEARD, i] = day
        lefts[j] = threshold(keyed(today.key, people.identity[i], _ORDER, 2), thresholds)
        emit(out, block.number, i, _EV_FIRST, day + left / rate, 1)


@jit
def run_order_clocks(
    block: Block, today: Today, buyers: Rows, people: CustomerColumns, thresholds: Floats, scratch: Scratch,
    out: DayOutputs,
) -> None:  # fmt: skip
    """Steps 8 and 10 for buyers; notes in `scratch.area` the area that each clock ran.

    Where the block has no room for an order, the clock stops before it, and `more_orders` goes on from there.
    """
    first, last, day, season = block.first, block.last, today.day, today.season
    deltas = people.reals[c.DELTA, first:last]
    lams = people.reals[c.LAM, first:last]
    lefts = people.reals[c.ORDER_LEFT, first:last]
    numbers = people.ints[c.ORDERS, first:last]
    e_value, lifts, present = scratch.e_value, scratch.order, scratch.psi
    repaid, held, released, areas = scratch.repaid, scratch.held, scratch.released, scratch.area
    most = out.person.shape[1] - LEAVING * (last - first)
    for j in buyers:
        offer, moved = hazards.response(deltas[j], e_value[j]), released[j] - held[j] - repaid[j]
        rate = lams[j] * hazards.order_area(season * lifts[j], offer, moved)
        left, at, area, end, i = lefts[j], 0.0, 0.0, present[j], first + j
        while left <= rate * (end - at):
            people.ints[c.LAST_ORDER, i] = people.ints[c.LAST_HEARD, i] = day
            if out.counts[block.number] >= most:
                pause(out, block.number, i, rate, end, at)
                end = at
                break
            at += left / rate
            area += left
            n = numbers[j] + 1
            numbers[j] = n
            if n == 2:
                people.stage[i] = _REPEATER
                people.ints[c.SECOND_ORDER, i] = day
            emit(out, block.number, i, _EV_ORDER, day + at, n)
            left = threshold(keyed(today.key, people.identity[i], _ORDER, n + 1), thresholds)
        rest = rate * (end - at)
        lefts[j], areas[j] = left - rest, area + rest


@jit
def settle_need(
    block: Block, today: Today, buyers: Rows, people: CustomerColumns, displacement: float, scratch: Scratch,
    tally: Rows, accounts: Floats,
) -> None:  # fmt: skip
    """Steps 11 and 12 for buyers: what is borrowed, repaid, held back and released, and lost by who leaves."""
    first, last, season = block.first, block.last, today.season
    debts = people.reals[c.DEBT, first:last]
    waitings = people.reals[c.WAITING, first:last]
    deltas = people.reals[c.DELTA, first:last]
    lams = people.reals[c.LAM, first:last]
    present, repaid, held, released = scratch.psi, scratch.repaid, scratch.held, scratch.released
    missed = scratch.missed
    noting = accounts.shape[0] > 0
    extras = borroweds = repaids = helds = releaseds = losts = 0
    for j in buyers:
        part, lam, debt, waiting = present[j], lams[j], debts[j], waitings[j]
        need = part * season * scratch.order[j]
        borrowed = displacement * need * (scratch.e_value[j] - 1.0)
        extra = need * (hazards.response(deltas[j], scratch.e_value[j]) - 1.0)
        kept_lost = part * missed[j]
        owed, kept = debt - part * repaid[j] + borrowed, waiting + part * (held[j] - released[j]) - kept_lost
        owed_lost = 0.0
        if min(scratch.drift[j], scratch.deleted[j]) < 2.0:
            owed, owed_lost, kept, kept_lost = 0.0, owed, 0.0, kept_lost + kept
        debts[j], waitings[j] = owed, kept
        extras += micro(lam * extra)
        borroweds += micro(lam * borrowed)
        repaids += micro(lam * part * repaid[j])
        helds += micro(lam * part * held[j])
        releaseds += micro(lam * part * released[j])
        losts += micro(lam * (owed_lost + kept_lost))
        if noting:
            row = accounts[first + j]
            row[6], row[7], row[8] = debt, owed, owed_lost
            row[11], row[12], row[13] = waiting, kept, kept_lost
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids
    tally[HELD] += helds
    tally[RELEASED] += releaseds
    tally[LOST] += losts


@jit
def note_accounts(
    block: Block, today: Today, buyers: Rows, people: CustomerColumns, law: Law, scratch: Scratch, out: DayOutputs
) -> None:
    """What the need of each buyer's day is made of (`day_arrays.ACCOUNTS`), its stocks apart."""
    first, season = block.first, today.season
    for j in buyers:
        row, part, e_value = out.accounts[first + j], scratch.psi[j], scratch.e_value[j]
        need = part * season * scratch.order[j]
        row[0], row[1], row[2] = scratch.area[j], people.reals[c.LAM, first + j], need
        row[3] = need * (hazards.response(people.reals[c.DELTA, first + j], e_value) - 1.0)
        row[4], row[5] = part * scratch.repaid[j], law.displacement * need * (e_value - 1.0)
        row[9], row[10] = part * scratch.held[j], part * scratch.released[j]
