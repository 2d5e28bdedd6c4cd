"""One day for everyone: clocks run down, events come out. The hot loop; `docs/law.md` numbers its steps."""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_parallel
from sim.draws import Decision, keyed, threshold
from sim.law import hazards, stocks
from sim.law.numbers import Law
from sim.population import People
from sim.stages import OUT, Event, Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 4096
ROOM = 3
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
def first_order(i: int, b: int, instant: float, people: People, key: np.uint64, table: Floats, out: Happenings) -> None:
    """A lead becomes a first buyer, whose clocks start tomorrow."""
    people.stage[i] = _FIRST_BUYER
    people.orders[i] = 1
    people.first_order[i] = instant
    people.last_order[i] = instant
    people.last_heard[i] = instant
    people.order_left[i] = threshold(keyed(key, people.identity[i], _ORDER, 2), table)
    emit(out, b, i, _EV_FIRST, instant, 1)


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
            people.second_order[i] = day + at
        people.last_order[i] = day + at
        people.last_heard[i] = day + at
        emit(out, b, i, _EV_ORDER, day + at, n)
        left = threshold(keyed(key, people.identity[i], _ORDER, n + 1), table)
    rest = rate * (lived - at)
    people.order_left[i] = left - rest
    return area + rest


@jit
def live_block(
    b: int, first: int, last: int, day: int, season: float, law: Law, people: People, key: np.uint64, table: Floats,
    messages: Messages, pulls: Floats, out: Happenings,
) -> None:  # fmt: skip
    """Live day `day` for the people from `first` to before `last`.

    One long loop on purpose: what is called for everybody takes and gives numbers only, because handing the columns
    to a function costs more than the function; only what few people meet in a day has them handed over.
    """
    tally, delivered = out.tally[b], out.delivered[b]
    for i in range(first, last):
        stage = people.stage[i]
        if stage >= OUT:
            continue
        # overnight
        attention = people.attention[i] * law.keep_attention
        fatigue = people.fatigue[i] * law.keep_fatigue
        trust = people.trust[i] * law.keep_trust + people.news[i]
        news = 0.0
        sigma_g = people.sigma[i] * hazards.felt(trust)
        added = int(np.floor(people.added[i]))

        # messages, and deletion at one of them or between them
        rate = hazards.deletion_hazard(law, stage == _LEAD and added == day - 1, sigma_g)
        left, at, deleted = people.delete_left[i], 0.0, 2.0
        for j in range(messages.hour.size):
            if not messages.sent[j, i]:
                continue
            hour = messages.hour[j]
            if deleted == 2.0 and left <= rate * (hour - at):
                deleted = at + left / rate
            if deleted < 2.0:
                messages.sent[j, i] = False
                continue
            left -= rate * (hour - at)
            left -= hazards.message_area(law, messages.weight[j], fatigue, sigma_g)
            at = hour
            if left <= 0.0:
                deleted = hour
            attention += messages.attention[j]
            fatigue += messages.fatigue[j]
            news += messages.trust[j]
            delivered[j] += 1
            people.touches[i] += 1
            people.last_touch[i] = day
        if deleted == 2.0:
            if left <= rate * (1.0 - at):
                deleted = at + left / rate
            else:
                left -= rate * (1.0 - at)
        end = min(deleted, 1.0)
        people.attention[i] = attention
        people.fatigue[i] = fatigue
        people.trust[i] = trust
        people.news[i] = news
        people.delete_left[i] = left
        tally[LIVE] += 1

        s = hazards.strength(attention, law.saturation)
        pull = pulls[people.offer[i]] if people.offer[i] >= 0 else 0.0
        if stage == _LEAD and people.fit[i]:
            rate = season * hazards.first_order_hazard(
                law, day - added - 1, people.kappa[i], s, fatigue, sigma_g, people.delta[i] * pull, people.log_order[i]
            )
            left = people.order_left[i]
            if left <= rate * end:
                first_order(i, b, day + left / rate, people, key, table, out)
            else:
                people.order_left[i] = left - rate * end
        elif stage == _FIRST_BUYER or stage == _REPEATER:
            tally[BUYERS] += 1
            psi = law.ripeness[min(day - int(np.floor(people.last_order[i])), law.ripeness.size - 1)]
            lift = hazards.order_lift(law, people.kappa[i], s, psi, fatigue, sigma_g, people.log_order[i])

            # drift
            drift = people.mu[i] * hazards.drift_lift(law, s, sigma_g, people.log_leave[i])
            drifts = people.drift_left[i] <= drift * end
            if drifts:
                lived = people.drift_left[i] / drift
            else:
                lived = end
                people.drift_left[i] -= drift * end

            # orders
            debt = people.debt[i]
            repaid, offer, borrowed = 0.0, 1.0, 0.0
            if debt > 0.0:
                repaid = stocks.repayment(debt, law.repay, season)
            if pull > 0.0:
                offer = math.exp(people.delta[i] * psi * pull)
                borrowed = lived * law.displacement * season * math.expm1(psi * pull)
            rate = people.lam[i] * hazards.order_area(season, lift, offer, repaid)
            area = rate * lived
            if people.order_left[i] <= area:
                area = orders_of_day(i, b, day, rate, lived, people, key, table, out)
            else:
                people.order_left[i] -= area

            # need: what was borrowed is repaid, owed or lost
            owed = debt - lived * repaid + borrowed
            lost = 0.0
            if drifts or deleted < 2.0:
                lost, owed = owed, 0.0
            people.debt[i] = owed
            extra = lived * season * (offer - 1.0)
            if debt > 0.0 or pull > 0.0:
                tally[EXTRA] += micro(extra)
                tally[BORROWED] += micro(borrowed)
                tally[REPAID] += micro(lived * repaid)
                tally[LOST] += micro(lost)
            if out.accounts.shape[0] > 0:
                out.accounts[i, 0] = area
                out.accounts[i, 1] = people.lam[i] * lift
                out.accounts[i, 2] = lived * season
                out.accounts[i, 3] = extra
                out.accounts[i, 4] = lived * repaid
                out.accounts[i, 5] = borrowed
                out.accounts[i, 6] = debt
                out.accounts[i, 7] = owed
                out.accounts[i, 8] = lost
            if drifts:
                people.stage[i] = _DRIFTED
                emit(out, b, i, _EV_DRIFT, day + lived, 0)

        if deleted < 2.0:
            people.stage[i] = _DELETED
            emit(out, b, i, _EV_DELETE, day + deleted, 0)
        elif day - people.last_heard[i] < HEARD_WITHIN:
            tally[ACTIVE] += 1


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
