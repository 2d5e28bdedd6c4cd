"""Days on which things fall: dates by name, and rhythms in days and in shop cycles."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.scenario import Campaign, Day, Rhythm
from sim.scenario.dates import dates_of
from tests.reference.hazards import cycle as typical_cycle

if TYPE_CHECKING:
    from tests.reference.reference_run import Shop


BEFORE = 100
"""Longer than a big date lasts: one that began before the run may still hold."""


def day_of(shop: Shop, when: date | None) -> int | None:
    return None if when is None else (when - shop.start).days


def days_on(shop: Shop, on: Sequence[Day]) -> list[int]:
    """Days of the run, and of the time before it that matters, on which any of these dates falls, rising."""
    first, last = (
        shop.start - timedelta(days=BEFORE + shop.market.start.history),
        shop.start + timedelta(days=shop.length),
    )
    return sorted({(each - shop.start).days for day in on for each in dates_of(day, first, last)})


def interval(shop: Shop, every: Rhythm) -> float:
    """Days of one interval; a shop cycle is the lower median of the gaps between order days seen so far."""
    if every.of == "day":
        return every.value
    cycle = max(statistics.median_low(shop.gaps), 1) if shop.gaps else typical_cycle(shop.market)
    return every.value * cycle


def due_days(shop: Shop, every: Rhythm | None, on: Sequence[Day], first: int) -> Iterator[int]:
    """The days on which a rhythm falls. A rhythm in shop cycles looks at the shop when it is asked."""
    if every is None:
        yield from [day for day in days_on(shop, on) if day >= first]
        return
    day, turn = first, 0
    while True:
        yield day
        turn += 1
        if every.of == "day":
            day = math.floor(first + turn * every.value)
        else:
            day += max(1, math.floor(interval(shop, every)))


def campaign_starts(shop: Shop, plan: Campaign, length: int) -> Iterator[int]:
    """First days, each asked for on the last day of the campaign before."""
    if plan.every is None:
        yield from _apart(
            [day for day in days_on(shop, plan.on) if day >= max(0, day_of(shop, plan.first) or 0)], length
        )
        return
    first = day_of(shop, plan.first)
    if first is None:
        first = max(1, math.floor(interval(shop, plan.every)))
    day, turn = first, 0
    while True:
        if day >= 0:
            yield day
        turn += 1
        if plan.every.of == "day":
            day = max(math.floor(first + turn * plan.every.value), day + length)
        else:
            day += max(math.floor(interval(shop, plan.every)), length)


def _apart(days: list[int], length: int) -> Iterator[int]:
    """Those of the days on which the campaign before has ended."""
    ended = 0
    for day in days:
        if day >= ended:
            yield day
            ended = day + length
