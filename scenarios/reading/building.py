"""From a tree of nodes to frozen dataclasses, field by field after their annotations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from scenarios.toml.toml_document import Node, complaint, label
from scenarios.values.conditions import parse_interval, parse_limit, parse_rhythm
from scenarios.values.quantities import parse, parse_window, shown
from scenarios.values.question import Belief, Origin
from scenarios.values.shapes import Shape, slots
from scenarios.values.suggestions import dotted, nearest
from sim.scenario import Who

Path = tuple[str, ...]

LABELS = ("stage", "engaged", "tier", "rfm")
HIDDEN = {
    "drifted": "the shop cannot see who has drifted away; use what it sees, such as recency",
    "lost": "the shop cannot reach contacts lost with an account, nor see them apart",
    "disputed": "the shop cannot see that somebody will never come back after a dispute",
    "deleted": "who has deleted the contact cannot be reached, and the shop cannot see it in advance",
    "prospect": "the shop cannot see people before they are added",
}


@dataclass
class BuildContext:
    """What is gathered while a tree is built: beliefs and origins by path."""

    currency: str
    uncertain: bool = False
    beliefs: dict[str, Belief] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


def build(shape: Shape, node: Node, path: Path, job: BuildContext) -> Any:
    """The value of one field; InputError with its place where the node does not fit the shape."""
    if shape.kind not in ("table", "names"):
        job.origins[dotted(path)] = Origin(label(node.file), node.line)
    try:
        return _BUILD[shape.kind](shape, node, path, job)
    except ValueError as error:
        raise complaint(node, dotted(path), str(error)) from None


def _table(shape: Shape, node: Node, path: Path, job: BuildContext) -> Any:
    _expect(node, dict, "a table")
    fields = {slot.key: slot for slot in slots(shape.of)}
    for key, inner in node.value.items():
        if key not in fields:
            problem = f"unknown key; {nearest(key, fields)}; got {shown(key)}"
            raise complaint(inner, dotted((*path, key)), problem)
        if shape.of is Who and inner.value == [] and fields[key].shape.kind == "list":
            problem = f"names nobody; allowed {_example(fields[key].shape.of, job)}, or no {key} at all; got []"
            raise complaint(inner, dotted((*path, key)), problem)
    for key, slot in fields.items():
        if slot.required and key not in node.value:
            problem = f"is missing; allowed {_example(slot.shape, job)}; got nothing"
            raise complaint(node, dotted((*path, key)), problem)
    return shape.of(
        **{fields[key].name: build(fields[key].shape, inner, (*path, key), job) for key, inner in node.value.items()}
    )


def _names(shape: Shape, node: Node, path: Path, job: BuildContext) -> dict[str, Any]:
    _expect(node, dict, "a table of names")
    built: dict[str, Any] = {}
    for name, inner in node.value.items():
        if not re.fullmatch(r"[\w-]{1,60}", name):
            allowed = "allowed letters, digits, - and _"
            raise complaint(inner, dotted((*path, name)), f"is not a name; {allowed}; got {shown(name)}")
        off = inner.child("off")
        if off is not None and not isinstance(off.value, bool):
            raise complaint(
                off, dotted((*path, name, "off")), f"is no switch; allowed true, false; got {shown(off.value)}"
            )
        if off is not None and off.value is True and set(inner.value) == {"off"}:
            known = nearest(name, [other for other in node.value if other != name])
            problem = f"there is nothing of this name to switch off; {known}; got off = true"
            raise complaint(off, dotted((*path, name)), problem)
        if off is not None:
            inner = Node({k: v for k, v in inner.value.items() if k != "off"}, inner.file, inner.line)
        if off is None or off.value is False:
            built[name] = build(shape.of, inner, (*path, name), job)
    return built


def _number(shape: Shape, node: Node, path: Path, job: BuildContext) -> float | int:
    assert shape.unit is not None
    if not isinstance(node.value, dict):
        return parse(node.value, shape.unit, job.currency, whole=shape.whole)
    if not job.uncertain:
        raise ValueError(f"is a decision and cannot be uncertain; allowed one value; got {shown(node.plain())}")
    if "value" in node.value:
        inner = _sourced(node, ("value", "source"), path, job)
        return parse(inner["value"].value, shape.unit, job.currency, whole=shape.whole)
    return _belief(shape, node, path, job)


def _sourced(node: Node, keys: tuple[str, ...], path: Path, job: BuildContext) -> dict[str, Node]:
    for key, inner in node.value.items():
        if key not in keys:
            raise complaint(inner, dotted((*path, key)), f"unknown key; {nearest(key, keys)}; got {shown(key)}")
    missing = [key for key in keys if key not in node.value and key != "source"]
    if missing:
        raise ValueError(
            f"{missing[0]} is missing; allowed {', '.join(keys)}; got {', '.join(node.value) or 'nothing'}"
        )
    source = node.child("source")
    if source is not None:
        if not isinstance(source.value, str):
            raise complaint(
                source, dotted((*path, "source")), f"is not a text; allowed a citation; got {shown(source.value)}"
            )
        job.origins[dotted(path)] = Origin(label(node.file), node.line, source.value)
    return dict(node.value)


def _belief(shape: Shape, node: Node, path: Path, job: BuildContext) -> float | int:
    unit = shape.unit
    assert unit is not None
    parts = _sourced(node, ("median", "p5", "p95", "source"), path, job)
    points = []
    for key in ("p5", "median", "p95"):
        try:
            points.append(parse(parts[key].value, unit, job.currency, whole=shape.whole and key == "median"))
        except ValueError as error:
            raise complaint(parts[key], dotted((*path, key)), str(error)) from None
    low, median, high = points
    if not low <= median <= high:
        got = ", ".join(shown(parts[key].value) for key in ("p5", "median", "p95"))
        raise ValueError(f"is out of order; allowed p5 <= median <= p95; got {got}")
    if (unit.scale != "identity" and low <= 0.0) or (unit.scale == "logit" and high >= 1.0):
        allowed = "allowed above 0" + (" % and below 100 %" if unit.scale == "logit" else "")
        raise ValueError(f"reaches the end of its scale; {allowed}; got {shown(parts['p5'].value)}")
    source = job.origins[dotted(path)].source
    job.beliefs[dotted(path)] = Belief(float(median), float(low), float(high), unit.scale, source)
    return median


def _text(shape: Shape, node: Node, path: Path, job: BuildContext) -> str:
    node = _value_of(node, path, job)
    _expect(node, str, "a text")
    if not node.value.strip() or not node.value.isprintable():
        raise ValueError(f"is not a text on one line; allowed a text; got {shown(node.value)}")
    if shape.unit is not None and not re.fullmatch(r"[A-Z]{3}", node.value):
        raise ValueError(f'is not a currency; allowed three capitals such as "CNY"; got {shown(node.value)}')
    return str(node.value)


def _choice(shape: Shape, node: Node, path: Path, job: BuildContext) -> str:
    node = _value_of(node, path, job)
    known = isinstance(node.value, str) and node.value in shape.of
    if path[-1] in LABELS and isinstance(node.value, str) and node.value in HIDDEN:
        allowed = f"allowed {', '.join(shape.of)}"
        raise ValueError(f"cannot be named, because {HIDDEN[node.value]}; {allowed}; got {shown(node.value)}")
    if not known:
        raise ValueError(f"is not one of the choices; {nearest(str(node.plain()), shape.of)}; got {shown(node.value)}")
    return str(node.value)


def _switch(shape: Shape, node: Node, path: Path, job: BuildContext) -> bool:
    if not isinstance(node.value, bool):
        raise ValueError(f"is no switch; allowed true, false; got {shown(node.plain())}")
    return node.value


def _list(shape: Shape, node: Node, path: Path, job: BuildContext) -> tuple[Any, ...]:
    node = _value_of(node, path, job)
    inner: Shape = shape.of
    if inner.kind in ("text", "choice", "day") and isinstance(node.value, str):
        node = Node([Node(node.value, node.file, node.line)], node.file, node.line)
    _expect(node, list, "a list")
    hidden = BuildContext(job.currency)
    return tuple(build(inner, entry, _entry_path(path, inner, i), hidden) for i, entry in enumerate(node.value))


def _entry_path(path: Path, inner: Shape, index: int) -> Path:
    return (*path, str(index + 1)) if inner.kind in ("table", "number") else path


def _value_of(node: Node, path: Path, job: BuildContext) -> Node:
    if job.uncertain and isinstance(node.value, dict) and "value" in node.value:
        return _sourced(node, ("value", "source"), path, job)["value"]
    return node


def _date(shape: Shape, node: Node, path: Path, job: BuildContext) -> date:
    if isinstance(node.value, date) and not isinstance(node.value, datetime):
        return node.value
    raise ValueError(f"is not a date; allowed a TOML date such as 2026-01-31, without quotes; got {shown(node.value)}")


def _day(shape: Shape, node: Node, path: Path, job: BuildContext) -> date | str:
    if isinstance(node.value, date) and not isinstance(node.value, datetime):
        return node.value
    if node.value in shape.of:
        return str(node.value)
    words = nearest(str(node.value), shape.of)
    raise ValueError(
        f"is no day; {words}, or a TOML date such as 2026-01-31, without quotes; got {shown(node.plain())}"
    )


def _expect(node: Node, kind: type, words: str) -> None:
    if not isinstance(node.value, kind):
        raise ValueError(f"is not {words}; allowed {words}; got {shown(node.plain())}")


def _example(shape: Shape, job: BuildContext) -> str:
    if shape.unit is not None:
        example = shape.unit.example.replace("CNY", job.currency)
        return example if shape.unit.kind in ("number", "count") else f'"{example}"'
    words = {"text": "a text", "date": "a date such as 2026-01-31", "table": "a table", "names": "a table"}
    return ", ".join(shape.of) if shape.kind == "choice" else words.get(shape.kind, f"a {shape.kind}")


_BUILD: dict[str, Callable[[Shape, Node, Path, BuildContext], Any]] = {
    "table": _table,
    "names": _names,
    "number": _number,
    "text": _text,
    "choice": _choice,
    "switch": _switch,
    "list": _list,
    "date": _date,
    "day": _day,
    "window": lambda shape, node, path, job: parse_window(node.plain(), shape.unit),  # type: ignore[arg-type]
    "rhythm": lambda shape, node, path, job: parse_rhythm(node.plain()),
    "interval": lambda shape, node, path, job: parse_interval(node.plain(), shape.unit, job.currency),  # type: ignore[arg-type]
    "limit": lambda shape, node, path, job: parse_limit(node.plain(), job.currency),
}
