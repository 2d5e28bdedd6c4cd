"""Calls of plain functions of named parameters, which are run and stored as runs of scenarios are."""

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
from experiments.execution.task import AddedFunctions, Outcome, TaskFailure, attempt
from scenarios import InputError
from sim.scenario import Customers

Model = Callable[..., float | Mapping[str, float]]
"""Takes the plan's parameters by name and returns a number, or numbers by name. Where it has parameters called `draw`
and `replication` too, they are the address of its random numbers."""
ONLY = "value"
"""The name of a number that comes alone."""
_ADDRESS = ("draw", "replication")


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
    def ledger_key(self) -> str:
        """The key: a call has no ledger, and all its numbers are stored."""
        return self.key

    @property
    def storable(self) -> bool:
        """Calls of a function without a version are neither stored nor reused: its text is no safe name."""
        return self.version is not None

    @property
    def added_functions(self) -> AddedFunctions:
        """The function itself."""
        return ((f"model {_short_name(self.function)}", self.version, (self.function,)),)

    def without_customers(self) -> FunctionCall:
        """There are none."""
        return self

    def run(self, customers: Customers | None, threads: int | None) -> Outcome:
        """Call the function, and check that it returns numbers."""
        start = time.perf_counter()
        answer = attempt("run", lambda: self.function(**self.given))
        if isinstance(answer, TaskFailure):
            return answer
        numbers = attempt("measure", lambda: _numbers(answer))
        if isinstance(numbers, TaskFailure):
            return numbers
        rows = [(name, "run", value, value, 1.0) for name, value in numbers.items()]
        seconds = time.perf_counter() - start
        return RunRecord(self.key, "", seconds, {}, rows, {}, name=_short_name(self.function))

    def measured(self, record: RunRecord) -> Outcome:
        """The record: there is no more to measure."""
        return record


def _numbers(answer: Any) -> dict[str, float]:
    named = answer if isinstance(answer, Mapping) else {ONLY: answer}
    if not named:
        raise InputError(expected="a number, or numbers by name", got="none")
    return {str(name): float(value) for name, value in named.items()}


def _short_name(function: Any) -> str:
    """A name for people; an object that can be called has its class's."""
    inner = function.func if isinstance(function, partial) else function
    return str(getattr(inner, "__qualname__", type(inner).__qualname__))


def _name(function: Any) -> list[Any]:
    """A function's part of the key of its calls; a script's has the file, since every script is `__main__`."""
    if isinstance(function, partial):
        return [*_name(function.func), function.args, sorted(function.keywords.items())]
    module = function.__module__
    if module == "__main__":
        module = Path(getattr(sys.modules[module], "__file__", None) or module).stem
    return [module, _short_name(function)]


def _parameters(function: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters that can be given by name. Raises InputError for what has none."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise InputError(place="model", expected="a function of named parameters", got=repr(function)) from None
    return {name: one for name, one in parameters.items() if one.kind not in (one.VAR_POSITIONAL, one.POSITIONAL_ONLY)}


def _check_version(function: Any, version: str | None) -> None:
    """A version belongs to the function's name, so the name must be that of one function only."""
    if version is not None and (not isinstance(version, str) or not version.strip()):
        raise InputError(place="version", expected="a text such as '1', or none", got=repr(version))
    if version is not None and "<l" in _short_name(function):
        raise InputError(
            "the function has no name in its module, so its version cannot name it",
            place=f"model {_short_name(function)}",
            expected="a function that has a name, or no version",
            got=repr(version),
        )


class FunctionCaller:
    """Makes the calls of one function. Raises InputError where it cannot take the parameters."""

    def __init__(self, function: Model, version: str | None, parameters: list[str]) -> None:
        _check_version(function, version)
        takes = _parameters(function)
        self._function, self._version, self._name = function, version, _name(function)
        anything = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in takes.values())
        self._address = [name for name in _ADDRESS if name in takes and name not in parameters]
        unknown = [] if anything else [name for name in parameters if name not in takes]
        needed = [name for name, one in takes.items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
        missing = [name for name in needed if name not in (*parameters, *self._address)]
        if unknown or missing:
            raise InputError(
                place=f"model {_short_name(function)}",
                expected="a function that takes, by name, just what sweep.vary names",
                got=f"({', '.join(takes)}) for {', '.join(parameters)}",
            )

    def call(self, values: Mapping[str, Any], draw: int, replication: int) -> FunctionCall:
        """One call. Its key names the function, the version, the values and the address of random numbers."""
        address = {"draw": draw, "replication": replication}
        given = {**values, **{name: address[name] for name in self._address}}
        version = id(self._function) if self._version is None else self._version
        text = json.dumps([self._name, version, sorted(given.items())], default=repr)
        key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return FunctionCall(self._function, self._version, given, draw, replication, key)
