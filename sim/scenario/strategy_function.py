"""A strategy as a plain function: what it is given each midnight, and what it answers.

    def strategy(view, memory):
        return Actions.touch(view.person[view.orders == 1], channel="direct", content="care"), memory

The engine calls it at 00:00 of every day with the view of yesterday's end (`PublicView`) and with a plain dictionary,
empty at first, that is handed on from day to day. It must be pure: what it returns depends on its arguments alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sim.scenario.market import Content
from sim.scenario.offer import Offer, valid_offer
from sim.scenario.strategy import Outreach, Who
from sim.units import WrongValue, checked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Note:
    """Numbers to be kept of people; `person` and `values` of shape (n,)."""

    person: Ints
    name: str
    values: Floats


@dataclass(frozen=True)
class Actions:
    """What a strategy does today: messages, each to the people named, and notes. Parts are joined with `+`."""

    touches: tuple[tuple[Ints, Outreach], ...] = ()
    notes: tuple[Note, ...] = ()

    def __add__(self, other: Actions) -> Actions:
        return Actions(self.touches + other.touches, self.notes + other.notes)

    @staticmethod
    def nothing() -> Actions:
        """Nothing today."""
        return Actions()

    @staticmethod
    def touch(
        person: npt.ArrayLike,
        *,
        channel: str,
        content: Content,
        offer: Offer | None = None,
        at: float = 0.5,
        items: int = 1,
        style: Literal["mass", "personal"] = "mass",
        topic: str | None = None,
        testimony: bool = False,
    ) -> Actions:
        """One message today to each of `person`, entries of `view.person`; `at` is a fraction of a day.

        An `offer` comes as a coupon and must state for how many days it is `valid`. Raises ValueError for what no
        message can be; channel and topic are looked up in the market when the message is put down.
        """
        if not at < 1.0:
            raise WrongValue("at", "a fraction of a day below 1", repr(at))
        if offer is not None:
            _check_coupon(offer)
            if content != "offer":
                raise WrongValue("content", "offer, since a coupon comes with the message", repr(content))
        plan = Outreach(
            channel, content, at=at, items=items, style=style, topic=topic, testimony=testimony, offer=offer
        )
        return Actions(touches=((_rows(person), checked(plan)),))

    @staticmethod
    def note(person: npt.ArrayLike, name: str, values: npt.ArrayLike) -> Actions:
        """Keep one number for each of `person`, to be read by `view.note(name)` from tomorrow on."""
        rows, kept = _rows(person), np.asarray(values, dtype=float)
        if kept.shape not in ((), rows.shape):
            raise WrongValue("values", f"one number, or one for each of {rows.size} people", f"shape {kept.shape}")
        return Actions(notes=(Note(rows, name, np.broadcast_to(kept, rows.shape).copy()),))


def _check_coupon(offer: Offer) -> None:
    if not isinstance(offer, Offer):
        raise WrongValue("offer", "an Offer, such as Offer.percent(0.1, valid=14)", repr(offer))
    try:
        valid_offer(offer)
    except ValueError as error:
        raise ValueError(f"offer: {error}") from None
    if offer.valid is None:
        raise WrongValue("offer: valid", "the number of days for which the coupon holds", repr(offer.valid))


def _rows(person: npt.ArrayLike) -> Ints:
    rows = np.asarray(person)
    if rows.size == 0:
        return np.empty(0, dtype=np.int64)
    if rows.ndim != 1 or not np.issubdtype(rows.dtype, np.integer):
        raise WrongValue("person", "entries of view.person, as view.person[mask]", f"{rows.dtype} values")
    return rows.astype(np.int64)


@dataclass(frozen=True)
class ViewSources:
    """How a `PublicView` is filled: functions of a column's name, of conditions, of the name of a uniform or note, and
    of the names of a mechanism and its column.

    They return arrays with one entry per contact, shape (n,).
    """

    column: Callable[[str], npt.NDArray[Any]]
    matches: Callable[[Who], Mask]
    uniform: Callable[[str], Floats]
    note: Callable[[str], Floats]
    extra: Callable[[str, str], Floats]


@dataclass(frozen=True, slots=True)
class PublicView:
    """What the shop knows at the end of yesterday, one entry per contact that can be written to.

    Every column has shape (n,) and is a copy; days are whole days. People who drifted away look like any other buyer,
    and no trait is here. `today` is the date, `day` counts from the run's start.
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


Strategist = Callable[[PublicView, dict[str, Any]], tuple[Actions, dict[str, Any]]]


@dataclass(frozen=True)
class StrategyFunction:
    """A strategy as a plain function, called each midnight with the view of yesterday's end and its memory.

    `version` stands for what the function does in the key of a run; runs without one are neither stored nor reused.
    """

    function: Strategist
    version: str | None = None
