"""Strategies of one's own: a plain function under a decorator that says its name and version.

    @strategy(version="1")
    def win_back(view, memory):
        return Actions.touch(view.person[view.recency > 60], channel="direct", content="care"), memory

The decorator returns a value and does nothing else: a strategy acts where it is handed over, as an arm of
`Question.with_variants` or by `Question.with_strategies`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scenarios.errors import InputError, shown
from scenarios.values.own_kpis import imported, is_line
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.scenario import Actions, PublicView, Strategist


@dataclass(frozen=True)
class OwnStrategy:
    """A strategy of one's own, with its name and version; `strategy` makes it.

    It can be called as its function.
    """

    function: Strategist
    """The function as it was written."""
    name: str
    """How results name it."""
    version: str | None
    """What stands for the function in the key of a run; None: runs are neither kept nor reused."""

    def __call__(self, view: PublicView, memory: dict[str, Any]) -> tuple[Actions, dict[str, Any]]:
        return self.function(view, memory)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process imports it by the function's name (`added_functions.by_name` says whether it can)."""
        return imported, (self.function.__module__, self.function.__qualname__)

    @property
    def __wrapped__(self) -> Strategist:
        return self.function


def strategy(*, name: str | None = None, version: str | None = None) -> Callable[[Strategist], OwnStrategy]:
    """Make a strategy of the function of a view and a memory that it decorates.

    The function is called each midnight with a `PublicView` and its memory, a dictionary, and returns `Actions` and the
    memory. See docs/how-to/strategy-as-a-function.md.

    name: letters, digits, - and _, by which results name it; the function's own where not stated
    version: a text that changes whenever the function does; without one, runs are neither kept nor reused

        @rh.strategy(version="1")
        def win_back(view, memory):
            return rh.Actions.touch(view.person[view.recency > 60], channel="direct", content="care"), memory

        arms = {"as it is": {}, "win back": win_back}
        print(list(rh.load("shop.toml").with_variants(arms).arms))

    Raises InputError.
    """

    def made(function: Strategist) -> OwnStrategy:
        called = getattr(function, "__name__", "") if name is None else name
        if not callable(function):
            raise InputError(place="strategy", expected="a function of the view and the memory", got=shown(function))
        if not (isinstance(called, str) and re.fullmatch(r"[\w-]{1,60}", called)):
            raise InputError(place="strategy: name", expected="up to 60 letters, digits, - and _", got=shown(called))
        if version is not None and not is_line(version):
            raise InputError(place=f"strategy {called}: version", expected="a text on one line", got=shown(version))
        try:
            inspect.signature(function).bind(None, {})
        except TypeError:
            got = f"({', '.join(inspect.signature(function).parameters)})"
            raise InputError(
                place=f"strategy {called}", expected="a function of the view and the memory", got=got
            ) from None
        return OwnStrategy(function, called, version)

    return made


def with_strategies(scenario: Scenario, strategies: Iterable[OwnStrategy], place: str) -> Scenario:
    """The scenario with these strategies besides. Raises InputError for what is none, and for two of one name."""
    programmes = dict(scenario.programmes)
    for one in strategies:
        if not isinstance(one, OwnStrategy):
            raise InputError(place=place, expected="a function under @strategy(...)", got=shown(repr(one)))
        if one.name in programmes:
            raise InputError("two strategies of one name", place=place, expected="a name for each", got=one.name)
        programmes |= scenario.with_programme(one.name, one, version=one.version).programmes
    return replace(scenario, programmes=programmes)


Variant = Mapping[str, Any] | OwnStrategy | tuple[Mapping[str, Any] | OwnStrategy, ...]
"""An arm: changes of the strategy of today, a strategy of one's own beside it, or both."""


def parts_of(variant: Variant) -> tuple[list[Mapping[str, Any]], list[OwnStrategy]]:
    """The changes and the strategies of one's own that an arm is made of."""
    parts = list(variant) if isinstance(variant, list | tuple) else [variant]
    own = [one for one in parts if isinstance(one, OwnStrategy)]
    return [one for one in parts if not isinstance(one, OwnStrategy)], own
