"""What happened to people on the days of a history: they come, go, hold offers, hear of campaigns, order; compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block, places_of
from sim.past.past_arrays import Days, Mask, Motive, PastLaw, PastPeople
from sim.past.silent_days import NO_MORE, PastProgress, log_beta_of
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
def enter(block: Block, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw, so_far: PastProgress) -> int:
    """Who is there from this morning on; how many of the block have entered by then."""
    first, last = block.first, block.last
    entered, rates = past.entered[first:last], law.rates
    there = np.searchsorted(entered, day + 1)
    for i in range(np.searchsorted(entered, day), there):
        person = first + i
        begin, end = past.begin[person], past.begin[person + 1]
        people.ints[c.ADDED, person] = people.ints[c.LAST_HEARD, person] = day - 1
        so_far.hidden[i] = not past.deletions_known and past.deleted[person] >= past.days
        so_far.drift[i] = so_far.drift_last[i] = past.before[person]
        so_far.shape[i] = rates.r + rates.k * max(end - begin - 1, 0)
        so_far.log_beta[i] = log_beta_of(so_far.shape[i], rates.k) if rates.k != 1.0 else 0.0
        if day > 0:
            people.reals[c.NEWS, person] = law.welcome
        if past.lead[person]:
            people.stage[person] = _LEAD
        else:
            people.stage[person] = _FIRST_BUYER
            people.ints[c.ORDERS, person] = 1
            people.ints[c.FIRST_ORDER, person] = people.ints[c.LAST_ORDER, person] = day - 1
            people.reals[c.HABIT, person] = (1.0 - law.law.habit_memory) * past.saving[begin]
            if day > 0:
                people.reals[c.NEWS, person] += law.service.of_order[day - 1]
            begin += 1
        so_far.next[i] = begin
        so_far.due[i] = past.order_day[begin] if begin < end else NO_MORE
    return int(there)


@jit
def days_of(entered: Days, days: int) -> Mask:
    """Whether anybody enters on each day, shape (days + 1,)."""
    arrives = np.zeros(days + 1, dtype=np.bool_)
    for i in range(entered.size):
        arrives[min(entered[i], days)] = True
    return arrives


@jit
def leave(deleted: Days, day: int, stages: npt.NDArray[np.int8]) -> None:
    """Those whose contact was deleted yesterday."""
    for i in range(stages.size):
        if deleted[i] < day and stages[i] < OUT:
            stages[i] = _DELETED


@jit
def hold_offers(block: Block, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw) -> None:
    """Who holds which offer today."""
    first, last = block.first, block.last
    numbers, held, pulls = people.ints[c.OFFER, first:last], past.offer[day, first:last], law.prices.pull[0]
    for i in range(numbers.size):
        o = held[i]
        if o == 0:
            numbers[i] = 0
            continue
        since = min(max(day - past.first_offer_day[o], 0), past.offer_days[o] - 1)
        number = past.first_price[o] + since
        numbers[i] = number if pulls[number] >= 0.0 else 0


@jit
def see_starts(block: Block, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw) -> None:
    """What people see of campaigns that begin today (`firm/offers_today.note_starts`), also behind a better offer."""
    first, last, memory = block.first, block.last, law.expected_memory
    lasts, gaps = people.ints[c.CAMPAIGN_DAY, first:last], people.ints[c.CAMPAIGN_GAP, first:last]
    expecteds, most = people.reals[c.EXPECTED, first:last], np.full(last - first, -1.0)
    for start in range(past.first_start[day], past.first_start[day + 1]):
        number, sees = past.first_price[past.starts[start]], past.sees[start, first:last]
        if law.prices.pull[0, number] < 0.0:
            continue
        saving = law.prices.saving[0, number]
        for i in range(most.size):
            most[i] = max(most[i], saving) if sees[i] else most[i]
    for i in range(most.size):
        if most[i] >= 0.0:
            new = lasts[i] == NEVER
            kept = 0.0 if new else memory
            expecteds[i] = kept * expecteds[i] + (1.0 - kept) * most[i]
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
def due_rows(due: Ints, day: int) -> Ints:
    """Who of a block orders today."""
    mask, rows = np.empty(due.size, dtype=np.bool_), np.empty(due.size, dtype=np.int64)
    for i in range(due.size):
        mask[i] = due[i] == day
    return rows[: places_of(mask, rows)]


@jit
def score_order(i: int, day: int, stage: int, deleted: int, k: float, order: Floats, so_far: PastProgress) -> None:
    """Score today's order of the `i`-th person of the block under one motive; `order` are today's areas."""
    rate = order[i] * (2.0 if deleted == day else 1.0)
    so_far.log_orders[i] += math.log(max(rate, LEAST))
    if stage == _LEAD:
        so_far.first[i] = so_far.order[i]
        so_far.order[i] = 0.0
    elif k != 1.0:
        gap = so_far.order[i] - so_far.order_last[i]
        so_far.log_orders[i] += (k - 1.0) * math.log(max(gap, LEAST))
    so_far.order_last[i] = so_far.order[i]


@jit
def note_order(
    i: int, person: int, day: int, people: CustomerColumns, past: PastPeople, law: PastLaw, so_far: PastProgress
) -> None:
    """Note it as the books do."""
    n, memory = so_far.next[i], law.law.habit_memory
    saving = past.saving[n]
    if people.stage[person] == _LEAD:
        people.stage[person] = _FIRST_BUYER
        people.ints[c.FIRST_ORDER, person] = day
        so_far.factor[i] = math.exp(law.learning * saving)
    else:
        people.stage[person] = _REPEATER
        if people.ints[c.ORDERS, person] == 1:
            people.ints[c.SECOND_ORDER, person] = day
    people.ints[c.ORDERS, person] += 1
    people.ints[c.LAST_ORDER, person] = people.ints[c.LAST_HEARD, person] = day
    people.reals[c.HABIT, person] = memory * people.reals[c.HABIT, person] + (1.0 - memory) * saving
    people.reals[c.NEWS, person] += law.service.of_order[day]
    so_far.drift_last[i], so_far.delete_last[i] = so_far.drift[i], so_far.delete[i]
    so_far.next[i] = n + 1
    so_far.due[i] = past.order_day[n + 1] if n + 1 < past.begin[person + 1] else NO_MORE
