"""Points of a sweep put into scenarios, and judged as a file's values would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scenarios.errors import InputError
from scenarios.plans.axes import Axis
from scenarios.toml.toml_document import Node, complaint
from scenarios.validation.market_validation import SourceTree, judge_market
from scenarios.validation.strategy_validation import judge_strategy
from scenarios.values.paths import with_values
from sim.scenario import Scenario

STATED = Path("plan")
"""What a plan that is stated in Python is called in messages."""
TRIALS = 32
_GOLDEN = 0.618034


def placed(scenario: Scenario, values: Mapping[str, Any], lines: Node | None = None) -> Scenario:
    """The scenario with the values of a point at their paths, judged as a file's would be.

    `lines` gives complaints their place. Raises InputError for a combination that cannot be.
    """
    tree = lines or Node({}, STATED, 0)
    point = with_values(scenario, values)
    if any(path.startswith("market.") for path in values):
        judge_market(point.market, SourceTree(tree.child("market") or tree, "market"))
    judge_strategy(point.strategy, point.market, point.run, SourceTree(tree.child("strategy") or tree, "strategy"))
    return point


def drawn(point: Scenario, values: Mapping[str, Any], market: Mapping[str, float]) -> Scenario:
    """A placed scenario in one draw's market: numbers by path, but those that the point itself sets, at or inside its
    paths, stay the point's."""
    return with_values(point, {path: number for path, number in market.items() if not _is_set(path, values)})


def _is_set(path: str, values: Mapping[str, Any]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:length]) in values for length in range(1, len(parts) + 1))


def judge_placing(
    arms: Mapping[str, Scenario], axes: Sequence[Axis], rows: Sequence[Mapping[str, Any]], lines: Node
) -> None:
    """Raise InputError where varied paths are all that sets two arms apart, or where no point at all can be."""
    points = list(rows[:TRIALS]) or [_trial(axes, number) for number in range(TRIALS)]
    _judge_apart(arms, points[0], lines)
    first: InputError | None = None
    for scenario in arms.values():
        for values in points:
            try:
                placed(scenario, values, lines=lines)
                return
            except InputError as error:
                first = first or error
    if first is not None:
        raise InputError(f"{first} (and so do all of {len(points)} points that were tried)")


def _trial(axes: Sequence[Axis], number: int) -> dict[str, Any]:
    """Points that fill the space: each axis goes round at a pace of its own."""
    return {axis.path: axis.at((0.5 + number * _GOLDEN * (place + 1)) % 1.0) for place, axis in enumerate(axes)}


def _judge_apart(arms: Mapping[str, Scenario], values: Mapping[str, Any], lines: Node) -> None:
    strategies = {name: with_values(scenario, values).strategy for name, scenario in arms.items()}
    for name, strategy in strategies.items():
        for other in arms:
            if other == name:
                break
            if strategies[other] == strategy and arms[other].strategy != arms[name].strategy:
                allowed = f'allowed paths that the arms share, or variants = ["{name}"]'
                problem = f"leaves the arms {other!r} and {name!r} alike, having set them apart; {allowed}"
                raise complaint(lines, "sweep.vary", f"{problem}; got {', '.join(values)}")
