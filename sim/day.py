"""One day for everyone: clocks run down, events come out. The hot loop; `docs/law.md` numbers its steps."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_parallel
from sim.draws import Decision, keyed, threshold
from sim.law import hazards, stocks
from sim.law.exponential import exponential, exponentials
from sim.law.numbers import Law
from sim.population import People
from sim.stages import OUT, Event, Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 512
ROOM = 2
"""Events that a block can hold per person and day."""
MICRO = 1e6
"""Need is counted in whole millionths of a baseline-day, so that sums do not depend on their order."""
HEARD_WITHIN = 30
"""A contact is active who ordered or asked within this many days: part of the measure's definition."""

_ORDER = int(Decision.ORDER)
_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)
_DRIFTED, _DELETED = int(Stage.DRIFTED), int(Stage.DELETED)
_EV_FIRST, _EV_ORDER, _EV_DRIFT, _EV_DELETE = (
    int(Event.FIRST_ORDER),
    int(Event.ORDER),
    int(Event.DRIFT),
    int(Event.DELETE),
)

LIVE, BUYERS, ACTIVE, EXTRA, BORROWED, REPAID, LOST, TALLIES = range(8)
ACCOUNTS = ("area", "lift", "base", "extra", "repaid", "borrowed", "debt_before", "debt_after", "lost")


class Messages(NamedTuple):
    """Today's messages, by hour: `sent` of shape (m, size), the rest of shape (m,).

    `weight` scales the area of deletion, `attention` and `fatigue` are what a message adds, `trust` is its news.
    A message that is not delivered, because the person deleted first, is taken back from `sent`.
    """

    sent: npt.NDArray[np.bool_]
    hour: Floats
    weight: Floats
    attention: Floats
    fatigue: Floats
    trust: Floats


class Happenings(NamedTuple):
    """What a day gives: per block, `count` events in the first places of each row, and integer tallies."""

    count: Ints
    person: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int8]
    instant: Floats
    ordinal: npt.NDArray[np.int32]
    tally: Ints
    delivered: Ints
    accounts: Floats
    """Need of each buyer's day (`ACCOUNTS`), shape (size, 9), or (0, 9) when nobody asks."""


def room_for(size: int, messages: int, block: int, accounts: bool = False) -> Happenings:
    """Empty happenings for a day of `size` people."""
    blocks = max(1, -(-size // block))
    room = ROOM * block
    return Happenings(
        count=np.zeros(blocks, dtype=np.int64),
        person=np.empty((blocks, room), dtype=np.int32),
        kind=np.empty((blocks, room), dtype=np.int8),
        instant=np.empty((blocks, room)),
        ordinal=np.empty((blocks, room), dtype=np.int32),
        tally=np.zeros((blocks, TALLIES), dtype=np.int64),
        delivered=np.zeros((blocks, messages), dtype=np.int64),
        accounts=np.zeros((size if accounts else 0, len(ACCOUNTS))),
    )


@jit
def micro(need: float) -> int:
    """Whole millionths of a baseline-day."""
    return int(need * MICRO + 0.5)


@jit
def emit(out: Happenings, b: int, person: int, kind: int, instant: float, ordinal: int) -> None:
    """Note one event; a block that is full keeps counting, and the engine says so."""
    e = out.count[b]
    out.count[b] = e + 1
    if e < out.person.shape[1]:
        out.person[b, e] = person
        out.kind[b, e] = kind
        out.instant[b, e] = instant
        out.ordinal[b, e] = ordinal


@jit
def first_order(
    i: int, b: int, day: int, at: float, people: People, key: np.uint64, table: Floats, out: Happenings
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
    i: int, b: int, day: int, rate: float, lived: float, people: People, key: np.uint64, table: Floats, out: Happenings
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
        left = threshold(keyed(key, people.identity[i], _ORDER, n + 1), table)
    rest = rate * (lived - at)
    people.order_left[i] = left - rest
    return area + rest


class Scratch(NamedTuple):
    """What one pass over a block leaves for the next; shape (block,)."""

    order: Floats
    """Log lift of a buyer's need, then the lift; likewise for drifting and deleting."""
    drift: Floats
    delete: Floats
    sigma_g: Floats
    """Service sensitivity times felt trust."""
    deleted: Floats
    """Time of deletion at a message or before the last one; 2 for none."""
    room: Floats


@jit
def fade_block(first: int, last: int, people: People, law: Law, scratch: Scratch) -> None:
    """Steps 1 and 2 for everybody, the same operations for each so that the machine takes several at once.

    Here and below, columns are cut and named before a loop that counts from 0: reading them from `people` inside it
    would count references at every step, and an index that might be negative keeps a loop from being vectorised.
    """
    powers, fatigues = people.attention[first:last], people.fatigue[first:last]
    trusts, newses, sigmas = people.trust[first:last], people.news[first:last], people.sigma[first:last]
    sigma_g, keep_power, keep_fatigue, keep_trust = scratch.sigma_g, law.keep_power, law.keep_fatigue, law.keep_trust
    scratch.deleted[:] = 2.0
    for i in range(powers.size):
        powers[i] *= keep_power
    for i in range(powers.size):
        fatigues[i] *= keep_fatigue
    if not law.trusting:
        sigma_g[:] = 0.0
        return
    for i in range(trusts.size):
        trusts[i] = trusts[i] * keep_trust + newses[i]
    newses[:] = 0.0
    for i in range(trusts.size):
        sigma_g[i] = sigmas[i] * hazards.felt(trusts[i])


@jit
def write_block(
    b: int, first: int, last: int, day: int, people: People, messages: Messages, law: Law, scratch: Scratch, out: Happenings
) -> None:
    """Step 3: today's messages, and deletion at one of them or between two."""
    stages, addeds, delete_lefts, powers, fatigues = (
        people.stage, people.added, people.delete_left, people.attention, people.fatigue,
    )  # fmt: skip
    newses, touches, last_touches, delivered = people.news, people.touches, people.last_touch, out.delivered
    sent, hours, weights = messages.sent, messages.hour, messages.weight
    adds_attention, adds_fatigue, adds_trust = messages.attention, messages.fatigue, messages.trust
    for i in range(first, last):
        rate, left, deleted = -1.0, delete_lefts[i], 2.0
        for m in range(hours.size):
            if not sent[m, i]:
                continue
            sigma_g = scratch.sigma_g[i - first]
            if rate < 0.0:
                rate = hazards.deletion_rate(law, stages[i] == _LEAD and addeds[i] == day - 1)
                rate *= exponential(hazards.deletion_exponent(law, sigma_g))
            if deleted == 2.0 and left <= rate * hours[m]:
                deleted = left / rate
            if deleted < 2.0:
                sent[m, i] = False
                continue
            left -= hazards.message_area(law, weights[m], fatigues[i], sigma_g)
            if left <= rate * hours[m]:
                deleted = hours[m]
            powers[i] = hazards.touched_power(powers[i], law.saturation, adds_attention[m])
            fatigues[i] += adds_fatigue[m]
            newses[i] += adds_trust[m]
            touches[i] += 1
            last_touches[i] = day
            delivered[b, m] += 1
        if rate >= 0.0:
            delete_lefts[i] = left
            scratch.deleted[i - first] = deleted


@jit
def lift_block(first: int, last: int, day: int, people: People, law: Law, scratch: Scratch) -> None:
    """Steps 4, 6 and 8 for everybody, as if a buyer: multipliers of ordering, drifting and deleting."""
    powers, fatigues, kappas = people.attention[first:last], people.fatigue[first:last], people.kappa[first:last]
    log_orders, log_leaves = people.log_order[first:last], people.log_leave[first:last]
    last_orders, ripeness, sigma_g = people.last_order[first:last], law.ripeness, scratch.sigma_g
    to_order, to_drift, to_delete = scratch.order, scratch.drift, scratch.delete
    if ripeness.size == 1:
        to_order[:] = ripeness[0]
    else:
        for i in range(powers.size):
            to_order[i] = ripeness[min(day - last_orders[i], ripeness.size - 1)]
    for i in range(powers.size):
        s = hazards.strength(powers[i])
        to_drift[i] = hazards.drift_exponent(law, s, sigma_g[i], log_leaves[i])
        to_order[i] = hazards.order_exponent(
            law, law.trust_order, kappas[i] * to_order[i], s, fatigues[i], sigma_g[i], log_orders[i]
        )
    for i in range(powers.size):
        to_delete[i] = hazards.deletion_exponent(law, sigma_g[i])
    exponentials(to_order, scratch.room)
    exponentials(to_drift, scratch.room)
    if law.trusting:
        exponentials(to_delete, scratch.room)
    else:
        to_delete[:] = 1.0


@jit
def run_block(
    first: int, last: int, season: float, people: People, law: Law, scratch: Scratch, eventful: npt.NDArray[np.bool_]
) -> None:
    """Steps 8 to 10 for those to whom nothing happens today; marks the others, whose clocks it leaves alone."""
    stages, offers, debts = people.stage[first:last], people.offer[first:last], people.debt[first:last]
    lams, mus, deleted = people.lam[first:last], people.mu[first:last], scratch.deleted
    order_lefts, drift_lefts = people.order_left[first:last], people.drift_left[first:last]
    delete_lefts, background = people.delete_left[first:last], law.background
    orders, drifts, deletes = scratch.order, scratch.drift, scratch.delete
    for i in range(stages.size):
        buys = 1.0 if (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER) else 0.0
        order = lams[i] * hazards.order_area(season, orders[i], 1.0, 0.0) * buys
        drift = mus[i] * drifts[i] * buys
        delete = background * deletes[i]
        meets = (
            (order_lefts[i] <= order) | (drift_lefts[i] <= drift) | (delete_lefts[i] <= delete) | (deleted[i] < 2.0)
            | (stages[i] == _LEAD) | (offers[i] >= 0) | (debts[i] > 0.0)
        )  # fmt: skip
        eventful[i] = meets & (stages[i] < OUT)
        quiet = 0.0 if meets else 1.0
        order_lefts[i] -= quiet * order
        drift_lefts[i] -= quiet * drift
        delete_lefts[i] -= quiet * delete


@jit
def settle_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    pulls: Floats, scratch: Scratch, eventful: npt.NDArray[np.bool_], out: Happenings,
) -> None:  # fmt: skip
    """Steps 7 to 11, one by one, for leads, for those under an offer or in debt, and for those whose clocks ring."""
    stages, addeds, offers, deltas, mus = people.stage, people.added, people.offer, people.delta, people.mu
    order_lefts, drift_lefts, delete_lefts = people.order_left, people.drift_left, people.delete_left
    debts, last_orders, ripeness, lams = people.debt, people.last_order, law.ripeness, people.lam
    fits, kappas, powers, fatigues, log_orders = (
        people.fit, people.kappa, people.attention, people.fatigue, people.log_order,
    )  # fmt: skip
    accounts, lead_heat = out.accounts, law.lead_heat
    extras = borroweds = repaids = losts = 0
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
        pull = pulls[offers[i]] if offers[i] >= 0 else 0.0

        if stage == _LEAD and fits[i]:
            exponent = hazards.order_exponent(
                law, law.trust_gate, kappas[i], hazards.strength(powers[i]), fatigues[i], scratch.sigma_g[j], log_orders[i]
            )
            rate = season * lead_heat[min(day - addeds[i] - 1, lead_heat.size - 1)] * exponential(exponent)
            if pull > 0.0:
                rate *= hazards.offer_lift(deltas[i], pull)
            left = order_lefts[i]
            if left <= rate * end:
                first_order(i, b, day, left / rate, people, key, table, out)
            else:
                order_lefts[i] = left - rate * end
        elif stage == _FIRST_BUYER or stage == _REPEATER:
            drift = mus[i] * scratch.drift[j]
            left, lived = drift_lefts[i], end
            drifts = left <= drift * end
            if drifts:
                lived = left / drift
            else:
                drift_lefts[i] = left - drift * end

            debt = debts[i]
            repaid, offer, borrowed = 0.0, 1.0, 0.0
            if debt > 0.0:
                repaid = stocks.repayment(debt, law.repay, season)
            if pull > 0.0:
                ripe_pull = pull * ripeness[min(day - last_orders[i], ripeness.size - 1)]
                offer = hazards.offer_lift(deltas[i], ripe_pull)
                borrowed = lived * law.displacement * season * (hazards.offer_lift(1.0, ripe_pull) - 1.0)
            rate = lams[i] * hazards.order_area(season, scratch.order[j], offer, repaid)
            area = rate * lived
            left = order_lefts[i]
            if left <= area:
                area = orders_of_day(i, b, day, rate, lived, people, key, table, out)
            else:
                order_lefts[i] = left - area

            owed, lost = debt - lived * repaid + borrowed, 0.0
            if drifts or deleted < 2.0:
                owed, lost = 0.0, owed
            debts[i] = owed
            extras += micro(lived * season * (offer - 1.0))
            borroweds += micro(borrowed)
            repaids += micro(lived * repaid)
            losts += micro(lost)
            if accounts.shape[0] > 0:
                accounts[i, 0], accounts[i, 1] = area, lams[i] * scratch.order[j]
                accounts[i, 2], accounts[i, 3] = lived * season, lived * season * (offer - 1.0)
                accounts[i, 4], accounts[i, 5] = lived * repaid, borrowed
                accounts[i, 6], accounts[i, 7], accounts[i, 8] = debt, owed, lost
            if drifts:
                stages[i] = _DRIFTED
                emit(out, b, i, _EV_DRIFT, day + lived, 0)

        if deleted < 2.0:
            stages[i] = _DELETED
            emit(out, b, i, _EV_DELETE, day + deleted, 0)
    tally = out.tally[b]
    tally[EXTRA], tally[BORROWED], tally[REPAID], tally[LOST] = extras, borroweds, repaids, losts


@jit
def count_block(b: int, first: int, last: int, day: int, people: People, out: Happenings, morning: bool) -> None:
    """Who lives through the day (in the morning), and who has been heard of lately (in the evening)."""
    stages, last_heards, tally = people.stage[first:last], people.last_heard[first:last], out.tally
    live = buyers = active = 0
    if morning:
        for i in range(stages.size):
            live += stages[i] < OUT
            buyers += (stages[i] == _FIRST_BUYER) | (stages[i] == _REPEATER)
        tally[b, LIVE], tally[b, BUYERS] = live, buyers
        return
    for i in range(stages.size):
        active += (stages[i] < OUT) & (day - last_heards[i] < HEARD_WITHIN)
    tally[b, ACTIVE] = active


@jit
def live_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    messages: Messages, pulls: Floats, out: Happenings,
) -> None:  # fmt: skip
    """Live day `day` for the people from `first` to before `last`."""
    room = np.empty((6, last - first))
    scratch = Scratch(room[0], room[1], room[2], room[3], room[4], room[5])
    eventful = np.empty(last - first, dtype=np.bool_)
    count_block(b, first, last, day, people, out, True)
    fade_block(first, last, people, law, scratch)
    if messages.hour.size > 0:
        write_block(b, first, last, day, people, messages, law, scratch, out)
    lift_block(first, last, day, people, law, scratch)
    if out.accounts.shape[0] > 0:
        eventful[:] = people.stage[first:last] < OUT
    else:
        run_block(first, last, season, people, law, scratch, eventful)
    settle_block(b, first, last, day, season, law, people, key, table, pulls, scratch, eventful, out)
    count_block(b, first, last, day, people, out, False)


@jit_parallel
def live(
    day: int, season: float, law: Law, people: People, size: int, key: np.uint64, table: Floats,
    messages: Messages, pulls: Floats, block: int, out: Happenings,
) -> None:  # fmt: skip
    """Live day `day` for the first `size` people, in parallel blocks of `block`; writes to `people` and `out`.

    The same bits for any number of threads and any block size: people do not meet within a day, and sums are integer.
    """
    for b in numba.prange(out.count.size):
        live_block(
            b, b * block, min((b + 1) * block, size), day, season, law, people, key, table, messages, pulls, out
        )
