"""When people were last heard of, where a history does not say who wrote to the shop or came by.

Interactions come at the rate of the law, to a person whose lift of need has been the same for some days; what a message
reaches is the mean over being silent or not. Form: `docs/law.md`, Scoring a history.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import Block, Messages, places_of
from sim.law.parameters import Law
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEPS = 32
"""Lifts l are those at which l / (1 + l) is 0, 1/32, ... 31/32; between them the reach is linear in it."""
PERIODS = 4
"""After so many times `dormant_after` without an order, how long ago it was tells nothing."""


class PastReach(NamedTuple):
    """What a message reaches of people, by their lift and by the days since their last order (or since adding)."""

    mean: Floats
    """Shape (`STEPS`, days); (`STEPS`, 0) where people do not interact."""
    renewed: float
    """Share of today's lift in the lift that counts."""


def silences(rate: float, fading: float, days: int) -> Iterator[Floats]:
    """Chances of u days of silence on the morning n days after an order, for n = 0, 1, ... below `days`.

    Each of shape (`STEPS`, days), of the lift and u. On the first day the order is yet to come, and u is 0.
    """
    place = np.arange(STEPS) / STEPS
    lift = place / (1.0 - place)
    stays = np.exp(-lift[:, None] * rate / (1.0 + np.arange(days - 1) / fading))
    stays[:, :1] = 1.0  # nobody interacts on the day of an order
    now = np.zeros((STEPS, days))
    now[:, 0] = 1.0
    for _ in range(days):
        yield now
        now = next_morning(now, stays)


@jit
def next_morning(now: Floats, stays: Floats) -> Floats:
    """Chances of u days of silence (`STEPS`, days) a day later; `stays`: of staying so, shape (`STEPS`, days - 1)."""
    found = np.zeros(now.shape)
    for step in range(now.shape[0]):
        heard = 0.0
        for u in range(now.shape[1] - 1):
            kept = now[step, u] * stays[step, u]
            found[step, u + 1] = kept
            heard += now[step, u] - kept
        if now.shape[1] > 1:
            found[step, 1] += heard
    return found


@lru_cache(maxsize=8)
def engaged(rate: float, fading: float, after: tuple[int, int], days: int) -> Floats:
    """Chances of being active, silent and dormant, shape (`STEPS`, days, 3); `after`: how many days make the latter."""
    silent = np.arange(days)
    kinds = (silent > after[0]).astype(int) + (silent > after[1])
    kind = np.eye(3)[kinds]
    return np.stack([now @ kind for now in silences(rate, fading, days)], axis=1)


def days_that_count(law: Law, days: int) -> int:
    """How many days after an order make a difference, of so many."""
    return 1 + min(days, PERIODS * (law.dormant_after + 1))


def past_reach(law: Law, days: int) -> PastReach:
    """The mean reach of a market's messages over so many days."""
    renewed = 1.0 / (1.0 + law.silent_after)
    if law.interaction == 0.0:
        return PastReach(np.zeros((STEPS, 0)), renewed)
    after = law.silent_after, law.dormant_after
    return PastReach(engaged(law.interaction, law.fading, after, days_that_count(law, days)) @ law.reach, renewed)


@jit
def read_messages(
    block: Block, day: int, todays: tuple[int, int], people: CustomerColumns, messages: Messages, law: Law,
    reach: PastReach, lifts: Floats,
) -> None:  # fmt: skip
    """Attention of today's messages, from one number until before another; `lifts` of the block's people count."""
    first, last, mean = block.first, block.last, reach.mean
    attentions, fits = people.reals[c.ATTENTION, first:last], people.fit[first:last]
    last_heards = people.ints[c.LAST_HEARD, first:last]
    if todays[0] == todays[1]:
        return
    reached, most = np.empty(lifts.size), mean.shape[1] - 1
    for i in range(lifts.size):
        n = min(max(day - last_heards[i], 0), most)
        place = STEPS * lifts[i] / (1.0 + lifts[i])
        step = min(int(place), STEPS - 2)
        reached[i] = mean[step, n] + (place - step) * (mean[step + 1, n] - mean[step, n])
        reached[i] *= law.attention_fit[0 if fits[i] else 2]
    rows = np.empty(lifts.size, dtype=np.int64)
    for m in range(todays[0], todays[1]):
        adds = messages.attention[m]
        for i in rows[: places_of(messages.sent[m, first:last], rows)]:
            attentions[i] += adds * reached[i]


@jit
def note_lifts(today: Floats, share: float, lifts: Floats) -> None:
    """Renew the lifts that count by those of today."""
    for i in range(lifts.size):
        lifts[i] += share * (today[i] - lifts[i])


def days_silent(u: Floats, since: Ints, lift: Floats, law: Law) -> Ints:
    """Draw how many days ago people were last heard of, `since` days after their last order; shapes (n,)."""
    if law.interaction == 0.0 or since.size == 0:
        return since
    days = days_that_count(law, int(since.max()))
    step = np.minimum(np.rint(STEPS * lift / (1.0 + lift)).astype(int), STEPS - 1)
    silent, counted = since.copy(), np.minimum(since, days - 1)
    for n, chances in enumerate(silences(law.interaction, law.fading, days)):
        who = np.flatnonzero(counted == n)
        reached = np.cumsum(chances, axis=1)[step[who]]
        drawn = (reached <= u[who, None]).sum(axis=1)
        silent[who] = np.where(drawn >= n, since[who], drawn)
    return silent
