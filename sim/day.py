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

BLOCK = 1024
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
    """Log lift of ordering, then the lift."""
    drift: Floats
    delete: Floats
    rate: Floats
    """Rate that the order lift multiplies: lambda, or a lead's heat; 0 for those who do not order."""
    deleted: Floats
    """Time of deletion at a message or before the last one; 2 for none."""
    room: Floats


@jit
def prepare_block(
    b: int, first: int, last: int, day: int, people: People, messages: Messages, law: Law, scratch: Scratch, out: Happenings
) -> None:
    """Steps 1 to 6: stocks as they stand today, and the exponents of today's hazards."""
    delivered = out.delivered[b]
    writes = messages.hour.size > 0
    for i in range(first, last):
        j = i - first
        stage = people.stage[i]
        scratch.rate[j] = scratch.order[j] = scratch.drift[j] = scratch.delete[j] = 0.0
        scratch.deleted[j] = 2.0
        if stage >= OUT:
            continue
        people.attention[i] *= law.keep_power
        people.fatigue[i] *= law.keep_fatigue
        sigma_g = 0.0
        if law.trusting:
            trust = people.trust[i] * law.keep_trust + people.news[i]
            people.trust[i] = trust
            people.news[i] = 0.0
            sigma_g = people.sigma[i] * hazards.felt(trust)
        if writes:
            rate = -1.0
            left, deleted = people.delete_left[i], 2.0
            for m in range(messages.hour.size):
                if not messages.sent[m, i]:
                    continue
                if rate < 0.0:
                    new_lead = stage == _LEAD and people.added[i] == day - 1
                    rate = hazards.deletion_rate(law, new_lead) * exponential(hazards.deletion_exponent(law, sigma_g))
                hour = messages.hour[m]
                if deleted == 2.0 and left <= rate * hour:
                    deleted = left / rate
                if deleted < 2.0:
                    messages.sent[m, i] = False
                    continue
                left -= hazards.message_area(law, messages.weight[m], people.fatigue[i], sigma_g)
                if left <= rate * hour:
                    deleted = hour
                people.attention[i] = hazards.touched_power(people.attention[i], law.saturation, messages.attention[m])
                people.fatigue[i] += messages.fatigue[m]
                people.news[i] += messages.trust[m]
                people.touches[i] += 1
                people.last_touch[i] = day
                delivered[m] += 1
            people.delete_left[i] = left
            scratch.deleted[j] = deleted
        scratch.delete[j] = hazards.deletion_exponent(law, sigma_g)
        if stage == _DRIFTED or (stage == _LEAD and not people.fit[i]):
            continue
        s = hazards.strength(people.attention[i])
        if stage == _LEAD:
            age = day - people.added[i] - 1
            scratch.rate[j] = law.lead_heat[min(age, law.lead_heat.size - 1)]
            scratch.order[j] = hazards.order_exponent(
                law, law.trust_gate, people.kappa[i], s, people.fatigue[i], sigma_g, people.log_order[i]
            )
        else:
            psi = law.ripeness[min(day - people.last_order[i], law.ripeness.size - 1)]
            scratch.rate[j] = people.lam[i]
            scratch.order[j] = hazards.order_exponent(
                law, law.trust_order, people.kappa[i] * psi, s, people.fatigue[i], sigma_g, people.log_order[i]
            )
            scratch.drift[j] = hazards.drift_exponent(law, s, sigma_g, people.log_leave[i])


@jit
def settle_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    pulls: Floats, scratch: Scratch, out: Happenings,
) -> None:  # fmt: skip
    """Steps 7 to 11: run the clocks down; what few people meet in a day is handed to other functions."""
    tally = out.tally[b]
    live = buyers = active = extras = borroweds = repaids = lost = 0
    keeps_accounts = out.accounts.shape[0] > 0
    for i in range(first, last):
        stage = people.stage[i]
        if stage >= OUT:
            continue
        j = i - first
        live += 1
        deleted = scratch.deleted[j]
        background = hazards.deletion_rate(law, stage == _LEAD and people.added[i] == day - 1) * scratch.delete[j]
        if deleted == 2.0 and people.delete_left[i] <= background:
            deleted = people.delete_left[i] / background
        people.delete_left[i] -= background
        end = min(deleted, 1.0)
        pull = pulls[people.offer[i]] if people.offer[i] >= 0 else 0.0
        lift = scratch.order[j]
        if stage == _LEAD:
            rate = season * scratch.rate[j] * lift
            if pull > 0.0:
                rate *= exponential(people.delta[i] * pull)
            if people.order_left[i] <= rate * end:
                first_order(i, b, day, people.order_left[i] / rate, people, key, table, out)
            else:
                people.order_left[i] -= rate * end
        elif stage != _DRIFTED:
            buyers += 1
            drift = people.mu[i] * scratch.drift[j]
            lived = end
            drifts = people.drift_left[i] <= drift * end
            if drifts:
                lived = people.drift_left[i] / drift
            else:
                people.drift_left[i] -= drift * end
            debt = people.debt[i]
            repaid, offer, borrowed = 0.0, 1.0, 0.0
            if debt > 0.0:
                repaid = stocks.repayment(debt, law.repay, season)
            if pull > 0.0:
                psi = law.ripeness[min(day - people.last_order[i], law.ripeness.size - 1)]
                offer = exponential(people.delta[i] * psi * pull)
                borrowed = lived * law.displacement * season * (exponential(psi * pull) - 1.0)
            rate = scratch.rate[j] * hazards.order_area(season, lift, offer, repaid)
            area = rate * lived
            if people.order_left[i] <= area:
                area = orders_of_day(i, b, day, rate, lived, people, key, table, out)
            else:
                people.order_left[i] -= area
            if debt > 0.0 or pull > 0.0:
                owed = debt - lived * repaid + borrowed
                extra = lived * season * (offer - 1.0)
                if drifts or deleted < 2.0:
                    lost += micro(owed)
                    owed = 0.0
                people.debt[i] = owed
                extras += micro(extra)
                borroweds += micro(borrowed)
                repaids += micro(lived * repaid)
            if keeps_accounts:
                row = out.accounts[i]
                row[0], row[1], row[2], row[3] = area, scratch.rate[j] * lift, lived * season, lived * season * (offer - 1.0)
                row[4], row[5], row[6], row[7] = lived * repaid, borrowed, debt, people.debt[i]
                row[8] = debt - lived * repaid + borrowed if drifts or deleted < 2.0 else 0.0
            if drifts:
                people.stage[i] = _DRIFTED
                emit(out, b, i, _EV_DRIFT, day + lived, 0)
        if deleted < 2.0:
            people.stage[i] = _DELETED
            emit(out, b, i, _EV_DELETE, day + deleted, 0)
        elif day - people.last_heard[i] < HEARD_WITHIN:
            active += 1
    tally[LIVE] += live
    tally[BUYERS] += buyers
    tally[ACTIVE] += active
    tally[EXTRA] += extras
    tally[BORROWED] += borroweds
    tally[REPAID] += repaids
    tally[LOST] += lost


@jit
def live_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    messages: Messages, pulls: Floats, out: Happenings,
) -> None:  # fmt: skip
    """Live day `day` for the people from `first` to before `last`."""
    room = np.empty((6, last - first))
    scratch = Scratch(room[0], room[1], room[2], room[3], room[4], room[5])
    prepare_block(b, first, last, day, people, messages, law, scratch, out)
    exponentials(scratch.order, scratch.room)
    exponentials(scratch.drift, scratch.room)
    exponentials(scratch.delete, scratch.room)
    settle_block(b, first, last, day, season, law, people, key, table, pulls, scratch, out)


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
