"""Whom messages of a history reach, where nobody knows when people interacted: day by day of silence.

Written from docs/law.md, Interactions in Scoring a history, and Last heard of in A stated past.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.scenario import EngagementResponse, Market

STEPS = 32
"""Of lifts."""
PERIODS = 4
"""Of `dormant_after`, after which it tells nothing how long ago an order was."""


def days_that_count(engagement: EngagementResponse, since: int) -> int:
    """The days since an order that count."""
    return min(since, PERIODS * (engagement.dormant_after + 1))


def nearest(lift: float) -> float:
    """The lift among those for which chances are worked out."""
    step = min(round(STEPS * lift / (1.0 + lift)), STEPS - 1)
    return step / (STEPS - step)


def silences(engagement: EngagementResponse, lift: float, n: int) -> dict[int, float]:
    """Chances of days of silence on the morning n days after an order, of a person whose lift has always been so."""
    silent = {min(n, 1): 1.0}
    for _ in range(n - 1):
        heard = {u: -math.expm1(-engagement.rate * lift / (1.0 + u / engagement.fading)) for u in silent}
        later = {u + 1: chance * (1.0 - heard[u]) for u, chance in silent.items()}
        later[1] = sum(chance * heard[u] for u, chance in silent.items())
        silent = later
    return silent


@dataclass
class LastHeard:
    """What is expected of the silence of one person; `lift` is that which counts, `since` the day of the last order."""

    market: Market
    since: int
    lift: float = 1.0

    def reach(self, day: int) -> float:
        """The mean reach of today's messages."""
        engagement = self.market.engagement
        if engagement.rate == 0.0:
            return 1.0
        n = days_that_count(engagement, day - self.since)
        place = STEPS * self.lift / (1.0 + self.lift)
        below = min(math.floor(place), STEPS - 2)
        low, high = (self._reach_at(one / (STEPS - one), n) for one in (below, below + 1))
        return low + (place - below) * (high - low)

    def _reach_at(self, lift: float, n: int) -> float:
        """Of a person whose lift has always been the same, `n` days after an order."""
        engagement = self.market.engagement
        silent = silences(engagement, lift, n)
        active = sum(chance for u, chance in silent.items() if u <= engagement.silent_after)
        dormant = sum(chance for u, chance in silent.items() if u > engagement.dormant_after)
        return active + (1.0 - active - dormant) * engagement.silent_reach + dormant * engagement.dormant_reach

    def note(self, lift: float) -> None:
        """Today's lift of need."""
        self.lift += (lift - self.lift) / (1.0 + self.market.engagement.silent_after)
