"""What goes into a simulated day and what comes out of it, as numbers and arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.law.parameters import Law

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 2048
ROOM = 2
SPARE = 256
"""Orders that a block has room for at first: so many per person and day, and some more."""
LEAVING = 2
"""Events of a person other than orders of a buyer and leaving a channel: drifting and deleting, or first order and
deleting."""
STRETCH = 64
"""So many people are looked at together by `places_of`: often there is none of them among these."""
MICRO = 1e6
"""Need is counted in whole millionths of an expected order, so that sums do not depend on their order."""

(
    LIVE, BUYERS, ACTIVE, SILENT, DORMANT, INTERACTIONS, REACTIVATED, LEFT_SILENT, EXTRA, BORROWED, REPAID, HELD,
    RELEASED, LOST, TALLIES,
) = range(15)  # fmt: skip
HOLDING = ("rate", "plain_rate", "present", "lambda", "borrowed")
"""Order hazard with and without today's offer, part of the day before drifting or deleting, lambda, need borrowed in
a whole day."""
ACCOUNTS = (
    "area", "lambda", "base", "extra", "repaid", "borrowed", "debt_before", "debt_after", "debt_lost",
    "held", "released", "waiting_before", "waiting_after", "waiting_lost",
)  # fmt: skip


class Block(NamedTuple):
    """A block of people: its number, its first row, and the row after its last."""

    number: int
    first: int
    last: int


class Today(NamedTuple):
    """The day, its multiplier of all need, and the key of the run's random numbers."""

    day: int
    season: float
    key: np.uint64


class Messages(NamedTuple):
    """Today's messages, by hour: `sent` of shape (m, size), the rest of shape (m,).

    `weight` scales the area of deletion, `attention` and `fatigue` are what a message adds, `trust` is its news,
    where negative of each unit of fatigue above what is tolerated. `topic` is its topic's number, 0 for none, `closes`
    the number of the channel that it may close, -1 where it is the contact; `read` is the mean time until it is read,
    in days.
    A message that is not delivered, because the person deleted or left the channel first, is taken back from `sent`.
    """

    sent: npt.NDArray[np.bool_]
    hour: Floats
    weight: Floats
    attention: Floats
    fatigue: Floats
    trust: Floats
    topic: Ints
    closes: Ints
    read: Floats


class Prices(NamedTuple):
    """Today's offers by their number in the column `offer`, 0 being none.

    `pull` is that on the typical person, `saving` what people can expect to save (`Appeal`), of shape (2, numbers): to
    those who believe claims, and to those who have found out a false one (column `found_out`). `release`, shape
    (numbers,), is the share of held-back need that is settled.
    """

    pull: Floats
    release: Floats
    saving: Floats


class DayInputs(NamedTuple):
    """Today's messages and prices, the law, and the table of the order clock's thresholds."""

    messages: Messages
    prices: Prices
    law: Law
    thresholds: Floats


class Scratch(NamedTuple):
    """What one pass over a block leaves for the next; shape (people in the block,)."""

    order: Floats
    """Log lift of a buyer's need, then the lift; likewise for deleting."""
    delete: Floats
    drift: Floats
    """Likewise for drifting; of those who are settled one by one, in the end the time of drifting, 2 for none."""
    sigma_g: Floats
    """Service sensitivity times felt trust."""
    psi: Floats
    """Ripeness; of those who are settled one by one, in the end the part of the day before drifting or deleting."""
    e_value: Floats
    """What today's offer makes of the typical person's need, as a multiple: 1 without one."""
    spoilt: Floats
    """Log of the part of the person's need that is left by prices that disappoint."""
    deleted: Floats
    """Time of deletion at a message or before the last one; 2 for none."""
    repaid: Floats
    """Need, in orders to come per unit of lambda, that a whole day as a buyer repays; likewise below."""
    held: Floats
    released: Floats
    missed: Floats
    """Need held back for more than is offered, and lost."""
    area: Floats
    """Area of a buyer's day per unit of lambda; of those settled one by one, what the order clock ran."""
    single: npt.NDArray[np.bool_]
    """Who is settled one by one: leads, and people whose clocks run out today."""


class Paused(NamedTuple):
    """Buyers whose order clocks stopped because their block had no room left, by block; `more_orders` goes on.

    Per block, `counts` of them in the first places of each row of `person`, shape (blocks, block); `reals` of shape
    (blocks, block, 3): the hazard, the part of the day before leaving, and the time at which the clock stopped.
    """

    counts: Ints
    person: npt.NDArray[np.int32]
    reals: Floats


class DayOutputs(NamedTuple):
    """What a day gives: per block, `counts` events in the first places of each row, and integer tallies."""

    counts: Ints
    person: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int8]
    instant: Floats
    ordinal: npt.NDArray[np.int32]
    tally: Ints
    delivered: Ints
    holding: Floats
    """What the end of an offer within the day needs of its holders (`HOLDING`), shape (at least size, 5)."""
    holds: bool
    """Whether it is asked for; what others have there means nothing."""
    accounts: Floats
    """Need of each buyer's day (`ACCOUNTS`), shape (size, 14), or (0, 14) when it is not asked for."""
    paused: Paused


class DaySize(NamedTuple):
    """What the room for a day's outputs depends on: people, people of a block, messages, and channels that close."""

    people: int
    block: int
    messages: int
    closing: int


def room_for(day: DaySize, keeps: tuple[bool, bool], old: DayOutputs | None) -> DayOutputs:
    """Empty outputs for a day, in the arrays of an `old` day where these are large enough.

    `keeps` says whether accounts of need and holdings are asked for. Events other than buyers' orders always find room.
    """
    (size, block, messages, closing), (accounts, holding) = day, keeps
    blocks, room = max(1, -(-size // block)), (ROOM + LEAVING + closing) * block + SPARE
    if old is None or old.counts.size < blocks:
        kept = 2 * blocks if old is not None else blocks
        room = room if old is None else max(room, old.person.shape[1])
        old = DayOutputs(
            counts=np.empty(kept, dtype=np.int64),
            person=np.empty((kept, room), dtype=np.int32),
            kind=np.empty((kept, room), dtype=np.int8),
            instant=np.empty((kept, room)),
            ordinal=np.empty((kept, room), dtype=np.int32),
            tally=np.empty((kept, TALLIES), dtype=np.int64),
            delivered=np.empty((0, 0), dtype=np.int64),
            holding=np.empty((0, len(HOLDING))),
            holds=False,
            accounts=np.empty((0, len(ACCOUNTS))),
            paused=Paused(
                np.empty(kept, dtype=np.int64), np.empty((kept, block), dtype=np.int32), np.empty((kept, block, 3))
            ),
        )
    old.counts[:] = 0
    old.paused.counts[:] = 0
    old.tally[:] = 0
    held = old.holding
    if holding and held.shape[0] < size:
        held = np.empty((size + size // 8, len(HOLDING)))
    return old._replace(
        delivered=np.zeros((blocks, messages), dtype=np.int64),
        holding=held,
        holds=holding,
        accounts=np.zeros((size if accounts else 0, len(ACCOUNTS))),
    )


@jit
def places_of(mask: npt.NDArray[np.bool_], places: Ints) -> int:
    """Write down where `mask` is true, and how many places these are; quick where few are."""
    n = 0
    for first in range(0, mask.size, STRETCH):
        last = min(first + STRETCH, mask.size)
        if not mask[first:last].any():
            continue
        for i in range(first, last):
            places[n] = i
            n += mask[i]
    return n


@jit
def micro(need: float) -> int:
    """Whole millionths of an expected order."""
    return int(need * MICRO + 0.5)


@jit
def scratch_for(size: int) -> Scratch:
    """Scratch of a block of `size` people, not filled."""
    r = np.empty((13, size))
    return Scratch(
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], np.empty(size, dtype=np.bool_)
    )


@jit
def emit(out: DayOutputs, b: int, person: int, kind: int, instant: float, ordinal: int) -> None:
    """Note one event of block `b`; there must be room for it."""
    e = out.counts[b]
    out.counts[b] = e + 1
    out.person[b, e] = person
    out.kind[b, e] = kind
    out.instant[b, e] = instant
    out.ordinal[b, e] = ordinal


@jit
def pause(out: DayOutputs, b: int, person: int, rate: float, end: float, at: float) -> None:
    """Note that the order clock of a buyer of block `b` has stopped at the time `at` for want of room."""
    k = out.paused.counts[b]
    out.paused.counts[b] = k + 1
    out.paused.person[b, k] = person
    reals = out.paused.reals[b, k]
    reals[0], reals[1], reals[2] = rate, end, at
