"""The staff of a plan: who comes on which day of a run, and for how long."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.evening.staff_hours import StaffHours
from sim.scenario import TICKET_KINDS, WEEKDAYS, RunSettings, Service, Shift

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=8)
def staff_hours(plan: Service, run: RunSettings) -> StaffHours:
    """The shifts of a plan on the days of a run."""
    hours = np.array([shift.hours for shift in plan.staff], dtype=float).reshape(-1, 2)
    kinds = (*TICKET_KINDS, None)  # everybody writes
    skills = [[not shift.skills or kind is None or kind in shift.skills for kind in kinds] for shift in plan.staff]
    return StaffHours(
        hours[:, 0].copy(),
        hours[:, 1].copy(),
        np.array([presence(shift, run) for shift in plan.staff], dtype=bool).reshape(-1, run.days),
        np.array(skills, dtype=bool).reshape(-1, len(TICKET_KINDS) + 1),
        np.cumsum([0, *(shift.agents for shift in plan.staff)]),
        float(plan.overtime),
    )


def presence(shift: Shift, run: RunSettings) -> list[bool]:
    """On which days of the run a shift comes."""
    weekdays = [(run.start.weekday() + day) % len(WEEKDAYS) for day in range(run.days)]
    return [not shift.days or WEEKDAYS[weekday] in shift.days for weekday in weekdays]


def agent_days(staff: StaffHours) -> Floats:
    """Working time of all agents on each day, without overtime, in days; shape (days,)."""
    return np.asarray((np.diff(staff.agents) * (staff.closes - staff.opens)) @ staff.present)
