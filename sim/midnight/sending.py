"""Who is sent which message, compiled: limits and channels left; with the messages go the coupons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import BLOCK
from sim.midnight.offers_of_people import hand_out
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns

Mask = npt.NDArray[np.bool_]

MOST_LIMITS = 4
"""Limits that one message meets: those of the firm and of its channel, by day and by window."""
SENDING = np.dtype(
    [
        ("closes", "i8"),
        ("coupon", "i8"),
        ("follows", "i8"),
        ("limits", "i8", (MOST_LIMITS,)),
        ("caps", "i2", (MOST_LIMITS,)),
        ("announces", "i4"),
        ("savings", "f8", (2,)),
    ],
    align=True,
)
"""What decides who is sent a message, and what being sent it changes: the channel's number and the row of the days of
a programme that follows own cycles, -1 for none; the coupon's number, 0 for none; the limits (`MessageNumbers`); the
first day of the campaign that it announces, 0 for none, and the saving to be expected, by those who believe it and by
those who have found out a false claim."""


class SentSoFar(NamedTuple):
    """`MessageHistory` for the compiled pass; `over` says of which limits the window is over, shape (limits,).

    `contact_gap` is the least number of days from one message to the next, 0 for none.
    """

    over: Mask
    counts: npt.NDArray[np.int16]
    days: npt.NDArray[np.int32]
    contact_gap: int


@jit
def send(
    first: int, last: int, day: int, people: CustomerColumns, messages: npt.NDArray[np.void],
    terms: npt.NDArray[np.void], so_far: SentSoFar, sent: Mask,
) -> None:  # fmt: skip
    """Take back from `sent` what limits and channels left do not let through, for the people at `first` to `last`.

    By parts whose counts stay in the processor's cache.
    """
    for start in range(first, last, BLOCK):
        send_block(start, min(start + BLOCK, last), day, people, messages, terms, so_far, sent)


@jit
def send_block(
    first: int, last: int, day: int, people: CustomerColumns, messages: npt.NDArray[np.void],
    terms: npt.NDArray[np.void], so_far: SentSoFar, sent: Mask,
) -> None:  # fmt: skip
    """`send` for a block of people, message by message."""
    gap, last_touches = so_far.contact_gap, people.ints[c.LAST_TOUCH, first:last]
    for limit in range(so_far.over.size):
        if so_far.over[limit]:
            so_far.counts[limit, first:last] = 0
    for m in range(messages.size):
        message, goes = messages[m], sent[m, first:last]
        if message.closes >= 0:
            left = people.closing_left[message.closes, first:last]
            for i in range(goes.size):
                goes[i] &= left[i] > 0.0
        if gap > 0:
            for i in range(goes.size):
                goes[i] &= day - last_touches[i] >= gap
            for earlier in range(m):
                before = sent[earlier, first:last]
                for i in range(goes.size):
                    goes[i] &= not before[i]
        for k in range(MOST_LIMITS):
            if message.limits[k] >= 0:
                count, cap = so_far.counts[message.limits[k], first:last], message.caps[k]
                for i in range(goes.size):
                    goes[i] &= count[i] < cap
        for k in range(MOST_LIMITS):
            if message.limits[k] >= 0:
                count = so_far.counts[message.limits[k], first:last]
                for i in range(goes.size):
                    count[i] += goes[i]
        if message.follows >= 0:
            days = so_far.days[message.follows, first:last]
            for i in range(goes.size):
                days[i] = day if goes[i] else days[i]
        if message.announces > 0:
            days, savings = people.ints[c.ANNOUNCED_DAY, first:last], people.reals[c.ANNOUNCED, first:last]
            known = people.ints[c.FOUND_OUT, first:last]
            for i in range(goes.size):
                days[i] = message.announces if goes[i] else days[i]
                savings[i] = message.savings[known[i]] if goes[i] else savings[i]
        if message.coupon > 0:
            hand_out(people, first, goes, message.coupon, day, terms)
