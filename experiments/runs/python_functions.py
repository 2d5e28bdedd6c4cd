"""Runs with functions that were added in Python: which cannot be kept, which cannot leave this process."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scenarios import InputError
from scenarios.values.added_functions import added_functions, by_name

if TYPE_CHECKING:
    from experiments.execution.task import Added, Task
    from sim.scenario import Scenario

_said: set[str] = set()


def say_unkept(tasks: Iterable[Task]) -> None:
    """Say once on stderr which functions keep runs from being stored, for want of a version."""
    unkept = _added(task for task in tasks if not task.kept)
    without = {name for added in unkept for name, version, _ in added if version is None}
    if without - _said:
        names = ", ".join(sorted(without - _said))
        print(f"rehearse: {names}: without a version, so its runs are neither kept nor reused", file=sys.stderr)
    _said.update(without)


def processes(tasks: Iterable[Task], jobs: int | None) -> int | None:
    """`jobs`, or 1 where nobody says and other processes would not find a function.

    Raises InputError where somebody says.
    """
    lost = [
        (name, function)
        for added in _added(tasks)
        for name, _, functions in added
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


def _added(tasks: Iterable[Task]) -> list[Added]:
    return list({added: None for task in tasks if (added := task.added)})


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
