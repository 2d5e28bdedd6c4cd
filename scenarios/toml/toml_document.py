"""One TOML file as a tree whose every value knows the file and the line that it was written on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path, PurePath
from typing import Any

from scenarios.errors import InputError
from scenarios.toml.toml_lines import line_of, lines_of

LIBRARY = Path(__file__).resolve().parents[1] / "library"
LARGEST = 2_000_000


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
    """A file's name for people: short inside the library and the working directory."""
    if path.is_relative_to(LIBRARY):
        return f"library/{path.relative_to(LIBRARY)}"
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def complaint(node: Node, path: str, problem: str) -> InputError:
    """The one line that a user reads: place, path, what is wrong, what is allowed, what was got."""
    where = f"{label(node.file)}:{node.line}" if node.line else label(node.file)
    return InputError(f"{where}: {path}: {problem}" if path else f"{where}: {problem}")


LEAST = "[run] start and a [market]"
"""What a scenario file has at least."""


def read(path: Path, least: str = LEAST) -> Node:
    """Read one TOML file; every way in which it can be unreadable is an InputError. `least` is for an empty one."""
    text = text_of(path, least)
    try:
        table = tomllib.loads(text)
        return _tree(table, path, lines_of(text), ())
    except RecursionError:
        raise InputError(
            f"{label(path)}:1: is nested too deeply; allowed a few levels of tables; got hundreds"
        ) from None
    except ValueError as error:
        raise InputError(_reworded(str(error), text, label(path))) from None


def stated(value: Any, file: Path, line: int = 0) -> Node:
    """Plain data as a tree, as if all of it were written in one place; raises TypeError for what no file can hold."""
    if isinstance(value, Mapping):
        return Node({str(key): stated(inner, file, line) for key, inner in value.items()}, file, line)
    if isinstance(value, list | tuple):
        return Node([stated(inner, file, line) for inner in value], file, line)
    if isinstance(value, PurePath):
        return Node(str(value), file, line)
    plain = value.item() if hasattr(value, "item") else value
    if not isinstance(plain, str | bool | int | float | date | time):
        raise TypeError(f"allowed texts, numbers, switches, dates, lists and tables; got {plain!r}")
    return Node(plain, file, line)


def text_of(path: Path, least: str, kind: str = "a TOML file") -> str:
    """The text of a file in UTF-8, without a mark of its encoding; InputError where it cannot be read."""
    name = label(path)
    allowed = f"allowed {kind} in UTF-8"
    try:
        size = path.stat().st_size if path.is_file() else None
        if size is None:
            problem = "is a folder" if path.is_dir() else "no such file"
            raise InputError(f"{name}: {problem}; {allowed}; got {name}")
        if size > LARGEST:
            raise InputError(f"{name}: is too large; allowed up to {LARGEST} bytes; got {size}")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{name}: cannot be read; {allowed}; got {reason}") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}:1: is not UTF-8; {allowed}; got UTF-16, so save it again as UTF-8")
    if b"\0" in data:
        raise InputError(f"{name}:1: is a binary file; {allowed}; got a zero byte at {data.index(0)}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{name}:{line}: is not UTF-8; {allowed}; got byte 0x{data[error.start]:02x}") from None
    if not text.strip():
        raise InputError(f"{name}:1: is empty; allowed at least {least}; got nothing")
    return text.replace("\r\n", "\n")


def _tree(value: Any, path: Path, lines: dict[tuple[str | int, ...], int], at: tuple[str | int, ...]) -> Node:
    line = line_of(lines, at)
    if isinstance(value, dict):
        return Node({key: _tree(inner, path, lines, (*at, key)) for key, inner in value.items()}, path, line)
    if isinstance(value, list):
        return Node([_tree(inner, path, lines, (*at, i)) for i, inner in enumerate(value)], path, line)
    return Node(value, path, line)


def _reworded(message: str, text: str, name: str) -> str:
    what, _, place = message.rpartition(" (at ")
    lines = text.rstrip().split("\n")
    digits = place.removeprefix("line ").split(",")[0]
    line = int(digits) if digits.isdigit() else len(lines)
    if not what:
        return f"{name}:1: is not valid TOML; allowed numbers of up to 30 digits; got {message.split(':')[0]}"
    written = lines[min(line, len(lines)) - 1].strip()[:60]
    if what.startswith(("Cannot declare", "Cannot overwrite", "Duplicate inline", "Cannot mutate")):
        return f"{name}:{line}: the same key is stated twice; allowed once; got {written!r} again"
    return f"{name}:{line}: is not valid TOML ({what[0].lower()}{what[1:]}); allowed TOML 1.0; got {written!r}"
