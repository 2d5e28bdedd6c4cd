"""The staff of a plan: who comes on which day of a run, and for how long."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.evening.staff_hours import StaffHours
from sim.scenario import TICKET_KINDS, RunSettings, Scenario, Service
from sim.scenario.presence import first_day, presence

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
