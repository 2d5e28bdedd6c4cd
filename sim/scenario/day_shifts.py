"""The agents of one day, as a strategy in Python asks for them, as shifts."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from sim.scenario.market import TICKET_KINDS, TicketKind
from sim.scenario.strategy import Shift
from sim.units import WrongValue

HOURS = 24
MOST_AGENTS = 10_000
"""Agents of a day, at most: as many as a shift of a file has."""


def checked_shifts(
    agents: int | Sequence[int], hours: tuple[float, float] | None, skills: Sequence[TicketKind]
) -> tuple[Shift, ...]:
    """The shifts, none for nobody. Raises WrongValue, which names the term of `staff`."""
    if isinstance(skills, str) or not set(skills) <= set(TICKET_KINDS) or len(set(skills)) < len(skills):
        raise WrongValue("staff: skills", f"a list of {', '.join(TICKET_KINDS)}, each once", repr(skills))
    taken = tuple(skills)
    if isinstance(agents, str) or not isinstance(agents, Sequence | np.ndarray):
        number, window = _whole(agents), _window(hours)
        return (Shift(number, window, skills=taken),) if number else ()
    if hours is not None:
        raise WrongValue("staff: hours", "none where agents are stated by hour", repr(hours))
    if np.ndim(agents) != 1 or len(agents) != HOURS:
        raise WrongValue("staff: agents", f"a number, or {HOURS}, one for each hour", f"shape {np.shape(agents)}")
    return tuple(
        Shift(number, window, skills=taken) for window, number in _windows([_whole(one) for one in agents]).items()
    )


def _whole(agents: Any) -> int:
    if not isinstance(agents, Integral) or isinstance(agents, bool) or not 0 <= int(agents) <= MOST_AGENTS:
        raise WrongValue("staff: agents", f"a whole number from 0 to {MOST_AGENTS}", repr(agents))
    return int(agents)


def _window(hours: tuple[float, float] | None) -> tuple[float, float]:
    if hours is None:
        return 0.0, 1.0
    pair = tuple(hours) if isinstance(hours, list | tuple) else ()
    if len(pair) != 2 or not all(isinstance(x, Real) and not isinstance(x, bool) for x in pair):
        raise WrongValue("staff: hours", "two fractions of a day, as (9 / 24, 18 / 24)", repr(hours))
    opens, closes = float(pair[0]), float(pair[1])
    if not 0.0 <= opens < closes <= 1.0:
        raise WrongValue("staff: hours", "an opening before a closing, both from 0 to 1", repr(hours))
    return opens, closes


def _windows(by_hour: list[int]) -> dict[tuple[float, float], int]:
    """How many agents have which hours, so that so many are there in each hour; the least breaks."""
    found: dict[tuple[float, float], int] = {}
    for level in range(max(by_hour)):
        begins: int | None = None
        for hour, number in enumerate([*by_hour, 0]):
            if number > level and begins is None:
                begins = hour
            if number <= level and begins is not None:
                window = begins / HOURS, hour / HOURS
                found[window] = found.get(window, 0) + 1
                begins = None
    return found
