"""Values at paths of a scenario, validated like the values of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from scenarios.validation.market_validation import validate_market
from scenarios.validation.strategy_validation import validate_strategy
from scenarios.values.paths import with_values
from sim.scenario import Scenario

STATED = Path("plan")
"""The file name of what is stated in Python, in messages."""


def place_point(scenario: Scenario, values: Mapping[str, Any], lines: Node | None = None) -> Scenario:
    """The scenario with the values of a point at their paths, validated like the values of a file.

    `lines` gives errors their place. Raises InputError for values that contradict each other.
    """
    top = Entry(lines or Node({}, STATED, 0))
    point = placed(scenario, values)
    if any(path.startswith("market.") for path in values):
        validate_market(point.market, top.at("market"))
    validate_strategy(point.strategy, point.market, point.run, top.at("strategy"))
    return point


def placed(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
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
    return with_values(point, {path: number for path, number in market.items() if not is_set(path, values)})


def is_set(path: str, values: Mapping[str, Any]) -> bool:
    """Whether one of the values is at the path or around it."""
    parts = path.split(".")
    return any(".".join(parts[:length]) in values for length in range(1, len(parts) + 1))
