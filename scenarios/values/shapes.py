"""The shape of each field of the frozen dataclasses, read once from their annotations.

Building, writing, walking and the schema all go by these shapes, so no second list of keys exists.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from scenarios.values.criteria import Limit
from sim.offers.discount_format import DiscountFormat
from sim.offers.shipped_formats import SHIPPED
from sim.scenario import Offer, Range, Rhythm
from sim.scenario.offer import COMMON_KEYS
from sim.units import Night, Unit, Window

Value = Literal["number", "window", "text", "choice", "switch", "date", "day", "rhythm", "interval", "limit"]
Kind = Value | Literal["list", "table", "names"]
_PLAIN: dict[Any, Kind] = {
    str: "text",
    bool: "switch",
    date: "date",
    Rhythm: "rhythm",
    Range: "interval",
    Limit: "limit",
}


@dataclass(frozen=True)
class Shape:
    """What a field holds: `of` is a table's dataclass, the words of a choice or of a day, or the shape of an entry."""

    kind: Kind
    of: Any = None
    unit: Unit | None = None
    whole: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Slot:
    """One field: its name in code, its key in files, its shape, and whether a file may leave it out."""

    name: str
    key: str
    shape: Shape
    required: bool


def shape_of(hint: Any, unit: Unit | None = None) -> Shape:
    """The shape that a type hint describes; raises TypeError for one that the format does not know."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return shape_of(args[0], next(a for a in args[1:] if isinstance(a, Unit)))
    if origin in (Union, types.UnionType):
        return _union([a for a in args if a is not type(None)], unit, type(None) in args)
    if origin is Literal:
        return Shape("choice", args)
    if origin is tuple:
        return Shape("window", unit=unit) if unit in (Window, Night) else _list(args[0], unit)
    if origin in (Mapping, dict):
        return Shape("names", shape_of(args[1], unit))
    if hint in (int, float):
        return Shape("number", unit=unit, whole=hint is int)
    if hint in _PLAIN:
        return Shape(_PLAIN[hint], unit=unit)
    if dataclasses.is_dataclass(hint):
        return Shape("table", hint)
    raise TypeError(f"no way to write {hint!r} in a scenario file")


def _union(members: list[Any], unit: Unit | None, optional: bool) -> Shape:
    if members[0] is date and len(members) == 2:
        return Shape("day", get_args(members[1]), optional=optional)
    return dataclasses.replace(shape_of(members[0], unit), optional=optional)


def _list(entry: Any, unit: Unit | None) -> Shape:
    return Shape("list", shape_of(entry, unit), unit)


@cache
def slots(cls: type) -> tuple[Slot, ...]:
    """The fields of a frozen dataclass in their order; a trailing underscore is no part of the key.

    An offer's are the keys of all shipped formats.
    """
    return offer_slots(tuple(SHIPPED.values())) if cls is Offer else _slots(cls)


def slots_of(value: Any) -> tuple[Slot, ...]:
    """The fields of the table that a value is; an offer's are the keys of its format."""
    kind: Any = type(value)
    if kind is Offer:
        format_: Any = type(value.terms)
        return offer_slots((format_,))
    return slots(kind)


@cache
def offer_slots(formats: tuple[type[DiscountFormat], ...]) -> tuple[Slot, ...]:
    """The keys of an offer's table in these formats. Which of them a format needs, its validation says."""
    names = tuple(dict.fromkeys((*SHIPPED, *(one.name for one in formats))))
    own = {slot.key: dataclasses.replace(slot, required=False) for one in formats for slot in _slots(one)}
    common = {slot.key: slot for slot in _slots(Offer, COMMON_KEYS)}
    return (Slot("format", "format", Shape("choice", names), True), *own.values(), *common.values())


def _slots(cls: type, names: Collection[str] | None = None) -> tuple[Slot, ...]:
    hints = get_type_hints(cls, include_extras=True)
    fields = (field for field in dataclasses.fields(cls) if names is None or field.name in names)
    return tuple(_slot(field, hints[field.name]) for field in fields)


def _slot(field: dataclasses.Field[Any], hint: Any) -> Slot:
    missing = dataclasses.MISSING
    required = field.default is missing and field.default_factory is missing
    return Slot(field.name, field.name.rstrip("_"), shape_of(hint), required)
