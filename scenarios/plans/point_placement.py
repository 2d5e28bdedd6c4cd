"""Points of a sweep, validated against the arms of its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.building.placement import place_point, placed
from scenarios.errors import InputError
from scenarios.plans.axes import Axis
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from sim.scenario import Scenario

TRIALS = 32
_GOLDEN = 0.618034


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
    strategies = {name: placed(scenario, values).strategy for name, scenario in arms.items()}
    for name, strategy in strategies.items():
        for other in arms:
            if other == name:
                break
            if strategies[other] == strategy and arms[other].strategy != arms[name].strategy:
                problem = f"the arms {other!r} and {name!r} differ in the varied paths only"
                expected = f'paths in which the arms do not differ, or variants = ["{name}"]'
                raise Entry(lines, ("sweep", "vary")).error(problem, expected=expected, got=", ".join(values))
