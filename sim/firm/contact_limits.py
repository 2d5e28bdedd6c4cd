"""Contact limits: which messages go out, given the limits of the firm and of the channels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.scenario import Limits, Medium
from sim.state.daily_values import Touch
from sim.state.run_state import WINDOW, RunState

Mask = npt.NDArray[np.bool_]


def let_through(state: RunState, touches: list[Touch]) -> list[Mask]:
    """Who is sent each of today's messages, which are in order of hour and name; shape (size,) each."""
    population, day, limits, media = (
        state.population,
        state.day,
        state.inputs.strategy.limits,
        state.inputs.market.media,
    )
    counts, size, gap = state.history.counts, population.size, limits.contact_gap
    begin_day(counts, day, size)
    rested = None if gap is None else day - population.column("last_touch").astype(np.int64) >= gap
    sent = []
    for touch in touches:
        who = touch.who & ~population.has_left(touch.channel)
        if rested is not None:
            who &= rested
        capped = caps(touch.channel, limits, media[touch.channel])
        for counter, cap in capped:
            who &= counts.setdefault(counter, np.zeros(size, dtype=np.int32)) < cap
        for counter, _ in capped:
            counts[counter] += who
        rested = None if rested is None else rested & ~who
        sent.append(who)
    return sent


def begin_day(counts: dict[tuple[str, bool], npt.NDArray[np.int32]], day: int, size: int) -> None:
    """Make room for new people, and set counters back to zero where their window is over."""
    for counter, count in counts.items():
        grown = np.zeros(size, dtype=np.int32)
        if counter[1] and day % WINDOW:
            grown[: count.size] = count
        counts[counter] = grown


def caps(channel: str, limits: Limits, medium: Medium) -> list[tuple[tuple[str, bool], int]]:
    """Counters that a message in this channel meets, with their caps; True marks the 30-day window."""
    every = (
        (("", False), limits.touches_per_day),
        (("", True), limits.touches_per_30d),
        ((channel, False), medium.limit_per_day),
        ((channel, True), medium.limit_per_30d),
    )
    return [(counter, cap) for counter, cap in every if cap is not None]
