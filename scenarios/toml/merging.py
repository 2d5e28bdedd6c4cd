"""Inheritance between files: tables of a child and its parent merge key by key, other values are replaced whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from pathlib import Path

from scenarios.toml.toml_document import Node

VALUE = {"value", "median", "p5", "p95", "source"}
"""The keys of a table that is one number with its spread or source; such a table is replaced whole."""
EITHER = ({"every", "on", "after"}, {"content", "mix"})
"""Alternative keys of a programme, for its days and for its content; a child that states one drops the others."""
PROGRAMMES = ("outreach", "campaigns")
STAFF = ({"agents", "hours"}, {"shifts"}, {"unlimited"})
"""The same of the desk: a child that states one of a set drops the others."""
ONE_ANSWER = ("mix", "after")
"""Tables of a programme that are one value and are replaced whole."""


def merged(parent: Node | None, child: Node | None, at: tuple[str, ...] = ()) -> Node:
    """The child's tree laid over the parent's; places stay with the values. `at` is where in the file both are."""
    if parent is None or child is None:
        return child or parent or Node({}, Path(), 1)
    if not isinstance(parent.value, dict) or not isinstance(child.value, dict) or _whole(parent, child, at):
        return child
    kept = dict(parent.value)
    programme = at[-2:-1] and at[-2] in PROGRAMMES
    if programme and "on" in child.value:
        kept.pop("first", None)
    for ways in EITHER if programme else ():
        if stated := ways & child.value.keys():
            kept = {key: node for key, node in kept.items() if key not in ways - stated}
    for ways in STAFF if at[-1:] == ("service",) else ():
        if any(child.value[key].value is not False for key in ways & child.value.keys()):
            kept = {key: node for key, node in kept.items() if key in ways or not any(key in way for way in STAFF)}
    for key, node in child.value.items():
        kept[key] = merged(kept.get(key), node, (*at, key))
    return Node(kept, child.file, child.line)


def _whole(parent: Node, child: Node, at: tuple[str, ...]) -> bool:
    form = child.child("format")
    offer = form is not None and isinstance(form.value, str)
    answer = at[-3:-2] and at[-3] in PROGRAMMES and at[-1] in ONE_ANSWER
    return bool(offer or answer) or (_one_value(parent) and _one_value(child))


def _one_value(node: Node) -> bool:
    """Recognised by all its keys, since `value` alone is also a kind of content."""
    return bool(node.value) and node.value.keys() <= VALUE


def stack(layers: Iterable[Node | None]) -> Node:
    """Many trees laid one over the other, the furthest parent first."""
    return reduce(merged, layers, Node({}, Path(), 1))


def without(node: Node, *keys: str) -> Node:
    """A table without these keys."""
    return Node({key: inner for key, inner in node.value.items() if key not in keys}, node.file, node.line)


def has_path(node: Node | None, path: Iterable[str]) -> bool:
    """Whether a tree states a value at this path."""
    for part in path:
        node = node.child(part) if node is not None else None
    return node is not None
