"""Levers, the numbers in which arms differ, and the numbers that are switched off in a twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scenarios.errors import InvalidValue, nearest, shown
from scenarios.reading.expectation_parts import ExpectationContext
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from scenarios.values.conditions import parse_rhythm
from scenarios.values.expectations import Lever
from scenarios.values.paths import leaves
from scenarios.values.quantities import parse, range_text
from scenarios.values.shapes import Shape
from sim.scenario import Scenario

NEUTRAL = {"log effect": 0.0, "share": 0.0, "multiplier": 1.0, "number": 0.0, "rate": 0.0}
"""The value at which a mechanism has no effect, by the unit of its number."""


def read_lever(entry: Entry, arms: list[str], context: ExpectationContext) -> Lever:
    """The value of a path in each arm: a number above zero, or a rhythm, of one kind in all."""
    found = [_number_in(arm, entry, context) for arm in arms]
    values, kinds = tuple(value for value, _, _ in found), {kind for _, kind, _ in found}
    if len(kinds) > 1 or min(values) <= 0.0:
        raise entry.error("the arms' values have no common scale", expected="numbers of one kind above 0 in all arms")
    return Lever(entry.node.value, values, found[0][2], kinds.pop())


def _number_in(arm: str, entry: Entry, context: ExpectationContext) -> tuple[float, str, Shape]:
    """The number at a path in one arm, what it counts, and its shape."""
    path = entry.node.value
    leaf = _leaf(context.arms[arm], path)
    if leaf is None or leaf[0] is None:
        known = nearest(str(path), [name for name, _, _ in leaves(context.arms[arm])])
        raise entry.error(f"no value in the arm {arm!r}", expected=known)
    value, shape = leaf
    if shape.kind == "rhythm":
        return float(value.value), value.of, shape
    if shape.kind != "number":
        raise entry.error(expected="a path of a number or a rhythm")
    return float(value), "number", shape


def _leaf(scenario: Scenario, path: Any) -> tuple[Any, Shape] | None:
    return next(((value, shape) for name, value, shape in leaves(scenario) if name == path), None)


def lever_value(value: Any, lever: Lever, context: ExpectationContext) -> float:
    """A text in the lever's own unit, as a number."""
    if lever.shape.kind == "rhythm":
        rhythm = parse_rhythm(value)
        if rhythm.of != lever.of:
            raise InvalidValue(expected=f"{lever.of.replace('_', ' ')}s, as in the arms", got=shown(value))
        return rhythm.value
    assert lever.shape.unit is not None
    return float(parse(value, lever.shape.unit, context.currency))


def read_off(entry: Entry, context: ExpectationContext) -> dict[str, float]:
    """The values of the twin, by path: the neutral ones, or those that a table states."""
    if entry.node.value is None or entry.node.value is False:
        return {}
    if isinstance(entry.node.value, dict):
        flat = dict(flat_paths(entry))
        if not flat:
            raise entry.error(expected="a path, paths, or { path = value }", got="nothing")
        return {path: _switched(inner, path, context, stated=True) for path, inner in flat.items()}
    return {path: _switched(entry, path, context, stated=False) for path in entry.texts()}


def flat_paths(entry: Entry, whole: Callable[[Node], bool] = lambda _: False) -> Iterator[tuple[str, Entry]]:
    """Every value of a table by its path, which may be written as one quoted key or as dotted keys.

    A table for which `whole` holds is a value itself.
    """
    for key, node in entry.node.value.items():
        inner = Entry(node, (*entry.path, key))
        if not isinstance(node.value, dict) or whole(node):
            yield key, inner
            continue
        yield from ((f"{key}.{rest}", leaf) for rest, leaf in flat_paths(inner, whole))


def _switched(entry: Entry, path: str, context: ExpectationContext, *, stated: bool) -> float:
    """The number at which the path is off: as stated, or the neutral one of its unit."""
    found = [leaf for scenario in context.arms.values() if (leaf := _leaf(scenario, path))]
    if not found or not path.startswith(("market.", "strategy.")):
        known = [name for name, _, _ in leaves(context.scenario) if name.startswith(("market.", "strategy."))]
        raise entry.error("unknown path", expected=nearest(path, known), got=shown(path))
    shape = found[0][1]
    if shape.kind != "number" or shape.unit is None:
        raise entry.error(expected="a path of a number", got=shown(path))
    unit = shape.unit
    if stated:
        return entry.read(lambda value: float(parse(value, unit, context.currency, whole=shape.whole)))
    neutral = NEUTRAL.get(unit.kind)
    if neutral is None or not unit.low <= neutral <= unit.high:
        expected = f'{{ "{path}" = VALUE }} with {range_text(unit, context.currency)}'
        raise entry.error("no value is known at which it has no effect", expected=expected, got=shown(path))
    return neutral
