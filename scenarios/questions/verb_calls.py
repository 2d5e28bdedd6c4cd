"""What every function of the Python interface does first: it checks its arguments, and shows its progress."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

from scenarios.errors import InputError, shown
from scenarios.progress_bar import LEAST, Show, bar
from scenarios.questions.question import Question

P = ParamSpec("P")
T = TypeVar("T")


def verb(
    adapted: Callable[[Show], Callable[..., None]], least: float = LEAST
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorates a function that a user of Python calls.

    Arguments are checked by their names (`ARGUMENTS`); None always passes. A keyword `progress` may be True (the
    default), False or a function: True becomes, by `adapted`, a function that shows a bar, or None where there is
    neither a terminal nor a notebook, and no work of `least` seconds; False becomes None. Raises InputError.
    """

    def decorated(function: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(function)

        @wraps(function)
        def called(*args: P.args, **named: P.kwargs) -> T:
            try:
                given = signature.bind(*args, **named)
            except TypeError as mistake:
                raise TypeError(f"{function.__name__}: {mistake}") from None
            given.arguments |= {name: _checked(name, value) for name, value in given.arguments.items()}
            asked = given.arguments.get("progress", True)
            if callable(asked):
                return function(*given.args, **given.kwargs)
            with bar(asked, least) as show:
                given.arguments["progress"] = None if show is None else adapted(show)
                return function(*given.args, **given.kwargs)

        return called

    return decorated


def _checked(name: str, value: Any) -> Any:
    if value is None or name not in ARGUMENTS:
        return value
    expected, fits = ARGUMENTS[name]
    if not fits(value):
        raise InputError(place=name, expected=expected, got=shown(value))
    return int(value) if isinstance(value, Integral) else value


def _whole(low: int) -> Callable[[Any], bool]:
    return lambda value: _is_count(value) and int(value) >= low


def _is_count(value: Any) -> bool:
    """A number that a later check knows the range of."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_file(value: Any) -> bool:
    return isinstance(value, str | os.PathLike)


def _are_files(value: Any) -> bool:
    return _is_file(value) or (isinstance(value, list | tuple) and all(map(_is_file, value)))


def _are_questions(value: Any) -> bool:
    several = value if isinstance(value, list | tuple) else [value]
    return all(_is_file(one) or isinstance(one, Question) for one in several)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, value))


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, (*value, *value.values())))


def _is_amount(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, Real) and not isinstance(value, bool))


def _is_repetition(value: Any) -> bool:
    return _is_count(value) or isinstance(value, str)


_FILE = ("a file name", _is_file)
_FILES = ("a file name, or a list of them", _are_files)
_COUNT = ("a whole number", _is_count)
_TEXT = ("a text", _is_text)
_TEXTS = ("a list of texts", _are_texts)
ARGUMENTS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(("a", "b"), ("a folder's name", _is_file)),
    **dict.fromkeys(("out", "store", "baseline"), ("the name of a folder", _is_file)),
    **dict.fromkeys(("history", "targets"), _FILE),
    **dict.fromkeys(("paths", "touches", "campaigns", "redemptions", "tickets", "leads", "experiments"), _FILES),
    **dict.fromkeys(("draws", "seed", "most", "most_draws", "draw", "replication", "recover", "count"), _COUNT),
    **dict.fromkeys(("market", "cluster", "holdout", "why"), _TEXT),
    **dict.fromkeys(("arms", "may"), _TEXTS),
    "jobs": ("a whole number from 1", _whole(1)),
    "person": ("a whole number from 0", _whole(0)),
    "mapping": ('names of columns by what they hold, as {"amount": "total"}', _is_mapping),
    "precision": ('a number, or a text such as "5000 CNY"', _is_amount),
    "replications": ('a whole number, or "auto"', _is_repetition),
    "questions": ("a file or folder, a loaded question, or a list of them", _are_questions),
}
"""By the name of an argument, what is expected in words, and whether a value is that."""
