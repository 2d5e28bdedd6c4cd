"""Runs with functions that were added in Python: which cannot be kept, which cannot leave this process."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scenarios import InputError
from scenarios.added import added_functions, by_name

if TYPE_CHECKING:
    from experiments.plan import Run
    from sim.scenario import Scenario

_said: set[str] = set()


def say_unkept(runs: Iterable[Run]) -> None:
    """Say once on stderr which functions keep runs from being stored, for want of a version."""
    unkept = {id(run.scenario): run.scenario for run in runs if not run.kept}
    without = {
        name for scenario in unkept.values() for name, version, _ in added_functions(scenario) if version is None
    }
    if without - _said:
        names = ", ".join(sorted(without - _said))
        print(f"rehearse: {names}: without a version, so its runs are neither kept nor reused", file=sys.stderr)
    _said.update(without)


def processes(runs: Iterable[Run], jobs: int | None) -> int | None:
    """`jobs`, or 1 where nobody says and other processes would not find a function.

    Raises InputError where somebody says.
    """
    scenarios = {id(run.scenario): run.scenario for run in runs}
    lost = [
        (name, function)
        for scenario in scenarios.values()
        for name, _, functions in added_functions(scenario)
        for function in functions
        if not by_name(function)
    ]
    if not lost or jobs == 1:
        return jobs
    if jobs is None:
        return 1
    name, function = lost[0]
    raise InputError(
        f"{name}: other processes cannot find its function by name; allowed a function of a module that can be "
        f"imported, or jobs = 1; got {_called(function)} and jobs = {jobs}"
    )


def judge_versions(arms: Mapping[str, Scenario]) -> None:
    """Raise InputError where one version stands for two functions: their runs could not be told apart."""
    seen: dict[tuple[str, str], tuple[Any, ...]] = {}
    for scenario in arms.values():
        for name, version, functions in added_functions(scenario):
            if version is not None and seen.setdefault((name, version), functions) != functions:
                raise InputError(
                    f"{name}: its version stands for two functions; allowed a version of its own for each; "
                    f"got {version!r} for {' and '.join(_called(f[0]) for f in (seen[name, version], functions))}"
                )


def _called(function: Any) -> str:
    return f"{getattr(function, '__module__', None)}.{getattr(function, '__qualname__', repr(function))}"
