"""For whom the first event differs: two tables of events compared by their integers, and the difference in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.traces.divergence import beside
from experiments.traces.timeline import TimelineEntry, TimelineFormat, moments
from scenarios import InputError

if TYPE_CHECKING:
    from sim.output.person_trace import PersonTrace

Events = Mapping[str, npt.NDArray[Any]]
"""Arrays person, kind, day, cents and instant (days) of shape (n,), in any order."""
Mask = npt.NDArray[np.bool_]
KEY = ("person", "day", "kind", "cents")
"""What makes two events the same; instants are left out, as they are rounded differently on other machines."""


@dataclass(frozen=True)
class FirstEvent:
    """The earliest event that only one side has: whose, when, and in words what each side has there."""

    person: int
    day: int
    instant: float
    a: str
    b: str

    def to_json(self) -> dict[str, Any]:
        """Plain data; the identity is text, as it may be too large for a number."""
        return {**vars(self), "person": str(self.person)}


@dataclass(frozen=True)
class EventDifferences:
    """Two tables of events: how many each has, the first difference (None where there is none), and of how many people
    the lives differ. `instants` is the widest distance in time of two events that are the same, in days."""

    events: tuple[int, int]
    first: FirstEvent | None
    people: int
    differing: int
    instants: float


def compare_events(a: Events, b: Events, setting: TimelineFormat) -> EventDifferences:
    """Hold two tables of events against each other, whatever the order of their rows."""
    alone, instants = _alone(a, b)
    sides = tuple(
        {name: column[mask] for name, column in side.items()} for side, mask in zip((a, b), alone, strict=True)
    )
    people = np.union1d(a["person"], b["person"]).size
    differing = np.union1d(sides[0]["person"], sides[1]["person"])
    first = _first(a, b, alone, setting) if differing.size else None
    return EventDifferences((a["person"].size, b["person"].size), first, int(people), int(differing.size), instants)


def _alone(a: Events, b: Events) -> tuple[tuple[Mask, Mask], float]:
    """Which rows of each side the other has not, counting repeats; and how far apart in time the others are."""
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
    lonely = place >= np.minimum(in_a, in_b)[group]
    instants = both["instant"][order]
    shifts = np.abs(instants[~lonely & (of_b == 0)] - instants[~lonely & (of_b == 1)])
    mask = np.empty(order.size, dtype=bool)
    mask[order] = lonely
    return (mask[: a["person"].size], mask[a["person"].size :]), float(shifts.max(initial=0.0))


def _first(a: Events, b: Events, alone: tuple[Mask, Mask], setting: TimelineFormat) -> FirstEvent:
    rows = [
        (float(side["instant"][row]), int(side["day"][row]), int(side["person"][row]))
        for side, mask in zip((a, b), alone, strict=True)
        for row in _earliest(side, mask)
    ]
    instant, day, person = min(rows)
    told = [_moments(side, mask, person, setting) for side, mask in zip((a, b), alone, strict=True)]
    place = next(place for place, own in enumerate(told) if own and own[0].instant == instant)
    first = told[place][0]
    words = [beside(_like(first, own), first, setting) for own in told]
    return FirstEvent(person, day, instant, words[0], words[1])


def _earliest(side: Events, mask: Mask) -> npt.NDArray[np.int64]:
    """The place of the earliest of the rows chosen; nothing where none is."""
    rows = np.flatnonzero(mask)
    return rows[np.lexsort((side["person"][rows], side["day"][rows], side["instant"][rows]))[:1]]


def _like(first: TimelineEntry, told: list[TimelineEntry]) -> TimelineEntry | None:
    return next((one for one in told if one.same == first.same), None)


def _moments(side: Events, mask: Mask, person: int, setting: TimelineFormat) -> list[TimelineEntry]:
    """What only this side has of one person, as moments in order of instants; counted from the run's first day."""
    rows = np.flatnonzero(side["person"] == np.uint64(person))
    rows = rows[np.lexsort((side["kind"][rows], side["day"][rows], side["instant"][rows]))]
    told = moments(_life(side, rows, person), setting)
    return [moment for moment, row in zip(told, rows, strict=True) if mask[row]]


def _life(side: Events, rows: npt.NDArray[np.int64], person: int) -> PersonTrace:
    from sim.output.person_trace import PersonTrace, TracedEvent
    from sim.stages import Event

    columns = (side[name][rows] for name in ("day", "instant", "kind", "cents"))
    happenings = [TracedEvent(int(d), float(at), Event(int(k)), int(c)) for d, at, k, c in zip(*columns, strict=True)]
    return PersonTrace(person, {}, events=happenings)


def read_events(path: Path) -> Events:
    """The table of events that `run --events` has left. Raises InputError for a damaged one."""
    import pandas as pd

    from sim.stages import Event

    try:
        table = pd.read_parquet(path, columns=[*KEY, "instant"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: allowed a table with columns {', '.join(KEY)}, instant; got {error}") from None
    events = {name: table[name].to_numpy() for name in table.columns}
    for name in KEY:
        if not np.issubdtype(events[name].dtype, np.integer):
            raise InputError(f"{path}: {name}: allowed whole numbers; got {events[name].dtype}")
    kinds = events["kind"]
    if kinds.size and not (kinds.min() >= 0 and kinds.max() <= max(Event)):
        raise InputError(f"{path}: kind: allowed 0 to {int(max(Event))}; got {int(kinds.min())} to {int(kinds.max())}")
    return events
