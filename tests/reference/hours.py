"""When within a day people do things: what they do falls as the hours' multipliers say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

HOUR = 1.0 / 24.0


class Hours:
    """Multipliers of 24 hours; a whole day has an area of one."""

    def __init__(self, multipliers: Sequence[float]) -> None:
        given = list(multipliers) or [1.0] * 24
        self.weights = [24.0 * one / math.fsum(given) for one in given]
        self.known: dict[tuple[float, float], float] = {}

    def area(self, start: float, end: float) -> float:
        """Between two times of one day, fractions of it; kept, since messages come at the same times every day."""
        if (start, end) not in self.known:
            self.known[start, end] = self._between(start, end)
        return self.known[start, end]

    def _between(self, start: float, end: float) -> float:
        overlaps = (min(end, (h + 1) * HOUR) - max(start, h * HOUR) for h in range(24))
        return math.fsum(w * overlap for w, overlap in zip(self.weights, overlaps, strict=True) if overlap > 0.0)

    def after(self, start: float, area: float) -> float:
        """The time of day at which so much area has passed since `start`."""
        now = start
        for h, weight in enumerate(self.weights):
            end = (h + 1) * HOUR
            if end <= now:
                continue
            if area <= weight * (end - now):
                return now + area / weight
            area -= weight * (end - now)
            now = end
        return 1.0

    def later(self, instant: float, area: float) -> float:
        """The instant at which so much area has passed since another, on that day or a later one."""
        day = math.floor(instant)
        rest = self.area(instant - day, 1.0)
        if area < rest:
            return day + self.after(instant - day, area)
        whole = math.floor(area - rest)
        return day + 1 + whole + self.after(0.0, area - rest - whole)


@cache
def hours_of(multipliers: tuple[float, ...]) -> Hours:
    """The same for all people of a market."""
    return Hours(multipliers)
