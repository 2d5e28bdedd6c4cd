"""docs/reference/json.md read as types, and real answers held against it, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from .command_line import ROOT

PAGE = ROOT / "docs" / "reference" / "json.md"
PLAIN = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
}


@dataclass(frozen=True)
class Field:
    """A field of the page: its type in words, and whether it may be missing."""

    kind: str
    at_times: bool


@cache
def parts() -> dict[str, dict[str, Field]]:
    """The fields of each table of the page, by its heading."""
    found: dict[str, dict[str, Field]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            fields = found.setdefault(line.lstrip("# "), {})
        elif line.startswith("| `"):
            name, kind = (cell.strip() for cell in line.split("|")[1:3])
            plain = kind.removesuffix(", at times")
            fields[name.strip("`")] = Field(plain, plain != kind)
    return found


def differences(value: Any, kind: str, place: str) -> Iterator[str]:
    """Where a value is not what the page says: of another type, with a field too many, or one too few."""
    inner = next((one for one in kind.split(" or ") if _fits(value, one)), None)
    if inner is None:
        yield f"{place}: {kind} expected, {value!r:.60} found"
    elif inner.startswith("list of "):
        for one in value:
            yield from differences(one, inner.removeprefix("list of "), f"{place}[]")
    elif inner.startswith("map of "):
        for name, one in value.items():
            yield from differences(one, inner.removeprefix("map of "), f"{place}.{name}")
    elif inner not in PLAIN:
        yield from _fields(value, inner, place)


def _fields(value: dict[str, Any], part: str, place: str) -> Iterator[str]:
    documented = parts()[part]
    yield from (f"{place}.{name}: not on the page" for name in value.keys() - documented.keys())
    for name, field in documented.items():
        if name in value:
            yield from differences(value[name], field.kind, f"{place}.{name}")
        elif not field.at_times:
            yield f"{place}.{name}: on the page, not in the answer"


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("list of "):
        return isinstance(value, list)
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, PLAIN.get(kind, (dict,)))


def assert_documented(answer: Any, command: str) -> None:
    """Hold an answer against the page's section of a command, such as "rehearse run"."""
    assert list(differences(answer, command, command)) == []
