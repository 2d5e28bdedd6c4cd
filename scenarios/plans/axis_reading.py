"""What a plan says of one path, judged against the arms that it is for."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from scenarios.errors import InputError
from scenarios.plans.axes import Axis, RhythmOf, short_texts
from scenarios.reading.building import BuildContext, build
from scenarios.reading.entries import Entry, read_number
from scenarios.reading.levers import flat_paths
from scenarios.toml.toml_document import Node
from scenarios.validation.market_validation import SourceTree
from scenarios.validation.offer_validation import judge_offer
from scenarios.values.conditions import parse_rhythm
from scenarios.values.paths import find, list_paths
from scenarios.values.quantities import parse, shown
from scenarios.values.question import Question
from scenarios.values.shapes import Shape
from scenarios.values.suggestions import nearest
from sim.scenario import Offer, Rhythm

KEYS = ("low", "high", "scale", "values")
WAYS = 'allowed { low, high, scale }, { values } or "belief"'
PLAIN_WAYS = "allowed { low, high, scale } or { values }"
FIXED = {
    "run": "is the same in every run of a sweep; allowed paths of market and strategy",
    "market.money.currency": "is what all amounts are written in; allowed any other path of the market",
}


def is_axis(node: Node) -> bool:
    """Whether a table says how a path varies, rather than being a part of a dotted path."""
    return not node.value or bool(node.value.keys() & set(KEYS))


def varied_paths(vary: Entry) -> list[tuple[str, Entry]]:
    """What `vary` says of each path; InputError where it says nothing, or where two paths set one value."""
    if not isinstance(vary.node.value, dict) or not vary.node.value:
        got = shown(vary.node.value) if vary.node.value else "nothing"
        raise vary.error(f"varies nothing; allowed a table of paths; got {got}")
    varied = [(path, replace(entry, path=(*vary.path, path))) for path, entry in flat_paths(vary, is_axis)]
    judge_separate(varied)
    return varied


def judge_separate(varied: list[tuple[str, Entry]]) -> None:
    """Raise InputError where two of the paths would set one value."""
    for place, (path, entry) in enumerate(varied):
        for other, _ in varied[:place]:
            if path == other:
                raise entry.error(f"is named twice; allowed each path once; got {shown(path)} again")
            inner, outer = (path, other) if len(path) > len(other) else (other, path)
            if inner.startswith(f"{outer}."):
                problem = "two paths would set one value; allowed either of them"
                raise entry.error(f"{problem}; got {inner}, which lies inside {outer}")


def lines_of_paths(top: Entry, varied: list[tuple[str, Entry]]) -> Node:
    """The places of the paths as one tree, the way a scenario's own tree has them."""
    root = Node({}, top.node.file, top.node.line)
    for path, entry in varied:
        node = root
        *parents, last = path.split(".")
        for part in parents:
            node = node.value.setdefault(part, Node({}, entry.node.file, entry.node.line))
        node.value[last] = entry.node
    return root


def read_axis(entry: Entry, path: str, question: Question | None) -> Axis:
    """How one path, or one parameter of a plain function, varies. Raises InputError for what cannot be."""
    if question is None and not path.isidentifier():
        raise entry.error(f"is not a parameter's name; allowed letters, digits and _; got {shown(path)}")
    shape = judged_path(entry, path, question) if question is not None else None
    if question is not None and entry.node.value == "belief":
        return _believed(entry, path, question, shape)
    if not isinstance(entry.node.value, dict) or not entry.node.value:
        ways = WAYS if question is not None else PLAIN_WAYS
        raise entry.error(f"does not say how it varies; {ways}; got {shown(entry.node.plain())}")
    if entry.has("values"):
        entry.table(("values",))
        return read_values(entry.at("values"), path, question, shape)
    entry.table(KEYS[:-1], required=("low", "high"))
    return _range(entry, path, question, shape)


def judged_path(entry: Entry, path: str, question: Question) -> Shape:
    """The shape of what every arm has at a path."""
    for fixed, problem in FIXED.items():
        if path == fixed or path.startswith(f"{fixed}."):
            raise entry.error(f"{problem}; got {shown(path)}")
    shapes: dict[str, Shape] = {}
    for arm, scenario in question.arms.items():
        try:
            shapes[arm] = find(scenario, path)[1]
        except InputError:
            continue
    missing = [arm for arm in question.arms if arm not in shapes]
    if missing:
        known = [name for name in list_paths(question.arms[missing[0]]) if not name.startswith("run.")]
        problem = f"has no place in the arm {missing[0]!r}" if shapes else "unknown path"
        raise entry.error(f"{problem}; {nearest(path, known)}; got {shown(path)}")
    return next(iter(shapes.values()))


def currency_of(question: Question | None) -> str:
    """The one currency of a question."""
    return next(iter(question.arms.values())).market.money.currency if question is not None else ""


# --- a list of values ------------------------------------------------------------------------------


def read_values(entry: Entry, path: str, question: Question | None, shape: Shape | None) -> Axis:
    """The axis of a list of values, each in the file's notation."""
    nodes = entry.node.value
    if not isinstance(nodes, list) or not nodes:
        raise entry.error(f"is no list of values; allowed at least one; got {shown(entry.node.plain())}")
    entries = [replace(entry, node=node) for node in nodes]
    values = tuple(read_value(one, shape, currency_of(question)) for one in entries)
    for place, value in enumerate(values):
        if value in values[:place]:
            raise entries[place].error(f"names one value twice; allowed each once; got {shown(nodes[place].plain())}")
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
    """One value of a path, as a scenario holds it; of a plain function's parameter: a number, text or switch."""
    if shape is None:
        plain = entry.node.plain()
        if not isinstance(plain, str | bool | int | float) or (isinstance(plain, float) and not math.isfinite(plain)):
            raise entry.error(f"is no value of a parameter; allowed numbers, texts, switches; got {shown(plain)}")
        return plain
    value = build(shape, entry.node, entry.path, BuildContext(currency))
    if isinstance(value, Offer):
        judge_offer(value, currency, (), SourceTree(entry.node, *entry.path))
    return value


# --- a range ---------------------------------------------------------------------------------------


def _range(entry: Entry, path: str, question: Question | None, shape: Shape | None) -> Axis:
    ends = {key: entry.at(key) for key in ("low", "high")}
    of: RhythmOf | None = None
    if shape is None:
        low, high = (read_number(end, _bare) for end in ends.values())
    elif shape.kind == "rhythm":
        assert question is not None
        low, high, of = _rhythms(entry, path, question)
    elif shape.kind == "number" and shape.unit is not None:
        unit, currency, whole = shape.unit, currency_of(question), shape.whole
        low, high = (read_number(e, lambda v: parse(v, unit, currency, whole=whole)) for e in ends.values())
    else:
        got = shown(entry.at("low").node.plain())
        raise entry.error(f"holds no number; allowed values = [...] with values of this path; got low = {got}")
    if low >= high:
        got = ", ".join(shown(end.node.plain()) for end in ends.values())
        raise entry.error(f"is out of order; allowed low below high; got {got}")
    return Axis(path, shape, currency_of(question), low, high, _is_log(entry, low), of=of)


def _bare(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"is no number; allowed a bare number such as 0.5; got {shown(value)}")
    return float(value)


def _rhythms(entry: Entry, path: str, question: Question) -> tuple[float, float, RhythmOf]:
    """The ends of a rhythm, which count what the arms' own rhythms count."""
    rhythms: list[Rhythm] = []
    for end in (entry.at("low"), entry.at("high")):
        try:
            rhythms.append(parse_rhythm(end.node.plain()))
        except ValueError as error:
            raise end.error(str(error)) from None
    own = {arm: find(scenario, path)[0] for arm, scenario in question.arms.items()}
    wanted = {arm: rhythm.of for arm, rhythm in own.items() if rhythm is not None} | {"": rhythms[0].of}
    for arm, of in wanted.items():
        if {rhythm.of for rhythm in rhythms} != {of}:
            where = f", as in the arm {arm!r}" if arm else ""
            got = ", ".join(shown(entry.at(key).node.plain()) for key in ("low", "high"))
            raise entry.error(f"counts something else; allowed {_counts(of)}{where}, or values = [...]; got {got}")
    return rhythms[0].value, rhythms[1].value, rhythms[0].of


def _counts(of: str) -> str:
    return "days" if of == "day" else f"{of.replace('_', ' ')}s"


def _is_log(entry: Entry, low: float) -> bool:
    scale = entry.at("scale").node.plain()
    if scale not in (None, "linear", "log"):
        raise entry.at("scale").error(f"is not one of the choices; allowed linear, log; got {shown(scale)}")
    if scale == "log" and low <= 0.0:
        raise entry.at("scale").error("needs a low above 0; allowed linear; got log")
    return bool(scale == "log")


# --- a belief --------------------------------------------------------------------------------------


def _believed(entry: Entry, path: str, question: Question, shape: Shape | None) -> Axis:
    posterior = [] if question.posterior is None else [str(column) for column in question.posterior.columns]
    if question.posterior is not None and path in posterior:
        column = sorted(float(value) for value in question.posterior[path])
        return Axis(path, shape, currency_of(question), sample=tuple(column))
    if path.startswith("strategy."):
        allowed = "allowed { low = ..., high = ... } or { values = [...] }"
        raise entry.error(f"is a lever, and nobody's belief; {allowed}; got belief")
    if path not in question.beliefs:
        known = nearest(path, {*question.beliefs, *posterior})
        raise entry.error(f"is certain in this market, or not of it; {known}; got belief")
    return Axis(path, shape, currency_of(question), belief=question.beliefs[path])
