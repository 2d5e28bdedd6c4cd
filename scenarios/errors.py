"""The one exception for what a user can put right."""

from __future__ import annotations


class InputError(Exception):
    """A user's mistake, told in one line that is built from its parts.

    place: file and line, path, option or column. problem: what is wrong, where `expected` and `got` do not say it.
    expected: what is allowed there. got: what was found. Tests and callers read the parts, never the sentence.
    """

    def __init__(self, problem: str = "", *, place: str = "", expected: str = "", got: str = "") -> None:
        self.problem, self.place, self.expected, self.got = (_line(part) for part in (problem, place, expected, got))
        wanted = f"expected {self.expected}" if self.expected else ""
        found = f"got {self.got}" if self.got else ""
        rest = "; ".join(part for part in (self.problem, ", ".join(part for part in (wanted, found) if part)) if part)
        super().__init__(": ".join(part for part in (self.place, rest) if part))

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.problem, self.place, self.expected, self.got)


def _again(problem: str, place: str, expected: str, got: str) -> InputError:
    return InputError(problem, place=place, expected=expected, got=got)


def _line(text: str) -> str:
    return " ".join(text.splitlines())
