"""JSON Schema of the scenario format, for editors; derived from the annotations, like everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scenarios.reading.expectation_reading import KEYS
from scenarios.reading.loading import TOP
from scenarios.reading.market_chain import LINKS
from scenarios.reading.tolerance_reading import POWER, RUNS
from scenarios.values.criteria import Compare
from scenarios.values.quantities import BARE, PATTERNS
from scenarios.values.shapes import Shape, Slot, shape_of, slots
from sim.scenario import Market, RunSettings, Strategy

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
DATE: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
EXPECT: Schema = {key: TEXT if key in ("kpi", "variant", "window", "source") else {} for key in KEYS}


def schema() -> Schema:
    """The schema of a scenario or market file (JSON Schema 2020-12)."""
    strategy = _table(shape_of(Strategy), uncertain=False)
    market = _table(shape_of(Market), uncertain=True)
    market["properties"] |= dict.fromkeys(LINKS, TEXT)
    tables: Schema = {
        "market": market,
        "strategy": {"$ref": "#/$defs/strategy"},
        "variants": _entries({"type": "object", "properties": {"strategy": {"$ref": "#/$defs/strategy"}}}),
        "run": _table(shape_of(RunSettings), uncertain=False),
        "compare": _table(shape_of(Compare), uncertain=False),
        "expect": _entries({"type": "object", "properties": EXPECT, "additionalProperties": False}),
        "check": {"type": "object", "properties": _check(), "additionalProperties": False},
        "format": {"const": 1},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rehearse scenario",
        "type": "object",
        "properties": {key: tables.get(key, TEXT) for key in TOP},
        "additionalProperties": False,
        "$defs": {"strategy": strategy},
    }


def _of(shape: Shape, uncertain: bool) -> Schema:
    return _BY_KIND[shape.kind](shape, uncertain)


def _table(shape: Shape, uncertain: bool) -> Schema:
    """No key is required: a child may leave any to its parent."""
    fields = {slot.key: _field(slot, uncertain) for slot in slots(shape.of)}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _field(slot: Slot, uncertain: bool) -> Schema:
    return _of(slot.shape, uncertain)


def _entries(entry: Schema) -> Schema:
    return {"type": "object", "additionalProperties": entry}


def _names(shape: Shape, uncertain: bool) -> Schema:
    entry = _of(shape.of, uncertain)
    if shape.of.kind == "table":
        entry = entry | {"properties": {**entry["properties"], "off": {"type": "boolean"}}}
    return _entries(entry)


def _number(shape: Shape, uncertain: bool) -> Schema:
    unit = shape.unit
    assert unit is not None
    words = f"{unit.kind}, such as {unit.example}; stored as {unit.stored}; uncertainty on the {unit.scale} scale"
    if unit.kind in BARE:
        kind = "integer" if shape.whole else "number"
        plain: Schema = {"type": kind, "minimum": unit.low, "maximum": unit.high}
    else:
        plain = {"type": "string", "pattern": f"^\\s*{PATTERNS[unit.kind]}\\s*$"}
    if not uncertain:
        return {"description": words, **plain}
    return {"description": words, "anyOf": [plain, _believed(plain), _sourced(plain)]}


def _believed(plain: Schema) -> Schema:
    points = ("median", "p5", "p95")
    fields = dict.fromkeys(points, plain) | {"source": TEXT}
    return {"type": "object", "properties": fields, "required": list(points), "additionalProperties": False}


def _sourced(plain: Schema) -> Schema:
    fields = {"value": plain, "source": TEXT}
    return {"type": "object", "properties": fields, "required": ["value"], "additionalProperties": False}


def _check() -> Schema:
    return {
        "smallest": _entries({"type": "string", "description": "1 % (of the baseline), 500 CNY, 2 min"}),
        "power": _number(Shape("number", unit=POWER), False),
        "runs": _number(Shape("number", unit=RUNS, whole=True), False),
    }


def _certain(plain: Schema, uncertain: bool) -> Schema:
    return {"anyOf": [plain, _sourced(plain)]} if uncertain else plain


def _list(shape: Shape, uncertain: bool) -> Schema:
    entry = _of(shape.of, False)
    many: Schema = {"type": "array", "items": entry}
    return {"anyOf": [many, entry]} if shape.of.kind in ("text", "choice", "day") else _certain(many, uncertain)


_BY_KIND: dict[str, Callable[[Shape, bool], Schema]] = {
    "table": _table,
    "names": _names,
    "number": _number,
    "list": _list,
    "text": lambda shape, uncertain: _certain(TEXT, uncertain),
    "choice": lambda shape, uncertain: _certain({"enum": list(shape.of)}, uncertain),
    "switch": lambda shape, uncertain: {"type": "boolean"},
    "date": lambda shape, uncertain: DATE,
    "day": lambda shape, uncertain: {"anyOf": [DATE, {"enum": list(shape.of)}]},
    "window": lambda shape, uncertain: {"type": "string", "pattern": f"^{PATTERNS['window of the day']}$"},
    "rhythm": lambda shape, uncertain: {
        "type": "string",
        "description": "15 d, 1.5 shop cycles or 1 own cycle",
    },
    "interval": lambda shape, uncertain: {
        "type": ["string", "integer"],
        "description": "< 90 d, >= 2, 30 d .. 90 d",
    },
    "limit": lambda shape, uncertain: {"type": "string", "description": "< 2 % per 30 d"},
}
