"""One day for everyone: clocks run down, events come out. The hot loop; `docs/law.md` numbers its steps."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_parallel
from sim.day.customer_state import (
    Scratch,
    fade_block,
    interact_block,
    lead_lift,
    lift_block,
    remember_block,
    write_block,
)
from sim.day.day_arrays import (
    ACTIVE,
    BORROWED,
    BUYERS,
    DORMANT,
    EXTRA,
    HELD,
    LEFT_SILENT,
    LIVE,
    LOST,
    RELEASED,
    REPAID,
    SILENT,
    DayOutputs,
    Messages,
    Prices,
    emit,
    micro,
)  # fmt: skip
from sim.draws import Decision, keyed, threshold
from sim.law import hazards, stocks
from sim.law.parameters import Law
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT, Event, Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_ORDER = int(Decision.ORDER)
_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)
_DRIFTED, _DELETED = int(Stage.DRIFTED), int(Stage.DELETED)
_EV_FIRST, _EV_ORDER, _EV_DRIFT, _EV_DELETE = (
    int(Event.FIRST_ORDER),
    int(Event.ORDER),
    int(Event.DRIFT),
    int(Event.DELETE),
)


@jit
def first_order(
    i: int, b: int, day: int, at: float, people: CustomerColumns, key: np.uint64, table: Floats, out: DayOutputs
) -> None:
    """A lead becomes a first buyer, whose clocks start tomorrow."""
    people.stage[i] = _FIRST_BUYER
    people.orders[i] = 1
    people.first_order[i] = day
    people.last_order[i] = day
    people.last_heard[i] = day
    people.order_left[i] = threshold(keyed(key, people.identity[i], _ORDER, 2), table)
    emit(out, b, i, _EV_FIRST, day + at, 1)


@jit
def orders_of_day(
    i: int,
    b: int,
    day: int,
    rate: float,
    lived: float,
    people: CustomerColumns,
    key: np.uint64,
    table: Floats,
    out: DayOutputs,
) -> float:
    """Run the order clock of a buyer who orders today; returns the area that it ran."""
    left, at, area = people.order_left[i], 0.0, 0.0
    while left <= rate * (lived - at):
        at += left / rate
        area += left
        n = people.orders[i] + 1
        people.orders[i] = n
        if n == 2:
            people.stage[i] = _REPEATER
            people.second_order[i] = day
        people.last_order[i] = day
        people.last_heard[i] = day
        emit(out, b, i, _EV_ORDER, day + at, n)
        if out.counts[b] > out.person.shape[1]:
            break
        left = threshold(keyed(key, people.identity[i], _ORDER, n + 1), table)
    rest = rate * (lived - at)
    people.order_left[i] = left - rest
    return area + rest


@jit
def moves_of(
    day: int, offer: int, last: int, gap: int, debt: float, waiting: float, season: float, release: Floats, law: Law
) -> tuple[float, float, float]:
    """Need repaid, held back and released by a buyer in a whole day, in baseline-days; steps 8 and 12.

    `last` and `gap` tell when campaigns were offered, `release` what share of the need held back each offer frees.
    """
    repaid = stocks.repayment(debt, law.repay, season)
    if offer > 0:
        return repaid, 0.0, waiting * release[offer]
    if stocks.expects(day, last, gap, law.horizon):
        return repaid, law.waiting * (season - repaid), 0.0
    return repaid, 0.0, waiting * law.repay


@jit
def move_block(
    first: int, last: int, day: int, season: float, people: CustomerColumns, prices: Prices, law: Law, scratch: Scratch
) -> None:
    """Steps 8 and 12: need that moves from day to day, of everybody as if a buyer who lives all day."""
    offers, lasts, gaps = people.offer[first:last], people.campaign_day[first:last], people.campaign_gap[first:last]
    debts, waitings = people.debt[first:last], people.waiting[first:last]
    repaid, held, released = scratch.repaid, scratch.held, scratch.released
    for i in range(debts.size):
        repaid[i], held[i], released[i] = moves_of(
            day, offers[i], lasts[i], gaps[i], debts[i], waitings[i], season, prices.release, law
        )


@jit
def run_block(
    b: int, first: int, last: int, day: int, season: float, people: CustomerColumns, prices: Prices, law: Law, scratch: Scratch,
    eventful: npt.NDArray[np.bool_], moving: bool, out: DayOutputs,
) -> None:  # fmt: skip
    """Steps 8 to 10 for those whose clocks do not ring today; marks the others and leads, whom it leaves alone."""
    stages, deltas, lams, mus = (
        people.stage[first:last], people.delta[first:last], people.lam[first:last], people.mu[first:last],
    )  # fmt: skip
    order_lefts, drift_lefts, delete_lefts = (
        people.order_left[first:last], people.drift_left[first:last], people.delete_left[first:last],
    )  # fmt: skip
    orders, drifts, deletes = scratch.order, scratch.drift, scratch.delete
    background, area, deleted, e_value = law.background, scratch.room, scratch.deleted, scratch.e_value
    if moving:
        move_block(first, last, day, season, people, prices, law, scratch)
        repaid, held, released = scratch.repaid, scratch.held, scratch.released
        for i in range(area.size):
            offer = hazards.response(deltas[i], e_value[i])
            area[i] = hazards.order_area(season, orders[i], offer, released[i] - held[i] - repaid[i])
    else:
        for i in range(area.size):
            area[i] = hazards.order_area(season, orders[i], 1.0, 0.0)
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        order = lams[i] * area[i] * buys
        drift = mus[i] * drifts[i] * buys
        delete = background * deletes[i]
        meets = (
            (order_lefts[i] <= order) | (drift_lefts[i] <= drift) | (delete_lefts[i] <= delete) | (deleted[i] < 2.0)
            | (stages[i] == _LEAD)
        )  # fmt: skip
        eventful[i] = meets & (stages[i] < OUT)
        quiet = 0.0 if meets else 1.0
        order_lefts[i] -= quiet * order
        drift_lefts[i] -= quiet * drift
        delete_lefts[i] -= quiet * delete
    if moving:
        owe_block(b, first, last, season, people, law, scratch, eventful, out)
    if out.holding.shape[0] > 0:
        hold_block(first, last, season, people, law, scratch, eventful, out)


@jit
def hold_block(
    first: int, last: int, season: float, people: CustomerColumns, law: Law, scratch: Scratch,
    eventful: npt.NDArray[np.bool_], out: DayOutputs,
) -> None:  # fmt: skip
    """Note what the end of an offer would change, for buyers who hold one and whose clocks do not ring."""
    for i in range(first, last):
        j = i - first
        if people.offer[i] > 0 and not eventful[j] and people.stage[i] in (_FIRST_BUYER, _REPEATER):
            moved = scratch.released[j] - scratch.held[j] - scratch.repaid[j]
            offer = hazards.response(people.delta[i], scratch.e_value[j])
            borrowed = law.displacement * season * (scratch.e_value[j] - 1.0)
            note_holding(i, people.lam[i], season, scratch.order[j], offer, moved, 1.0, borrowed, out)


@jit
def note_holding(
    i: int, lam: float, season: float, order: float, offer: float, moved: float, lived: float, borrowed: float,
    out: DayOutputs,
) -> None:  # fmt: skip
    """One buyer's row of `Happenings.holding`."""
    row = out.holding[i]
    row[0] = lam * hazards.order_area(season, order, offer, moved)
    row[1] = lam * hazards.order_area(season, order, 1.0, moved)
    row[2], row[3], row[4] = lived, lam * order, borrowed


@jit
def owe_block(
    b: int, first: int, last: int, season: float, people: CustomerColumns, law: Law, scratch: Scratch,
    eventful: npt.NDArray[np.bool_], out: DayOutputs,
) -> None:  # fmt: skip
    """Steps 11 and 12 for those whose clocks do not ring: what is borrowed, repaid, held back and released."""
    stages, debts, deltas, waitings, lams = (
        people.stage[first:last], people.debt[first:last], people.delta[first:last], people.waiting[first:last],
        people.lam[first:last],
    )  # fmt: skip
    e_value, lifts, repaid, held, released = (
        scratch.e_value, scratch.order, scratch.repaid, scratch.held, scratch.released,
    )  # fmt: skip
    displacement = law.displacement
    extras = borroweds = repaids = helds = releaseds = 0
    for i in range(stages.size):
        lives = ((stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER)) & (not eventful[i])
        share = 1.0 if lives else 0.0
        rate = lams[i] * lifts[i] * share
        borrowed = displacement * season * (e_value[i] - 1.0)
        debts[i] += share * (borrowed - repaid[i])
        waitings[i] += share * (held[i] - released[i])
        extras += micro(rate * season * (hazards.response(deltas[i], e_value[i]) - 1.0))
        borroweds += micro(rate * borrowed)
        repaids += micro(rate * repaid[i])
        helds += micro(rate * held[i])
        releaseds += micro(rate * released[i])
    tally = out.tally[b]
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids
    tally[HELD] += helds
    tally[RELEASED] += releaseds


@jit
def settle_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: CustomerColumns, key: np.uint64, table: Floats,
    prices: Prices, scratch: Scratch, eventful: npt.NDArray[np.bool_], out: DayOutputs,
) -> None:  # fmt: skip
    """Steps 8 to 12, one by one, for leads who may order and for those whose clocks ring."""
    stages, addeds, deltas, lams, mus = people.stage, people.added, people.delta, people.lam, people.mu
    order_lefts, drift_lefts, delete_lefts, debts, waitings = (
        people.order_left, people.drift_left, people.delete_left, people.debt, people.waiting,
    )  # fmt: skip
    offers, lasts, gaps, release = people.offer, people.campaign_day, people.campaign_gap, prices.release
    accounts, fits, lead_heat, e_value = out.accounts, people.fit, law.lead_heat, scratch.e_value
    extras = borroweds = repaids = helds = releaseds = losts = silents = 0
    for i in range(first, last):
        j = i - first
        if not eventful[j]:
            continue
        stage = stages[i]
        deleted = scratch.deleted[j]
        area = hazards.deletion_rate(law, stage == _LEAD and addeds[i] == day - 1) * scratch.delete[j]
        left = delete_lefts[i]
        if deleted == 2.0 and left <= area:
            deleted = left / area
        delete_lefts[i] = left - area
        end = min(deleted, 1.0)
        offer = hazards.response(deltas[i], e_value[j])

        if stage == _LEAD and fits[i]:
            age = min(day - addeds[i] - 1, lead_heat.size - 1)
            rate = season * lead_heat[age] * lead_lift(i, j, people, law, scratch) * offer
            left = order_lefts[i]
            if out.holding.shape[0] > 0 and offers[i] > 0:
                holding = out.holding[i]
                holding[0], holding[1], holding[2] = rate, rate / offer, end
            if left <= rate * end:
                first_order(i, b, day, left / rate, people, key, table, out)
            else:
                order_lefts[i] = left - rate * end
        elif stage in (_FIRST_BUYER, _REPEATER):
            drift = mus[i] * scratch.drift[j]
            left, lived = drift_lefts[i], end
            drifts = left <= drift * end
            if drifts:
                lived = left / drift
            else:
                drift_lefts[i] = left - drift * end

            debt, waiting = debts[i], waitings[i]
            repaid, held, released = moves_of(day, offers[i], lasts[i], gaps[i], debt, waiting, season, release, law)
            borrowed = lived * law.displacement * season * (e_value[j] - 1.0)
            extra = lived * season * (offer - 1.0)
            lift = lams[i] * scratch.order[j]
            rate = lams[i] * hazards.order_area(season, scratch.order[j], offer, released - held - repaid)
            area = rate * lived
            if out.holding.shape[0] > 0 and offers[i] > 0:
                moved, whole = released - held - repaid, law.displacement * season * (e_value[j] - 1.0)
                note_holding(i, lams[i], season, scratch.order[j], offer, moved, lived, whole, out)
            left = order_lefts[i]
            if left <= area:
                area = orders_of_day(i, b, day, rate, lived, people, key, table, out)
            else:
                order_lefts[i] = left - area

            owed, kept = debt - lived * repaid + borrowed, waiting + lived * (held - released)
            owed_lost = kept_lost = 0.0
            if drifts or deleted < 2.0:
                owed, owed_lost, kept, kept_lost = 0.0, owed, 0.0, kept
            debts[i], waitings[i] = owed, kept
            extras += micro(lift * extra)
            borroweds += micro(lift * borrowed)
            repaids += micro(lift * lived * repaid)
            helds += micro(lift * lived * held)
            releaseds += micro(lift * lived * released)
            losts += micro(lams[i] * (owed_lost + kept_lost))
            if accounts.shape[0] > 0:
                accounts[i, 0], accounts[i, 1], accounts[i, 2], accounts[i, 3] = area, lift, lived * season, extra
                accounts[i, 4], accounts[i, 5] = lived * repaid, borrowed
                accounts[i, 6], accounts[i, 7], accounts[i, 8] = debt, owed, owed_lost
                accounts[i, 9], accounts[i, 10] = lived * held, lived * released
                accounts[i, 11], accounts[i, 12], accounts[i, 13] = waiting, kept, kept_lost
            if drifts:
                stages[i] = _DRIFTED
                emit(out, b, i, _EV_DRIFT, day + lived, 0)

        if deleted < 2.0:
            stages[i] = _DELETED
            silents += hazards.engagement(law, day - people.last_heard[i]) > 0
            emit(out, b, i, _EV_DELETE, day + deleted, 0)
    tally = out.tally[b]
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids
    tally[HELD] += helds
    tally[RELEASED] += releaseds
    tally[LOST] += losts
    tally[LEFT_SILENT] += silents


@jit
def count_block(b: int, first: int, last: int, day: int, people: CustomerColumns, law: Law, out: DayOutputs) -> None:
    """Who lives through the day, and how long they have been silent this morning."""
    stages, last_heards, tally = people.stage[first:last], people.last_heard[first:last], out.tally[b]
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
def live_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: CustomerColumns, closing: Floats, key: np.uint64,
    table: Floats, messages: Messages, prices: Prices, out: DayOutputs,
) -> None:  # fmt: skip
    """Live day `day` for the people from `first` to before `last`."""
    size = last - first
    r = np.empty((12, size))
    scratch = Scratch(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11])
    eventful = np.empty(size, dtype=np.bool_)
    count_block(b, first, last, day, people, law, out)
    fade_block(first, last, people, law, scratch)
    for m in range(messages.hour.size):
        write_block(b, first, last, day, m, people, closing, messages, law, scratch, out)
    lift_block(first, last, day, people, prices, law, scratch)
    moving = (
        prices.pull.size > 1 or bool(np.any(people.debt[first:last])) or bool(np.any(people.waiting[first:last]))
        or (law.waiting > 0.0 and bool(np.any(people.campaign_gap[first:last])))
    )  # fmt: skip
    if out.accounts.shape[0] > 0:
        eventful[:] = people.stage[first:last] < OUT
    else:
        run_block(b, first, last, day, season, people, prices, law, scratch, eventful, moving, out)
    settle_block(b, first, last, day, season, law, people, key, table, prices, scratch, eventful, out)
    if prices.pull.size > 1 and law.habitual:
        remember_block(first, last, people, prices, law)
    if law.interaction > 0.0:
        interact_block(b, first, last, day, people, key, law, scratch, out)


@jit_parallel
def live(
    day: int, season: float, law: Law, people: CustomerColumns, closing: Floats, size: int, key: np.uint64, table: Floats,
    messages: Messages, prices: Prices, block: int, out: DayOutputs,
) -> None:  # fmt: skip
    """Live day `day` for the first `size` people, in parallel blocks of `block`; writes to `people` and `out`.

    `closing` holds the clocks of leaving channels, shape (channels, capacity). The same bits for any number of threads
    and any block size: people do not meet within a day, and sums are integer.
    """
    for b in numba.prange(out.counts.size):
        first, last = b * block, min((b + 1) * block, size)
        live_block(b, first, last, day, season, law, people, closing, key, table, messages, prices, out)
