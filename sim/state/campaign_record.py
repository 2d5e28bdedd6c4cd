"""What is recorded of a campaign while it runs and until the same campaign starts again."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.output.retrospective import NAN, Uplift

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass
class CampaignRecord:
    """One occurrence of a campaign: its two groups, and what the people in them have paid since the first morning."""

    campaign: str
    first: int
    end: int
    addressed: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    held_out: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    people: tuple[int, int] = (0, 0)
    paid: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    margin: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    until: int | None = None
    days: int = 0
    inside: Uplift | None = None
    later: Uplift = field(default_factory=Uplift)
    sums: Ints = field(default_factory=lambda: np.zeros(6, dtype=np.int64))
    """Inside: orders, paid, list value, discount, gifts, goods."""
    message_cost: int = 0
    orders_inside: list[int] = field(default_factory=list)
    """Orders under its offer, by day from the first."""
    orders_of_groups: list[tuple[int, int]] = field(default_factory=list)
    """All orders of the addressed and of the held-out, by day from the first."""

    def gather(self, addressed: Mask, held_out: Mask) -> None:
        """Set the groups, on the first morning."""
        self.addressed, self.held_out = addressed.copy(), held_out
        self.people = int(np.count_nonzero(addressed)), int(np.count_nonzero(held_out))
        self.paid, self.margin = (np.zeros(addressed.size, dtype=np.int64) for _ in range(2))

    def close(self, day: int) -> None:
        """Stop recording on the morning of `day`."""
        self.later = self.measured()
        self.inside = self.inside or self.later
        self.until = day
        self.addressed = self.held_out = np.zeros(0, dtype=bool)
        self.paid = self.margin = np.zeros(0, dtype=np.int64)

    def measured(self) -> Uplift:
        """The uplift since the first morning."""
        return Uplift(*self._against(self.paid), *self._against(self.margin))

    def _against(self, cents: Ints) -> tuple[float, float]:
        asked, left = cents[self.addressed], cents[self.held_out]
        if not asked.size or not left.size:
            return NAN, NAN
        error = (
            math.sqrt(asked.var(ddof=1) / asked.size + left.var(ddof=1) / left.size) if min(self.people) > 1 else NAN
        )
        return float(asked.mean() - left.mean()) * asked.size, error * asked.size
