"""A mechanism that is added to the law in one file: a process that keeps columns, and a response that reads them.

    rain = Mechanism("rain", process, response)

`process(env, shop)` is a SimPy generator that starts at midnight of day 0; time is in days. `response(people, market)`
is called once a day, after all that happens at midnight and before the day is lived. It returns log multipliers of
today's hazards, `order` and `leave`: numbers, or arrays of shape (people.size,). The responses of all mechanisms are
summed into two columns that the compiled day reads anyway, so adding one compiles nothing anew.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, daily, keyed
from sim.extend.person_columns import AddedError, PersonColumns, mistake
from sim.people.customer_columns import CustomerColumns
from sim.people.traits import draw
from sim.scenario import Market

if TYPE_CHECKING:
    import simpy

    from sim.firm.view import View
    from sim.run_state import RunState

Floats = npt.NDArray[np.float64]
Process = Generator[Any, Any, None]

HAZARDS = {"order": "log_order", "leave": "log_leave"}
"""What a response may move, and the column of the day that it goes into."""


@dataclass(frozen=True)
class Mechanism:
    """One added mechanism. `process` may be None where the response needs no state.

    `version` stands for what the two functions do in the name of a run; runs without one are neither kept nor reused.
    """

    name: str
    process: Callable[[simpy.Environment, MechanismContext], Process] | None
    response: Callable[[MechanismContext, Market], Mapping[str, npt.ArrayLike]]
    version: str | None = None


class MechanismContext:
    """What a mechanism sees of a run: the market, the people, what the shop knows, and columns of its own.

    Arrays have shape (size,), one entry per person who was ever added. The population grows, so ask for a column anew
    each day.
    """

    def __init__(self, shop: RunState) -> None:
        self._shop = shop
        self._columns = PersonColumns(0.0)

    @property
    def size(self) -> int:
        """How many people there are."""
        return self._shop.population.size

    @property
    def day(self) -> int:
        """Days since the run's start."""
        return self._shop.today

    @property
    def today(self) -> date:
        """The date."""
        return self._shop.scenario.run.start + timedelta(days=self._shop.today)

    @property
    def market(self) -> Market:
        """The market of this run; `market.extra` holds the numbers of `[market.extra]`."""
        return self._shop.market

    @property
    def view(self) -> View:
        """What the shop knows at the end of yesterday."""
        return self._shop.view()

    def column(self, name: str) -> Floats:
        """A column of this mechanism's own, to be written and read; 0 for new people."""
        return self._columns.get(name, self.size)

    def person(self, name: str) -> npt.NDArray[Any]:
        """A copy of one of the law's own columns, traits and stocks that no shop can see among them (`CustomerColumns`)."""
        if name not in CustomerColumns._fields:
            raise ValueError(f"person: one of {', '.join(CustomerColumns._fields)} is allowed; got {name!r}")
        return self._shop.population.column(name).copy()

    def uniform_today(self, name: str) -> float:
        """A uniform in (0, 1) that today has for everybody."""
        return float(keyed(self._shop.key, np.uint64(0), int(Decision.MECHANISM), daily(name, self.day)))

    def uniforms_today(self, name: str) -> Floats:
        """A uniform in (0, 1) that today has for each person."""
        who = self._shop.population.column("identity")
        return draw(self._shop.key, who, Decision.MECHANISM, daily(name, self.day))


class AddedMechanisms:
    """The mechanisms of one run, each with its world."""

    def __init__(self, shop: RunState) -> None:
        self._shop = shop
        mechanisms = shop.scenario.mechanisms
        self._worlds = [(mechanisms[name], MechanismContext(shop)) for name in sorted(mechanisms)]

    def start(self, env: simpy.Environment) -> None:
        """Start every process, in order of names."""
        for mechanism, world in self._worlds:
            if mechanism.process is not None:
                env.process(self._guarded(env, mechanism, world))

    def respond(self) -> None:
        """Sum today's responses into the columns that the day reads."""
        if not self._worlds:
            return
        columns = {effect: self._shop.population.column(column) for effect, column in HAZARDS.items()}
        for column in columns.values():
            column[:] = 0.0
        for mechanism, world in self._worlds:
            for effect, values in self._response(mechanism, world).items():
                columns[effect] += values

    def _guarded(self, env: simpy.Environment, mechanism: Mechanism, world: MechanismContext) -> Process:
        assert mechanism.process is not None
        whose = f"mechanism {mechanism.name!r}: process"
        try:
            process = mechanism.process(env, world)
            if not isinstance(process, Generator):
                raise mistake(self._shop, whose, f"must yield, as in `yield env.timeout(1)`; got {process!r}")
            yield from process
        except AddedError:
            raise
        except Exception as error:
            raise mistake(self._shop, whose, error) from error

    def _response(self, mechanism: Mechanism, world: MechanismContext) -> dict[str, Floats]:
        whose = f"mechanism {mechanism.name!r}: response"
        try:
            answer = mechanism.response(world, world.market)
            if not isinstance(answer, Mapping):
                raise ValueError(f"a dictionary of {' and '.join(HAZARDS)} is allowed; got {type(answer).__name__}")
            return {effect: _judged(effect, values, world.size) for effect, values in answer.items()}
        except Exception as error:
            raise mistake(self._shop, whose, error) from error


def _judged(effect: str, values: npt.ArrayLike, size: int) -> Floats:
    if effect not in HAZARDS:
        raise ValueError(f"the hazards {' and '.join(HAZARDS)} are allowed; got {effect!r}")
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape not in ((), (size,)):
        raise ValueError(
            f"{effect}: one number, or one for each of {size} people is allowed; got shape {numbers.shape}"
        )
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{effect}: finite log multipliers are allowed; got {numbers[~np.isfinite(numbers)][0]}")
    return numbers
