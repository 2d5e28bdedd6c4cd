"""What was added to a scenario in Python, in words: part of a run's name and of a resolved scenario."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

from sim.scenario import Scenario


def added_functions(scenario: Scenario) -> Iterator[tuple[str, str | None, tuple[Any, ...]]]:
    """What each addition is called, such as "programme win_back", its version and its functions."""
    for name, plan in sorted(scenario.programmes.items()):
        yield f"programme {name}", plan.version, (plan.function,)
    for name, mechanism in sorted(scenario.mechanisms.items()):
        functions = (mechanism.process, mechanism.response)
        yield f"mechanism {name}", mechanism.version, tuple(f for f in functions if f is not None)


def added_words(scenario: Scenario) -> list[str]:
    """Each addition with its version."""
    return [
        f"{name} without a version" if version is None else f"{name}, version {version}"
        for name, version, _ in added_functions(scenario)
    ]


def added_key(scenario: Scenario) -> str:
    """What of the additions is part of a run's name.

    Functions without a version go by their place in memory, which tells them apart while the program runs and says
    nothing afterwards.
    """
    return "\n".join(
        f"{name} {[id(f) for f in functions] if version is None else version!r}"
        for name, version, functions in added_functions(scenario)
    )


def by_name(function: Any) -> bool:
    """Whether another process finds a function by the names of its module and itself, as `partial`s of such."""
    if isinstance(function, partial):
        return by_name(function.func)
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if module in (None, "__main__"):
        return False
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return found is function
