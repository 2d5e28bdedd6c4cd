"""A strategy as a plain function: what it answers each midnight.

    def strategy(view, memory):
        return Actions.touch(view.person[view.orders == 1], channel="direct", content="care"), memory

The engine calls it at 00:00 of every day with the view of yesterday's end (`PublicView`) and with a plain dictionary,
empty at first, that is handed on from day to day. It must be pure: what it returns depends on its arguments alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Unpack

import numpy as np
import numpy.typing as npt

from sim.scenario.campaign_terms import CampaignTerms, checked_campaign
from sim.scenario.day_shifts import checked_shifts
from sim.scenario.market import Content, TicketKind
from sim.scenario.offer import Offer, valid_offer
from sim.scenario.public_view import PublicView as PublicView
from sim.scenario.strategy import Acquisition, Campaign, Outreach, Shift
from sim.units import WrongValue, checked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Note:
    """Numbers to be kept of people; `person` and `values` of shape (n,)."""

    person: Ints
    name: str
    values: Floats


@dataclass(frozen=True)
class CampaignStart:
    """A campaign that begins today, or is announced today: its name, its plan, and the people named, shape (n,).

    `person` is None where the plan's conditions alone say whom it addresses.
    """

    name: str
    plan: Campaign
    person: Ints | None = None


@dataclass(frozen=True)
class SourceBudget:
    """What adding contacts from a source may cost from today on, cents a day; None: without limit."""

    source: str
    per_day: float | None


@dataclass(frozen=True)
class Actions:
    """What a strategy does today; parts are joined with `+`."""

    touches: tuple[tuple[Ints, Outreach], ...] = ()
    """Messages, each to the people named."""
    notes: tuple[Note, ...] = ()
    """What is noted of people."""
    campaigns: tuple[CampaignStart, ...] = ()
    """Campaigns that begin, or are announced."""
    shifts: tuple[Shift, ...] | None = None
    """Who comes to the desk today; None where that is left to the plan."""
    budgets: tuple[SourceBudget, ...] = ()
    """What sources may cost from today on."""

    def __add__(self, other: Actions) -> Actions:
        neither = self.shifts is None and other.shifts is None
        return Actions(
            self.touches + other.touches,
            self.notes + other.notes,
            self.campaigns + other.campaigns,
            None if neither else (self.shifts or ()) + (other.shifts or ()),
            self.budgets + other.budgets,
        )

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

    @staticmethod
    def campaign(
        name: str,
        offer: Offer,
        *,
        channel: str,
        person: npt.ArrayLike | None = None,
        **how: Unpack[CampaignTerms],
    ) -> Actions:
        """Start a campaign today, as a file's `campaigns.NAME` would: its offer holds for `days`, 1 where not stated.

        It addresses who meets `who` on each of its mornings: of `person`, entries of `view.person`, where these are
        given. With `announce`, a message says so today, and it starts that many days later. The other terms are those
        of `Campaign`. Raises ValueError for what no campaign can be; channel, phases and topic are looked up in the
        market when it starts.
        """
        plan = checked_campaign(name, offer, channel, how)
        return Actions(campaigns=(CampaignStart(name, plan, None if person is None else _rows(person)),))

    @staticmethod
    def staff(
        agents: int | Sequence[int],
        *,
        hours: tuple[float, float] | None = None,
        skills: Sequence[TicketKind] = (),
    ) -> Actions:
        """Who is at the desk today, in place of the plan: so many agents, or 24 numbers, one for each hour of the day.

        `hours` are fractions of a day, the whole day where not stated. `skills` are kinds of tickets, all where none is
        named. Several parts joined with `+` are all there. Raises ValueError.
        """
        return Actions(shifts=checked_shifts(agents, hours, skills))

    @staticmethod
    def budget(source: str, per_day: float | None) -> Actions:
        """What adding contacts from a source may cost on each day from today on, cents; None: without limit.

        Contacts of a source that the plan does not have are added from today on. Raises ValueError.
        """
        if not isinstance(source, str):
            raise WrongValue("budget: source", "the name of a source", repr(source))
        try:
            checked(Acquisition(budget=per_day))
        except WrongValue as error:
            raise WrongValue(f"budget {source}: per_day", error.expected, error.got) from None
        return Actions(budgets=(SourceBudget(source, None if per_day is None else float(per_day)),))


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


Strategist = Callable[[PublicView, dict[str, Any]], tuple[Actions, dict[str, Any]]]


@dataclass(frozen=True)
class StrategyFunction:
    """A strategy as a plain function, called each midnight with the view of yesterday's end and its memory.

    `version` stands for what the function does in the key of a run; runs without one are neither stored nor reused.
    """

    function: Strategist
    version: str | None = None
