"""The units that a market's and a strategy's fields are annotated with.

A field reads `half_life: Annotated[float, Days]`: the type says how it is stored, the unit says how it is
written, what is allowed, and on which scale its uncertainty is symmetric. `sim` only stores the numbers;
`scenarios` reads the units to parse files, to word its messages, and to write the schema.
"""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
Scale = Literal["log", "logit", "identity"]


@dataclass(frozen=True)
class Unit:
    """How one kind of number is written and stored.

    `kind` names the way of writing, `stored` what the number means once parsed, `scale` the scale on which
    uncertainty is a split normal, and `low` and `high` the closed range that is allowed (stored units).
    """

    kind: str
    stored: str
    example: str
    scale: Scale
    low: float = -float("inf")
    high: float = float("inf")

    def within(self, low: float, high: float) -> Unit:
        """The same unit with a narrower allowed range, in stored units."""
        return replace(self, low=low, high=high)

    def on(self, scale: Scale) -> Unit:
        """The same unit with its uncertainty on another scale."""
        return replace(self, scale=scale)


Days = Unit("time", "days", "10 d", "log", 0.0, 36500.0)
PerDay = Unit("rate", "events per day", "2.7 per 365 d", "log", 0.0, 1e9)
Share = Unit("share", "fraction", "20 %", "logit", 0.0, 1.0)
Factor = Unit("multiplier", "ratio", "x 1.25", "log", 0.0, 1e6)
LogEffect = Unit("log effect", "log hazard", "+0.02 log", "identity", -20.0, 20.0)
Money = Unit("money", "cents", "85 CNY", "log", 0.0, 1e13)
MoneyPerDay = Unit("money rate", "cents per day", "25 CNY per h", "log", 0.0, 1e13)
Number = Unit("number", "number", "1.5", "log", 0.0, 1e6)
Spread = Unit("number", "number", "0.3", "identity", 0.0, 10.0)
Count = Unit("count", "count", "5", "log", 0.0, 1e9)
TimeOfDay = Unit("time of day", "fraction of a day", "20:00", "identity", 0.0, 86399.0 / 86400.0)
Window = Unit("window of the day", "fractions of a day", "09:00-21:00", "identity", 0.0, 1.0)
Night = Unit(
    "window over midnight", "fractions of a day, the first may be the later", "22:00-08:00", "identity", 0.0, 1.0
)
Currency = Unit("currency", "code", "CNY", "identity")


class WrongValue(ValueError):
    """A value that is not allowed, as one line: "place: expected E, got G". The parts are kept as attributes."""

    def __init__(self, place: str, expected: str, got: str) -> None:
        super().__init__(place, expected, got)
        self.place, self.expected, self.got = place, expected, got

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, got {self.got}"


def checked(value: T) -> T:
    """The dataclass, if its numbers and choices, and those of dataclasses in it, are in the ranges of their fields.

    Raises WrongValue.
    """
    kind: type = type(value)
    for name, hint in _hints(kind).items():
        held = getattr(value, name)
        for inner in held if isinstance(held, tuple) else (held,):
            if is_dataclass(inner):
                checked(inner)
        if held is None or isinstance(held, tuple):
            continue
        choices = [one for part in (hint, *get_args(hint)) if get_origin(part) is Literal for one in get_args(part)]
        if choices and held not in choices:
            raise WrongValue(name, " or ".join(choices), repr(held))
        unit = next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Unit)), None)
        if unit is not None:
            _check(name, held, unit, whole=float not in (hint.__origin__, *get_args(hint.__origin__)))
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _check(name: str, number: Any, unit: Unit, whole: bool) -> None:
    fits = isinstance(number, Integral if whole else Real) and not isinstance(number, bool)
    if not fits or not unit.low <= number <= unit.high:
        kind = "a whole number" if whole else "a number"
        raise WrongValue(name, f"{kind} from {unit.low:g} to {unit.high:g} ({unit.stored})", repr(number))
