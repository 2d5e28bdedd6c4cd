"""The days of a run on which a campaign begins, and on which it can be announced."""

from __future__ import annotations

import math
from datetime import timedelta

from sim.scenario import Campaign, RunSettings
from sim.scenario.dates import occurrences


def campaign_days(plan: Campaign, run: RunSettings) -> list[int] | None:
    """Days of the run on which it begins, while its budgets are open; None for an interval that follows the orders."""
    lasts, every = math.ceil(plan.lasts), plan.every
    if every is None:
        days: list[int] = []
        for day in stated_days(plan, run):
            if not days or day >= days[-1] + lasts:
                days.append(day)
        return days
    if every.of != "day":
        return None
    first = (plan.first - run.start).days if plan.first is not None else max(1, math.floor(every.value))
    day, count, days = first, 0, []
    while day < run.days:
        if day >= 0:
            days.append(day)
        count += 1
        day = max(math.floor(first + count * every.value), day + lasts)
    return days


def stated_days(plan: Campaign, run: RunSettings) -> list[int]:
    """Days of the run that it names (`on`), also those on which the campaign before still lasts."""
    last = run.start + timedelta(days=run.days - 1)
    return [(one - run.start).days for one in occurrences(plan.on, run.start, last)]


def announcement_rooms(plan: Campaign, run: RunSettings) -> list[int] | None:
    """Days before each of these days that an announcement may lie: within the run, and not in the campaign before."""
    days, lasts = campaign_days(plan, run), math.ceil(plan.lasts)
    if days is None:
        return None
    return [day - before for day, before in zip(days, [0, *(day + lasts for day in days)], strict=False)]
