"""Functions that were added to runs in Python: which runs cannot be stored, which cannot leave this process."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scenarios import InputError
from scenarios.values.added_functions import added_functions, by_name

if TYPE_CHECKING:
    from experiments.execution.task import AddedFunctions, Task
    from sim.scenario import Scenario

_warned_of: set[str] = set()


def warn_of_missing_versions(tasks: Iterable[Task]) -> None:
    """Say once on stderr which functions have no version, so that their runs cannot be stored."""
    added = _distinct(task for task in tasks if not task.storable)
    without = {name for functions in added for name, version, _ in functions if version is None}
    if without - _warned_of:
        names = ", ".join(sorted(without - _warned_of))
        print(f"rehearse: {names}: without a version, so its runs are neither kept nor reused", file=sys.stderr)
    _warned_of.update(without)


def possible_jobs(tasks: Iterable[Task], jobs: int | None) -> int | None:
    """`jobs`, or 1 where it is None and other processes would not find a function.

    Raises InputError where `jobs` asks for such processes.
    """
    lost = [
        (name, function)
        for added in _distinct(tasks)
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
        "other processes cannot find its function by name",
        place=name,
        expected="a function of a module that can be imported, or jobs = 1",
        got=f"{_full_name(function)} and jobs = {jobs}",
    )


def _distinct(tasks: Iterable[Task]) -> list[AddedFunctions]:
    return list({added: None for task in tasks if (added := task.added_functions)})


def check_versions(arms: Mapping[str, Scenario]) -> None:
    """Raise InputError where one version stands for two functions: their runs would have the same key."""
    seen: dict[tuple[str, str], tuple[Any, ...]] = {}
    for scenario in arms.values():
        for name, version, functions in added_functions(scenario):
            if version is not None and seen.setdefault((name, version), functions) != functions:
                both = " and ".join(_full_name(f[0]) for f in (seen[name, version], functions))
                raise InputError(
                    "one version stands for two functions",
                    place=name,
                    expected="a version of its own for each",
                    got=f"{version!r} for {both}",
                )


def _full_name(function: Any) -> str:
    return f"{getattr(function, '__module__', None)}.{getattr(function, '__qualname__', repr(function))}"
