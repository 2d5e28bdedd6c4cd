"""Values of every shape in the notation of files, as `building.building` reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

from scenarios.values.conditions import format_interval, format_rhythm
from scenarios.values.quantities import format_number, format_window
from scenarios.values.shapes import Shape, slots_of

Plain = str | int | float | bool | date | list[Any] | dict[str, Any]


def format_value(value: Any, shape: Shape, currency: str, digits: int | None = None) -> Plain:
    """A value as plain data that TOML can hold; tables leave out what is None or empty.

    A number keeps all its digits unless `digits` says how many are enough.
    """
    if shape.kind == "number" and shape.unit is not None:
        return format_number(value, shape.unit, currency, digits)
    if shape.kind == "table":
        return _table(value, currency)
    if shape.kind == "names":
        return {name: format_value(inner, shape.of, currency) for name, inner in value.items()}
    if shape.kind == "list":
        return [format_value(inner, shape.of, currency) for inner in value]
    if shape.kind == "interval" and shape.unit is not None:
        return format_interval(value, shape.unit, currency)
    if shape.kind == "rhythm":
        return format_rhythm(value)
    if shape.kind == "window":
        return format_window(value)
    return value.text if shape.kind == "limit" else value  # type: ignore[no-any-return]


def _table(value: Any, currency: str) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for slot in slots_of(value):
        inner = getattr(value, slot.name)
        if inner is None or (slot.shape.kind == "list" and not inner):
            continue
        plain = format_value(inner, slot.shape, currency)
        if plain != {} or slot.required:
            table[slot.key] = plain
    return table
