"""Mechanisms added in Python, checked for chance of their own while they run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.execution.generator_states import generator_states
from sim.units import WrongValue

if TYPE_CHECKING:
    from sim.extend.mechanism_context import MechanismContext
    from sim.scenario import Mechanism

CHECKED_DAYS = 30
"""Days on which a response or a checkout without an effect is still called twice."""
CHANCE = "chance from the mechanism's own uniforms alone, as shop.uniforms_today(NAME)"
DRAWN = "numbers from random or numpy.random"


def checked_mechanism_functions(mechanism: Mechanism) -> Mechanism:
    """The mechanism whose functions may at no call draw from the states of `random` or `numpy.random`.

    Response and checkout are also called twice, from the same columns, up to the first day on which they have an
    effect; their answers, columns and actions must then be the same. A generator of its own that a function first uses
    later is not seen, nor a clock or a file.
    """
    process, checkout = mechanism.process, mechanism.checkout
    return replace(
        mechanism,
        process=None if process is None else _CheckedProcess(process),
        response=_CheckedCall(mechanism.response),
        checkout=None if checkout is None else _CheckedCall(checkout),
    )


class _CheckedProcess:
    """A process that may not move the states of the generators while it is awake."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, env: Any, shop: MechanismContext) -> Any:
        process = self.function(env, shop)
        return _awake(process) if isinstance(process, Generator) else process


def _awake(process: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
    """The same process. Another thread may move the states once: they must have moved while it was awake twice."""
    moved, answer = 0, None
    while True:
        states = generator_states()
        try:
            event = process.send(answer)
        except StopIteration:
            return
        moved += generator_states() != states
        if moved > 1:
            raise WrongValue("chance", CHANCE, DRAWN)
        answer = yield event


class _CheckedCall:
    """A response or a checkout."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.checked = function, False

    def __call__(self, shop: MechanismContext, *given: Any) -> Any:
        """What the function answers. Raises WrongValue where the second call answered or did something else."""
        before, states = shop.save(), generator_states()
        answer = self.function(shop, *given)
        moved = generator_states() != states
        if self.checked and not moved:
            return answer
        after = shop.save()
        if moved and self._draws(shop, before, given):
            raise WrongValue("chance", CHANCE, DRAWN)
        if not self.checked:
            shop.go_back(before)
            again = self.function(shop, *given)
            if not (_same(answer, again) and same_saved(after, shop.save())):
                raise WrongValue("answer", f"the same at a second call from the same columns, with {CHANCE}", "another")
            self.checked = not _is_nothing(answer) or not same_saved(before, after) or shop.day >= CHECKED_DAYS
        shop.go_back(after)
        return answer

    def _draws(self, shop: MechanismContext, before: Any, given: tuple[Any, ...]) -> bool:
        """Whether the states move at each of two more calls: another thread may have moved them once."""
        for _ in range(2):
            shop.go_back(before)
            states = generator_states()
            self.function(shop, *given)
            if generator_states() == states:
                return False
        return True


def _same(one: Any, other: Any) -> bool:
    """Whether two answers are equal; what is no answer at all is refused by whoever asked for it."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    try:
        return bool(np.array_equal(one, other, equal_nan=True))
    except TypeError:
        return type(one) is type(other)


def _is_nothing(answer: Any) -> bool:
    parts = answer.values() if isinstance(answer, Mapping) else [answer]
    return all(np.size(part) == 0 or (not np.any(part) and np.ndim(part) > 0) for part in parts)


def _same_column(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return not np.any(one if other is None else other)
    return _same(one, other)


def same_saved(one: Any, other: Any) -> bool:
    """Whether two states of a mechanism (`MechanismContext.save`) are equal; a column that is not there holds 0."""
    (columns, actions), (others, other_actions) = one, other
    same = all(_same_column(columns.get(name), others.get(name)) for name in columns.keys() | others.keys())
    events, other_events = actions.events, other_actions.events
    same_events = len(events) == len(other_events) and all(
        np.array_equal(mine, its) for mine, its in zip(events, other_events, strict=True)
    )
    return same and same_events and (actions.booked, actions.added) == (other_actions.booked, other_actions.added)
