"""When programmes wake."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta

from sim.run_state import RunState
from sim.scenario import Day, Rhythm
from sim.scenario.dates import occurrences


def day_of(shop: RunState, day: date) -> int:
    """A date as a day of the run; negative before its start."""
    return (day - shop.scenario.run.start).days


def wake_days(
    shop: RunState, first: int, every: Rhythm | None, on: tuple[Day, ...], at_least: int = 1
) -> Iterator[int]:
    """Days of the run on which a programme wakes, in order; read one at a time, each when the last has come.

    Fixed intervals keep their fractions; an interval in shop cycles is read anew each time from the View.
    """
    if every is None:
        start = shop.scenario.run.start
        last = start + timedelta(days=shop.scenario.run.days - 1)
        yield from (day for day in (day_of(shop, d) for d in occurrences(on, start, last)) if day >= first)
        return
    day = first
    count = 0
    while True:
        if day >= 0:
            yield day
        count += 1
        if every.of == "shop_cycle":
            gap = math.floor(every.value * shop.shop_cycle())
            day += max(gap, at_least)
        elif every.of == "own_cycle":
            day += 1
        else:
            day = max(math.floor(first + count * every.value), day + at_least)


def first_interval(shop: RunState, every: Rhythm) -> int:
    """Whole days of one interval as planned on day one."""
    return max(1, math.floor(every.value * (shop.shop_cycle() if every.of == "shop_cycle" else 1.0)))
