"""When agents are at the desk, and when work is done that rests while they are not."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_inlined

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

HOURS = 24


class StaffHours(NamedTuple):
    """The shifts of a desk: hours as fractions of a day, shape (shifts,); days and kinds by shift.

    `present`, shape (shifts, days), says on which days of the run each shift comes; after the run nobody does.
    `skills`, shape (shifts, kinds + 1), the last of which is writing. `agents`, shape (shifts + 1,), is the first agent
    of each shift, who are numbered through, and the number of all. `overtime` is in days.
    """

    opens: Floats
    closes: Floats
    present: Mask
    skills: Mask
    agents: Ints
    overtime: float


class TimeWorked(NamedTuple):
    """What has been worked, or will be on work that has begun, in days: of tickets in hand, and of agents' overtime.

    `days`, shape (days, 2), are those of the shifts, so what goes on past midnight belongs to the day before. `hours`,
    shape (24, 2), are the hours of the day over all days. With several tickets in hand an agent's hour counts for each.
    """

    days: Floats
    hours: Floats


@jit
def next_day(staff: StaffHours, shift: int, day: int) -> int:
    """The first day from `day` on on which a shift comes; the number of days where none is left."""
    while day < staff.present.shape[1] and not staff.present[shift, day]:
        day += 1
    return day


@jit_inlined
def set_duty(staff: StaffHours, duty: Floats, now: float) -> None:
    """Let `duty`, shape (shifts, 2), hold from when to when each shift is there: now or, if it is not there, next."""
    for shift in range(duty.shape[0]):
        if duty[shift, 1] > now:
            continue
        day = next_day(staff, shift, max(math.floor(now), 0))
        if day + staff.closes[shift] <= now:
            day = next_day(staff, shift, day + 1)
        none = day == staff.present.shape[1]
        duty[shift, 0] = math.inf if none else day + staff.opens[shift]
        duty[shift, 1] = math.inf if none else day + staff.closes[shift]


@jit_inlined
def work(
    staff: StaffHours, shift: int, start: float, handling: float, until: float, paid: float, worked: TimeWorked
) -> tuple[float, float, float]:
    """When work that an agent begins at `start`, in the shift's hours, is done, or dropped at the instant `until`.

    Infinity if not before the run is over. Then how much of it was done, in days, and the instant until which the
    agent's overtime is paid, `paid` before. What is worked when is added to `worked`.
    """
    day, now, left = math.floor(start), start, handling
    while True:
        close = day + staff.closes[shift]
        end = close
        if staff.overtime > 0.0:
            following = next_day(staff, shift, day + 1)
            end = close + staff.overtime
            if following < staff.present.shape[1]:
                end = min(end, following + staff.opens[shift])
        done = min(now + left, end, max(until, now))
        note_worked(worked, day, now, done, 0)
        if done > close:
            note_worked(worked, day, max(close, paid), done, 1)
            paid = max(paid, done)
        if until < min(now + left, end):
            return until, handling - left + done - now, paid
        if now + left <= end:
            return now + left, handling, paid
        left -= end - now
        day = next_day(staff, shift, day + 1)
        if day == staff.present.shape[1]:
            return until, handling - left, paid
        now = day + staff.opens[shift]


@jit
def note_worked(worked: TimeWorked, day: int, begin: float, end: float, what: int) -> None:
    """Add the time from one instant to another, hour by hour; nothing if it does not end later. `what` is a column."""
    if end <= begin:
        return
    worked.days[day, what] += end - begin
    hour = math.floor(begin * HOURS)
    while begin < end:
        stop = min(end, max((hour + 1) / HOURS, begin))
        worked.hours[hour % HOURS, what] += stop - begin
        begin, hour = stop, hour + 1
