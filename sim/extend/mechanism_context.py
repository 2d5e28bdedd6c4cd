"""What a mechanism sees of a run, and what it can do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, daily, keyed
from sim.extend.ended_relations import EndedRelations, ended_relations
from sim.extend.mechanism_actions import MechanismActions, events_of
from sim.extend.person_columns import PersonColumns, SharedColumns
from sim.people.customer_columns import COLUMNS
from sim.people.traits import draw
from sim.scenario import Market, Mechanism
from sim.state.run_state import RunState
from sim.state.view import View, view_of
from sim.units import WrongValue

Floats = npt.NDArray[np.float64]
Saved = tuple[dict[str, Floats], MechanismActions]


class MechanismContext:
    """What a mechanism sees of a run: the market, the people, what the shop knows, and columns of its own; and what it
    does beside its answers: it books money, adds people and notes events. That counts in the evening of the same day.

    Arrays have shape (size,), one entry per person who was ever added. The population grows, so ask for a column anew
    each day.
    """

    def __init__(self, state: RunState, mechanism: Mechanism, shared: SharedColumns) -> None:
        self._state = state
        self._mechanism = mechanism
        self._shared = shared
        self._columns = PersonColumns(0.0)
        self._actions = MechanismActions()
        self._closed = -1

    @property
    def size(self) -> int:
        """How many people there are."""
        return self._state.population.size

    @property
    def day(self) -> int:
        """Days since the run's start."""
        return self._state.day

    @property
    def today(self) -> date:
        """The date."""
        return self._state.inputs.scenario.run.start + timedelta(days=self._state.day)

    @property
    def market(self) -> Market:
        """The market of this run; `market.extra` holds the numbers of `[market.extra]`."""
        return self._state.inputs.market

    @property
    def view(self) -> View:
        """What the shop knows at the end of yesterday."""
        return view_of(self._state)

    @property
    def ended(self) -> EndedRelations:
        """Relations that ended yesterday; none on day 0."""
        return ended_relations(self._state)

    def column(self, name: str) -> Floats:
        """A column of this mechanism's own, to be written and read; 0 for new people."""
        return self._columns.get(name, self.size)

    def noted(self, strategy: str, name: str) -> Floats:
        """A copy of what a strategy in Python has noted of each person (`Actions.note`), today's notes among them; nan
        where nothing has been noted, and for everybody where no strategy has this name."""
        if strategy not in self._state.inputs.scenario.programmes:
            return np.full(self.size, np.nan)
        return self._shared.notes_of(strategy).get(name, self.size).copy()

    def person(self, name: str) -> npt.NDArray[Any]:
        """A copy of one of `customer_columns.COLUMNS`, hidden traits and state variables among them."""
        if name not in COLUMNS:
            raise WrongValue("person", f"one of {', '.join(COLUMNS)}", repr(name))
        return self._state.population.column(name).copy()

    def uniform_today(self, name: str) -> float:
        """A uniform in (0, 1), one for today and all people."""
        return float(keyed(self._state.population.key, np.uint64(0), int(Decision.MECHANISM), daily(name, self.day)))

    def uniforms_today(self, name: str) -> Floats:
        """A uniform in (0, 1) for each person, today."""
        population = self._state.population
        return draw(population.key, population.column("identity"), Decision.MECHANISM, daily(name, self.day))

    def book(self, account: str, cents: int) -> None:
        """Book money of today on one of the mechanism's accounts: whole cents, at least 0 unless it is a liability."""
        self._open().book(self._mechanism, account, cents)

    def add(self, source: str, count: int) -> None:
        """Add people to a source: they add the contact today, and are leads from tomorrow on."""
        self._open().add(self._state.inputs.sources, source, count)

    def note(self, event: str, person: npt.ArrayLike, cents: npt.ArrayLike = 0, instant: float | None = None) -> None:
        """Note an event of today of each of `person`, places of people; `cents` one for all or one for each.

        `instant` is days since the run's start, within today; midnight where it is not stated.
        """
        rows = np.asarray(person)
        if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
            raise WrongValue(
                f"note: {event}: person", "places of people, as np.flatnonzero(mask)", f"{rows.dtype} values"
            )
        wrong = rows[(rows < 0) | (rows >= self.size)]
        if wrong.size:
            raise WrongValue(f"note: {event}: person", f"places from 0 to {self.size - 1}", str(wrong[0]))
        at = float(self.day) if instant is None else float(instant)
        if not self.day <= at < self.day + 1:
            raise WrongValue(f"note: {event}: instant", f"an instant of day {self.day}", str(instant))
        identity = self._state.population.column("identity")[rows.astype(np.int64)]
        events = events_of(self._mechanism, event, identity, cents)
        events["instant"] = at
        self._open().events.append(events)

    def save(self) -> Saved:
        """Columns and today's actions as they are, to be gone back to."""
        return self._columns.copy(), self._actions.copy()

    def go_back(self, saved: Saved) -> None:
        """Undo what was written and done since `saved` was taken."""
        self._columns.restore(saved[0])
        self._actions = saved[1].copy()

    def has(self, name: str) -> bool:
        """Whether there is a column of this mechanism's own by this name."""
        return name in self._columns

    def take(self) -> MechanismActions:
        """Today's actions; no more are taken today."""
        actions, self._actions, self._closed = self._actions, MechanismActions(), self.day
        return actions

    def _open(self) -> MechanismActions:
        if self._closed == self.day:
            raise WrongValue("time", "actions before the evening, from midnight to 0.78 of the day", "one after it")
        return self._actions
