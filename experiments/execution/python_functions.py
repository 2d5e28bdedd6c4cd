"""Functions that were added to runs in Python: which runs cannot be stored, which cannot leave this process."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.execution.checked_mechanisms import checked_mechanism_functions
from experiments.execution.generator_states import generator_states
from scenarios import InputError
from scenarios.values.added_functions import added_functions, by_name
from scenarios.values.own_formats import OfferMistake
from sim.scenario import Actions
from sim.units import WrongValue

if TYPE_CHECKING:
    from experiments.execution.task import AddedFunctions, Task
    from sim.scenario import PublicView, Scenario, Strategist

CHECKED_DAYS = 30
"""Days for which a strategy that does nothing is still called twice a day."""
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


@contextmanager
def checked_chance(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario to run inside, whose strategies and mechanisms are checked for chance of their own.

    Raises InputError where a function that was added fails, or has chance of its own; OfferMistake where a discount
    format gives what no offer may.
    """
    from sim.extend.person_columns import AddedError
    from sim.offers.own_format import FormatMistake

    programmes = {
        name: replace(plan, function=CheckedStrategy(plan.function)) for name, plan in scenario.programmes.items()
    }
    mechanisms = {name: checked_mechanism_functions(one) for name, one in scenario.mechanisms.items()}
    try:
        yield replace(scenario, programmes=programmes, mechanisms=mechanisms) if programmes or mechanisms else scenario
    except FormatMistake as mistake:
        raise OfferMistake(place=mistake.place, expected=mistake.expected, got=mistake.got) from None
    except AddedError as fault:
        raise InputError(str(fault)) from fault


class CheckedStrategy:
    """A strategy that is called twice a day with an equal view and memory, up to the first day on which it acts, and
    may at no call draw from the states of `random` or `numpy.random`.

    A generator of its own that it first uses later is not seen, nor a clock or a file.
    """

    def __init__(self, function: Strategist) -> None:
        self.function, self.checked = function, False

    def __call__(self, view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
        """What the function answers. Raises WrongValue where the second call gave other actions."""
        if self.checked:
            states = generator_states()
            answer = self.function(view, memory)
            if generator_states() != states and self._draws(view, answer):
                expected = "chance from the view alone, as view.uniform(NAME)"
                raise WrongValue("answer", expected, "numbers from random or numpy.random")
            return answer
        before = deepcopy(memory)
        answer = self.function(view, memory)
        again = self.function(view, before)
        if not (_is_answer(answer) and _is_answer(again)):
            return answer
        if not _same_actions(answer[0], again[0]):
            expected = "the same actions for an equal view and memory, with chance from view.uniform alone"
            raise WrongValue("answer", expected, "others at a second call")
        self.checked = _acts(answer[0]) or view.day >= CHECKED_DAYS
        return answer

    def _draws(self, view: PublicView, answer: Any) -> bool:
        """Whether the states move at each of two more calls: another thread may have moved them once."""
        for _ in range(2):
            states = generator_states()
            self.function(view, deepcopy(answer[1]) if _is_answer(answer) else {})
            if generator_states() == states:
                return False
        return True


def _is_answer(answer: Any) -> bool:
    return isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], Actions)


def _acts(actions: Actions) -> bool:
    writes = any(person.size for person, _ in actions.touches)
    plans = actions.campaigns or actions.budgets or actions.shifts is not None
    return bool(actions.notes or writes or plans)


def _same_actions(one: Actions, other: Actions) -> bool:
    if (one.shifts, one.budgets) != (other.shifts, other.budgets) or len(one.campaigns) != len(other.campaigns):
        return False
    for mine, its in zip(one.campaigns, other.campaigns, strict=True):
        named = (mine.person is None) == (its.person is None)
        if not named or (mine.name, mine.plan) != (its.name, its.plan):
            return False
        if mine.person is not None and not np.array_equal(mine.person, its.person):  # type: ignore[arg-type]
            return False
    if (len(one.touches), len(one.notes)) != (len(other.touches), len(other.notes)):
        return False
    touches = zip(one.touches, other.touches, strict=True)
    notes = zip(one.notes, other.notes, strict=True)
    return all(mine[1] == its[1] and np.array_equal(mine[0], its[0]) for mine, its in touches) and all(
        mine.name == its.name
        and np.array_equal(mine.person, its.person)
        and np.array_equal(mine.values, its.values, equal_nan=True)
        for mine, its in notes
    )


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
