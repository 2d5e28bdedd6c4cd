"""The days on which programmes act."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta

from sim.scenario import Day, Rhythm
from sim.scenario.dates import occurrences
from sim.state.run_state import RunState
from sim.state.view import shop_cycle


def day_of(state: RunState, day: date) -> int:
    """A date as a day of the run; negative before its start."""
    return (day - state.inputs.scenario.run.start).days


def wake_days(
    state: RunState, first: int, every: Rhythm | None, on: tuple[Day, ...], at_least: int = 1
) -> Iterator[int]:
    """Days of the run on which a programme acts, in order; to be read one at a time, each on the day before it.

    Fixed intervals keep their fractions; an interval in shop cycles follows the cycle that the shop has seen so far.
    """
    if every is None:
        run = state.inputs.scenario.run
        last = run.start + timedelta(days=run.days - 1)
        yield from (day for day in (day_of(state, d) for d in occurrences(on, run.start, last)) if day >= first)
        return
    day = first
    count = 0
    while True:
        if day >= 0:
            yield day
        count += 1
        if every.of == "shop_cycle":
            gap = math.floor(every.value * shop_cycle(state))
            day += max(gap, at_least)
        elif every.of == "own_cycle":
            day += 1
        else:
            day = max(math.floor(first + count * every.value), day + at_least)


def first_interval(state: RunState, every: Rhythm) -> int:
    """Whole days of one interval as planned on day one."""
    return max(1, math.floor(every.value * (shop_cycle(state) if every.of == "shop_cycle" else 1.0)))
