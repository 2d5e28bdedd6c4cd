"""The line of each key in a valid TOML text; tomllib does not give it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Key = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'[\s\S]*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|\n|[\[\]{},=]|[^\s\[\]{},="\'#]+',
    re.S,
)


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line of a key, or of the nearest table around it."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def lines_of(text: str) -> dict[Key, int]:
    """The line on which each key of a valid TOML text is first written; array entries are numbered."""
    lines: dict[Key, int] = {}
    tables: dict[Key, int] = {}
    stream = _Tokens(text)
    table: Key = ()
    while stream.more():
        if stream.word == "[":
            table = _header(stream, lines, tables)
        elif stream.word == "\n":
            stream.step()
        else:
            _pair(stream, table, lines)
    return lines


class _Tokens:
    """The tokens of a text in their order, without comments, each with its line."""

    def __init__(self, text: str) -> None:
        self._words = self._split(text)
        self.step()

    @staticmethod
    def _split(text: str) -> Iterator[tuple[str, int]]:
        line, last = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", last, match.start())
            last = match.start()
            if match[0][0] != "#":
                yield match[0], line

    def step(self) -> str:
        """Leave the current word, which is returned, for the next."""
        left = getattr(self, "word", "")
        self.word, self.line = next(self._words, ("", 0))
        return left

    def more(self) -> bool:
        """Whether a word is left."""
        return self.word != ""

    def skip_lines(self) -> None:
        """Leave line ends."""
        while self.word == "\n":
            self.step()


def _key(stream: _Tokens, end: str) -> tuple[str, ...]:
    parts: list[str] = []
    while stream.more() and stream.word != end:
        word = stream.step()
        if word[0] in "\"'":
            parts.append(tomllib.loads(f"k = {word}")["k"])
        else:
            parts += [part for part in word.split(".") if part]
    stream.step()
    return tuple(parts)


def _header(stream: _Tokens, lines: dict[Key, int], tables: dict[Key, int]) -> Key:
    line = stream.line
    stream.step()
    many = stream.word == "["
    if many:
        stream.step()
    key: Key = ()
    for part in _key(stream, "]"):
        key = (*key, part)
        lines.setdefault(key, line)
        if key in tables and not many:
            key = (*key, tables[key])
    if many:
        stream.step()
        tables[key] = tables.get(key, -1) + 1
        key = (*key, tables[key])
        lines.setdefault(key, line)
    return key


def _pair(stream: _Tokens, table: Key, lines: dict[Key, int]) -> None:
    line = stream.line
    key = table
    for part in _key(stream, "="):
        key = (*key, part)
        lines.setdefault(key, line)
    _value(stream, key, lines)


def _value(stream: _Tokens, key: Key, lines: dict[Key, int]) -> None:
    if stream.word == "{":
        stream.step()
        while stream.more() and stream.word != "}":
            if stream.word in (",", "\n"):
                stream.step()
            else:
                _pair(stream, key, lines)
        stream.step()
    elif stream.word == "[":
        _array(stream, key, lines)
    else:
        while stream.more() and stream.word not in (",", "]", "}", "\n"):
            stream.step()


def _array(stream: _Tokens, key: Key, lines: dict[Key, int]) -> None:
    stream.step()
    count = 0
    stream.skip_lines()
    while stream.more() and stream.word != "]":
        if stream.word == ",":
            stream.step()
        else:
            lines.setdefault((*key, count), stream.line)
            _value(stream, (*key, count), lines)
            count += 1
        stream.skip_lines()
    stream.step()
