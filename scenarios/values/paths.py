"""Paths of values in a scenario, such as `market.fatigue.half_life` or `strategy.outreach.care.every`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from datetime import date
from numbers import Real
from typing import Any, NamedTuple

from scenarios.errors import InputError, nearest
from scenarios.values.quantities import OUT_OF_RANGE, range_text
from scenarios.values.shapes import Shape, shape_of, slots_of
from sim.scenario import Market, Range, Rhythm, Scenario
from sim.units import WrongValue

ROOTS = ("market", "strategy", "run")
_TYPES: dict[str, Any] = {
    "rhythm": Rhythm,
    "switch": bool,
    "choice": str,
    "text": str,
    "list": tuple,
    "window": tuple,
    "names": Mapping,
    "date": date,
    "day": (date, str),
    "interval": Range,
}
"""The Python types of values that are neither numbers nor tables, by the kind of their shape."""


def walk(value: Any, shape: Shape, path: str) -> Iterator[tuple[str, Any, Shape]]:
    """Every leaf under a value: its path, its value and its shape, in the order of the declarations."""
    if value is None and shape.kind == "table":
        return
    if shape.kind == "table":
        for slot in slots_of(value):
            yield from walk(getattr(value, slot.name), slot.shape, f"{path}.{slot.key}")
    elif shape.kind == "names":
        for name, inner in value.items():
            yield from walk(inner, shape.of, f"{path}.{name}")
    else:
        yield path, value, shape


class MarketAlone(NamedTuple):
    """A market in the place of a scenario, for paths that begin with `market`."""

    market: Market


def leaves(scenario: Scenario | MarketAlone) -> Iterator[tuple[str, Any, Shape]]:
    """Every leaf of a scenario's market, strategy and run."""
    for root in ROOTS:
        value = getattr(scenario, root, None)
        if value is not None:
            yield from walk(value, shape_of(type(value)), root)


def list_paths(scenario: Scenario | MarketAlone) -> list[str]:
    """The paths of all values of a scenario."""
    return [path for path, _, _ in leaves(scenario)]


def get(scenario: Scenario, path: str) -> Any:
    """The value at a path; InputError with the nearest path where there is none."""
    return find(scenario, path)[0]


def has(scenario: Scenario, path: str) -> bool:
    """Whether there is a value at a path."""
    try:
        find(scenario, path)
    except InputError:
        return False
    return True


def find(scenario: Scenario, path: str) -> tuple[Any, Shape]:
    """The value at a path, which may be a whole table, and its shape; InputError where there is none."""
    root, *parts = path.split(".")
    if root not in ROOTS or not parts:
        raise unknown_path(scenario, path)
    value = getattr(scenario, root)
    shape = shape_of(type(value))
    for part in parts:
        inside = _inside(value, shape)
        if part not in inside:
            raise unknown_path(scenario, path)
        value, shape = inside[part]
    return value, shape


def _inside(value: Any, shape: Shape) -> dict[str, tuple[Any, Shape]]:
    """What a table or a table of names holds, by key."""
    if shape.kind == "names":
        return {name: (inner, shape.of) for name, inner in value.items()}
    if shape.kind == "table" and value is not None:
        return {slot.key: (getattr(value, slot.name), slot.shape) for slot in slots_of(value)}
    return {}


def unknown_path(scenario: Scenario | MarketAlone, path: str) -> InputError:
    """The error for a path that a scenario does not have."""
    return InputError("unknown path", place=path, expected=nearest(path, list_paths(scenario)), got=repr(path))


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with these values at these paths of its market, strategy or run.

    Numbers are in stored units; a number for a rhythm keeps what the rhythm is a multiple of. Any other value is of
    the type that the scenario holds: a `Rhythm`, an `Offer`, a word. Raises InputError for an unknown path, for a
    value of another kind than the path's, and for a number outside its range.
    """
    tree = _branches(values, scenario)
    changed: dict[str, Any] = {}
    for root, branch in tree.items():
        if root not in ROOTS or not isinstance(branch, dict):
            raise unknown_path(scenario, next(path for path in values if path.split(".")[0] == root))
        part = getattr(scenario, root)
        changed[root] = _replaced(part, shape_of(type(part)), branch, scenario)
    return dataclasses.replace(scenario, **changed)


def market_with(market: Market, values: Mapping[str, float]) -> Market:
    """The market with these numbers, in stored units, at these paths (`market.need.week_shock`); as `with_values`."""
    alone = MarketAlone(market)
    tree = _branches(values, alone)
    if tree.keys() - {"market"}:
        raise unknown_path(alone, next(path for path in values if path.split(".")[0] != "market"))
    changed: Market = _replaced(market, shape_of(type(market)), tree["market"], alone) if tree else market
    return changed


def _branches(values: Mapping[str, Any], scenario: Scenario | MarketAlone) -> dict[str, Any]:
    """Paths as a tree whose leaves are path and value."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        branch = tree
        *parents, last = path.split(".")
        for part in parents:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise unknown_path(scenario, path)
        branch[last] = (path, value)
    return tree


def _replaced(value: Any, shape: Shape, branch: Any, scenario: Scenario | MarketAlone) -> Any:
    if isinstance(branch, tuple):
        path, new = branch
        number = isinstance(new, Real) and not isinstance(new, bool)
        return _number(value, shape, path, float(new), scenario) if number else _checked(shape, path, new)
    if shape.kind == "names" and branch.keys() <= value.keys():
        new = {name: _replaced(value[name], shape.of, inner, scenario) for name, inner in branch.items()}
        return {**value, **new}
    fields = {slot.key: slot for slot in slots_of(value)} if shape.kind == "table" and value is not None else {}
    if not branch.keys() <= fields.keys():
        raise unknown_path(scenario, _first_path(next(inner for key, inner in branch.items() if key not in fields)))
    new = {
        fields[key].name: _replaced(getattr(value, fields[key].name), fields[key].shape, inner, scenario)
        for key, inner in branch.items()
    }
    try:
        return dataclasses.replace(value, **new)
    except WrongValue as wrong:  # the key of another discount format
        place = _first_path(branch).rpartition(".")[0]
        raise InputError(place=f"{place}.{wrong.place}", expected=wrong.expected, got=wrong.got) from None


def _first_path(branch: Any) -> str:
    while isinstance(branch, dict):
        branch = next(iter(branch.values()))
    return str(branch[0])


def _checked(shape: Shape, path: str, value: Any) -> Any:
    """A value that is no number, if the path can hold it."""
    kinds = shape.of if shape.kind == "table" else _TYPES.get(shape.kind)
    if kinds is None or not isinstance(value, kinds) or (shape.kind == "choice" and value not in shape.of):
        expected = f"one of {', '.join(shape.of)}" if shape.kind == "choice" else f"a {shape.kind}"
        raise InputError(place=path, expected=expected, got=repr(str(value)[:60]))
    return value


def _number(old: Any, shape: Shape, path: str, value: float, scenario: Scenario | MarketAlone) -> Any:
    number = round(value) if shape.whole and math.isfinite(value) else float(value)
    if shape.kind == "rhythm":
        if not 0.0 < number < math.inf:
            raise InputError(OUT_OF_RANGE, place=path, expected="a number above 0", got=str(value))
        return dataclasses.replace(old or Rhythm(number), value=number)
    if shape.kind in ("table", "names"):
        raise unknown_path(scenario, path)
    if shape.kind != "number" or shape.unit is None:
        raise InputError("the path holds no number", place=path, expected=f"a {shape.kind}", got=str(value))
    if not shape.unit.low <= number <= shape.unit.high:
        expected = range_text(shape.unit, scenario.market.money.currency)
        raise InputError(OUT_OF_RANGE, place=path, expected=expected, got=f"{value} {shape.unit.stored}")
    return number


def market_shapes(market: Any) -> dict[str, Shape]:
    """The shapes of all leaves of a market, by path."""
    return {path: shape for path, _, shape in walk(market, shape_of(type(market)), "market")}
