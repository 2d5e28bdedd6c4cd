"""Replications by precision: run a pilot, then as many more units as the widest interval still asks for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.judgement import judge
from experiments.comparison.panel import check_arms_finished, panel
from experiments.comparison.statistics import least_markets
from experiments.comparison.stop_rule import Pilot, PrecisionGoal, PrecisionReached, half_widths, pilot, units_needed
from experiments.runs.results import Results
from scenarios import InputError

if TYPE_CHECKING:
    from experiments.comparison.statistics import Floats

ExecuteUnits = Callable[[ComparisonPlan, int], Results]
"""Executes the runs of a plan from this draw on; where it has one draw, from this replication on."""


def run_replications(
    plan: ComparisonPlan, execute_units: ExecuteUnits
) -> tuple[ComparisonPlan, Results, PrecisionReached | None]:
    """All runs of a plan; with a goal, as many more as `run_until_precise` needs, else as `run_until_named` does."""
    if plan.goal is None:
        return *run_until_named(plan, execute_units), None
    return run_until_precise(plan, plan.goal, execute_units)


def run_until_named(plan: ComparisonPlan, execute_units: ExecuteUnits) -> tuple[ComparisonPlan, Results]:
    """The runs of a plan; where its draws are fewer than naming an arm takes and more would help, that many draws, if
    the plan's ceiling allows them.

    In fewer draws no arm can be named by their count, so that the second look at the runs is the first that counts.
    """
    results = execute_units(plan, 0)
    size = _draws_to_name(plan, results, plan.most_draws)
    if size <= plan.run.draws:
        return plan, results
    more = plan.with_draws(size)
    return more, results.with_more(execute_units(more, plan.run.draws))


def _draws_to_name(plan: ComparisonPlan, results: Results, most: int) -> int:
    """The draws that naming an arm takes, where those of the plan are fewer, more would help, and `most` allows them;
    else those of the plan."""
    least = least_markets(plan.confidence, plan.confidence)
    if plan.markets.one or not plan.run.draws < least <= most:
        return plan.run.draws
    check_arms_finished(plan, results)
    found = judge(plan, results.runs)
    return plan.run.draws if found.verdict.enough else min(least + len(found.table.left_out), most)


def run_until_precise(
    plan: ComparisonPlan, goal: PrecisionGoal, execute_units: ExecuteUnits
) -> tuple[ComparisonPlan, Results, PrecisionReached]:
    """The plan at its final size, its runs, and how it ended. Each stage runs new units only; the last one brings draws
    to the number that naming an arm takes.

    Raises InputError where fewer than two units are complete.
    """
    results, first = execute_units(plan, 0), None
    while True:
        done = plan.units
        units = _complete_units(plan, results)
        if first is None and (units.shape[1] >= goal.pilot or done >= goal.most):
            first = _pilot(plan, goal, units)
        size = _next_size(goal, first, units, done)
        if first is not None and size <= done and goal.unit == "draws":
            size = _draws_to_name(plan, results, goal.most)
        if first is not None and size <= done:
            return plan, results, _reached(goal, first, units)
        plan = plan.grown(goal, size)
        results = results.with_more(execute_units(plan, done))


def _complete_units(plan: ComparisonPlan, results: Results) -> Floats:
    """Shape (arms, complete units); a draw is one unit, however many replications it has."""
    check_arms_finished(plan, results)
    values = panel(plan, results.runs).values
    return values.mean(axis=2) if plan.independent == "draws" else values[:, 0]


def _pilot(plan: ComparisonPlan, goal: PrecisionGoal, units: Floats) -> Pilot:
    if units.shape[1] < 2:
        raise InputError(
            "the spread cannot be estimated",
            place=f"{plan.question.path}: replications auto",
            expected=f"at least 2 complete {goal.unit}",
            got=f"{units.shape[1]} of {goal.pilot}",
        )
    return pilot(units, plan.confidence)


def _next_size(goal: PrecisionGoal, first: Pilot | None, units: Floats, done: int) -> int:
    """Units in all after the next stage, if the share of incomplete ones stays as it is.

    While the pilot is not whole, it is filled up: a quantile from few complete units asks for far too many runs.
    """
    complete: int = units.shape[1]
    if first is None:
        return min(goal.most, math.ceil(done * goal.pilot / max(complete, 1)))
    more = (units_needed(first, units, goal.precision) - complete) * done / complete
    return goal.most if done + more >= goal.most else done + math.ceil(more)


def _reached(goal: PrecisionGoal, first: Pilot, units: Floats) -> PrecisionReached:
    reached = float(half_widths(first, units).max())
    return PrecisionReached(
        unit=goal.unit,
        asked=goal.precision,
        reached=reached,
        units=units.shape[1],
        began_with=goal.pilot,
        most=goal.most,
        stopped="precision" if reached <= goal.precision * (1 + 1e-9) else "ceiling",
        pilot=first,
    )
