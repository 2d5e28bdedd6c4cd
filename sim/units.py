"""The units that a market's and a strategy's fields are annotated with.

A field reads `half_life: Annotated[float, Days]`: the type says how it is stored, the unit says how it is
written, what is allowed, and on which scale its uncertainty is symmetric. `sim` only stores the numbers;
`scenarios` reads the units to parse files, to word its messages, and to write the schema.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

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
TimeOfDay = Unit("time of day", "fraction of a day", "20:00", "identity", 0.0, 1.0)
Window = Unit("window of the day", "fractions of a day", "09:00-21:00", "identity", 0.0, 1.0)
Currency = Unit("currency", "code", "CNY", "identity")
