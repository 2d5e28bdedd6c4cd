"""Through the days of a history, with observed orders in the place of simulated ones; compiled.

The stocks are moved by the functions that simulate a day. What a day adds to the areas of ordering, drifting and
deleting is scored as `docs/law.md` says (Scoring a history). The first two motives go together: their people differ in
what prices do to them alone, in lifts, debts and waiting. People do not meet: the same bits for any threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.customer_state import fade_block, lift_block, remember_block, write_block
from sim.day.day_arrays import Block, DayInputs, DayOutputs, Prices, Scratch, Today, scratch_for
from sim.day.need import move_block, need_moves, owe_block
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
    silent_rows,
    swap_need,
)
from sim.past.past_arrays import Findings, Motive, PastLaw, PastPeople
from sim.past.past_events import (
    announce,
    begin_people,
    due_rows,
    enter,
    hold_offers,
    leave,
    note_order,
    score_order,
    see_starts,
)
from sim.past.regular_steps import add_regular_steps
from sim.past.service_days import (
    AskedPurchases,
    asked_purchases,
    forget_purchases,
    hear_of_messages,
    hear_of_purchases,
    hold_purchases,
)
from sim.past.silent_days import (
    NO_MORE,
    DayAreas,
    PastProgress,
    add_exit_after,
    add_expected,
    add_silence,
    conclude,
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
    areas: DayAreas
    so_far: PastProgress
    daily: Floats
    """What lambda is multiplied by on each day, then its mean in each day's exits; shape (2 days, people), or none."""
    asked: AskedPurchases


class PastDay(NamedTuple):
    """One day of a block, after its messages."""

    block: Block
    today: Today
    people: CustomerColumns
    past: PastPeople
    law: PastLaw
    prices: Prices
    scratch: Scratch
    out: DayOutputs
    moving: bool
    """Whether any need moves between days."""
    leads: bool
    """Whether any came as leads."""


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
    size, found = last - first, asked.found[0]
    begin_people(block, people, asked.motives[0])
    asked.other_need[:, first:last] = 0.0
    inputs = DayInputs(law.messages, law.prices, law.law, np.empty((0, 2)))
    no_prices = Prices(np.zeros((2, 1)), np.zeros(1), np.zeros((2, 1)))
    scratch, so_far, engages = scratch_for(size), progress_for(size), law.reach.mean.size > 0
    scratch.single[:] = False
    areas, kept = DayAreas(np.zeros(size), np.zeros(size), np.zeros(size)), days if found.expected.shape[1] > 0 else 0
    follow, service = law.service.made.shape[1], law.service
    one = Lane(
        asked.motives[0],
        law.rates.alpha / asked.motives[0].orders,
        areas,
        so_far,
        np.zeros((2 * kept, size)),
        asked_purchases(follow, size),
    )
    other = Lane(
        asked.motives[1],
        law.rates.alpha / asked.motives[1].orders,
        DayAreas(np.zeros(size), areas.drift, areas.delete),
        progress_beside(so_far),
        np.zeros((2 * kept if two else 0, size)),
        asked_purchases(follow, size),
    )
    held_before, small = False, not found.states
    leaving = Leaving(np.zeros((9, size if small else 0)))
    some_leave, some_leads = bool(np.min(past.deleted[first:last]) < days), bool(np.any(past.lead[first:last]))
    for day in range(past.entered[first], days):
        today = Today(day, law.season[day], np.uint64(0))
        if some_leave:
            leave(block, day, people, past)
        enter(block, day, people, past, law, so_far)
        held = past.offered[day]
        if held or held_before:
            hold_offers(block, day, people, past, law)
        held_before = held
        if past.first_start[day] < past.first_start[day + 1]:
            see_starts(block, day, people, past, law)
        for m in range(past.first_message[day], past.first_message[day + 1]):
            if past.announces[m] > 0:
                announce(block, m, people, past, law)
        fade_block(block, people, law.law, scratch)
        todays = past.first_message[day], past.first_message[day + 1]
        for m in range(todays[0], todays[1]):
            write_block(block, today, m, people, inputs, scratch, out)
        if engages:
            read_messages(block, day, todays, people, law.messages, law.law, law.reach, so_far.lift)
        if service.felt:
            hear_of_messages(block, todays, people, law)
        prices = law.prices if held else no_prices
        lift_block(block, today, people, prices, law.law, scratch)
        if engages:
            note_lifts(scratch.order, law.reach.renewed, so_far.lift)
        measure_leaving(block, people, law.law, scratch, areas)
        if some_leads:
            measure_new_leads(block, day, people, law.law, scratch, areas.delete)
        moving = held or need_moves(block, people, law.law.waiting) or bool(np.any(asked.other_need[:, first:last]))
        here = PastDay(block, today, people, past, law, prices, scratch, out, moving, some_leads)
        settle(here, one)
        if service.felt:
            hear_of_purchases(block, day, people, law, one.asked)
        if two:
            swap_need(block, people, asked.other_need)
            if np.any(scratch.spoilt):
                other_motive(scratch, other.motive.price / one.motive.price - 1.0)
            settle(here, other)
            swap_need(block, people, asked.other_need)
        if some_leave:
            halve(past.deleted[first:last], day, areas.drift)
            note_mornings(past.deleted[first:last], day, so_far)
        if small:
            leaving_steps(people.stage[first:last], areas, so_far, law.rates, leaving)
        silent_day(block, day, people, law, found.states, some_leads, one, leaving)
        if two:
            silent_day(block, day, people, law, found.states, some_leads, other, leaving)
        add_area(areas.drift, so_far.drift)
        add_area(areas.delete, so_far.delete)
        if held and law.law.habitual:
            remember_block(block, people, prices, law.law)
        for i in due_rows(so_far.due, day):
            while so_far.due[i] == day and people.stage[first + i] < OUT:
                score_order(i, first + i, day, people, past, law, one.areas.order, so_far)
                if two:
                    score_order(i, first + i, day, people, past, law, other.areas.order, other.so_far)
                forget_purchases(i, one.asked)
                forget_purchases(i, other.asked)
                note_order(i, first + i, day, people, past, law, so_far)
                if so_far.due[i] == NO_MORE:
                    add_exit_after(i, day, areas, so_far, one.so_far, law.rates, one.alpha, one.daily)
                    if two:
                        add_exit_after(i, day, areas, so_far, other.so_far, law.rates, other.alpha, other.daily)
    enter(block, days, people, past, law, so_far)  # who ordered first on the last day is there from day one on
    conclude(block, past, law.rates, one.motive, so_far, found)
    if two:
        conclude(block, past, law.rates, other.motive, other.so_far, asked.found[1])
    if kept > 0:
        add_expected(block, past, one.motive, so_far, asked.found, two, one.daily, found.expected)
        if two:
            add_expected(block, past, other.motive, other.so_far, asked.found, two, other.daily, found.expected)


@jit
def settle(here: PastDay, lane: Lane) -> None:
    """Move the need of people of one motive between days, and measure what today adds to their areas of ordering."""
    block, today, people, past, scratch = here.block, here.today, here.people, here.past, here.scratch
    law, moving = here.law.law, here.moving
    order, price = lane.areas.order, lane.motive.price
    if moving:
        move_block(block, today, people, here.prices, law, scratch)
    else:
        scratch.repaid[:] = 0.0
        scratch.held[:] = 0.0
        scratch.released[:] = 0.0
    measure_orders(block, today, people, price, scratch, order, lane.so_far.factor)
    halve(past.deleted[block.first : block.last], today.day, order)
    if here.leads:
        measure_leads(block, today, people, past, law, scratch, price, order)
    if here.law.service.asks > 0.0:
        coming = lane.asked.coming
        halve(past.deleted[block.first : block.last], today.day, coming[today.day % coming.shape[0]])
        hold_purchases(block, today.day, people, here.law, lane.alpha, order, lane.so_far, lane.asked)
    if moving:
        owe_block(block, today, people, law, scratch, here.out)


@jit
def silent_day(
    block: Block, day: int, people: CustomerColumns, law: PastLaw, states: bool, leads: bool, lane: Lane,
    leaving: Leaving,
) -> None:  # fmt: skip
    """Add today's exits in the silence, then today's areas of ordering."""
    stages, areas, so_far, days = people.stage[block.first : block.last], lane.areas, lane.so_far, law.season.size
    asked = lane.daily.shape[0] > 0
    nothing = np.empty(0)
    exits = lane.daily[days + day] if asked else nothing
    if states:
        rows, n = silent_rows(stages, so_far.due, False)
        add_silence(rows[:n], areas, so_far, law.rates, lane.alpha, False, states, exits)
    elif law.rates.k == 1.0:
        add_small_steps(leaving, areas, so_far, law.rates, lane.alpha, exits)
    else:
        add_regular_steps(leaving, areas, so_far, law.rates, lane.alpha, exits)
    if leads:
        rows, n = silent_rows(stages, so_far.due, True)
        add_silence(rows[:n], areas, so_far, law.rates, law.rates.alpha, True, states, nothing)
    add_area(areas.order, so_far.order)
    if asked:
        note_rates(stages, areas.order, lane.daily[day])
