"""The first event that differs: two tables of events compared by their integers, and the difference in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.traces.divergence import format_side
from experiments.traces.timeline_entries import TimelineEntry, TimelineFormat, entries_of
from scenarios import InputError

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace

Events = Mapping[str, npt.NDArray[Any]]
"""Arrays person, kind, day, cents and instant (days) of shape (n,), in any order."""
Mask = npt.NDArray[np.bool_]
KEY = ("person", "day", "kind", "cents")
"""Columns by which events are equal; instants are left out, because other machines round them differently."""


@dataclass(frozen=True)
class FirstEvent:
    """The earliest event that only one side has: the person, the time, and in words what each side has there."""

    person: int
    day: int
    instant: float
    a: str
    b: str

    def to_json(self) -> dict[str, Any]:
        """Plain data; the identity is text, as some JSON readers cannot hold 64-bit integers."""
        return {**vars(self), "person": str(self.person)}


@dataclass(frozen=True)
class EventDifferences:
    """Two tables of events: their sizes, the first difference (None where there is none), the number of people with any
    events, and of those whose events differ. `instants` is the largest time between two equal events, in days."""

    events: tuple[int, int]
    first: FirstEvent | None
    people: int
    differing: int
    instants: float


def compare_events(a: Events, b: Events, formats: TimelineFormat) -> EventDifferences:
    """Compare two tables of events; the order of their rows does not matter."""
    only, instants = _only(a, b)
    sides = tuple(
        {name: column[mask] for name, column in side.items()} for side, mask in zip((a, b), only, strict=True)
    )
    people = np.union1d(a["person"], b["person"]).size
    differing = np.union1d(sides[0]["person"], sides[1]["person"])
    first = _first(a, b, only, formats) if differing.size else None
    return EventDifferences((a["person"].size, b["person"].size), first, int(people), int(differing.size), instants)


def _only(a: Events, b: Events) -> tuple[tuple[Mask, Mask], float]:
    """Which rows of each side the other does not have, counting repeats; and the largest time between equal events."""
    both = {name: np.concatenate([a[name], b[name]]) for name in (*KEY, "instant")}
    side = np.repeat(np.array([0, 1], dtype=np.int8), [a["person"].size, b["person"].size])
    order = np.lexsort((both["instant"], side, both["cents"], both["kind"], both["day"], both["person"]))
    new = np.zeros(order.size, dtype=bool)
    new[:1] = True
    for name in KEY:
        column = both[name][order]
        new[1:] |= column[1:] != column[:-1]
    group, starts, of_b = np.cumsum(new) - 1, np.flatnonzero(new), side[order]
    in_b = np.bincount(group, weights=of_b, minlength=starts.size).astype(np.int64)
    in_a = np.bincount(group, minlength=starts.size) - in_b
    place = np.arange(order.size) - starts[group] - of_b * in_a[group]
    unmatched = place >= np.minimum(in_a, in_b)[group]
    instants = both["instant"][order]
    shifts = np.abs(instants[~unmatched & (of_b == 0)] - instants[~unmatched & (of_b == 1)])
    mask = np.empty(order.size, dtype=bool)
    mask[order] = unmatched
    return (mask[: a["person"].size], mask[a["person"].size :]), float(shifts.max(initial=0.0))


def _first(a: Events, b: Events, only: tuple[Mask, Mask], formats: TimelineFormat) -> FirstEvent:
    rows = [
        (float(side["instant"][row]), int(side["day"][row]), int(side["person"][row]))
        for side, mask in zip((a, b), only, strict=True)
        for row in _earliest(side, mask)
    ]
    instant, day, person = min(rows)
    entries = [_entries(side, mask, person, formats) for side, mask in zip((a, b), only, strict=True)]
    place = next(place for place, own in enumerate(entries) if own and own[0].instant == instant)
    first = entries[place][0]
    words = [format_side(_match(first, own), first, formats) for own in entries]
    return FirstEvent(person, day, instant, words[0], words[1])


def _earliest(side: Events, mask: Mask) -> npt.NDArray[np.int64]:
    """The position of the earliest of the chosen rows; empty where none is chosen."""
    rows = np.flatnonzero(mask)
    return rows[np.lexsort((side["person"][rows], side["day"][rows], side["instant"][rows]))[:1]]


def _match(first: TimelineEntry, entries: list[TimelineEntry]) -> TimelineEntry | None:
    return next((one for one in entries if one.match_key == first.match_key), None)


def _entries(side: Events, mask: Mask, person: int, formats: TimelineFormat) -> list[TimelineEntry]:
    """Entries of one person that only this side has, in order of instants; orders are counted from the first day."""
    rows = np.flatnonzero(side["person"] == np.uint64(person))
    rows = rows[np.lexsort((side["kind"][rows], side["day"][rows], side["instant"][rows]))]
    entries = entries_of(_trace(side, rows, person), formats)
    return [entry for entry, row in zip(entries, rows, strict=True) if mask[row]]


def _trace(side: Events, rows: npt.NDArray[np.int64], person: int) -> PersonTrace:
    from sim.output.person_trace import PersonTrace, TracedEvent
    from sim.stages import Event

    columns = (side[name][rows] for name in ("day", "instant", "kind", "cents"))
    events = [TracedEvent(int(d), float(at), Event(int(k)), int(c)) for d, at, k, c in zip(*columns, strict=True)]
    return PersonTrace(person, {}, events=events)


def read_events(path: Path) -> Events:
    """The table of events that `run --events` wrote. Raises InputError for a damaged one."""
    import pandas as pd

    from sim.stages import Event

    try:
        table = pd.read_parquet(path, columns=[*KEY, "instant"])
    except (OSError, ValueError, KeyError) as error:
        columns = f"a table with columns {', '.join(KEY)}, instant"
        raise InputError(place=str(path), expected=columns, got=str(error)) from None
    events = {name: table[name].to_numpy() for name in table.columns}
    for name in KEY:
        if not np.issubdtype(events[name].dtype, np.integer):
            raise InputError(place=f"{path}: {name}", expected="whole numbers", got=str(events[name].dtype))
    kinds = events["kind"]
    if kinds.size and not (kinds.min() >= 0 and kinds.max() <= max(Event)):
        got = f"{kinds.min()} to {kinds.max()}"
        raise InputError(place=f"{path}: kind", expected=f"numbers from 0 to {int(max(Event))}", got=got)
    return events
