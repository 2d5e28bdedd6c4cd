"""On which days of a run the shifts of a desk come, and when anybody is there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta

from sim.scenario.dates import occurrences
from sim.scenario.scenario import RunSettings, Scenario
from sim.scenario.strategy import WEEKDAYS, Service, Shift


def presence(shift: Shift, plan: Service, run: RunSettings, hiring_days: float) -> list[bool]:
    """On which days of the run a shift comes."""
    dates = [run.start + timedelta(days=day) for day in range(run.days)]
    closed = set(occurrences(plan.closed_on, dates[0], dates[-1]))
    first = first_day(shift, run, hiring_days)
    return [
        day >= first and (not shift.days or WEEKDAYS[date.weekday()] in shift.days) and date not in closed
        for day, date in enumerate(dates)
    ]


def first_day(shift: Shift, run: RunSettings, hiring_days: float) -> int:
    """The day of the run from which on the agents of a shift belong to the firm; 0 for those who do at its start."""
    return 0 if shift.hired is None else max((shift.hired - run.start).days + math.ceil(hiring_days), 0)


def open_spans(scenario: Scenario) -> list[tuple[float, float]]:
    """When somebody is at the desk by the plan: instants from and until, apart from each other, rising."""
    return apart(shift_hours(scenario))


def shift_hours(scenario: Scenario) -> list[tuple[float, float]]:
    """The hours of all shifts of the plan on all days on which they come: instants from and until."""
    plan, hiring_days = scenario.strategy.service, scenario.market.service.hiring_days
    staff = [shift for shift in plan.staff if shift.agents > 0]
    present = [(shift.hours, presence(shift, plan, scenario.run, hiring_days)) for shift in staff]
    return [(day + opens, day + closes) for (opens, closes), days in present for day, comes in enumerate(days) if comes]


def apart(hours: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same instants from and until, in order, those that meet put together."""
    spans: list[tuple[float, float]] = []
    for begin, end in sorted(hours):
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((begin, end))
    return spans
