"""Through the days of a history, with observed orders in the place of simulated ones; compiled.

The stocks are moved by the functions that simulate a day. What a day adds to the areas of ordering, drifting and
deleting is scored as `docs/law.md` says (Scoring a history). The first two motives go together: their people differ in
what prices do to them alone, in lifts, debts and waiting. People do not meet: the same bits for any threads.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.customer_state import fade_block, lift_block, remember_block, write_block
from sim.day.day_arrays import Block, DayInputs, DayOutputs, Prices, Scratch, Today, scratch_for
from sim.day.need import move_block, need_moves, owe_block
from sim.law.parameters import Law
from sim.past.heard_of import note_lifts, read_messages
from sim.past.measured_days import (
    add_area,
    halve,
    measure_leads,
    measure_leaving,
    measure_new_leads,
    measure_orders,
    note_mornings,
    note_rates,
    other_motive,
    scratch_of,
    silent_rows,
    swap_need,
)
from sim.past.past_arrays import DailyOrders, Days, Findings, HiddenRates, Motive, PastLaw, PastPeople
from sim.past.past_events import (
    LEAST,
    announce,
    begin_people,
    days_of,
    due_rows,
    enter,
    hold_offers,
    leave,
    note_order,
    score_order,
    see_starts,
)
from sim.past.regular_steps import add_expected, add_regular_steps
from sim.past.service_days import (
    AskedPurchases,
    add_stop,
    asked_purchases,
    end_complaint,
    forget_purchases,
    hear_of_messages,
    hear_of_purchases,
    hold_purchases,
    weigh_complaints,
)
from sim.past.silent_days import (
    NO_MORE,
    DayAreas,
    PastProgress,
    add_exit_after,
    add_silence,
    areas_of,
    conclude,
    daily_orders,
    progress_beside,
    progress_for,
)
from sim.past.small_steps import Leaving, add_small_steps, leaving_steps
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT

Floats = npt.NDArray[np.float64]


class AskedMotives(NamedTuple):
    """What is asked for of up to two motives."""

    motives: tuple[Motive, Motive]
    two: bool
    """Whether the second is asked for."""
    found: tuple[Findings, Findings]
    other_need: Floats
    """Debt and waiting of people of the second motive, shape (2, n)."""
    out: DayOutputs


class Lane(NamedTuple):
    """A block's people as those of one motive; what does not depend on it is shared by both."""

    motive: Motive
    alpha: float
    so_far: PastProgress
    daily: DailyOrders
    asked: AskedPurchases


class PastDay(NamedTuple):
    """One day of those of a block who have entered, after its messages."""

    block: Block
    today: Today
    people: CustomerColumns
    deleted: Days
    law: Law
    prices: Prices
    scratch: Scratch
    out: DayOutputs
    moving: bool
    """Whether any need moves between days."""


@jit
def walk(
    first: int, last: int, block: int, people: CustomerColumns, past: PastPeople, law: PastLaw, asked: AskedMotives
) -> None:
    """Take people `first` to `last` through their days; writes to `people` and to what is `asked`."""
    for start in range(first, last, block):
        walk_block(Block(start // block, start, min(start + block, last)), people, past, law, asked)


@jit
def walk_block(block: Block, people: CustomerColumns, past: PastPeople, law: PastLaw, asked: AskedMotives) -> None:
    """Take one block of people through their days."""
    first, last, days, two, out = block.first, block.last, law.season.size, asked.two, asked.out
    size, found, rates = last - first, asked.found[0], law.rates
    season, offered, first_message, announces = law.season, past.offered, past.first_message, past.announces
    arrives = days_of(past.entered[first:last], days)
    begin_people(block, people, asked.motives[0])
    asked.other_need[:, first:last] = 0.0
    inputs = DayInputs(law.messages, law.prices, law.law, np.empty((0, 2)))
    no_prices = Prices(np.zeros((2, 1)), np.zeros(1), np.zeros((2, 1)))
    room, so_far, engages = scratch_for(size), progress_for(size), law.reach.mean.size > 0
    room.single[:] = False
    of_day, kept = np.zeros((4, size)), days if found.expected.shape[1] > 0 else 0
    service, follow, asks = law.service, law.service.made.shape[1], law.service.asks > 0.0
    complaints, left = law.complaints, np.ones(law.complaints.ends.size)
    complain = complaints.known.first[first] < complaints.known.first[last]
    one = Lane(
        asked.motives[0],
        rates.alpha / asked.motives[0].orders,
        so_far,
        daily_orders(kept, complain, rates.k, size),
        asked_purchases(follow, size),
    )
    other = Lane(
        asked.motives[1],
        rates.alpha / asked.motives[1].orders,
        progress_beside(so_far),
        daily_orders(kept if two else 0, complain, rates.k, size),
        asked_purchases(follow, size),
    )
    scratch, areas, other_areas = scratch_of(room, 0), areas_of(of_day, 0, 0), areas_of(of_day, 1, 0)
    here, deleted, stages = Block(block.number, first, first), past.deleted[first:first], people.stage[first:first]
    lifts = so_far.lift[:0]
    held_before, small = False, not found.states
    leaving = Leaving(np.zeros((9, size if small else 0)))
    some_leave, some_leads = bool(np.min(past.deleted[first:last]) < days), bool(np.any(past.lead[first:last]))
    for day in range(past.entered[first], days):  # each for those who have entered: they come in this order
        today = Today(day, season[day], np.uint64(0))
        if some_leave:
            leave(deleted, day, stages)
        if arrives[day]:
            there = enter(block, day, people, past, law, so_far)
            here, deleted = Block(block.number, first, first + there), past.deleted[first : first + there]
            stages, scratch = people.stage[first : first + there], scratch_of(room, there)
            areas, other_areas = areas_of(of_day, 0, there), areas_of(of_day, 1, there)
            lifts = so_far.lift[:there]
            if complain:
                end_relations(here, day - 1, True, people, past, law, left, (one, other))
        held = offered[day]
        if held or held_before:
            hold_offers(here, day, people, past, law)
        held_before = held
        if past.first_start[day] < past.first_start[day + 1]:
            see_starts(here, day, people, past, law)
        todays = first_message[day], first_message[day + 1]
        for m in range(todays[0], todays[1]):
            if announces[m] > 0:
                announce(here, m, people, past, law)
        if complain:
            weigh_complaints(here, day, people, complaints, left)
        fade_block(here, people, law.law, scratch)
        for m in range(todays[0], todays[1]):
            write_block(here, today, m, people, inputs, scratch, out)
        if engages:
            read_messages(here, day, todays, people, law.messages, law.law, law.reach, lifts)
        if service.felt:
            hear_of_messages(here, todays, people, law.messages.sent, service.of_message)
        prices = law.prices if held else no_prices
        lift_block(here, today, people, prices, law.law, scratch)
        if engages:
            note_lifts(scratch.order, law.reach.renewed, lifts)
        measure_leaving(here, people, law.law, scratch, areas)
        if some_leads:
            measure_new_leads(here, day, people, law.law, scratch, areas.delete)
        moving = (
            held or need_moves(here, people, law.law.waiting) or bool(np.any(asked.other_need[:, first : here.last]))
        )
        past_day = PastDay(here, today, people, deleted, law.law, prices, scratch, out, moving)
        settle(past_day, one, areas.order)
        if some_leads:
            measure_leads(here, today, people, deleted, law.law, scratch, one.motive.price, areas.order)
        if asks:
            halve(deleted, day, one.asked.coming[day % follow])
            hold_purchases(here, day, people, law, one.alpha, areas.order, so_far, one.asked)
        if service.felt:
            hear_of_purchases(here, people, service.of_lost[day], one.asked)
        if two:
            swap_need(here, people, asked.other_need)
            if np.any(scratch.spoilt):
                other_motive(scratch, other.motive.price / one.motive.price - 1.0)
            settle(past_day, other, other_areas.order)
            if some_leads:
                measure_leads(here, today, people, deleted, law.law, scratch, other.motive.price, other_areas.order)
            if asks:
                halve(deleted, day, other.asked.coming[day % follow])
                hold_purchases(here, day, people, law, other.alpha, other_areas.order, other.so_far, other.asked)
            swap_need(here, people, asked.other_need)
        if some_leave:
            halve(deleted, day, areas.drift)
            note_mornings(deleted, day, so_far)
        if small:
            leaving_steps(stages, areas, so_far, rates, leaving)
        silent_day(stages, day, rates, found.states, some_leads, one, areas, leaving)
        if two:
            silent_day(stages, day, rates, found.states, some_leads, other, other_areas, leaving)
        add_area(areas.drift, so_far.drift)
        add_area(areas.delete, so_far.delete)
        if held and law.law.habitual:
            remember_block(here, people, prices, law.law)
        for i in due_rows(so_far.due, day):
            while so_far.due[i] == day and stages[i] < OUT:
                score_order(i, day, stages[i], deleted[i], rates.k, areas.order, so_far)
                if two:
                    score_order(i, day, stages[i], deleted[i], rates.k, other_areas.order, other.so_far)
                forget_purchases(i, one.asked)
                forget_purchases(i, other.asked)
                note_order(i, first + i, day, people, past, law, so_far)
                if so_far.due[i] == NO_MORE:
                    add_exit_after(i, day, areas, so_far, one.so_far, rates, one.alpha, one.daily)
                    if two:
                        add_exit_after(i, day, areas, so_far, other.so_far, rates, other.alpha, other.daily)
        if complain:
            end_relations(here, day, False, people, past, law, left, (one, other))
    enter(block, days, people, past, law, so_far)  # who ordered first on the last day is there from day one on
    if complain:
        end_relations(block, days - 1, True, people, past, law, left, (one, other))
    conclude(block, past, rates, one.motive, so_far, found)
    if two:
        conclude(block, past, rates, other.motive, other.so_far, asked.found[1])
    if kept > 0:
        add_expected(block, past, one.motive, so_far, asked.found, two, one.daily, found.expected)
        if two:
            add_expected(block, past, other.motive, other.so_far, asked.found, two, other.daily, found.expected)


@jit
def settle(here: PastDay, lane: Lane, order: Floats) -> None:
    """Move the need of people of one motive between days, and measure what today adds to their areas of ordering."""
    block, today, people, law, scratch = here.block, here.today, here.people, here.law, here.scratch
    if here.moving:
        move_block(block, today, people, here.prices, law, scratch)
    else:
        scratch.repaid[:] = 0.0
        scratch.held[:] = 0.0
        scratch.released[:] = 0.0
    measure_orders(block, today, people, lane.motive.price, scratch, order, lane.so_far.factor)
    halve(here.deleted, today.day, order)
    if here.moving:
        owe_block(block, today, people, law, scratch, here.out)


@jit
def silent_day(
    stages: npt.NDArray[np.int8], day: int, rates: HiddenRates, states: bool, leads: bool, lane: Lane,
    areas: DayAreas, leaving: Leaving,
) -> None:  # fmt: skip
    """Add today's exits in the silence, then today's areas of ordering."""
    so_far, asked = lane.so_far, lane.daily.exits.shape[0] > 0
    nothing, never = np.empty(0), np.empty((0, 0))
    exits = lane.daily.exits[day] if asked else never
    means = exits[0] if asked else nothing
    if states:
        rows, n = silent_rows(stages, so_far.due, False)
        add_silence(rows[:n], areas, so_far, rates, lane.alpha, False, states, means)
    elif rates.k == 1.0:
        add_small_steps(leaving, areas, so_far, rates, lane.alpha, means)
    else:
        add_regular_steps(leaving, areas, so_far, rates, lane.alpha, exits)
    if leads:
        rows, n = silent_rows(stages, so_far.due, True)
        add_silence(rows[:n], areas, so_far, rates, rates.alpha, True, states, nothing)
    add_area(areas.order, so_far.order)
    if asked:
        note_rates(stages, areas.order, lane.daily.rates[day])


@jit
def end_relations(
    here: Block, day: int, entering: bool, people: CustomerColumns, past: PastPeople, law: PastLaw, left: Floats,
    lanes: tuple[Lane, Lane],
) -> None:  # fmt: skip
    """Complaints that may end this evening, of who was there, or only of who enters on the next morning.

    Whoever orders or deletes the contact later is still there; of the others nobody knows.
    """
    known, rates, so_far = law.complaints.known, law.rates, lanes[0].so_far
    for j in range(known.first[here.first], known.first[here.last]):
        person = known.person[j]
        i = person - here.first
        new = past.entered[person] > day
        if left[j] == 0.0 or known.opened[j] >= day + 1.0 or new != entering:
            continue
        if people.stage[person] >= OUT or past.deleted[person] == day:
            continue
        chance = end_complaint(j, day, people, law.complaints, left)
        if so_far.due[i] < NO_MORE or past.deleted[person] < past.days:
            for lane in lanes:
                lane.so_far.log_orders[i] += math.log(max(1.0 - chance, LEAST))
            continue
        for lane in lanes:
            add_stop(i, day, chance, lane.so_far, rates, lane.alpha, lane.daily)
        so_far.ended[i] -= math.log(max(1.0 - chance, LEAST))
