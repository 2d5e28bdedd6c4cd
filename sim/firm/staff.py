"""The staff of a plan: who comes on which day of a run, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.evening.staff_hours import StaffHours
from sim.scenario import TICKET_KINDS, RunSettings, Scenario, Service, Shift
from sim.scenario.presence import first_day, presence
from sim.state.run_state import RunState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def staff_of(scenario: Scenario) -> StaffHours:
    """The shifts of a scenario's desk."""
    return staff_hours(scenario.strategy.service, scenario.run, scenario.market.service.hiring_days)


@lru_cache(maxsize=8)
def staff_hours(plan: Service, run: RunSettings, hiring_days: float) -> StaffHours:
    """The shifts of a plan on the days of a run."""
    hours = np.array([shift.hours for shift in plan.staff], dtype=float).reshape(-1, 2)
    return StaffHours(
        hours[:, 0].copy(),
        hours[:, 1].copy(),
        np.array([presence(shift, plan, run, hiring_days) for shift in plan.staff], dtype=bool).reshape(-1, run.days),
        skills_of(plan.staff),
        np.cumsum([0, *(shift.agents for shift in plan.staff)]),
        float(plan.overtime),
    )


def skills_of(shifts: Sequence[Shift]) -> npt.NDArray[np.bool_]:
    """What the agents of each shift take, shape (shifts, kinds + 1), the last of which is writing."""
    kinds = (*TICKET_KINDS, None)  # everybody writes
    skills = [[not shift.skills or kind is None or kind in shift.skills for kind in kinds] for shift in shifts]
    return np.array(skills, dtype=bool).reshape(-1, len(kinds))


def agent_days(staff: StaffHours) -> Floats:
    """Working time of all agents on each day, without overtime, in days; shape (days,)."""
    return np.asarray((np.diff(staff.agents) * (staff.closes - staff.opens)) @ staff.present)


def agent_days_by_day(state: RunState) -> Callable[[], float]:
    """What gives the same of today: of whom a strategy in Python has asked to come, or of the plan."""
    planned = agent_days(staff_of(state.inputs.scenario))

    def days() -> float:
        today = state.decided.staff
        if today is None:
            return float(planned[state.day])
        agents = np.array([shift.agents for shift in today], dtype=np.int64)
        opens, closes = np.array([shift.hours for shift in today], dtype=float).reshape(-1, 2).T
        return float(((agents * (closes - opens)) @ np.ones((agents.size, 1), dtype=bool))[0])

    return days


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


def agents_of_plan(scenario: Scenario) -> Ints:
    """How many agents the firm has on each day by its plan, whether or not they come; shape (days,)."""
    agents = np.zeros(scenario.run.days, dtype=np.int64)
    for shift in scenario.strategy.service.staff:
        agents[first_day(shift, scenario.run, scenario.market.service.hiring_days) :] += shift.agents
    return agents


def seat_costs_by_day(state: RunState) -> Callable[[int], float]:
    """What gives the cents for seats and training of each day, to be asked once a day, in order.

    To those of the plan a strategy in Python adds a seat for each agent of the day beyond the plan's, and after the
    first day the training of those beyond the most agents that the firm has had: they are new.
    """
    planned, agents = seat_costs(state.inputs.scenario), agents_of_plan(state.inputs.scenario)
    money, most = state.inputs.market.money, 0

    def cents(day: int) -> float:
        nonlocal most
        today = sum(shift.agents for shift in state.decided.staff or ())
        more, new = max(today - int(agents[day]), 0), max(today - max(most, int(agents[day])), 0)
        most = max(most, int(agents[day]), today)
        return float(planned[day]) + more * money.seat + (new * money.training if day > 0 else 0.0)

    return cents
