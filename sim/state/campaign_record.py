"""What is recorded of a campaign while it runs and until the same campaign starts again."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.output.retrospective import NAN, Uplift

CampaignCost = Literal["message_cost", "content_cost"]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


SMALL = 3_000_000_000
"""Cents of which the square is sure to fit 64 bits."""


@dataclass(frozen=True)
class Moments:
    """Cents of so many people: how many, their sum and the sum of their squares, as whole numbers of any size."""

    people: int = 0
    total: int = 0
    squares: int = 0

    @classmethod
    def of(cls, cents: Ints, people: int) -> Moments:
        """The moments of so many people's cents; `cents`, shape (n,), are those of them who have any."""
        if cents.size and max(int(cents.max()), -int(cents.min())) > SMALL:
            each = cents.tolist()
            return cls(people, sum(each), sum(x * x for x in each))
        square = cents * cents
        # by halves, whose sums fit where the sum of the squares may not
        high, low = int((square >> 32).sum()), int((square & 0xFFFFFFFF).sum())
        return cls(people, int(cents.sum()), (high << 32) + low)

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.people + other.people, self.total + other.total, self.squares + other.squares)

    @property
    def mean_error(self) -> float:
        """Squared standard error of the mean; of at least two people."""
        n = self.people
        return (n * self.squares - self.total**2) / (n * n * (n - 1))


@dataclass(frozen=True)
class GroupMoments:
    """What the addressed and the held-out have paid, and the margin of both."""

    paid: tuple[Moments, Moments] = (Moments(), Moments())
    margin: tuple[Moments, Moments] = (Moments(), Moments())

    def __add__(self, other: GroupMoments) -> GroupMoments:
        paid, margin = (
            (one[0] + more[0], one[1] + more[1]) for one, more in ((self.paid, other.paid), (self.margin, other.margin))
        )
        return GroupMoments(paid, margin)

    @property
    def uplift(self) -> Uplift:
        """The uplift of both."""
        return Uplift(*_against(*self.paid), *_against(*self.margin))


def _against(asked: Moments, left: Moments) -> tuple[float, float]:
    """Uplift and its standard error: mean of the addressed less mean of the held-out, times the addressed."""
    if not asked.people or not left.people:
        return NAN, NAN
    error = math.sqrt(asked.mean_error + left.mean_error) if min(asked.people, left.people) > 1 else NAN
    return (asked.total * left.people - left.total * asked.people) / left.people, error * asked.people


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
    inside: GroupMoments | None = None
    later: GroupMoments = field(default_factory=GroupMoments)
    sums: Ints = field(default_factory=lambda: np.zeros(6, dtype=np.int64))
    """Inside: orders, paid, list value, discount, gifts, goods."""
    message_cost: int = 0
    content_cost: int = 0
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

    def measured(self) -> GroupMoments:
        """What both groups have paid since the first morning."""
        return GroupMoments(self._moments(self.paid), self._moments(self.margin))

    def _moments(self, cents: Ints) -> tuple[Moments, Moments]:
        """The moments of both groups, `cents` being of everybody; most have none."""
        rows = np.flatnonzero(cents != 0)
        asked, left = self.addressed[rows], self.held_out[rows]
        return Moments.of(cents[rows[asked]], self.people[0]), Moments.of(cents[rows[left]], self.people[1])

    def add(self, other: CampaignRecord) -> None:
        """Take in what was recorded of other people in the same occurrence, after both are closed."""
        self.people = self.people[0] + other.people[0], self.people[1] + other.people[1]
        self.inside = (self.inside or GroupMoments()) + (other.inside or GroupMoments())
        self.later += other.later
        self.sums = self.sums + other.sums
        self.message_cost += other.message_cost
        self.content_cost += other.content_cost
        self.orders_inside = [a + b for a, b in zip(self.orders_inside, other.orders_inside, strict=True)]
        self.orders_of_groups = [
            (a[0] + b[0], a[1] + b[1]) for a, b in zip(self.orders_of_groups, other.orders_of_groups, strict=True)
        ]
