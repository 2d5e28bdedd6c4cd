"""Plain functions of named parameters, done and kept as runs are."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from experiments.execution.store import RunRecord, Spans
from experiments.execution.task import Added, TaskFailure, attempt
from scenarios import InputError
from sim.scenario import Customers

Model = Callable[..., float | Mapping[str, float]]
"""Takes the plan's parameters by name and returns a number, or numbers by name. Where it has parameters called `draw`
and `replication` too, they are the address of its luck."""
ONLY = "value"
"""The name of a number that comes alone."""
_LUCK = ("draw", "replication")


@dataclass(frozen=True)
class FunctionCall:
    """One call of a function; `given` are its arguments by name."""

    function: Model
    version: str | None
    given: Mapping[str, Any]
    draw: int
    replication: int
    key: str
    spans: Spans = field(default_factory=dict)
    customers: None = None

    @property
    def kept(self) -> bool:
        """A function without a version is neither kept nor reused: its text is no safe name."""
        return self.version is not None

    @property
    def added(self) -> Added:
        """The function itself."""
        return ((f"model {_called(self.function)}", self.version, (self.function,)),)

    def without_customers(self) -> FunctionCall:
        """There are none."""
        return self

    def live(self, customers: Customers | None, threads: int | None) -> RunRecord | TaskFailure:
        """Call the function, and judge that numbers come back."""
        start = time.perf_counter()
        answer = attempt("run", lambda: self.function(**self.given))
        if isinstance(answer, TaskFailure):
            return answer
        numbers = attempt("measure", lambda: _numbers(answer))
        if isinstance(numbers, TaskFailure):
            return numbers
        rows = [(name, "run", value, value, 1.0) for name, value in numbers.items()]
        seconds = time.perf_counter() - start
        return RunRecord(self.key, "", seconds, {}, rows, {}, name=_called(self.function))


def _numbers(answer: Any) -> dict[str, float]:
    named = answer if isinstance(answer, Mapping) else {ONLY: answer}
    if not named:
        raise InputError("allowed a number, or numbers by name; got none")
    return {str(name): float(value) for name, value in named.items()}


def _called(function: Any) -> str:
    """A name for people; an object that can be called goes by its class's."""
    inner = function.func if isinstance(function, partial) else function
    return str(getattr(inner, "__qualname__", type(inner).__qualname__))


def _name(function: Any) -> list[Any]:
    """What a function's calls are kept under; a script's go by its file, since every script is `__main__`."""
    if isinstance(function, partial):
        return [*_name(function.func), function.args, sorted(function.keywords.items())]
    module = function.__module__
    if module == "__main__":
        module = Path(getattr(sys.modules[module], "__file__", None) or module).stem
    return [module, _called(function)]


def _takes(function: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters that can be given by name. Raises InputError for what has none."""
    try:
        takes = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise InputError(f"model: allowed a function of named parameters; got {function!r}") from None
    return {name: one for name, one in takes.items() if one.kind not in (one.VAR_POSITIONAL, one.POSITIONAL_ONLY)}


def _judge_version(function: Any, version: str | None) -> None:
    """A version is kept under the function's name, so it must have one, and one only."""
    if version is not None and (not isinstance(version, str) or not version.strip()):
        raise InputError(f"version: allowed a text such as '1', or none; got {version!r}")
    if version is not None and "<l" in _called(function):
        allowed = "allowed with a version a function that has a name in its module, or no version"
        raise InputError(f"model {_called(function)}: cannot be told from others like it; {allowed}; got {version!r}")


class FunctionCaller:
    """Makes the calls of one function. Raises InputError where it cannot take the parameters."""

    def __init__(self, function: Model, version: str | None, parameters: list[str]) -> None:
        _judge_version(function, version)
        takes = _takes(function)
        self._function, self._version, self._who = function, version, _name(function)
        anything = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in takes.values())
        self._luck = [name for name in _LUCK if name in takes and name not in parameters]
        unknown = [] if anything else [name for name in parameters if name not in takes]
        needed = [name for name, one in takes.items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
        missing = [name for name in needed if name not in (*parameters, *self._luck)]
        if unknown or missing:
            raise InputError(
                f"model {_called(function)}: allowed a function that takes, by name, just what sweep.vary names; got "
                f"({', '.join(takes)}) for {', '.join(parameters)}"
            )

    def call(self, values: Mapping[str, Any], draw: int, replication: int) -> FunctionCall:
        """One call, named by function, version, values and luck."""
        luck = {"draw": draw, "replication": replication}
        given = {**values, **{name: luck[name] for name in self._luck}}
        version = id(self._function) if self._version is None else self._version
        text = json.dumps([self._who, version, sorted(given.items())], default=repr)
        key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return FunctionCall(self._function, self._version, given, draw, replication, key)
