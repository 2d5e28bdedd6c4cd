"""What a mechanism sees of a run, and how its response enters the day."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision, daily, keyed
from sim.extend.ended_relations import EndedRelations, ended_relations
from sim.extend.person_columns import AddedError, PersonColumns, mistake
from sim.people.customer_columns import COLUMNS
from sim.people.traits import draw
from sim.scenario import Market, Mechanism
from sim.state.run_state import RunState
from sim.state.view import View, view_of
from sim.units import WrongValue

Floats = npt.NDArray[np.float64]
Process = Generator[Any, Any, None]

HAZARDS = {"order": "log_order", "leave": "log_leave"}
"""What a response may change, and the column of the day that it is added to."""


class MechanismContext:
    """What a mechanism sees of a run: the market, the people, what the shop knows, and columns of its own.

    Arrays have shape (size,), one entry per person who was ever added. The population grows, so ask for a column anew
    each day.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._columns = PersonColumns(0.0)

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


class AddedMechanisms:
    """The mechanisms of one run, each with its context."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        mechanisms = state.inputs.scenario.mechanisms
        self._mechanisms = [(mechanisms[name], MechanismContext(state)) for name in sorted(mechanisms)]

    def start(self, env: simpy.Environment) -> None:
        """Start every process, in order of names."""
        for mechanism, context in self._mechanisms:
            if mechanism.process is not None:
                env.process(self._guarded(env, mechanism, context))

    def respond(self) -> None:
        """Add today's responses to the columns that the day reads, of which `log_order` holds what service does."""
        if not self._mechanisms:
            return
        columns = {effect: self._state.population.column(column) for effect, column in HAZARDS.items()}
        columns["leave"][:] = 0.0
        for mechanism, context in self._mechanisms:
            for effect, values in self._response(mechanism, context).items():
                columns[effect] += values

    def _guarded(self, env: simpy.Environment, mechanism: Mechanism, context: MechanismContext) -> Process:
        assert mechanism.process is not None
        place = f"mechanism {mechanism.name!r}: process"
        try:
            process = mechanism.process(env, context)
            if not isinstance(process, Generator):
                raise WrongValue("function", "a generator, as by `yield env.timeout(1)`", repr(process))
            yield from process
        except AddedError:
            raise
        except Exception as error:
            raise mistake(self._state, place, error) from error

    def _response(self, mechanism: Mechanism, context: MechanismContext) -> dict[str, Floats]:
        place = f"mechanism {mechanism.name!r}: response"
        try:
            answer = mechanism.response(context, context.market)
            if not isinstance(answer, Mapping):
                raise WrongValue("answer", f"a dictionary of {' and '.join(HAZARDS)}", type(answer).__name__)
            return {effect: _checked(effect, values, context.size) for effect, values in answer.items()}
        except Exception as error:
            raise mistake(self._state, place, error) from error


def _checked(effect: str, values: npt.ArrayLike, size: int) -> Floats:
    if effect not in HAZARDS:
        raise WrongValue("hazard", " or ".join(HAZARDS), repr(effect))
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape not in ((), (size,)):
        raise WrongValue(effect, f"one number, or one for each of {size} people", f"shape {numbers.shape}")
    if not np.all(np.isfinite(numbers)):
        raise WrongValue(effect, "finite log multipliers", str(numbers[~np.isfinite(numbers)][0]))
    return numbers
