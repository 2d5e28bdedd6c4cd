"""JSON Schema of the scenario format, for editors; derived from the annotations, like everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from scenarios.reading.expectation_reading import BEST, CURVE, KEYS, RATIO
from scenarios.reading.loading import TOP
from scenarios.reading.stated_parts import LINKS, REPLAY, VARIANT
from scenarios.reading.tolerance_reading import POWER, RUNS
from scenarios.values.criteria import Compare
from scenarios.values.quantities import BARE, PATTERNS
from scenarios.values.replayed_weeks import ReplayedWeeks
from scenarios.values.shapes import Shape, shape_of, slots
from scenarios.writing.scenario_keys import NAME, ScenarioKey, check_keys, key_of, values_by_name
from sim.scenario import Market, RunSettings, Strategy, Who

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
DATE: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
POINTS = {
    "median": "The value that is as likely too low as too high.",
    "p5": "The value that is too high with a chance of 5 %.",
    "p95": "The value that is too low with a chance of 5 %.",
}
SOURCE = "Where the value is taken from."
VALUE = "The value, where it is stated with its source."
LEFT_OUT = "Whether the entry of this name in the file that this one extends is left out."


@dataclass(frozen=True)
class Place:
    """Where a part of the schema stands: its path, and whether a number there may be uncertain."""

    path: str
    uncertain: bool = False

    def at(self, key: str) -> Place:
        """The place of a key below it."""
        return replace(self, path=f"{self.path}.{key}")


def schema() -> Schema:
    """The schema of a scenario or market file (JSON Schema 2020-12); every property has a description."""
    strategy = {"$ref": "#/$defs/strategy"}
    arm: Schema = {"strategy": strategy, "off": {"type": "boolean"}}
    tables: Schema = {
        "market": _market(),
        "strategy": strategy,
        "variants": _entries({"type": "object", "properties": _described(arm, VARIANT)}),
        "run": _table(shape_of(RunSettings), Place("run")),
        "compare": _table(shape_of(Compare), Place("compare")),
        "expect": _entries(_expectation()),
        "check": _check(),
        "format": {"const": 1},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rehearse scenario",
        "type": "object",
        "properties": _described({key: tables.get(key, TEXT) for key in TOP}, TOP),
        "additionalProperties": False,
        "$defs": {"strategy": _table(shape_of(Strategy), Place("strategy"))},
    }


def _described(properties: Schema, words: dict[str, str]) -> Schema:
    return {key: {"description": words[key], **inner} for key, inner in properties.items()}


def _market() -> Schema:
    market, place = _table(shape_of(Market), Place("market", uncertain=True)), Place(f"market.{REPLAY}")
    links = dict.fromkeys(LINKS, TEXT) | {REPLAY: _table(shape_of(ReplayedWeeks), place)}
    return market | {"properties": market["properties"] | _described(links, LINKS)}


def _of(shape: Shape, place: Place) -> Schema:
    return _BY_KIND[shape.kind](shape, place)


def _table(shape: Shape, place: Place) -> Schema:
    """No key is required: a child may leave any to its parent."""
    fields = {}
    for slot in slots(shape.of):
        here = place.at(slot.key)
        words = description(key_of(shape.of, slot, here.path), here.uncertain)
        fields[slot.key] = {"description": words, **_of(slot.shape, here)}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def description(key: ScenarioKey, uncertain: bool) -> str:
    """What a key means, how it is written, what is allowed, and what holds where no file states it."""
    stored = key.unit.partition(", ")[2]
    written = [key.notation, stored, f"from {key.allowed}" if key.allowed else ""]
    if uncertain and key.scale:
        written.append(f"uncertainty on the {key.scale} scale")
    text = "; ".join(filter(None, written))
    sentences = [key.meaning, f"{text[0].upper()}{text[1:]}."] if text else [key.meaning]
    named = values_by_name(key.path)
    if key.default and (not named or NAME in key.path):
        sentences.append(f"Default: {key.default}{f' ({key.source})' if key.source else ''}.")
    if named:
        sentences.append(f"In the library's base: {', '.join(f'{name} {one.text}' for name, one in named.items())}.")
    return " ".join(sentences)


def _entries(entry: Schema) -> Schema:
    return {"type": "object", "additionalProperties": entry}


def _names(shape: Shape, place: Place) -> Schema:
    entry = _of(shape.of, place.at(NAME))
    if shape.of.kind == "table":
        off = {"description": LEFT_OUT, "type": "boolean"}
        entry = entry | {"properties": {**entry["properties"], "off": off}}
    return _entries(entry)


def _number(shape: Shape, place: Place) -> Schema:
    unit = shape.unit
    assert unit is not None
    if unit.kind in BARE:
        kind = "integer" if shape.whole else "number"
        plain: Schema = {"type": kind, "minimum": unit.low, "maximum": unit.high}
    else:
        plain = {"type": "string", "pattern": f"^\\s*{PATTERNS[unit.kind]}\\s*$"}
    return {"anyOf": [plain, _believed(plain), _sourced(plain)]} if place.uncertain else plain


def _believed(plain: Schema) -> Schema:
    fields = _described(dict.fromkeys(POINTS, plain) | {"source": TEXT}, POINTS | {"source": SOURCE})
    return {"type": "object", "properties": fields, "required": list(POINTS), "additionalProperties": False}


def _sourced(plain: Schema) -> Schema:
    fields = _described({"value": plain, "source": TEXT}, {"value": VALUE, "source": SOURCE})
    return {"type": "object", "properties": fields, "required": ["value"], "additionalProperties": False}


def _expectation() -> Schema:
    arms: Schema = {"type": "array", "items": TEXT}
    parts: Schema = {
        **dict.fromkeys(("kpi", "variant", "window", "source"), TEXT),
        "between": {"type": "array"},
        "order": arms,
        "ratio": _plain_table(RATIO),
        "best": _plain_table(BEST),
        "curve": _plain_table(CURVE),
        "where": _table(shape_of(Who), Place("expect.NAME.where")),
        "off": {},
    }
    return {"type": "object", "properties": _described(parts, KEYS), "additionalProperties": False}


def _plain_table(words: dict[str, str]) -> Schema:
    """A table of which only the keys are known here; what they may hold depends on the question."""
    return {
        "type": "object",
        "properties": _described({key: {} for key in words}, words),
        "additionalProperties": False,
    }


def _check() -> Schema:
    parts: Schema = {
        "smallest": _entries({"type": "string"}),
        "power": _number(Shape("number", unit=POWER), Place("check.power")),
        "runs": _number(Shape("number", unit=RUNS, whole=True), Place("check.runs")),
    }
    words = {key.path.removeprefix("check."): description(key, False) for key in check_keys()}
    return {"type": "object", "properties": _described(parts, words), "additionalProperties": False}


def _certain(plain: Schema, place: Place) -> Schema:
    return {"anyOf": [plain, _sourced(plain)]} if place.uncertain else plain


def _list(shape: Shape, place: Place) -> Schema:
    entry = _of(shape.of, replace(place, uncertain=False))
    many: Schema = {"type": "array", "items": entry}
    return {"anyOf": [many, entry]} if shape.of.kind in ("text", "choice", "day") else _certain(many, place)


_BY_KIND: dict[str, Callable[[Shape, Place], Schema]] = {
    "table": _table,
    "names": _names,
    "number": _number,
    "list": _list,
    "text": lambda shape, place: _certain(TEXT, place),
    "choice": lambda shape, place: _certain({"enum": list(shape.of)}, place),
    "switch": lambda shape, place: {"type": "boolean"},
    "date": lambda shape, place: DATE,
    "day": lambda shape, place: {"anyOf": [DATE, {"enum": list(shape.of)}]},
    "window": lambda shape, place: {"type": "string", "pattern": f"^{PATTERNS['window of the day']}$"},
    "rhythm": lambda shape, place: TEXT,
    "interval": lambda shape, place: {"type": ["string", "integer"]},
    "limit": lambda shape, place: TEXT,
}
