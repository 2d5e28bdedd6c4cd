"""The hours of the day: when within a day people do what they do; compiled.

A day of people is run through in parts of its area, from 0 to 1. The hours say at which time of day, a fraction of it,
which part is over: much of the area lies in busy hours, little in the night.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Floats = npt.NDArray[np.float64]

HOURS = 24


def marks_of(hours: Sequence[float]) -> Floats:
    """Part of the day's area before each full hour, shape (25,); empty where all hours are alike."""
    if not hours:
        return np.empty(0)
    parts = np.concatenate([[0.0], np.cumsum(hours)])
    return np.asarray(parts / parts[-1])


@jit
def time_of(part: float, marks: Floats) -> float:
    """The time of day, a fraction of it, at which a part of its area is over."""
    if marks.size == 0:
        return part
    hour = min(max(int(np.searchsorted(marks, part, side="right")) - 1, 0), HOURS - 1)
    time: float = (hour + (part - marks[hour]) / (marks[hour + 1] - marks[hour])) / HOURS
    return time


@jit
def part_at(time: float, marks: Floats) -> float:
    """The part of the day's area that is over at a time of day: the inverse of `time_of`."""
    if marks.size == 0:
        return time
    hour = min(int(time * HOURS), HOURS - 1)
    part: float = marks[hour] + (time * HOURS - hour) * (marks[hour + 1] - marks[hour])
    return part


@jit
def instant_of(area: float, marks: Floats) -> float:
    """The instant, in days, before which so much area lies: whole days hold one each."""
    if marks.size == 0:
        return area
    day = math.floor(area)
    return day + time_of(area - day, marks)


@jit
def area_until(instant: float, marks: Floats) -> float:
    """The area before an instant, in days: the inverse of `instant_of`."""
    if marks.size == 0:
        return instant
    day = math.floor(instant)
    return day + part_at(instant - day, marks)


@jit
def parts_at(times: Floats, marks: Floats) -> Floats:
    """`part_at` of each time, shape (n,)."""
    parts = np.empty(times.size)
    for i in range(times.size):
        parts[i] = part_at(times[i], marks)
    return parts
