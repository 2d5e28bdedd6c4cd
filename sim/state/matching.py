"""Conditions on people, as numbers: compiled once for a programme, and met in one pass over the people."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import OUT

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LISTS = ("stage", "source", "engaged", "tier", "rfm", "tag")
RANGES = ("orders", "spent", "tenure", "recency", "last_touch", "recency_own_cycles")
"""The keys of `Who`: those that list words, and those that are intervals."""
_STAGE, _SOURCE, _ENGAGED, _TIER, _RFM, _TAG = range(len(LISTS))
_IN_ORDERS, _IN_SPENT, _IN_TENURE, _IN_RECENCY, _IN_LAST_TOUCH, _IN_OWN_CYCLES = range(len(RANGES))

_BITS = 63


class Conditions(NamedTuple):
    """What is asked of people, and the market's numbers that this needs."""

    words: Mask
    """Whether a value is wanted, by list and value, shape (lists, values); a list that is not asked for wants all."""
    ranges: Floats
    """Least value and the value from which on all are too large, shape (ranges, 2)."""
    prior_days: float
    """Days and orders that a person's own cycle takes as seen before the first order."""
    prior_orders: float
    silent_after: int
    dormant_after: int
    high_value_orders: int
    ranked: bool
    """Whether RFM classes are asked for, which needs the medians of a morning."""
    event: int = -1
    """The whole-number column of an event that was `wait` days ago; -1 where none is asked for."""
    wait: int = 0
    cycles: float = 0.0
    """Own cycles from one message of a programme to the next."""


class Morning(NamedTuple):
    """The day, and the medians of buyers' recency, orders and cents, where they are asked for."""

    day: int
    recency: float = 0.0
    orders: float = 0.0
    spent: float = 0.0


@jit
def match(
    first: int, last: int, people: CustomerColumns, morning: Morning, conditions: Conditions,
    last_sent: npt.NDArray[np.int32], left_out: Mask, groups: Mask,
) -> None:  # fmt: skip
    """Contacts who meet every condition, of the people at rows `first` to `last`.

    Writes to `groups`, shape (2, size): who is addressed, and who is left out by lot. `last_sent`, shape (size,), are
    the days of a programme's last messages, (0,) where it does not follow own cycles; `left_out`, shape (size,), is who
    is left out of it, (0,) where nobody is.
    """
    day, words, ranges = morning.day, conditions.words, conditions.ranges
    who, stages, orders = groups[0, first:last], people.stage[first:last], people.ints[c.ORDERS, first:last]
    for i in range(who.size):
        who[i] = stages[i] < OUT
    if asks(words[_STAGE]):
        wanted = bits(words[_STAGE])
        for i in range(who.size):
            who[i] &= (wanted >> min(orders[i], 2)) & 1
    keep_listed(who, people.ints[c.SOURCE, first:last], 1, words[_SOURCE])
    keep_listed(who, people.ints[c.TAG, first:last], 0, words[_TAG])
    keep_labelled(first, people, morning, conditions, who)
    keep_within(who, orders, 0, 1, ranges[_IN_ORDERS])
    keep_within(who, people.spent[first:last], 0, 1, ranges[_IN_SPENT])
    keep_within(who, people.ints[c.ADDED, first:last], day, -1, ranges[_IN_TENURE])
    keep_within(who, people.ints[c.LAST_ORDER, first:last], day, -1, ranges[_IN_RECENCY])
    keep_within(who, people.ints[c.LAST_TOUCH, first:last], day, -1, ranges[_IN_LAST_TOUCH])
    if conditions.event >= 0:
        happened, wait = people.ints[conditions.event, first:last], conditions.wait
        for i in range(who.size):
            who[i] &= day - happened[i] == wait
    (low, high), last_orders = ranges[_IN_OWN_CYCLES], people.ints[c.LAST_ORDER, first:last]
    if low > -np.inf or high < np.inf or last_sent.size > 0:
        first_orders, cycles = people.ints[c.FIRST_ORDER, first:last], conditions.cycles
        for i in range(who.size):
            if who[i]:
                cycle = own_cycle(conditions, orders[i], day - first_orders[i])
                value = (day - last_orders[i]) / cycle
                due = last_sent.size == 0 or day - last_sent[first + i] >= cycles * cycle
                who[i] = low <= value and value < high and due
    out = groups[1, first:last]
    if left_out.size > 0:
        left = left_out[first:last]
        for i in range(who.size):
            out[i] = who[i] & left[i]
            who[i] &= not left[i]
    else:
        out[:] = False


@jit
def asks(words: Mask) -> bool:
    """Whether a list excludes any value."""
    return not words.all()


@jit
def bits(words: Mask) -> int:
    """A list of values below 63 as a number, one bit for each value: shifting it needs no look-up."""
    wanted = 0
    for value in range(min(words.size, _BITS)):
        wanted |= int(words[value]) << value
    return wanted


@jit
def keep_listed(who: Mask, values: npt.NDArray[np.int32], add: int, words: Mask) -> None:
    """Keep those whose value, with `add` added, is listed."""
    if not asks(words):
        return
    if words.size <= _BITS:
        wanted = bits(words)
        for i in range(who.size):
            who[i] &= (wanted >> (values[i] + add)) & 1
    else:
        for i in range(who.size):
            who[i] &= words[values[i] + add]


@jit
def keep_within(who: Mask, values: npt.NDArray[np.signedinteger], base: int, sign: int, bounds: Floats) -> None:
    """Keep those whose `base` plus or minus value lies within the bounds."""
    low, high = bounds[0], bounds[1]
    if low > -np.inf or high < np.inf:
        for i in range(who.size):
            value = float(base + sign * values[i])
            who[i] &= (low <= value) & (value < high)


@jit
def keep_labelled(first: int, people: CustomerColumns, morning: Morning, conditions: Conditions, who: Mask) -> None:
    """Keep those whose engagement, tier and RFM class are listed."""
    words = conditions.words
    if not (asks(words[_ENGAGED]) or asks(words[_TIER]) or asks(words[_RFM])):
        return
    last = first + who.size
    orders, spents = people.ints[c.ORDERS, first:last], people.spent[first:last]
    last_orders, last_heards = people.ints[c.LAST_ORDER, first:last], people.ints[c.LAST_HEARD, first:last]
    silent_after, dormant_after, many = conditions.silent_after, conditions.dormant_after, conditions.high_value_orders
    day, recency, often_after, much_after = morning.day, morning.recency, morning.orders, morning.spent
    engagements, tiers, classes = bits(words[_ENGAGED]), bits(words[_TIER]), bits(words[_RFM])
    for i in range(who.size):
        silence = day - last_heards[i]
        engaged = int(silence > silent_after) + int(silence > dormant_after)
        tier = 0 if orders[i] == 0 else 3 if engaged == 2 else 2 if orders[i] >= many else 1
        recent, often, much = day - last_orders[i] <= recency, orders[i] > often_after, spents[i] > much_after
        rfm = rfm_class(orders[i], recent, often, much)
        who[i] &= (engagements >> engaged) & (tiers >> tier) & (classes >> rfm) & 1


@jit
def rfm_class(orders: int, recent: bool, often: bool, much: bool) -> int:
    """Place in `scenario.RFMS`; one more for leads."""
    bought = (1 if recent else 2) if much and (recent != often) else 0 if much and recent else 3
    return 4 if orders == 0 else bought


@jit
def own_cycle(conditions: Conditions, orders: int, observed: int) -> float:
    """A person's expected gap, days, `observed` days after the first order; see `View.own_cycle`."""
    seen = float(observed) if orders > 0 else 0.0
    return (conditions.prior_days + seen) / (conditions.prior_orders + max(float(orders) - 1.0, 0.0))
