"""Points of a sweep, put into scenarios and validated like the values of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios.errors import InputError
from scenarios.plans.axes import Axis
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from scenarios.validation.market_validation import validate_market
from scenarios.validation.strategy_validation import validate_strategy
from scenarios.values.paths import with_values
from sim.scenario import Scenario

STATED = Path("plan")
"""The file name of a plan that is stated in Python, in messages."""
TRIALS = 32
_GOLDEN = 0.618034


def place_point(scenario: Scenario, values: Mapping[str, Any], lines: Node | None = None) -> Scenario:
    """The scenario with the values of a point at their paths, validated like the values of a file.

    `lines` gives errors their place. Raises InputError for values that contradict each other.
    """
    top = Entry(lines or Node({}, STATED, 0))
    point = _placed(scenario, values)
    if any(path.startswith("market.") for path in values):
        validate_market(point.market, top.at("market"))
    validate_strategy(point.strategy, point.market, point.run, top.at("strategy"))
    return point


def _placed(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The values at their paths; a staff of one kind takes the place of another, as in a file that extends one."""
    plan = scenario.strategy.service
    if values.get("strategy.service.unlimited") is True:
        plan = replace(plan, agents=None, hours=(0.0, 1.0), shifts=())
    elif "strategy.service.shifts" in values:
        plan = replace(plan, agents=None, hours=(0.0, 1.0), unlimited=False)
    elif "strategy.service.agents" in values:
        plan = replace(plan, shifts=(), unlimited=False)
    return with_values(replace(scenario, strategy=replace(scenario.strategy, service=plan)), values)


def with_draw(point: Scenario, values: Mapping[str, Any], market: Mapping[str, float]) -> Scenario:
    """A placed scenario with one draw of the market: `market` has numbers by path; those at or inside the paths of the
    point keep the values of the point."""
    return with_values(point, {path: number for path, number in market.items() if not _is_set(path, values)})


def _is_set(path: str, values: Mapping[str, Any]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:length]) in values for length in range(1, len(parts) + 1))


def validate_points(
    arms: Mapping[str, Scenario], axes: Sequence[Axis], rows: Sequence[Mapping[str, Any]], lines: Node
) -> None:
    """Raise InputError where two arms differ in varied paths only, or where none of the points is valid."""
    points = list(rows[:TRIALS]) or [_trial(axes, number) for number in range(TRIALS)]
    _validate_arms_differ(arms, points[0], lines)
    first: InputError | None = None
    for scenario in arms.values():
        for values in points:
            try:
                place_point(scenario, values, lines=lines)
                return
            except InputError as error:
                first = first or error
    if first is not None:
        count = f"none of {len(points)} points that were tried is valid"
        problem = f"{first.problem} ({count})" if first.problem else count
        raise InputError(problem, place=first.place, expected=first.expected, got=first.got)


def _trial(axes: Sequence[Axis], number: int) -> dict[str, Any]:
    """One of many points that fill the space: each axis steps at its own rate, modulo 1."""
    return {axis.path: axis.at((0.5 + number * _GOLDEN * (place + 1)) % 1.0) for place, axis in enumerate(axes)}


def _validate_arms_differ(arms: Mapping[str, Scenario], values: Mapping[str, Any], lines: Node) -> None:
    strategies = {name: _placed(scenario, values).strategy for name, scenario in arms.items()}
    for name, strategy in strategies.items():
        for other in arms:
            if other == name:
                break
            if strategies[other] == strategy and arms[other].strategy != arms[name].strategy:
                problem = f"the arms {other!r} and {name!r} differ in the varied paths only"
                expected = f'paths in which the arms do not differ, or variants = ["{name}"]'
                raise Entry(lines, ("sweep", "vary")).error(problem, expected=expected, got=", ".join(values))
