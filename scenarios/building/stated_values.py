"""Values stated in Python: texts in the notation of files, numbers in stored units, or what a scenario holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from scenarios.building.building import BuildContext, build
from scenarios.errors import InputError, InvalidValue, shown
from scenarios.toml.entries import Entry
from scenarios.toml.merging import merged
from scenarios.toml.toml_document import tree_of
from scenarios.validation.market_validation import validate_compare
from scenarios.validation.offer_validation import validate_offer
from scenarios.validation.strategy_validation import validate_strategy
from scenarios.values.conditions import format_rhythm
from scenarios.values.criteria import Compare
from scenarios.values.notation import format_value
from scenarios.values.paths import find, get, has
from scenarios.values.quantities import expected_text, format_number
from scenarios.values.shapes import Shape, shape_of, slots
from sim.offers.discount_format import DiscountFormat
from sim.scenario import Offer, Rhythm, Scenario, Strategy

LONGEST_NAME = 60
"""Characters of the name of an arm: it is part of a file name in result folders."""
PYTHON = Path("Python")
"""The file name of what is stated in Python, in messages."""


def stated_value(scenario: Scenario, path: str, value: Any, context: BuildContext) -> Any:
    """One value at a path, as the scenario holds it; its belief, if it has one, becomes known to the context.

    A bare number for a rhythm stays one: it keeps what the rhythm is a multiple of. Raises InputError.
    """
    shape = find(scenario, path)[1]
    plain = plain_value(value)
    if shape.kind == "rhythm" and _is_number(plain):
        return plain
    found = build(shape, _entry(in_notation(plain, shape, path, context.currency), tuple(path.split("."))), context)
    if isinstance(found, Offer):
        validate_offer(found, context.currency, _entry(value, tuple(path.split("."))))
    return found


def by_name(stated: Any, place: str, expected: str) -> Mapping[str, Any]:
    """What a user has stated by name. Raises InputError for anything else."""
    if not isinstance(stated, Mapping) or not all(isinstance(name, str) for name in stated):
        raise InputError(place=place, expected=expected, got=shown(stated))
    return stated


def plain_value(value: Any) -> Any:
    """Arrays and numbers of NumPy as Python has them, also inside lists and tables."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(inner) for inner in value]
    return value.tolist() if hasattr(value, "tolist") else value


def in_notation(value: Any, shape: Shape, path: str, currency: str, scenario: Scenario | None = None) -> Any:
    """A value as a file would have it: numbers with the unit of their shape, values of a scenario as tables.

    A number for a rhythm counts what the rhythm at the same path of the `scenario` counts, else days.
    """
    if shape.kind == "rhythm" and _is_number(value) and 0.0 < value < math.inf:
        own = get(scenario, path) if scenario is not None and has(scenario, path) else None
        return format_rhythm(Rhythm(float(value), "day" if own is None else own.of))
    if shape.kind == "number" and shape.unit is not None and _is_number(value):
        if not math.isfinite(value) or (shape.whole and value != round(value)):
            whole = f"a whole number of {shape.unit.stored}" if math.isfinite(value) else ""
            raise InputError(place=path, expected=whole or expected_text(shape.unit, currency), got=str(value))
        return format_number(value, shape.unit, currency)
    if shape.kind == "number" and isinstance(value, dict):
        return {key: in_notation(inner, shape, f"{path}.{key}", currency, scenario) for key, inner in value.items()}
    if shape.kind == "names" and isinstance(value, dict):
        return {key: in_notation(inner, shape.of, f"{path}.{key}", currency, scenario) for key, inner in value.items()}
    if shape.kind == "table" and isinstance(value, dict):
        inside = {slot.key: slot.shape for slot in slots(shape.of)}
        return {
            key: in_notation(inner, inside[key], f"{path}.{key}", currency, scenario) if key in inside else inner
            for key, inner in value.items()
        }
    if shape.kind == "list" and isinstance(value, list):
        return [
            in_notation(inner, shape.of, f"{path}[{place}]", currency, scenario) for place, inner in enumerate(value)
        ]
    return format_value(value, shape, currency) if is_dataclass(value) and not isinstance(value, type) else value


def changed_strategy(
    scenario: Scenario,
    changes: Mapping[str, Any],
    place: tuple[str, ...],
    formats: Mapping[str, type[DiscountFormat]],
) -> Strategy:
    """The strategy of a scenario with changes on top, as a variant in a file has them: tables, or paths with dots.

    `place` names the changes in messages; `formats` are discount formats of one's own. Raises InputError.
    """
    shape, currency = shape_of(Strategy), scenario.market.money.currency
    changes = by_name(changes, ".".join(place), 'changes by path, as {"strategy.campaigns.rhythm.every": "15 d"}')
    tree: dict[str, Any] = {}
    for path, value in plain_value(changes).items():
        root, *parts = str(path).split(".")
        if root != "strategy":
            expected = "paths such as strategy.campaigns.NAME.every: arms differ in strategy alone"
            raise InputError(place=".".join(place), expected=expected, got=shown(path))
        _put(tree, parts, value, path)
    base = _entry(format_value(scenario.strategy, shape, currency), place).node
    entry = Entry(
        merged(base, _entry(in_notation(tree, shape, "strategy", currency, scenario), place).node), (*place, "strategy")
    )
    strategy: Strategy = build(shape, entry, BuildContext(currency, formats=formats))
    validate_strategy(strategy, scenario.market, scenario.run, entry)
    return strategy


def changed_compare(
    compare: Compare, criteria: Mapping[str, Any], arms: Iterable[str], measures: Iterable[str], currency: str
) -> Compare:
    """Criteria with these keys of `[compare]` on top. Raises InputError."""
    shape = shape_of(Compare)
    kept = {slot.key: format_value(getattr(compare, slot.name), slot.shape, currency) for slot in slots(Compare)}
    stated = in_notation(plain_value(criteria), shape, "compare", currency)
    whole = {key: value for key, value in {**kept, **stated}.items() if value is not None}
    entry = _entry(whole, ("compare",))
    found: Compare = build(shape, entry, BuildContext(currency))
    validate_compare(found, arms, measures, entry)
    return found


def valid_name(name: str) -> str:
    """The name of an arm. Raises InputError."""
    if not isinstance(name, str) or not name or name != name.strip() or not name.isprintable():
        expected = "a name that can be printed, without spaces around it"
        raise InputError(place="variants", expected=expected, got=shown(name))
    if len(name) > LONGEST_NAME:
        raise InputError(place="variants", expected=f"a name of at most {LONGEST_NAME} characters", got=str(len(name)))
    return name


def _put(tree: dict[str, Any], parts: list[str], value: Any, path: str) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise InputError("two paths would set one value", place=path, expected="one of them")
    if parts:
        tree[parts[-1]] = value
    elif isinstance(value, dict):
        tree |= value
    else:
        raise InputError(place=path, expected="a table", got=shown(value))


def _entry(value: Any, path: tuple[str, ...]) -> Entry:
    try:
        return Entry(tree_of(value, PYTHON), path)
    except InvalidValue as error:
        raise error.at(".".join(path)) from None


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
