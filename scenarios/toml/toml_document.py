"""One TOML file as a tree; every value has the file and line where it was written."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from scenarios.errors import InputError, InvalidValue
from scenarios.toml.toml_lines import line_of, lines_of

LIBRARY = Path(__file__).resolve().parents[1] / "library"
LARGEST = 2_000_000
SUFFIX = ".toml"
"""How the names of scenario files end; messages repeat no line of another file."""


@dataclass(frozen=True)
class Node:
    """A value, or a dict or list of nodes, with the place where it was written: line 0 for one stated in Python."""

    value: Any
    file: Path
    line: int

    def child(self, key: str) -> Node | None:
        """The node under this key of a table, or None."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found if isinstance(found, Node) else None

    def plain(self) -> Any:
        """The value without places, as tomllib gave it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def label(path: Path) -> str:
    """A file's name in messages: short inside the library and the working directory."""
    return _label(path, os.getcwd())


@lru_cache(maxsize=256)  # every value of a file asks
def _label(path: Path, here: str) -> str:
    if path.is_relative_to(LIBRARY):
        return f"library/{path.relative_to(LIBRARY)}"
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


LEAST = "[run] start and a [market]"
"""The least that a scenario file has, for the message about an empty one."""


def read(path: Path, least: str = LEAST) -> Node:
    """Read one TOML file. `least` is what an empty file lacks. Raises InputError for a file that cannot be read."""
    text = text_of(path, least)
    try:
        return _tree_of_text(text, path)
    except RecursionError:
        raise InputError(place=f"{label(path)}:1", expected="a few levels of tables", got="hundreds") from None
    except ValueError as error:
        raise _syntax_error(str(error), text, label(path)) from None


@lru_cache(maxsize=32)  # the files of the library are below every question; nobody changes a tree
def _tree_of_text(text: str, path: Path) -> Node:
    return _parsed_tree(tomllib.loads(text), path, lines_of(text), ())


def tree_of(value: Any, file: Path, line: int = 0) -> Node:
    """Plain data as a tree with one place for all of it; raises InvalidValue for a value that no TOML file can hold."""
    if isinstance(value, Mapping):
        return Node({str(key): tree_of(inner, file, line) for key, inner in value.items()}, file, line)
    if isinstance(value, list | tuple):
        return Node([tree_of(inner, file, line) for inner in value], file, line)
    if isinstance(value, PurePath):
        return Node(str(value), file, line)
    plain = value.item() if hasattr(value, "item") else value
    if not isinstance(plain, str | bool | int | float | date | time):
        expected = "texts, numbers, true or false, dates, lists and tables"
        raise InvalidValue("a TOML file cannot hold it", expected=expected, got=repr(plain))
    return Node(plain, file, line)


def text_of(path: Path, least: str, kind: str = "a TOML file") -> str:
    """The text of a file in UTF-8, without a mark of its encoding; InputError where it cannot be read."""
    name = label(path)
    expected = f"{kind} in UTF-8"
    try:
        if path.is_dir():
            raise InputError(place=name, expected=expected, got="a folder")
        if not path.is_file():
            raise InputError("no such file", place=name, expected=expected)
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError("the file is too large", place=name, expected=f"up to {LARGEST} bytes", got=str(size))
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"the file cannot be read ({reason})", place=name, expected=expected) from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("save the file again as UTF-8", place=f"{name}:1", expected=expected, got="UTF-16")
    if b"\0" in data:
        got = f"a binary file with a zero byte at {data.index(0)}"
        raise InputError(place=f"{name}:1", expected=expected, got=got)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(place=f"{name}:{line}", expected=expected, got=f"byte 0x{data[error.start]:02x}") from None
    if not text.strip():
        raise InputError("the file is empty", place=f"{name}:1", expected=f"at least {least}")
    return text.replace("\r\n", "\n")


def _parsed_tree(value: Any, path: Path, lines: dict[tuple[str | int, ...], int], at: tuple[str | int, ...]) -> Node:
    line = line_of(lines, at)
    if isinstance(value, dict):
        return Node({key: _parsed_tree(inner, path, lines, (*at, key)) for key, inner in value.items()}, path, line)
    if isinstance(value, list):
        return Node([_parsed_tree(inner, path, lines, (*at, i)) for i, inner in enumerate(value)], path, line)
    return Node(value, path, line)


def _syntax_error(message: str, text: str, name: str) -> InputError:
    """The error for a text that tomllib refuses, from tomllib's message."""
    what, _, place = message.rpartition(" (at ")
    lines = text.rstrip().split("\n")
    digits = place.removeprefix("line ").split(",")[0]
    line = int(digits) if digits.isdigit() else len(lines)
    if not what:
        got = message.split(":")[0]
        return InputError("not valid TOML", place=f"{name}:1", expected="numbers of up to 30 digits", got=got)
    own = name.lower().endswith(SUFFIX)
    place, written = f"{name}:{line}", repr(lines[min(line, len(lines)) - 1].strip()[:60]) if own else ""
    if what.startswith(("Cannot declare", "Cannot overwrite", "Duplicate inline", "Cannot mutate")):
        return InputError("a key is stated twice", place=place, expected="each key once", got=written)
    expected = "" if own else f"a TOML file, named *{SUFFIX}"
    return InputError(f"not valid TOML ({what[0].lower()}{what[1:]})", place=place, expected=expected, got=written)
