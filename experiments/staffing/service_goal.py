"""A service level to be kept: a share of the questions, answered within a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scenarios import InputError
from scenarios.errors import InvalidValue
from scenarios.values.quantities import parse
from sim.units import Days


@dataclass(frozen=True)
class ServiceGoal:
    """A share of the questions that come for the staff while somebody is there, answered within a time, in days."""

    share: float
    time: float
    text: str

    @classmethod
    def of(cls, text: str) -> ServiceGoal:
        """The goal that a text such as "80% in 2 min" states. Raises InputError."""
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*in\s+(.+?)\s*", text)
        try:
            share, time = (float(found[1]) / 100.0, float(parse(found[2], Days, ""))) if found else (0.0, 0.0)
        except InvalidValue:
            share = time = 0.0
        if not (0.0 < share < 1.0 and time > 0.0):
            raise InputError(place="--goal", expected='a share in a time, such as "80% in 2 min"', got=repr(text))
        return cls(share, time, f"{share * 100.0:g}% in {found[2] if found else ''}")
