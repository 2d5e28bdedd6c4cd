"""Who is at the desk on days on which a strategy in Python has decided it: agents who come and stay away by day.

Each agent is a shift of one. Agents with the same hours and skills are alike: where a day asks for some of them, the
first in number come, those of the plan before those who were added. Whoever comes today is expected tomorrow, until the
next morning says otherwise; then work that rests in the hands of others is timed anew.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.evening.staff_hours import HOURS, StaffHours, TimeWorked
from sim.evening.waiting_line import DeskNumbers, WorkInHand
from sim.evening.work_in_hand import set_ends, take_all, time_work
from sim.firm.staff import skills_of
from sim.law.numbers import felt_through
from sim.scenario import Shift
from sim.scenario.presence import apart, shift_hours
from sim.state.daily_values import TICKET, Tickets
from sim.state.run_state import RunState

Mask = npt.NDArray[np.bool_]


class FeltHours:
    """Keeps up how long a wait feels at a desk that says when it is closed, where its staff changes by day."""

    def __init__(self, state: RunState) -> None:
        self._planned = shift_hours(state.inputs.scenario)
        self._were: list[tuple[float, float]] = []
        """The hours of days before today."""
        self._last: frozenset[tuple[float, float]] | None = None
        """The hours that yesterday had by decision; None by plan."""

    def look(self, state: RunState) -> None:
        """Let waits of today feel by who is there today, and is expected on the days after it."""
        staff, day = state.decided.staff, state.day
        today = None if staff is None else frozenset(shift.hours for shift in staff)
        if today is None:
            expected = [span for span in self._planned if span[0] >= day]
        else:
            days = range(day, day + 1 if today == self._last else state.inputs.scenario.run.days)
            expected = [(one + opens, one + closes) for opens, closes in today for one in days]
        if today != self._last:
            marks, felt = felt_through(state.inputs.scenario, apart([*self._were, *expected]))
            state.inputs = replace(state.inputs, service=state.inputs.service._replace(marks=marks, felt=felt))
        self._were += [span for span in expected if span[0] < day + 1]
        self._last = today


class DayStaff:
    """The agents of a desk whose staff may change by day, with what they have in hand."""

    def __init__(self, numbers: DeskNumbers, hand: WorkInHand) -> None:
        self.numbers, self.hand = numbers, hand
        self.begun: Tickets = np.zeros(0, dtype=TICKET)
        self._alone = False
        """Whether each agent is a shift."""
        self._planned = numbers.staff.present

    def keep_begun(self, rows: Tickets, day: int) -> None:
        """Keep what is in hand at the end of a day; `rows` are the tickets of the evening."""
        held = self.begun[self.begun["finish"] > day + 1]
        new = rows[(rows["start"] >= day) & (rows["start"] < np.inf) & (rows["finish"] > day + 1)]
        if held.size or new.size:
            self.begun = np.concatenate([held, new[np.argsort(new["start"], kind="stable")]])
        else:
            self.begun = held

    def come_today(self, state: RunState) -> tuple[DeskNumbers, WorkInHand]:
        """The desk of today, and what its agents have in hand."""
        today, day = state.decided.staff, state.day
        if today is None and not self._alone:
            return self.numbers, self.hand
        self.begun = self.begun[self.begun["finish"] > day]
        self._each_alone()
        coming = None if today is None else self._who_comes(today)
        before = self.numbers.staff
        present = before.present.copy()
        present[:, day:] = self._planned[:, day:] if coming is None else coming[:, None]
        changed = (present[:, day:] != before.present[:, day:]).any(axis=1)
        if changed.any():
            self._change(state, present, changed)
        return self.numbers, self.hand

    def _each_alone(self) -> None:
        """Make each agent a shift, which changes nothing of who does what."""
        if self._alone:
            return
        staff, self._alone = self.numbers.staff, True
        sizes = np.diff(staff.agents)
        opens, closes = np.repeat(staff.opens, sizes), np.repeat(staff.closes, sizes)
        present, skills = np.repeat(staff.present, sizes, axis=0), np.repeat(staff.skills, sizes, axis=0)
        self._planned = present
        self._set_staff(StaffHours(opens, closes, present, skills, np.arange(opens.size + 1), staff.overtime))

    def _set_staff(self, staff: StaffHours) -> None:
        """Let these be the agents: those of before, and perhaps more."""
        hand, more = self.hand, staff.opens.size - self.hand.tickets.size
        places = more * self.numbers.chats
        self.hand = WorkInHand(
            np.pad(hand.tickets, (0, more)),
            np.pad(hand.done, (0, places)),
            np.pad(hand.agent, (0, places)),
            hand.used,
            np.pad(hand.paid, (0, more)),
            np.full((staff.opens.size, 2), -np.inf),  # found again when the desk looks who is there
            hand.worked,
        )
        self.numbers = self.numbers._replace(staff=staff)

    def _who_comes(self, today: tuple[Shift, ...]) -> Mask:
        """Which agents come today, shape (agents,); there are more agents afterwards where there were too few."""
        staff = self.numbers.staff
        coming = np.zeros(staff.opens.size, dtype=bool)
        for shift, skills in zip(today, skills_of(today), strict=True):
            alike = (staff.opens == shift.hours[0]) & (staff.closes == shift.hours[1])
            alike &= (staff.skills == skills).all(axis=1) & ~coming
            first = np.flatnonzero(alike)[: shift.agents]
            coming[first] = True
            new = shift.agents - first.size
            if new:
                staff = StaffHours(
                    np.append(staff.opens, np.full(new, shift.hours[0])),
                    np.append(staff.closes, np.full(new, shift.hours[1])),
                    np.pad(staff.present, ((0, new), (0, 0))),
                    np.concatenate([staff.skills, np.tile(skills, (new, 1))]),
                    np.arange(staff.opens.size + new + 1),
                    staff.overtime,
                )
                coming = np.append(coming, np.ones(new, dtype=bool))
        if staff.opens.size > self.numbers.staff.opens.size:
            self._planned = np.pad(self._planned, ((0, staff.opens.size - self._planned.shape[0]), (0, 0)))
            self._set_staff(staff)
        return coming

    def _change(self, state: RunState, present: Mask, changed: Mask) -> None:
        """Let agents come on other days from today on, and time what those who do have in hand anew."""
        before, day, hand = self.numbers.staff, state.day, self.hand
        staff = before._replace(present=present)
        self.numbers = self.numbers._replace(staff=staff)
        hand.duty[:] = -np.inf
        if not changed[self.begun["agent"]].any():
            return
        paid, old, new = np.minimum(hand.paid, day), _nothing_worked(present), _nothing_worked(present)
        time_work(self.begun.copy(), changed, before, paid.copy(), old)
        time_work(self.begun, changed, staff, paid, new)
        # the days before are booked; overtime past midnight that nobody expected yesterday is of today
        moved = new.days - old.days
        hand.worked.days[day:] += moved[day:]
        hand.worked.days[day] += moved[:day].sum(axis=0)
        hand.worked.hours[:] += new.hours - old.hours
        hand.paid[changed] = paid[changed]
        set_ends(state.pending.tickets.rows, self.begun)
        take_all(self.begun, hand)


def _nothing_worked(present: Mask) -> TimeWorked:
    return TimeWorked(np.zeros((present.shape[1], 2)), np.zeros((HOURS, 2)))
