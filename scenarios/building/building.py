"""From entries to frozen dataclasses, field by field after their annotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from scenarios.errors import InvalidValue, dotted, nearest, shown
from scenarios.toml.entries import Entry, check_not_alike
from scenarios.toml.origins import Origin
from scenarios.toml.toml_document import Node, label
from scenarios.values.beliefs import Belief
from scenarios.values.conditions import parse_interval, parse_limit, parse_rhythm
from scenarios.values.quantities import expected_text, parse, parse_window
from scenarios.values.shapes import Shape, Slot, offer_slots, slots
from sim.offers.discount_format import DiscountFormat
from sim.offers.shipped_formats import SHIPPED
from sim.scenario import Offer, Who

LABELS = ("stage", "engaged", "tier", "rfm")
HIDDEN = {
    "drifted": "the shop cannot see who has drifted away; use what it sees, such as recency",
    "lost": "the shop can neither reach nor recognise contacts that were lost with an account",
    "disputed": "the shop cannot see which people stay away for good after a dispute",
    "deleted": "people who have deleted the contact cannot be reached, and the shop cannot see it in advance",
    "prospect": "the shop cannot see people before they are added",
}
"""Why a state of a person cannot be part of a condition."""
DATE = "a TOML date such as 2026-01-31, without quotes"
_WORDS = {"text": "a text", "date": DATE, "table": "a table", "names": "a table"}


@dataclass
class BuildContext:
    """What is gathered while a tree is built: beliefs and origins by path.

    `formats` are discount formats of one's own, by name. `partial` is for what one file states of a whole that other
    files complete: each key and value is judged, none is missed, and nothing is built.
    """

    currency: str
    uncertain: bool = False
    beliefs: dict[str, Belief] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    formats: Mapping[str, type[DiscountFormat]] = field(default_factory=dict)
    partial: bool = False


def build(shape: Shape, entry: Entry, context: BuildContext) -> Any:
    """The value of one field; InputError with its place where the entry does not fit the shape."""
    if shape.kind not in ("table", "names"):
        context.origins[dotted(entry.path)] = Origin(label(entry.node.file), entry.node.line)
    try:
        return _BUILD[shape.kind](shape, entry, context)
    except InvalidValue as error:
        raise error.at(entry.place) from None


def _table(shape: Shape, entry: Entry, context: BuildContext) -> Any:
    if shape.of is Offer:
        return _offer(entry, context)
    values = _fields(shape, slots(shape.of), entry, context)
    return None if context.partial else shape.of(**values)


def _offer(entry: Entry, context: BuildContext) -> Offer | None:
    """An offer: its format says which keys it may have."""
    known, named = {**SHIPPED, **context.formats}, entry.table().at("format")
    format_ = _value_of(named, context).node.value if entry.has("format") else None
    if context.partial and not entry.has("format"):  # the format of a parent
        _fields(Shape("table", Offer), offer_slots(tuple(known.values())), entry, context)
        return None
    if not entry.has("format"):
        raise named.error("the key is missing", expected=f"one of {', '.join(known)}", got="")
    if not isinstance(format_, str) or format_ not in known:
        own = "or a format of one's own (--python FILE)"
        raise named.error(expected=f"{nearest(str(named.node.plain()), known)}, {own}")
    stated = offer_slots((known[format_],))
    others = {slot.key for slot in offer_slots(tuple(known.values()))} - {slot.key for slot in stated}
    for key in sorted(others & entry.node.value.keys()):
        expected = f"one of {', '.join(slot.key for slot in stated)}"
        raise entry.at(key).error(f"not a key of the format {format_}", expected=expected, got=key)
    values = _fields(Shape("table", Offer), stated, entry, context)
    return None if context.partial else Offer(**{**values, "format": known[format_]})


def _fields(shape: Shape, stated: Iterable[Slot], entry: Entry, context: BuildContext) -> dict[str, Any]:
    """The values of a table's keys, by the names of the fields."""
    fields = {slot.key: slot for slot in stated}
    entry.table(fields)
    for key, slot in fields.items():
        if slot.required and not entry.has(key) and not context.partial:
            raise entry.at(key).error("the key is missing", expected=_example(slot.shape, context), got="")
        if shape.of is Who and slot.shape.kind == "list" and entry.has(key):
            _check_condition(slot, entry.at(key), context)
    return {fields[key].name: build(fields[key].shape, entry.at(key), context) for key in entry.node.value}


def _check_condition(slot: Slot, entry: Entry, context: BuildContext) -> None:
    """Raise InputError for a list of a condition that matches nobody, or names a thing twice."""
    if entry.node.value == []:
        expected = f"{_example(slot.shape.of, context)}, or no {slot.key} at all"
        raise entry.error("an empty list matches no person", expected=expected)
    stated = entry.node.plain()
    if isinstance(stated, list) and any(one in stated[:place] for place, one in enumerate(stated)):
        raise entry.error("a name stands twice", expected="each name once")


def _names(shape: Shape, entry: Entry, context: BuildContext) -> dict[str, Any]:
    check_not_alike(entry.table().node.value, entry)
    built: dict[str, Any] = {}
    for name, node in entry.node.value.items():
        named, off = entry.at(name), node.child("off")
        if not re.fullmatch(r"[\w-]{1,60}", name):
            raise named.error(expected="a name of up to 60 letters, digits, - and _", got=shown(name))
        if off is not None and not isinstance(off.value, bool):
            raise named.at("off").error(expected="true or false")
        if off is not None and off.value is True and set(node.value) == {"off"} and not context.partial:
            expected = nearest(name, [other for other in entry.node.value if other != name])
            raise named.error("nothing of this name can be switched off", expected=expected, got=shown(name))
        if off is not None:
            rest = {key: inner for key, inner in node.value.items() if key != "off"}
            named = replace(named, node=Node(rest, node.file, node.line))
        if off is None or off.value is False or context.partial:
            built[name] = build(shape.of, named, context)
    return built


def _number(shape: Shape, entry: Entry, context: BuildContext) -> float | int:
    assert shape.unit is not None
    unit, value = shape.unit, entry.node.value
    if isinstance(value, dict):
        if not context.uncertain:
            raise entry.error("decisions have no uncertainty", expected="one value")
        if "value" not in value:
            return _belief(shape, entry, context)
        value = _sourced(entry, ("value", "source"), context).at("value").node.value
    return parse(value, unit, context.currency, whole=shape.whole)


def _sourced(entry: Entry, keys: tuple[str, ...], context: BuildContext) -> Entry:
    """The entry, if it is a table of these keys, of which only `source` may be missing; its source becomes known."""
    entry.table(keys, required=[key for key in keys if key != "source"])
    source = entry.at("source")
    if entry.has("source"):
        if not isinstance(source.node.value, str) or not source.node.value.strip():
            raise source.error(expected="a text: the source of the value")
        context.origins[dotted(entry.path)] = Origin(label(entry.node.file), entry.node.line, source.node.value)
    return entry


def _belief(shape: Shape, entry: Entry, context: BuildContext) -> float | int:
    unit, currency = shape.unit, context.currency
    assert unit is not None
    _sourced(entry, ("median", "p5", "p95", "source"), context)
    low, high = (entry.at(key).read(lambda end: parse(end, unit, currency)) for key in ("p5", "p95"))
    median = entry.at("median").read(lambda value: parse(value, unit, currency, whole=shape.whole))
    if not low <= median <= high:
        got = ", ".join(entry.at(key).got for key in ("p5", "median", "p95"))
        raise entry.error("the numbers are out of order", expected="p5 <= median <= p95", got=got)
    if (unit.scale != "identity" and low <= 0.0) or (unit.scale == "logit" and high >= 1.0):
        expected = "above 0 %, below 100 %" if unit.scale == "logit" else "above 0"
        got = ", ".join(entry.at(key).got for key in ("p5", "p95"))
        raise entry.error(f"the uncertainty is on the {unit.scale} scale", expected=f"p5 and p95 {expected}", got=got)
    source = context.origins[dotted(entry.path)].source
    context.beliefs[dotted(entry.path)] = Belief(float(median), float(low), float(high), unit.scale, source)
    return median


def _text(shape: Shape, entry: Entry, context: BuildContext) -> str:
    entry = _value_of(entry, context)
    value = entry.node.value
    if shape.unit is not None and not (isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value)):
        raise entry.error(expected='a currency of three capital letters such as "CNY"')
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise entry.error(expected="a text on one line")
    return value


def _choice(shape: Shape, entry: Entry, context: BuildContext) -> str:
    entry = _value_of(entry, context)
    value = entry.node.value
    if entry.path[-1] in LABELS and isinstance(value, str) and value in HIDDEN:
        raise entry.error(HIDDEN[value], expected=f"one of {', '.join(shape.of)}")
    if not isinstance(value, str) or value not in shape.of:
        raise entry.error(expected=nearest(str(entry.node.plain()), shape.of))
    return value


def _switch(shape: Shape, entry: Entry, context: BuildContext) -> bool:
    if not isinstance(entry.node.value, bool):
        raise entry.error(expected="true or false")
    return entry.node.value


def _list(shape: Shape, entry: Entry, context: BuildContext) -> tuple[Any, ...]:
    entry = _value_of(entry, context)
    inner: Shape = shape.of
    if inner.kind in ("text", "choice", "day") and isinstance(entry.node.value, str):
        entry = entry.with_value([entry.node])
    if not isinstance(entry.node.value, list):
        raise entry.error(expected="a list")
    own = BuildContext(context.currency)
    numbered = inner.kind in ("table", "number")
    paths = [(*entry.path, str(place)) if numbered else entry.path for place in range(1, len(entry.node.value) + 1)]
    return tuple(build(inner, Entry(*pair), own) for pair in zip(entry.node.value, paths, strict=True))


def _value_of(entry: Entry, context: BuildContext) -> Entry:
    """Where the value is written: under `value` in a table of value and source."""
    if context.uncertain and isinstance(entry.node.value, dict) and "value" in entry.node.value:
        return replace(_sourced(entry, ("value", "source"), context).at("value"), path=entry.path)
    return entry


def _date(shape: Shape, entry: Entry, context: BuildContext) -> date:
    if isinstance(entry.node.value, date) and not isinstance(entry.node.value, datetime):
        return entry.node.value
    raise entry.error(expected=DATE)


def _day(shape: Shape, entry: Entry, context: BuildContext) -> date | str:
    value = entry.node.value
    if isinstance(value, str) and value in shape.of:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise entry.error(expected=f"{nearest(str(value), shape.of)}, or {DATE}")


def _example(shape: Shape, context: BuildContext) -> str:
    """What a value of this shape looks like."""
    if shape.unit is not None:
        return expected_text(shape.unit, context.currency)
    return f"one of {', '.join(shape.of)}" if shape.kind == "choice" else _WORDS.get(shape.kind, f"a {shape.kind}")


_BUILD: dict[str, Callable[[Shape, Entry, BuildContext], Any]] = {
    "table": _table,
    "names": _names,
    "number": _number,
    "text": _text,
    "choice": _choice,
    "switch": _switch,
    "list": _list,
    "date": _date,
    "day": _day,
    "window": lambda shape, entry, context: parse_window(entry.node.plain(), shape.unit),  # type: ignore[arg-type]
    "rhythm": lambda shape, entry, context: parse_rhythm(entry.node.plain()),
    "interval": lambda shape, entry, context: parse_interval(entry.node.plain(), shape.unit, context.currency),  # type: ignore[arg-type]
    "limit": lambda shape, entry, context: parse_limit(entry.node.plain(), context.currency),
}
