"""What was added to a scenario in Python: its part of a run's key and of its text.

Strategy functions, discount formats and mechanisms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

from scenarios.values.own_strategies import OwnStrategy
from sim.offers.own_format import OwnFormat
from sim.scenario import Scenario


def added_functions(scenario: Scenario) -> Iterator[tuple[str, str | None, tuple[Any, ...]]]:
    """The name of each addition, such as "programme win_back", its version and its functions."""
    for name, plan in sorted(scenario.programmes.items()):
        function = plan.function
        yield f"programme {name}", plan.version, (function.function if isinstance(function, OwnStrategy) else function,)
    formats = {type(one.terms) for one in scenario.strategy.offers.values() if isinstance(one.terms, OwnFormat)}
    for own in sorted(formats, key=lambda one: one.name):
        yield f"offer {own.name}", own.version, (own,)
    for name, mechanism in sorted(scenario.mechanisms.items()):
        yield f"mechanism {name}", mechanism.version, mechanism.functions


def format_additions(scenario: Scenario) -> list[str]:
    """Each addition with its version."""
    return [
        f"{name} without a version" if version is None else f"{name}, version {version}"
        for name, version, _ in added_functions(scenario)
    ]


def added_key(scenario: Scenario) -> str:
    """The part of a run's key that stands for the additions.

    A function without a version is identified by its address in memory, which is valid in this process only.
    """
    lines = [
        f"{name} {[id(f) for f in functions] if version is None else version!r}"
        for name, version, functions in added_functions(scenario)
    ]
    declared = ((name, one.declared) for name, one in sorted(scenario.mechanisms.items()))
    return "\n".join([*lines, *(f"{name} declares {text}" for name, text in declared if text)])


def by_name(function: Any) -> bool:
    """Whether another process can import a function, or the function of a `partial`, by its module and name.

    What stands under that name may be made of the function by a decorator, as a KPI or a strategy is.
    """
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
    return found is function or getattr(found, "__wrapped__", None) is function
