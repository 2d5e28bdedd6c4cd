"""The part of the people that one process simulates, and what it shares with the processes that have the others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Identities

Rows = npt.NDArray[Any]


class PeoplePart(NamedTuple):
    """Part `number` of so many parts of the people, from 0: an identity is a hash, so that they are about equal."""

    number: int = 0
    of: int = 1

    def holds(self, identity: Identities) -> npt.NDArray[np.bool_]:
        """Which identities belong to it, shape (n,)."""
        return np.asarray(identity % np.uint64(self.of) == np.uint64(self.number))


ALL = PeoplePart()
"""Everybody."""


@jit
def is_held(identity: np.uint64, part: PeoplePart) -> bool:
    """Whether an identity belongs to a part."""
    return bool(identity % np.uint64(part.of) == np.uint64(part.number))


class Shard:
    """The people of one part; other shards, with the same calendars, have the others. Alone, it has all of them.

    What little people share, every shard computes for itself from the gathered records of all.
    """

    def __init__(self, part: PeoplePart = ALL) -> None:
        self.part = part

    @property
    def alone(self) -> bool:
        """Whether there is no other."""
        return self.part.of == 1

    @property
    def first(self) -> bool:
        """Whether what the firm pays or does once is booked here."""
        return self.part.number == 0

    def gather(self, rows: Rows) -> list[Rows]:
        """The rows of every shard, in order of index; all call it at the same points of the day."""
        return [rows]

    def others(self, rows: Rows) -> list[Rows]:
        """The same without its own."""
        return [part for index, part in enumerate(self.gather(rows)) if index != self.part.number]

    def total(self, counts: Rows) -> Rows:
        """The sums over all shards of counts, shape (n,)."""
        return np.asarray(np.sum(self.gather(counts), axis=0))
