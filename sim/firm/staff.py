"""The staff of a plan: who comes on which day of a run, and for how long."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.evening.staff_hours import StaffHours
from sim.scenario import TICKET_KINDS, WEEKDAYS, RunSettings, Scenario, Service, Shift
from sim.scenario.dates import occurrences

Floats = npt.NDArray[np.float64]


def staff_of(scenario: Scenario) -> StaffHours:
    """The shifts of a scenario's desk."""
    return staff_hours(scenario.strategy.service, scenario.run, scenario.market.service.hiring_days)


@lru_cache(maxsize=8)
def staff_hours(plan: Service, run: RunSettings, hiring_days: float) -> StaffHours:
    """The shifts of a plan on the days of a run."""
    hours = np.array([shift.hours for shift in plan.staff], dtype=float).reshape(-1, 2)
    kinds = (*TICKET_KINDS, None)  # everybody writes
    skills = [[not shift.skills or kind is None or kind in shift.skills for kind in kinds] for shift in plan.staff]
    return StaffHours(
        hours[:, 0].copy(),
        hours[:, 1].copy(),
        np.array([presence(shift, plan, run, hiring_days) for shift in plan.staff], dtype=bool).reshape(-1, run.days),
        np.array(skills, dtype=bool).reshape(-1, len(kinds)),
        np.cumsum([0, *(shift.agents for shift in plan.staff)]),
        float(plan.overtime),
    )


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


def agent_days(staff: StaffHours) -> Floats:
    """Working time of all agents on each day, without overtime, in days; shape (days,)."""
    return np.asarray((np.diff(staff.agents) * (staff.closes - staff.opens)) @ staff.present)


def seat_costs(scenario: Scenario) -> Floats:
    """Cents for seats on each day, and for the training of those who have their first day; shape (days,)."""
    run, money = scenario.run, scenario.market.money
    costs = np.zeros(run.days)
    for shift in scenario.strategy.service.staff:
        first = first_day(shift, run, scenario.market.service.hiring_days)
        costs[first:] += shift.agents * money.seat
        if shift.hired is not None:
            costs[first : first + 1] += shift.agents * money.training
    return costs
