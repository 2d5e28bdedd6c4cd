"""The one exception for what a user can put right, and the phrases that its messages share."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from scenarios.plain_text import plain_text

LISTED = 12
"""Names that a message lists at most."""
LONGEST_PART = 500
"""Characters of a part of a message at most: a column of a damaged table may have the whole file in its name."""
SHOWN = 60
"""Characters of a user's value that a message repeats at most."""


class InputError(Exception):
    """A mistake that the user can put right, as one line that is built from its parts.

    Tests and callers read the parts, never the sentence.

    problem: what is wrong, where `expected` and `got` are not enough
    place: file and line, path, option, column or argument
    expected: what is allowed there
    got: what was found
    """

    def __init__(self, problem: str = "", *, place: str = "", expected: str = "", got: str = "") -> None:
        self.problem, self.place, self.expected, self.got = (_line(part) for part in (problem, place, expected, got))
        wanted = f"expected {self.expected}" if self.expected else ""
        found = f"got {self.got}" if self.got else ""
        rest = "; ".join(part for part in (self.problem, ", ".join(part for part in (wanted, found) if part)) if part)
        super().__init__(": ".join(part for part in (self.place, rest) if part))

    def at(self, place: str) -> InputError:
        """The same mistake at a place."""
        return InputError(self.problem, place=place, expected=self.expected, got=self.got)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.problem, self.place, self.expected, self.got)


class InvalidValue(InputError, ValueError):
    """A value that does not fit, raised where its place is not known; a reader that knows it raises `at(place)`."""


def _again(kind: type[InputError], problem: str, place: str, expected: str, got: str) -> InputError:
    return kind(problem, place=place, expected=expected, got=got)


def _line(text: str) -> str:
    line = plain_text(" ".join(text.splitlines()))
    return line if len(line) <= LONGEST_PART else f"{line[: LONGEST_PART - 3]}..."


def nearest(got: str, names: Iterable[str]) -> str:
    """The names that are allowed, with the one that is most like what was got."""
    known = sorted(names)
    if not known:
        return "no name, since none is defined"
    close = difflib.get_close_matches(got, known, n=1, cutoff=0.55)
    listed = ", ".join(known[:LISTED]) + (", ..." if len(known) > LISTED else "")
    listed = f"one of {listed}" if len(known) > 1 else listed
    return f"{listed} (did you mean {close[0]!r}?)" if close else listed


def dotted(path: Iterable[str]) -> str:
    """A path for people; parts that are no plain names are quoted."""
    return ".".join(map(_part, path))


@lru_cache(maxsize=4096)  # every value of a file asks
def _part(part: str) -> str:
    return part if re.fullmatch(r"[\w-]+", part) else repr(part[:40])


def shown(value: Any) -> str:
    """A user's value as messages repeat it: plain, on one line and not long."""
    plain = _plain(value)
    try:
        text = repr(plain) if isinstance(plain, str | bool) else str(plain)
    except ValueError:  # Python converts no integer of thousands of digits
        text = "a number of too many digits"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _plain(value: Any) -> Any:
    """The value without the places of its parts, where it is a tree that is being read; dates as they are written."""
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if hasattr(value, "plain"):
        return _plain(value.plain())
    return value.isoformat() if isinstance(value, date) else value
