"""The log of a run's events: hashed day by day, and kept if asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Ints = npt.NDArray[np.int64]


class Events(NamedTuple):
    """Events of one day in the order of being noted: columns with room for more, and their number, shape (1,)."""

    person: npt.NDArray[np.uint64]
    kind: npt.NDArray[np.int8]
    instant: npt.NDArray[np.float64]
    cents: Ints
    used: Ints


@jit
def note(events: Events, person: np.uint64, kind: int, instant: float, cents: int) -> None:
    """Note one event; there must be room for it."""
    n = events.used[0]
    events.person[n] = person
    events.kind[n] = kind
    events.instant[n] = instant
    events.cents[n] = cents
    events.used[0] = n + 1


class EventLog:
    """Hashes the integers of every event day by day, and keeps the events if asked to."""

    def __init__(self, keep: bool) -> None:
        self._hash = hashlib.sha256()
        self._today = _room(256)
        self._days = np.empty(256, dtype=np.int32)
        self._kept: list[dict[str, npt.NDArray[Any]]] | None = [] if keep else None

    def room(self, more: int) -> Events:
        """Today's events so far, with room for so many more, to be noted by compiled functions."""
        count = int(self._today.used[0])
        if count + more > self._today.person.size:
            grown = _room(2 * (count + more))
            for name in ("person", "kind", "instant", "cents"):
                getattr(grown, name)[:count] = getattr(self._today, name)[:count]
            grown.used[0] = count
            self._today = grown
        return self._today

    def note(
        self,
        person: npt.NDArray[np.uint64],
        kind: int | npt.NDArray[np.generic],
        instant: npt.NDArray[np.float64],
        cents: int | Ints = 0,
    ) -> None:
        """Events of today; `person` and `instant` of shape (n,)."""
        events = self.room(person.size)
        where = slice(int(events.used[0]), int(events.used[0]) + person.size)
        events.person[where] = person
        events.kind[where] = kind
        events.instant[where] = instant
        events.cents[where] = cents
        events.used[0] += person.size

    def today_of(self, person: int) -> Iterator[tuple[int, float, int]]:
        """Kind, instant and cents of one person's events of today so far, in the order of being noted."""
        events = self._today
        for place in np.flatnonzero(events.person[: events.used[0]] == np.uint64(person)):
            yield int(events.kind[place]), float(events.instant[place]), int(events.cents[place])

    def take_today(self) -> tuple[npt.NDArray[Any], ...]:
        """Person, kind, instant and cents of today's events so far, which leave the log; shape (n,) each."""
        count = int(self._today.used[0])
        self._today.used[0] = 0
        return tuple(column[:count].copy() for column in self._today[:4])

    def close_day(self, day: int) -> None:
        """Add today's events to the fingerprint, person by person; one person's come in the order of being noted."""
        count = int(self._today.used[0])
        if count == 0:
            return
        today = self._today
        order = np.argsort(today.person[:count], kind="stable")
        if self._days.size < count:
            self._days = np.empty(today.person.size, dtype=np.int32)
        days = self._days[:count]
        days[:] = day
        person, kind, cents = (
            column.take(order) for column in (self._today.person, self._today.kind, self._today.cents)
        )
        for column in (person, kind, days, cents):
            self._hash.update(column.data)
        if self._kept is not None:
            instant = today.instant.take(order)
            self._kept.append({"person": person, "kind": kind, "day": days.copy(), "instant": instant, "cents": cents})
        today.used[0] = 0

    @property
    def fingerprint(self) -> str:
        """Hexadecimal digest of all events so far."""
        return self._hash.hexdigest()

    def events(self) -> dict[str, npt.NDArray[Any]] | None:
        """All kept events as arrays of shape (n,), in order of day."""
        if self._kept is None:
            return None
        if not self._kept:
            none = _room(0)
            return {
                "person": none.person, "kind": none.kind, "day": np.empty(0, dtype=np.int32),
                "instant": none.instant, "cents": none.cents,
            }  # fmt: skip
        return {name: np.concatenate([part[name] for part in self._kept]) for name in self._kept[0]}


def _room(size: int) -> Events:
    return Events(
        np.empty(size, dtype=np.uint64),
        np.empty(size, dtype=np.int8),
        np.empty(size),
        np.empty(size, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )
