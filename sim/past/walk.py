"""Through the days of a history, with observed orders in the place of simulated ones; compiled.

The stocks are moved by the functions that simulate a day. What a day adds to the areas of ordering, drifting and
deleting is scored as `docs/law.md` says (Scoring a history). People do not meet: the same bits for any threads.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.customer_state import fade_block, lead_lift, lift_block, remember_block, write_block
from sim.day.day_arrays import Block, DayInputs, DayOutputs, Prices, Scratch, Today, places_of, scratch_for
from sim.day.need import move_block, need_moves, owe_block
from sim.law import hazards
from sim.law.parameters import Law
from sim.past.past_arrays import Findings, Motive, PastLaw, PastPeople
from sim.past.silent_days import NO_MORE, DayAreas, PastProgress, add_silence, conclude, progress_for
from sim.people import customer_columns as c
from sim.people.customer_columns import EMPTY_VALUES, NEVER, CustomerColumns
from sim.stages import OUT, Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FULL = 1024.0
"""Each morning's deletion clock: what is missing of it later is the area of the day's messages."""
LEAST = 1e-300
"""Stands for zero where a logarithm is taken."""
_LEAD, _FIRST_BUYER, _REPEATER, _DELETED = (
    int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER), int(Stage.DELETED),
)  # fmt: skip
_EMPTY_INTS = np.array([EMPTY_VALUES.get(name, 0) for name in c.INTS], dtype=np.int32)


@jit
def walk(
    first: int, last: int, block: int, people: CustomerColumns, past: PastPeople, law: PastLaw, motive: Motive,
    asked: tuple[DayOutputs, Findings],
) -> None:  # fmt: skip
    """Take people `first` to `last` of one motive through their days; writes to `people` and to what is `asked`."""
    out, found = asked
    for start in range(first, last, block):
        walk_block(Block(start // block, start, min(start + block, last)), people, past, law, motive, out, found)


@jit
def walk_block(
    block: Block, people: CustomerColumns, past: PastPeople, law: PastLaw, motive: Motive, out: DayOutputs,
    found: Findings,
) -> None:  # fmt: skip
    """Take one block of people of one motive through their days."""
    first, last, days = block.first, block.last, law.season.size
    size, asked = last - first, found.expected.shape[1] > 0
    begin_people(block, people, motive)
    inputs = DayInputs(law.messages, law.prices, law.law, np.empty((0, 2)))
    no_prices = Prices(np.zeros((2, 1)), np.zeros(1), np.zeros((2, 1)))
    scratch, so_far = scratch_for(size), progress_for(size)
    scratch.single[:] = False
    areas = DayAreas(np.zeros(size), np.zeros(size), np.zeros(size))
    daily = np.zeros((2 * days if asked else 0, size))
    held_before, nothing = False, np.empty(0)
    some_leave, some_leads = np.min(past.deleted[first:last]) < days, np.any(past.lead[first:last])
    for day in range(past.entered[first], days):
        today = Today(day, law.season[day], np.uint64(0))
        if some_leave:
            leave(block, day, people, past)
        enter(block, day, people, past, law, so_far)
        held = past.offered[day]
        if held or held_before:
            hold_offers(block, day, people, past, law)
        held_before = held
        for m in range(past.first_message[day], past.first_message[day + 1]):
            if past.announces[m] > 0:
                announce(block, m, people, past, law)
        fade_block(block, people, law.law, scratch)
        for m in range(past.first_message[day], past.first_message[day + 1]):
            write_block(block, today, m, people, inputs, scratch, out)
        prices = law.prices if held else no_prices
        lift_block(block, today, people, prices, law.law, scratch)
        moving = held or need_moves(block, people, law.law.waiting)
        if moving:
            move_block(block, today, people, prices, law.law, scratch)
        else:
            scratch.repaid[:] = 0.0
            scratch.held[:] = 0.0
            scratch.released[:] = 0.0
        measure_day(block, today, people, past, law.law, scratch, areas, so_far)
        if some_leads:
            measure_leads(block, today, people, past, law.law, scratch, areas)
        if some_leave:
            note_mornings(past.deleted[first:last], day, so_far)
        rows, n = silent_rows(people.stage[first:last], so_far.due, False)
        exits = daily[days + day] if asked else nothing
        if n > 0:
            add_silence(rows[:n], areas, so_far, law.rates, law.rates.alpha / motive.orders, False, found.states, exits)
        if some_leads:
            rows, n = silent_rows(people.stage[first:last], so_far.due, True)
            add_silence(rows[:n], areas, so_far, law.rates, law.rates.alpha, True, found.states, nothing)
        add_areas(areas, so_far)
        if asked:
            note_rates(people.stage[first:last], areas.order, daily[day])
        if moving:
            owe_block(block, today, people, law.law, scratch, out)
        if held and law.law.habitual:
            remember_block(block, people, prices, law.law)
        take_orders(block, day, people, past, law, areas, so_far)
    enter(block, days, people, past, law, so_far)  # who ordered first on the last day is there from day one on
    conclude(block, past, law.rates, motive, so_far, found, daily)


@jit
def begin_people(block: Block, people: CustomerColumns, motive: Motive) -> None:
    """Columns of people who are not there yet; hidden traits but the motive are at their means."""
    first, last = block.first, block.last
    people.reals[:, first:last] = 0.0
    for column in range(_EMPTY_INTS.size):
        people.ints[column, first:last] = _EMPTY_INTS[column]
    people.reals[c.KAPPA, first:last] = 1.0
    people.reals[c.SIGMA, first:last] = 1.0
    people.reals[c.DELTA, first:last] = motive.price
    people.reals[c.DELETE_LEFT, first:last] = FULL
    people.reals[c.LAST_COMPLAINT, first:last] = -math.inf
    people.closing_left[:, first:last] = math.inf
    people.stage[first:last] = _DELETED
    people.fit[first:last] = motive.fit


@jit
def enter(
    block: Block, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw, so_far: PastProgress
) -> None:
    """Who is there from this morning on."""
    first, last = block.first, block.last
    entered, rates = past.entered[first:last], law.rates
    for i in range(np.searchsorted(entered, day), np.searchsorted(entered, day + 1)):
        person = first + i
        begin, end = past.begin[person], past.begin[person + 1]
        people.ints[c.ADDED, person] = people.ints[c.LAST_HEARD, person] = day - 1
        so_far.hidden[i] = not past.deletions_known and past.deleted[person] >= past.days
        so_far.drift[i] = so_far.drift_last[i] = past.before[person]
        so_far.shape[i] = rates.r + rates.k * max(end - begin - 1, 0)
        if past.lead[person]:
            people.stage[person] = _LEAD
        else:
            people.stage[person] = _FIRST_BUYER
            people.ints[c.ORDERS, person] = 1
            people.ints[c.FIRST_ORDER, person] = people.ints[c.LAST_ORDER, person] = day - 1
            people.reals[c.HABIT, person] = (1.0 - law.law.habit_memory) * past.saving[begin]
            begin += 1
        so_far.next[i] = begin
        so_far.due[i] = past.order_day[begin] if begin < end else NO_MORE


@jit
def leave(block: Block, day: int, people: CustomerColumns, past: PastPeople) -> None:
    """Those whose contact was deleted yesterday."""
    deleted, stages = past.deleted[block.first : block.last], people.stage[block.first : block.last]
    for i in range(stages.size):
        if deleted[i] < day and stages[i] < OUT:
            stages[i] = _DELETED


@jit
def hold_offers(block: Block, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw) -> None:
    """Who holds which offer today, and what people see of campaigns that begin (`firm/offers_today.note_starts`)."""
    first, last, memory = block.first, block.last, law.expected_memory
    numbers = people.ints[c.OFFER, first:last]
    lasts, gaps = people.ints[c.CAMPAIGN_DAY, first:last], people.ints[c.CAMPAIGN_GAP, first:last]
    expecteds = people.reals[c.EXPECTED, first:last]
    held, pulls, savings = past.offer[day, first:last], law.prices.pull[0], law.prices.saving[0]
    for i in range(numbers.size):
        o = held[i]
        if o == 0:
            numbers[i] = 0
            continue
        since = min(max(day - past.first_offer_day[o], 0), past.offer_days[o] - 1)
        number = past.first_price[o] + since
        if pulls[number] < 0.0:
            numbers[i] = 0
            continue
        numbers[i] = number
        if past.campaign[o] and day == past.first_offer_day[o]:
            new = lasts[i] == NEVER
            kept = 0.0 if new else memory
            expecteds[i] = kept * expecteds[i] + (1.0 - kept) * savings[number]
            gaps[i] = 0 if new else day - lasts[i]
            lasts[i] = day


@jit
def announce(block: Block, m: int, people: CustomerColumns, past: PastPeople, law: PastLaw) -> None:
    """Who is sent a message that announces a campaign (`midnight/sending`); one not worth its effort saves nothing."""
    first, last = block.first, block.last
    days, savings = people.ints[c.ANNOUNCED_DAY, first:last], people.reals[c.ANNOUNCED, first:last]
    sent, saving = law.messages.sent[m, first:last], law.prices.saving[0, past.first_price[past.announced[m]]]
    for i in range(sent.size):
        if sent[i]:
            days[i], savings[i] = past.announces[m], saving


@jit
def measure_day(
    block: Block, today: Today, people: CustomerColumns, past: PastPeople, law: Law, scratch: Scratch,
    areas: DayAreas, so_far: PastProgress,
) -> None:  # fmt: skip
    """What today adds to the areas of each person; half a day's orders and drifting on that of a known deletion."""
    first, last, day, season = block.first, block.last, today.day, today.season
    stages, lefts = people.stage[first:last], people.reals[c.DELETE_LEFT, first:last]
    deltas, deleted = people.reals[c.DELTA, first:last], past.deleted[first:last]
    orders, drifts, deletes, background = areas.order, areas.drift, areas.delete, law.background
    lifts, e_value, factor = scratch.order, scratch.e_value, so_far.factor
    to_drift, to_delete = scratch.drift, scratch.delete
    repaid, held, released = scratch.repaid, scratch.held, scratch.released
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        there = 1.0 if stages[i] < OUT else 0.0
        part = 0.5 * buys if deleted[i] == day else buys
        offer = hazards.response(deltas[i], e_value[i])
        area = hazards.order_area(season * lifts[i], offer, released[i] - held[i] - repaid[i])
        orders[i] = part * factor[i] * area
        drifts[i] = part * to_drift[i]
        deletes[i] = there * (background * to_delete[i] + (FULL - lefts[i]))
        lefts[i] = FULL


@jit
def measure_leads(
    block: Block, today: Today, people: CustomerColumns, past: PastPeople, law: Law, scratch: Scratch, areas: DayAreas
) -> None:
    """The same of leads, whose clock of orders is that of the first."""
    first, day, season = block.first, today.day, today.season
    stages, sigma_g, spoilt, e_value = (
        people.stage[first : block.last],
        scratch.sigma_g,
        scratch.spoilt,
        scratch.e_value,
    )
    background, heat, deletes, orders = law.background, law.lead_heat, areas.delete, areas.order
    attentions, kappas, fatigues = people.reals[c.ATTENTION], people.reals[c.KAPPA], people.reals[c.FATIGUE]
    log_orders, deltas, addeds = people.reals[c.LOG_ORDER], people.reals[c.DELTA], people.ints[c.ADDED]
    for i in range(stages.size):
        if stages[i] != _LEAD:
            continue
        person = first + i
        age = day - addeds[person] - 1
        if age == 0:
            deletes[i] += (hazards.deletion_rate(law, True) - background) * scratch.delete[i]
        rate = season * heat[min(age, heat.size - 1)] * hazards.response(deltas[person], e_value[i])
        rate *= lead_lift(
            law, attentions[person], kappas[person], fatigues[person], sigma_g[i], log_orders[person], spoilt[i]
        )
        part = 0.5 if past.deleted[person] == day else 1.0
        orders[i] = part * rate if people.fit[person] else 0.0


@jit
def note_mornings(deleted: npt.NDArray[np.int32], day: int, so_far: PastProgress) -> None:
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
def add_areas(areas: DayAreas, so_far: PastProgress) -> None:
    """Add today's areas."""
    orders, drifts, deletes = so_far.order, so_far.drift, so_far.delete
    add_order, add_drift, add_delete = areas.order, areas.drift, areas.delete
    for i in range(orders.size):
        orders[i] += add_order[i]
        drifts[i] += add_drift[i]
        deletes[i] += add_delete[i]


@jit
def note_rates(stages: npt.NDArray[np.int8], orders: Floats, today: Floats) -> None:
    """Note what a buyer's lambda is multiplied by today."""
    for i in range(orders.size):
        today[i] = orders[i] if stages[i] != _LEAD else 0.0


@jit
def take_orders(
    block: Block,
    day: int,
    people: CustomerColumns,
    past: PastPeople,
    law: PastLaw,
    areas: DayAreas,
    so_far: PastProgress,
) -> None:
    """Score today's orders, after whose areas the clocks go on, and note them as the books do."""
    due = so_far.due
    mask, rows = np.empty(due.size, dtype=np.bool_), np.empty(due.size, dtype=np.int64)
    for i in range(due.size):
        mask[i] = due[i] == day
    n = places_of(mask, rows)
    for q in range(n):
        i = rows[q]
        while due[i] == day and people.stage[block.first + i] < OUT:
            take_order(i, block.first + i, day, people, past, law, areas, so_far)


@jit
def take_order(
    i: int, person: int, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw, areas: DayAreas,
    so_far: PastProgress,
) -> None:  # fmt: skip
    """Score and note the next order of the `i`-th person of the block."""
    n, k, memory = so_far.next[i], law.rates.k, law.law.habit_memory
    saving = past.saving[n]
    rate = areas.order[i] * (2.0 if past.deleted[person] == day else 1.0)
    so_far.log_orders[i] += math.log(max(rate, LEAST))
    if people.stage[person] == _LEAD:
        people.stage[person] = _FIRST_BUYER
        people.ints[c.FIRST_ORDER, person] = day
        so_far.factor[i] = math.exp(law.learning * saving)
        so_far.first[i] = so_far.order[i]
        so_far.order[i] = 0.0
    else:
        people.stage[person] = _REPEATER
        if k != 1.0:
            gap = so_far.order[i] - so_far.order_last[i]
            so_far.log_orders[i] += (k - 1.0) * math.log(max(gap, LEAST))
        if people.ints[c.ORDERS, person] == 1:
            people.ints[c.SECOND_ORDER, person] = day
    people.ints[c.ORDERS, person] += 1
    people.ints[c.LAST_ORDER, person] = people.ints[c.LAST_HEARD, person] = day
    people.reals[c.HABIT, person] = memory * people.reals[c.HABIT, person] + (1.0 - memory) * saving
    so_far.order_last[i], so_far.drift_last[i] = so_far.order[i], so_far.drift[i]
    so_far.delete_last[i] = so_far.delete[i]
    so_far.next[i] = n + 1
    so_far.due[i] = past.order_day[n + 1] if n + 1 < past.begin[person + 1] else NO_MORE
