"""What a strategy in Python is shown each midnight: what the shop knows at the end of yesterday."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.scenario.market import TicketKind
from sim.scenario.strategy import Who

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]


@dataclass(frozen=True)
class OpenTickets:
    """The tickets that nobody has answered, and complaints that are not over: one entry each, shape (n,); copies."""

    kind: Labels
    """pre_sale, after_sale or complaint."""
    waiting: Floats
    """Days since it was opened."""
    in_hand: Mask
    """Whether an agent works on it: a complaint that has begun and is not over."""
    person: Ints
    """Numbers of the people who wait, as in `PublicView.person`; some may have left since."""

    def count(self, kind: TicketKind | None = None) -> int:
        """How many are open, of one kind or of all."""
        return int(self.kind.size if kind is None else np.count_nonzero(self.kind == kind))

    def longest(self, kind: TicketKind | None = None) -> float:
        """The longest time for which one that nobody has begun has waited, days; 0 where none waits."""
        here = ~self.in_hand if kind is None else ~self.in_hand & (self.kind == kind)
        return float(self.waiting[here].max(initial=0.0))


@dataclass(frozen=True)
class Costs:
    """What the shop pays for what it does: cents, and mappings from names to cents."""

    wage: float
    """An agent's time, per day of 24 hours."""
    seat: float
    """A place at the desk, per agent and day."""
    training: int
    """What a new agent costs once."""
    goods: float
    """Cost of goods as a share of their list value."""
    message: Mapping[str, int]
    """One delivered message, by channel."""
    content: Mapping[str, int]
    """Making the content of a message, by channel."""
    exposure: Mapping[str, int]
    """Reaching one prospect, by source."""
    adding: Mapping[str, int]
    """Adding one contact, by source."""


@dataclass(frozen=True)
class ViewSources:
    """How a `PublicView` is filled: functions of a column's name, of conditions, of the name of a uniform or note, and
    of the names of a mechanism and its column.

    The first five return arrays with one entry per contact, shape (n,).
    """

    column: Callable[[str], npt.NDArray[Any]]
    matches: Callable[[Who], Mask]
    uniform: Callable[[str], Floats]
    note: Callable[[str], Floats]
    extra: Callable[[str, str], Floats]
    account: Callable[[str], Ints]
    """An account by day, shape (days so far,)."""
    queue: Callable[[], OpenTickets]
    running: Callable[[], Mapping[str, int]]
    costs: Costs


@dataclass(frozen=True, slots=True)
class PublicView:
    """What the shop knows at the end of yesterday: of each contact that can be written to, of its desk and its books.

    Every column of people has shape (n,) and is a copy; days are whole days. People who drifted away look like any
    other buyer, and no trait is here. `today` is the date, `day` counts from the run's start.
    """

    day: int
    today: date
    person: Ints
    """Numbers of the contacts; a person keeps the same one through the whole run."""
    _from: ViewSources = field(repr=False)

    @property
    def orders(self) -> Ints:
        """Orders so far."""
        return self._from.column("orders")

    @property
    def spent(self) -> Ints:
        """Cents paid so far."""
        return self._from.column("spent")

    @property
    def tenure(self) -> Floats:
        """Days since the person was added."""
        return self._from.column("tenure")

    @property
    def recency(self) -> Floats:
        """Days since the last order; very many for leads."""
        return self._from.column("recency")

    @property
    def own_cycle(self) -> Floats:
        """Days to be expected between two orders of this person, given what the shop has seen."""
        return self._from.column("own_cycle")

    @property
    def recency_own_cycles(self) -> Floats:
        """Recency over the person's own cycle."""
        return self._from.column("recency_own_cycles")

    @property
    def last_touch(self) -> Floats:
        """Days since the last message of any programme; very many for people never written to."""
        return self._from.column("last_touch")

    @property
    def silence(self) -> Floats:
        """Days since the person's last order, question or interaction."""
        return self._from.column("silence")

    @property
    def engaged(self) -> Labels:
        """active, silent or dormant."""
        return self._from.column("engaged")

    @property
    def tier(self) -> Labels:
        """potential, active, high_value or dormant."""
        return self._from.column("tier")

    @property
    def rfm(self) -> Labels:
        """important_value, important_development, important_keep or general; empty for leads."""
        return self._from.column("rfm")

    @property
    def source(self) -> Labels:
        """Name of the source that the person came from; empty for people of day one."""
        return self._from.column("source")

    @property
    def tag(self) -> Labels:
        """The interest that the shop takes the person to have; empty for none."""
        return self._from.column("tag")

    def matches(self, who: Who) -> Mask:
        """Which contacts meet every condition, as `who` in a scenario file."""
        return self._from.matches(who)

    def uniform(self, name: str) -> Floats:
        """A uniform in (0, 1) for each person, the same whenever asked for by the same name on the same day."""
        return self._from.uniform(name)

    def note(self, name: str) -> Floats:
        """What this strategy has noted of each person by `Actions.note`; nan where nothing has been noted."""
        return self._from.note(name)

    def extra(self, mechanism: str, column: str) -> Floats:
        """A column that a mechanism added in Python shows (`Mechanism.shown`), as at the end of yesterday."""
        return self._from.extra(mechanism, column)

    def account(self, name: str) -> Ints:
        """One account of the shop's books on each day up to yesterday, counts or cents, shape (day,); read-only.

        Raises WrongValue for a name that is none, or that no shop could know, such as how many drifted away.
        """
        return self._from.account(name)

    @property
    def contribution(self) -> Ints:
        """What each day up to yesterday left after all costs but the fixed ones, cents, shape (day,)."""
        return self._from.account("contribution")

    @property
    def queue(self) -> OpenTickets:
        """The open tickets of the desk."""
        return self._from.queue()

    @property
    def running(self) -> Mapping[str, int]:
        """Campaigns that began before today and are not over: days left, today included, by name."""
        return self._from.running()

    @property
    def costs(self) -> Costs:
        """What the shop pays for what it does."""
        return self._from.costs
