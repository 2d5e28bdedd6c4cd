"""A value of a file with its path, so that every error about it names file, line and path."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from scenarios.errors import InputError, InvalidValue, dotted, nearest, shown
from scenarios.toml.toml_document import Node, label

T = TypeVar("T")
FORMAT = 1
"""The version of the file format."""
REPLACED = {
    "stop_resolved": "base, orders and recovery of market.service.stop in its place",
    "stop_unresolved": "base and orders of market.service.stop in its place",
}
"""Keys of earlier versions, and what says now what they said."""


@dataclass(frozen=True)
class Entry:
    """A node with its path in the file."""

    node: Node
    path: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """File and line, and the path if there is one."""
        file, line = label(self.node.file), self.node.line
        return ": ".join(part for part in (f"{file}:{line}" if line else file, dotted(self.path)) if part)

    @property
    def got(self) -> str:
        """The value as messages repeat it."""
        return shown(self.node) if self.node.value is not None else "nothing"

    def error(self, problem: str = "", *, expected: str = "", got: str | None = None) -> InputError:
        """The error about this place. `got` is the entry's own value unless it is stated; "" leaves it out."""
        return InputError(problem, place=self.place, expected=expected, got=self.got if got is None else got)

    def at(self, *path: str) -> Entry:
        """What lies at a path below it; a key that is not written has no value and its parent's line."""
        node = self.node
        for key in path:
            node = node.child(key) or Node(None, node.file, node.line)
        return Entry(node, (*self.path, *path))

    def with_value(self, value: Any) -> Entry:
        """The same place with another value."""
        return Entry(Node(value, self.node.file, self.node.line), self.path)

    def has(self, key: str) -> bool:
        """Whether a key is written."""
        return self.node.child(key) is not None

    def read(self, reader: Callable[[Any], T]) -> T:
        """What a reader makes of the plain value; its error gets this place."""
        try:
            return reader(self.node.plain())
        except InvalidValue as error:
            raise error.at(self.place) from None

    def table(self, keys: Collection[str] | None = None, required: Collection[str] = ()) -> Entry:
        """Itself, if it is a table with no key but these (None: any) and all that are required."""
        if not isinstance(self.node.value, dict):
            raise self.error(expected="a table")
        for key in self.node.value:
            if keys is not None and key not in keys:
                raise self.unknown_key(key, keys)
        for key in required:
            if not self.has(key):
                raise self.at(key).error("the key is missing", expected=", ".join(required), got="")
        return self

    def unknown_key(self, key: str, keys: Iterable[str]) -> InputError:
        """The error about a key of this table that has no meaning."""
        return self.at(key).error("unknown key", expected=REPLACED.get(key) or nearest(key, keys), got=shown(key))

    def texts(self) -> list[str]:
        """A list of texts, each once; one text is a list of one."""
        plain = self.node.plain()
        names = [plain] if isinstance(plain, str) else plain
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise self.error(expected="a list of names")
        if len(set(names)) < len(names):
            raise self.error("a name stands twice", expected="each name once", got=", ".join(names))
        return names


def check_format(top: Entry) -> None:
    """Raise InputError where a file states a version of its format that is not the whole number 1."""
    entry = top.at("format")
    stated = entry.node.value
    if stated is not None and (type(stated) is not int or stated != FORMAT):
        raise entry.error("unknown version of the format", expected=str(FORMAT))


def line_of_text(entry: Entry) -> str:
    """A text on one line, empty where there is none. Raises InputError for any other value."""
    text = entry.node.value
    if text is not None and (not isinstance(text, str) or not text.isprintable()):
        raise entry.error(expected="a text on one line")
    return text or ""


def name_of(entry: Entry) -> str:
    """The name that a file gives itself, empty where it gives none. Raises InputError for one of spaces alone."""
    text = line_of_text(entry)
    if entry.node.value is not None and not text.strip():
        raise entry.error(expected="a name on one line, or no name at all")
    return text


def check_not_alike(names: Iterable[str], entry: Entry) -> None:
    """Raise InputError where two names of a table look alike: they differ in capitals, or in how a letter is coded."""
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)
        if first != name:
            raise entry.at(name).error("two names look alike", expected=f"{first!r}, or another name", got=shown(name))
