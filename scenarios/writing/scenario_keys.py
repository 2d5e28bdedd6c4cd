"""The keys of scenario files: what each means, how it is written, what is allowed, and what holds without it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scenarios.reading.loading import load_market
from scenarios.reading.tolerance_reading import POWER, RUNS
from scenarios.toml.toml_text import on_one_line
from scenarios.values.criteria import Tolerances
from scenarios.values.notation import format_value
from scenarios.values.paths import MarketAlone, leaves
from scenarios.values.quantities import expected_text, range_text
from scenarios.values.shapes import Shape, Slot, shape_of, slots
from scenarios.writing.explanation import value_text
from scenarios.writing.meanings import meanings
from sim.scenario import Market
from sim.units import Unit

BASE = "library:base"
NAME = "NAME"
"""Stands in a path for a name of the file's own, such as that of a channel."""
CURRENCY = "CNY"
NOT_STATED, TO_BE_STATED = "not stated", "to be stated"
_NOTATIONS = {
    "text": "a text",
    "switch": "true or false",
    "date": "a date such as 2026-03-01",
    "window": 'hours such as "09:00-21:00"',
    "rhythm": '"15 d", "1.5 shop cycles" or "1 own cycle"',
    "interval": 'a test such as "< 90 d", ">= 2" or "30 d .. 90 d"',
    "limit": 'a bound such as "< 2 % per 30 d"',
}


@dataclass(frozen=True)
class BaseValue:
    """A value of the library's base: its path, its text with the 5th and 95th percentile, and its source."""

    path: str
    text: str
    source: str


@dataclass(frozen=True)
class ScenarioKey:
    """One key, at a path in which NAME stands for names of the file's own; all parts are words for people.

    `unit` is the kind of a number and as what it is stored, `allowed` its range, `scale` that of its uncertainty; these
    are empty for other values. `default` is what holds where no file states the key, empty for tables; of a market it
    is the value of the library's base, with its source. `table` is whether the key holds a table with keys of its own.
    """

    path: str
    meaning: str
    notation: str
    unit: str = ""
    allowed: str = ""
    scale: str = ""
    default: str = ""
    source: str = ""
    table: bool = False


@dataclass(frozen=True)
class KeyTable:
    """A table of files with the keys in it that are no tables themselves.

    `places` are the paths where it may stand, each with what it means there.
    """

    places: tuple[tuple[str, str], ...]
    keys: tuple[ScenarioKey, ...]


def key_of(cls: type, slot: Slot, path: str) -> ScenarioKey:
    """What is known of the key at this path, which is a field of the dataclass."""
    meaning, value = meanings(cls).get(slot.name, ""), _entry(slot.shape)
    if value.kind == "table":
        return ScenarioKey(path, meaning, "", table=True)
    held = base_values().get(path, ())
    default, source = (held[0].text, held[0].source) if held and NAME not in path else (_default(cls, slot), "")
    key = ScenarioKey(path, meaning, notation(slot.shape), default=default, source=source)
    if value.kind != "number":
        return key
    known = _with_unit(key, value)
    return dataclasses.replace(known, scale="") if slot.shape.kind == "list" else known  # numbers of a list are certain


def check_keys() -> list[ScenarioKey]:
    """The keys of [check]."""
    words, plain = meanings(Tolerances), Tolerances()
    numbers = {"power": Shape("number", unit=POWER), "runs": Shape("number", unit=RUNS, whole=True)}
    smallest = 'a table of KPIs, of each: "1 %" of the baseline, or an amount such as "500 CNY" or "2 min"'
    found = [ScenarioKey("check.smallest", words["smallest"], smallest, default="1 % of each baseline")]
    for name, shape in numbers.items():
        default = str(format_value(getattr(plain, name), shape, CURRENCY, 6))
        found.append(_with_unit(ScenarioKey(f"check.{name}", words[name], notation(shape), default=default), shape))
    return found


def _with_unit(key: ScenarioKey, shape: Shape) -> ScenarioKey:
    unit = shape.unit
    assert unit is not None
    words = unit_text(unit, shape.whole)
    return dataclasses.replace(key, unit=words, allowed=range_text(unit, CURRENCY), scale=unit.scale)


def values_by_name(path: str) -> dict[str, BaseValue]:
    """The library's values of a key whose path has a name in it, by that name."""
    path = path if NAME in path.split(".") else f"{path}.{NAME}"
    place = path.split(".").index(NAME)
    return {one.path.split(".")[place]: one for one in base_values().get(path, ())}


def key_tables(root: type, path: str) -> list[KeyTable]:
    """The tables below a path, in the order of the declarations.

    Tables of a market stand each by itself, as each has values of its own in the library's base. Any other table that
    may stand in several places is listed once.
    """
    found: dict[Any, KeyTable] = {}
    for place, cls, meaning in _tables(root, path, ""):
        key = (cls, place) if path == "market" else cls
        if key in found:
            found[key] = dataclasses.replace(found[key], places=(*found[key].places, (place, meaning)))
        else:
            keys = (
                key_of(cls, slot, f"{place}.{slot.key}") for slot in slots(cls) if _entry(slot.shape).kind != "table"
            )
            found[key] = KeyTable(((place, meaning),), tuple(keys))
    return list(found.values())


def notation(shape: Shape) -> str:
    """How a value of this shape is written."""
    if shape.kind == "number" and shape.unit is not None:
        return expected_text(shape.unit, "") + (", whole" if shape.whole and shape.unit.kind != "count" else "")
    if shape.kind == "list":
        return f"a list, of each: {notation(shape.of)}"
    if shape.kind == "names":
        return f"a table of names, of each: {notation(shape.of)}"
    if shape.kind in ("choice", "day"):
        words = ", ".join(str(word) for word in shape.of)
        return f"one of {words}" if shape.kind == "choice" else f"a date, or one of {words}"
    return _NOTATIONS[shape.kind]


def unit_text(unit: Unit, whole: bool) -> str:
    """The kind of a number, and as what it is stored."""
    stored = f"whole {unit.stored}" if whole and unit.kind != "count" else unit.stored
    return unit.kind if stored == unit.kind else f"{unit.kind}, stored as {stored}"


@cache
def base_values() -> Mapping[str, tuple[BaseValue, ...]]:
    """The values of the library's base by the path in which NAME stands for names; read when first asked for."""
    base = load_market(BASE)
    found: dict[str, tuple[BaseValue, ...]] = {}
    for path, value, shape in leaves(MarketAlone(base.market)):
        if value is None or value == ():
            continue
        origin = base.origins.get(path)
        text = value_text(value, shape, base.beliefs.get(path), base.market.money.currency)
        one = BaseValue(path, text, (origin.source if origin else None) or "")
        found[_with_names(path)] = (*found.get(_with_names(path), ()), one)
    return found


def _with_names(path: str) -> str:
    """The path of a market's value with NAME in the place of names."""
    shape, parts = shape_of(Market), []
    for part in path.split(".")[1:]:
        if shape.kind == "names":
            shape = shape.of
            parts.append(NAME)
        else:
            shape = next(slot.shape for slot in slots(shape.of) if slot.key == part)
            parts.append(part)
    return ".".join(["market", *parts])


def _tables(cls: type, path: str, meaning: str) -> Iterator[tuple[str, type, str]]:
    yield path, cls, meaning
    for slot in slots(cls):
        inner = _entry(slot.shape)
        if inner.kind == "table":
            name = f".{NAME}" if slot.shape.kind == "names" else ""
            yield from _tables(inner.of, f"{path}.{slot.key}{name}", meanings(cls).get(slot.name, ""))


def _entry(shape: Shape) -> Shape:
    """The shape of the entries of a list or a table of names, of whatever depth; any other shape itself."""
    while shape.kind in ("names", "list"):
        shape = shape.of
    return shape


def _default(cls: type, slot: Slot) -> str:
    """What a dataclass has in the place of a value that no file states."""
    if slot.required:
        return TO_BE_STATED
    field = next((each for each in dataclasses.fields(cls) if each.name == slot.name), None)
    if field is None:  # a key of a discount format
        return NOT_STATED
    factory = field.default_factory
    value = field.default if factory is dataclasses.MISSING else factory()
    if value is None or value == () or value == {}:
        return NOT_STATED
    return on_one_line(format_value(value, slot.shape, CURRENCY, 6))
