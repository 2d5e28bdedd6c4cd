"""The log of a run's events: hashed day by day, and kept if asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Ints = npt.NDArray[np.int64]

EVENT = np.dtype([("person", "u8"), ("instant", "f8"), ("cents", "i8"), ("kind", "i1")], align=True)
"""An event: whose, when, cents where it is about money, and its kind (`stages.Event`)."""


class Events(NamedTuple):
    """Rows of `EVENT` of one day in the order of being noted, with room for more; their number, shape (1,)."""

    rows: npt.NDArray[np.void]
    used: Ints


class DayColumns(NamedTuple):
    """A day's events person by person, shape (n,); one person's come in the order of being noted."""

    person: npt.NDArray[np.uint64]
    kind: npt.NDArray[np.int8]
    day: npt.NDArray[np.int32]
    instant: npt.NDArray[np.float64]
    cents: Ints


_NOTHING = DayColumns(*(np.empty(0, dtype=kind) for kind in ("u8", "i1", "i4", "f8", "i8")))


@jit
def note(events: Events, person: np.uint64, kind: int, instant: float, cents: int) -> None:
    """Note one event; there must be room for it."""
    n = events.used[0]
    events.used[0] = n + 1
    event = events.rows[n]
    event.person, event.kind, event.instant, event.cents = person, kind, instant, cents


@jit
def close_events(events: Events, day: int) -> DayColumns:
    """The day's events person by person; there are none afterwards."""
    rows, n = events.rows, events.used[0]
    person, kind, days = np.empty(n, dtype=np.uint64), np.empty(n, dtype=np.int8), np.full(n, day, dtype=np.int32)
    instant, cents = np.empty(n), np.empty(n, dtype=np.int64)
    for j in range(n):
        person[j] = rows[j].person
    order = order_of_people(person)
    for j in range(n):
        event = rows[order[j]]
        person[j], kind[j], instant[j], cents[j] = event.person, event.kind, event.instant, event.cents
    events.used[0] = 0
    return DayColumns(person, kind, days, instant, cents)


@jit
def order_of_people(person: npt.NDArray[np.uint64]) -> Ints:
    """Positions by identity, equal ones as they stand, shape (n,), n > 0.

    Each goes to its part of the range of identities first, which are spread evenly: in linear time.
    """
    n, least = person.size, person.min()
    span, shift = person.max() - least, np.uint64(0)
    while span >> shift >= np.uint64(n):
        shift += np.uint64(1)
    ends = np.zeros(np.int64(span >> shift) + 2, dtype=np.int64)
    for j in range(n):
        ends[np.int64((person[j] - least) >> shift) + 1] += 1
    for part in range(1, ends.size):
        ends[part] += ends[part - 1]
    order = np.empty(n, dtype=np.int64)
    for j in range(n):
        own = np.int64((person[j] - least) >> shift)
        order[ends[own]] = j
        ends[own] += 1
    for k in range(1, n):
        j, place = order[k], k
        while place > 0 and person[order[place - 1]] > person[j]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = j
    return order


class EventLog:
    """Hashes the integers of every event day by day, and keeps the events if asked to."""

    def __init__(self, keep: bool) -> None:
        self._hash = hashlib.sha256()
        self._today = _room(256)
        self._kept: list[DayColumns] | None = [] if keep else None
        self._last = _NOTHING

    @property
    def yesterday(self) -> DayColumns:
        """The events of the last day that was closed; none before the first."""
        return self._last

    def room(self, more: int) -> Events:
        """Today's events so far, with room for so many more, to be noted by compiled functions."""
        rows, used = self._today
        count = int(used[0])
        if count + more > rows.size:
            self._today = _room(2 * (count + more))
            self._today.rows[:count] = rows[:count]
            self._today.used[0] = count
        return self._today

    @property
    def today(self) -> npt.NDArray[Any]:
        """Today's events so far as rows of shape (n,), in the order of being noted; a view."""
        return self._today.rows[: self._today.used[0]]

    def today_of(self, person: int) -> Iterator[tuple[int, float, int]]:
        """Kind, instant and cents of one person's events of today so far, in the order of being noted."""
        rows = self.today
        for event in rows[rows["person"] == np.uint64(person)]:
            yield int(event["kind"]), float(event["instant"]), int(event["cents"])

    def take_today(self) -> npt.NDArray[Any]:
        """Today's events so far, which leave the log, as rows of shape (n,)."""
        rows, used = self._today
        count, used[0] = int(used[0]), 0
        return rows[:count].copy()

    def add(self, rows: npt.NDArray[Any]) -> None:
        """Events of today that another log has taken."""
        events = self.room(rows.size)
        count = int(events.used[0])
        events.rows[count : count + rows.size] = rows
        events.used[0] = count + rows.size

    def take_in(self, day: int, more: bytes) -> None:
        """Add to the fingerprint what else happened today, beside events of these kinds."""
        self._hash.update(f"day {day}: {len(more)} bytes\n".encode() + more)

    def close_day(self, day: int) -> None:
        """Add today's events to the fingerprint, person by person; one person's come in the order of being noted."""
        if self._today.used[0] == 0:
            self._last = _NOTHING
            return
        columns = self._last = close_events(self._today, day)
        for column in (columns.person, columns.kind, columns.day, columns.cents):
            self._hash.update(column.data)
        if self._kept is not None:
            self._kept.append(columns)

    @property
    def fingerprint(self) -> str:
        """Hexadecimal digest of all events so far."""
        return self._hash.hexdigest()

    def events(self) -> dict[str, npt.NDArray[Any]] | None:
        """All kept events as arrays of shape (n,), in order of day."""
        if self._kept is None:
            return None
        days = zip(_NOTHING, *self._kept, strict=True)
        return {name: np.concatenate(parts) for name, parts in zip(DayColumns._fields, days, strict=True)}


def _room(size: int) -> Events:
    return Events(np.empty(size, dtype=EVENT), np.zeros(1, dtype=np.int64))
