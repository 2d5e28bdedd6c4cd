"""Axes of a plan, read and validated against the arms of its scenario."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from scenarios.building.building import BuildContext, build
from scenarios.building.stated_values import in_notation
from scenarios.errors import InputError, InvalidValue, nearest, shown
from scenarios.plans.axes import Axis, RhythmOf, short_texts
from scenarios.questions.question import Question
from scenarios.reading.levers import flat_paths
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from scenarios.validation.offer_validation import validate_offer
from scenarios.values.conditions import format_rhythm, parse_rhythm
from scenarios.values.paths import find, has, list_paths
from scenarios.values.quantities import parse
from scenarios.values.shapes import Shape
from sim.scenario import Offer, Rhythm

KEYS = ("low", "high", "scale", "values")
WAYS = "{ low, high, scale } or { values }"
FIXED = {
    "run": "the run is the same at every point of a sweep",
    "market.money.currency": "all amounts are in this currency",
}
"""Paths that cannot vary, with the reason."""


def is_axis(node: Node) -> bool:
    """Whether a table describes how a path varies, rather than being a part of a dotted path."""
    return not node.value or bool(node.value.keys() & set(KEYS))


def varied_paths(vary: Entry) -> list[tuple[str, Entry]]:
    """The entry of each path in `vary`; InputError where there is none, or where two paths set one value."""
    if not isinstance(vary.node.value, dict) or not vary.node.value:
        raise vary.error(expected="a table of paths", got=None if vary.node.value else "nothing")
    varied = [(path, replace(entry, path=(*vary.path, path))) for path, entry in flat_paths(vary, is_axis)]
    validate_separate(varied)
    return varied


def validate_separate(varied: list[tuple[str, Entry]]) -> None:
    """Raise InputError where two of the paths would set one value."""
    for place, (path, entry) in enumerate(varied):
        for other, _ in varied[:place]:
            if path == other:
                raise entry.error(expected="each path once", got=f"{shown(path)} again")
            inner, outer = (path, other) if len(path) > len(other) else (other, path)
            if inner.startswith(f"{outer}."):
                problem = "two paths would set one value"
                raise entry.error(problem, expected="one of them", got=f"{inner}, which lies inside {outer}")


def lines_of_paths(top: Entry, varied: list[tuple[str, Entry]]) -> Node:
    """The places of the paths as one tree, like the tree of a scenario file."""
    root = Node({}, top.node.file, top.node.line)
    for path, entry in varied:
        node = root
        *parents, last = path.split(".")
        for part in parents:
            node = node.value.setdefault(part, Node({}, entry.node.file, entry.node.line))
        node.value[last] = entry.node
    return root


def read_axis(entry: Entry, path: str, question: Question | None) -> Axis:
    """How one path, or one parameter of a plain function, varies. Raises InputError."""
    if question is None and not path.isidentifier():
        raise entry.error(expected="the name of a parameter of letters, digits and _", got=shown(path))
    shape = shape_at(entry, path, question) if question is not None else None
    if question is not None and entry.node.value == "belief":
        return _believed(entry, path, question, shape)
    if not isinstance(entry.node.value, dict) or not entry.node.value:
        raise entry.error(expected=f'{WAYS} or "belief"' if question is not None else WAYS)
    if entry.has("values"):
        entry.table(("values",))
        return read_values(entry.at("values"), path, question, shape)
    entry.table(KEYS[:-1], required=("low", "high"))
    return _range(entry, path, question, shape)


def shape_at(entry: Entry, path: str, question: Question) -> Shape:
    """The shape of the value at a path, which every arm must have."""
    for fixed, problem in FIXED.items():
        if path == fixed or path.startswith(f"{fixed}."):
            raise entry.error(problem, expected="another path of market or strategy", got=shown(path))
    shapes: dict[str, Shape] = {}
    for arm, scenario in question.arms.items():
        try:
            shapes[arm] = find(scenario, path)[1]
        except InputError:
            continue
    missing = [arm for arm in question.arms if arm not in shapes]
    if missing:
        known = [name for name in list_paths(question.arms[missing[0]]) if not name.startswith("run.")]
        problem = f"unknown path in the arm {missing[0]!r}" if shapes else "unknown path"
        raise entry.error(problem, expected=nearest(path, known), got=shown(path))
    return next(iter(shapes.values()))


def currency_of(question: Question | None) -> str:
    """The one currency of a question."""
    return next(iter(question.arms.values())).market.money.currency if question is not None else ""


# --- stated in Python ------------------------------------------------------------------------------


def in_file_notation(vary: Any, question: Question, path: str = "") -> Any:
    """What varies, as a file has it: numbers in stored units get the unit of their path, values of a scenario become
    tables. What no path of the question is stays as it is, and is refused when it is read."""
    if not isinstance(vary, dict):
        return vary
    if not path or not (not vary or vary.keys() & set(KEYS)):
        return {key: in_file_notation(one, question, f"{path}.{key}" if path else key) for key, one in vary.items()}
    found = next((find(arm, path) for arm in question.arms.values() if has(arm, path)), None)
    if found is None:
        return vary
    noted = {key: _noted(vary[key], path, found, currency_of(question)) for key in ("low", "high") if key in vary}
    if isinstance(vary.get("values"), list):
        noted["values"] = [_noted(value, path, found, currency_of(question)) for value in vary["values"]]
    return {**vary, **noted}


def _noted(value: Any, path: str, found: tuple[Any, Shape], currency: str) -> Any:
    """A number of a rhythm counts what the rhythm at the path counts."""
    own, shape = found
    if isinstance(own, Rhythm) and isinstance(value, int | float) and not isinstance(value, bool):
        return format_rhythm(Rhythm(float(value), own.of))
    return in_notation(value, shape, path, currency)


# --- a list of values ------------------------------------------------------------------------------


def read_values(entry: Entry, path: str, question: Question | None, shape: Shape | None) -> Axis:
    """The axis of a list of values, each in the file's notation."""
    nodes = entry.node.value
    if not isinstance(nodes, list) or not nodes:
        raise entry.error(expected="a list of at least one value")
    entries = [replace(entry, node=node) for node in nodes]
    values = tuple(read_value(one, shape, currency_of(question)) for one in entries)
    for place, value in enumerate(values):
        if value in values[:place]:
            raise entries[place].error("a value stands twice", expected="each value once")
    kinds = {value.of for value in values if isinstance(value, Rhythm)}
    return Axis(
        path,
        shape,
        currency_of(question),
        values=values,
        texts=short_texts([node.plain() for node in nodes]),
        of=kinds.pop() if len(kinds) == 1 else None,
    )


def read_value(entry: Entry, shape: Shape | None, currency: str) -> Any:
    """One value of a path, as a scenario holds it; a parameter of a plain function has a number, a text or a switch."""
    if shape is None:
        plain = entry.node.plain()
        if not isinstance(plain, str | bool | int | float) or (isinstance(plain, float) and not math.isfinite(plain)):
            raise entry.error(expected="a number, a text, or true or false")
        return plain
    value = build(shape, entry, BuildContext(currency))
    if isinstance(value, Offer):
        validate_offer(value, currency, entry)
    return value


# --- a range ---------------------------------------------------------------------------------------


def _range(entry: Entry, path: str, question: Question | None, shape: Shape | None) -> Axis:
    ends = {key: entry.at(key) for key in ("low", "high")}
    of: RhythmOf | None = None
    if shape is None:
        low, high = (end.read(_bare) for end in ends.values())
    elif shape.kind == "rhythm":
        assert question is not None
        low, high, of = _rhythms(entry, path, question)
    elif shape.kind == "number" and shape.unit is not None:
        unit, currency, whole = shape.unit, currency_of(question), shape.whole
        low, high = (end.read(lambda v: parse(v, unit, currency, whole=whole)) for end in ends.values())
    else:
        got = f"low = {ends['low'].got}"
        raise entry.error("the path holds no number", expected="values = [...] with values of this path", got=got)
    if low >= high:
        raise entry.error(expected="low below high", got=", ".join(end.got for end in ends.values()))
    return Axis(path, shape, currency_of(question), low, high, _is_log(entry, low), of=of)


def _bare(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue(expected="a bare number such as 0.5", got=shown(value))
    return float(value)


def _rhythms(entry: Entry, path: str, question: Question) -> tuple[float, float, RhythmOf]:
    """The ends of a rhythm, which count what the arms' own rhythms count."""
    ends = [entry.at(key) for key in ("low", "high")]
    rhythms = [end.read(parse_rhythm) for end in ends]
    own = {arm: find(scenario, path)[0] for arm, scenario in question.arms.items()}
    wanted = {arm: rhythm.of for arm, rhythm in own.items() if rhythm is not None} | {"": rhythms[0].of}
    for arm, of in wanted.items():
        if {rhythm.of for rhythm in rhythms} != {of}:
            where = f", as in the arm {arm!r}" if arm else ""
            expected = f"{_counts(of)}{where}, or values = [...]"
            raise entry.error(expected=expected, got=", ".join(end.got for end in ends))
    return rhythms[0].value, rhythms[1].value, rhythms[0].of


def _counts(of: str) -> str:
    return "days" if of == "day" else f"{of.replace('_', ' ')}s"


def _is_log(entry: Entry, low: float) -> bool:
    scale = entry.at("scale").node.plain()
    if scale not in (None, "linear", "log"):
        raise entry.at("scale").error(expected="linear or log")
    if scale == "log" and low <= 0.0:
        raise entry.at("scale").error("a logarithmic scale begins above 0", expected="low above 0, or linear")
    return bool(scale == "log")


# --- a belief --------------------------------------------------------------------------------------


def _believed(entry: Entry, path: str, question: Question, shape: Shape | None) -> Axis:
    posterior = [] if question.posterior is None else [str(column) for column in question.posterior.columns]
    if question.posterior is not None and path in posterior:
        column = tuple(float(value) for value in question.posterior[path])
        return Axis(path, shape, currency_of(question), sample=column)
    if path.startswith("strategy."):
        raise entry.error("a decision has no belief", expected=WAYS)
    if path not in question.beliefs:
        expected = f"one of the uncertain paths: {nearest(path, {*question.beliefs, *posterior})}"
        raise entry.error("this value is certain, or not of the market", expected=expected)
    return Axis(path, shape, currency_of(question), belief=question.beliefs[path])
