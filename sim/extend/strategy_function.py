"""A strategy as a plain function: what it is shown each midnight, and what it answers.

    def strategy(view, memory):
        return Actions.touch(view.person[view.orders == 1], channel="direct", content="care"), memory

The engine calls it at 00:00 of every day with the view of yesterday's end (`PublicView`) and a plain dictionary, empty
at first, that is handed on from day to day. It must be pure: what it returns depends on what it is given alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from sim.draws import Decision, daily
from sim.extend.person_columns import PersonColumns
from sim.firm.view import View
from sim.people.traits import draw, topics
from sim.scenario import ENGAGEMENTS, RFMS, TIERS, Content, Offer, Outreach, Who
from sim.scenario.offer import sound
from sim.units import checked

if TYPE_CHECKING:
    from sim.run_state import RunState

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

        An `offer` comes as a coupon and must say for how many days it is `valid`. Raises ValueError for what no
        message can be; channel and topic are looked up in the market when the message is put down.
        """
        if not at < 1.0:
            raise ValueError(f"at: a fraction of a day below 1 is allowed; got {at!r}")
        if offer is not None:
            _judge_coupon(offer)
            if content != "offer":
                raise ValueError(f"content: offer is allowed with a coupon; got {content!r}")
        plan = Outreach(
            channel, content, at=at, items=items, style=style, topic=topic, testimony=testimony, offer=offer
        )
        return Actions(touches=((_rows(person), checked(plan)),))

    @staticmethod
    def note(person: npt.ArrayLike, name: str, values: npt.ArrayLike) -> Actions:
        """Keep one number for each of `person`, to be read by `view.note(name)` from tomorrow on."""
        rows, kept = _rows(person), np.asarray(values, dtype=float)
        if kept.shape not in ((), rows.shape):
            raise ValueError(f"values: one number, or {rows.size} as there are people, is allowed; got {kept.shape}")
        return Actions(notes=(Note(rows, name, np.broadcast_to(kept, rows.shape).copy()),))


def _judge_coupon(offer: Offer) -> None:
    if not isinstance(offer, Offer):
        raise ValueError(f"offer: an Offer is allowed, such as Offer.percent(0.1, valid=14); got {offer!r}")
    try:
        sound(offer)
    except ValueError as error:
        raise ValueError(f"offer: {error}") from None
    if offer.valid is None:
        raise ValueError("offer: valid is missing: a coupon must say for how many days; got none")


def _rows(person: npt.ArrayLike) -> Ints:
    rows = np.asarray(person)
    if rows.size == 0:
        return np.empty(0, dtype=np.int64)
    if rows.ndim != 1 or not np.issubdtype(rows.dtype, np.integer):
        raise ValueError(f"person: entries of view.person are allowed, as view.person[mask]; got {rows.dtype} values")
    return rows.astype(np.int64)


def _labels(names: Sequence[str], places: npt.NDArray[Any]) -> Labels:
    return np.asarray(np.array(names)[places])


class PublicView:
    """What the shop knows at the end of yesterday, one entry per contact that can be written to.

    Every column has shape (n,) and is a copy; days are whole days. People who drifted away look like any other buyer,
    and no trait is here. `today` is the date, `day` counts from the run's start.
    """

    __slots__ = ("_draw", "_label", "_note", "_seen", "day", "person", "today")

    person: Ints
    """Numbers of the contacts; a person keeps the same one through the whole run."""

    def __init__(self, shop: RunState, notes: PersonColumns) -> None:
        view, rows, column = shop.view(), np.flatnonzero(shop.view().contacts), shop.population.column
        size, who, key = shop.population.size, shop.population.column("identity"), shop.key
        self.day: int = shop.today
        self.today: date = shop.scenario.run.start + timedelta(days=shop.today)
        rows.flags.writeable = False
        self.person = rows
        names = {"source": [*shop.sources, ""], "tag": ["", *topics(shop.market)]}
        # closures, and no reference to the shop: what a strategy must not know is not an attribute away
        self._seen: Callable[[Callable[[View], npt.NDArray[Any]]], npt.NDArray[Any]] = lambda ask: ask(view)[rows]
        self._label: Callable[[str], Labels] = lambda name: _labels(names[name], column(name)[rows])
        self._note: Callable[[str], Floats] = lambda name: notes.get(name, size)[rows]
        self._draw: Callable[[int], Floats] = lambda ordinal: draw(key, who[rows], Decision.PROGRAMME, ordinal)

    @property
    def orders(self) -> Ints:
        """Orders so far."""
        return self._seen(lambda view: view.orders)

    @property
    def spent(self) -> Ints:
        """Cents paid so far."""
        return self._seen(lambda view: view.spent)

    @property
    def tenure(self) -> Floats:
        """Days since the person was added."""
        return self._seen(lambda view: view.tenure)

    @property
    def recency(self) -> Floats:
        """Days since the last order; very many for leads."""
        return self._seen(lambda view: view.recency)

    @property
    def own_cycle(self) -> Floats:
        """Days that are to be expected between two orders of this person, given what the shop has seen."""
        return self._seen(lambda view: view.own_cycle)

    @property
    def recency_own_cycles(self) -> Floats:
        """Recency over the person's own cycle."""
        return self._seen(lambda view: view.recency_own_cycles)

    @property
    def last_touch(self) -> Floats:
        """Days since the last message of any programme; very many for people never written to."""
        return self._seen(lambda view: view.last_touch)

    @property
    def silence(self) -> Floats:
        """Days since the person was last heard of."""
        return self._seen(lambda view: view.silence)

    @property
    def engaged(self) -> Labels:
        """active, silent or dormant."""
        return _labels(ENGAGEMENTS, self._seen(lambda view: view.engaged))

    @property
    def tier(self) -> Labels:
        """potential, active, high_value or dormant."""
        return _labels(TIERS, self._seen(lambda view: view.tier))

    @property
    def rfm(self) -> Labels:
        """important_value, important_development, important_keep or general; empty for leads."""
        return _labels((*RFMS, ""), self._seen(lambda view: view.rfm))

    @property
    def source(self) -> Labels:
        """Name of the source that the person came from; empty for people of day one."""
        return self._label("source")

    @property
    def tag(self) -> Labels:
        """The interest that the shop takes the person to have; empty for none."""
        return self._label("tag")

    def matches(self, who: Who) -> Mask:
        """Who meets every condition, as `who` in a scenario file."""
        return self._seen(lambda view: view.matches(who))

    def uniform(self, name: str) -> Floats:
        """A uniform in (0, 1) for each person, the same whenever asked for by the same name on the same day."""
        return self._draw(daily(name, self.day))

    def note(self, name: str) -> Floats:
        """What this strategy has noted of each person by `Actions.note`; nan where nothing has been noted."""
        return self._note(name)
