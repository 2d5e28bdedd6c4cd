"""The tickets of a run, and the same tickets before another staff."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.engine import advance, open_run
from sim.evening.staff_hours import HOURS
from sim.evening.tickets import COMPLAINT
from sim.evening.waiting_line import answer_by_bot, nothing_in_hand, serve
from sim.firm.desk import desk_numbers
from sim.firm.staff import staff_of
from sim.scenario.presence import open_spans

if TYPE_CHECKING:
    from sim.scenario import Scenario, Shift

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TicketStream:
    """All tickets of one run of a scenario, rows of `TICKET` by arrival, with what became of them.

    `worked`, shape (24, 2), by hour of the day: days that tickets were in hand while agents were there, and overtime.
    """

    scenario: Scenario
    rows: npt.NDArray[Any]
    worked: Floats = field(default_factory=lambda: np.zeros((HOURS, 2)))

    @property
    def overtime(self) -> float:
        """Days that agents worked beyond their hours."""
        return float(self.worked[:, 1].sum())

    @property
    def questions(self) -> npt.NDArray[Any]:
        """The rows of questions, those of the bot among them."""
        return self.rows[self.rows["kind"] < COMPLAINT]

    @property
    def tickets(self) -> int:
        """How many tickets people have opened."""
        return int((self.rows["row"] >= 0).sum())

    @property
    def asked(self) -> Mask:
        """Which are questions that come for the staff while somebody is there, on measured days; shape (n,)."""
        run, arrival = self.scenario.run, self.rows["arrival"]
        spans = np.array(open_spans(self.scenario) or [(math.inf, math.inf)])
        place = np.searchsorted(spans[:, 0], arrival, side="right") - 1
        there = (place >= 0) & (arrival < spans[np.maximum(place, 0), 1])
        measured = (arrival >= run.warm_up) & (arrival < run.warm_up + run.horizon)
        return np.asarray(there & measured & (self.rows["kind"] < COMPLAINT) & ~self.rows["solved"])

    def answered_within(self, time: float) -> float:
        """Share of those questions that are answered within a time, in days; nan where there are none."""
        wait = (self.rows["start"] - self.rows["arrival"])[self.asked]
        return float((wait <= time).mean()) if wait.size else math.nan

    def abandoned(self) -> float:
        """Share of those questions that people gave up."""
        rows = self.rows[self.asked]
        return float((np.isinf(rows["start"]) & np.isfinite(rows["finish"])).mean()) if rows.size else math.nan

    def backlog(self) -> float:
        """How many people wait as the last shift of a day ends, in the mean of days on which somebody came."""
        staff, rows = staff_of(self.scenario), self.rows[self.rows["row"] >= 0]
        present = staff.present & (np.diff(staff.agents) > 0)[:, None]
        ends = np.where(present, staff.closes[:, None], 0.0).max(axis=0)
        instants = (np.arange(ends.size) + ends)[ends > 0.0]
        until = np.sort(np.minimum(rows["start"], np.where(np.isinf(rows["start"]), rows["finish"], math.inf)))
        come = np.searchsorted(np.sort(rows["arrival"]), instants, side="right")
        return float((come - np.searchsorted(until, instants, side="right")).mean()) if instants.size else math.nan

    def before(self, shifts: tuple[Shift, ...]) -> TicketStream:
        """The same tickets before another staff: as if nobody wrote more or less, or bought, for that."""
        plan = replace(self.scenario.strategy.service, agents=None, hours=(0.0, 1.0), shifts=shifts)
        scenario = replace(self.scenario, strategy=replace(self.scenario.strategy, service=plan))
        rows, numbers = self.rows.copy(), desk_numbers(scenario)
        rows["start"] = rows["finish"] = math.inf
        hand, waiting = nothing_in_hand(numbers), np.empty(0, dtype=np.int64)
        places = np.searchsorted(rows["arrival"], np.arange(scenario.run.days + 1))
        for day in range(scenario.run.days):
            waiting = np.concatenate([waiting, np.arange(places[day], places[day + 1])])
            waiting = answer_by_bot(rows, waiting)
            serve(rows, waiting, numbers, hand, float(day), day + 1.0)
            waiting = waiting[np.isinf(rows["start"][waiting]) & np.isinf(rows["finish"][waiting])]
        return TicketStream(scenario, rows, hand.worked.hours)


def recorded(scenario: Scenario, draw: int, replication: int) -> TicketStream:
    """Simulate a run and keep its tickets."""
    opened, parts = open_run(scenario, draw, replication), []
    try:
        for day in range(scenario.run.days):
            advance(opened, day + 1)
            rows = opened.state.pending.tickets.rows
            parts.append(rows[rows["arrival"] >= day].copy())
    finally:
        opened.state.threads.close()
    rows = np.concatenate(parts)
    stream = TicketStream(scenario, rows[np.argsort(rows["arrival"], kind="stable")])
    return stream.before(scenario.strategy.service.staff)  # what became of them on later days, too
