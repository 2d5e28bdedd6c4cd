"""What a shop did to its own customers before day one, and what they did: orders, messages, offers, who left."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sim.scenario.market import Content, TicketKind
from sim.scenario.offer import Offer
from sim.scenario.strategy import Compensation

Days = npt.NDArray[np.int32]


@dataclass(frozen=True)
class PastMessage:
    """One message that was sent on one day at one hour; `ShopHistory.sent` says to whom."""

    day: int
    hour: float
    """Fraction of the day."""
    programme: str
    """`campaigns.NAME`, `outreach.NAME`, or the name in the file that it comes from."""
    channel: str
    content: Content
    items: int = 1
    style: Literal["mass", "personal"] = "mass"
    topic: str | None = None
    testimony: bool = False
    announces: int = 0
    """First day of the campaign that it announces, 0 for none; the campaign has the programme's name."""


@dataclass(frozen=True)
class PastOffer:
    """One occurrence of an offer: a campaign that held from day `first` for `days`, or a coupon.

    `ShopHistory.offer` says who held it on which day.
    """

    name: str
    offer: Offer
    first: int
    days: int
    phases: tuple[str, ...] = ()
    """Phases of its days, as of a campaign; the last one's salience stays. Without any, salience is 1."""
    coupon: bool = False
    """A coupon begins no campaign: nobody expects another one after it, and it releases what waits as coupons do."""
    prepare: float | None = None
    joint_design: bool = False


@dataclass(frozen=True, eq=False)
class PastTickets:
    """Questions and complaints, in order of opening, each array of one length.

    person: place among the customers. opened, replied (first reply) and resolved: days since day 0 with the time of
    day; NaN where there was none or it is not known.
    """

    person: npt.NDArray[np.int64]
    kind: tuple[TicketKind, ...]
    opened: npt.NDArray[np.float64]
    replied: npt.NDArray[np.float64]
    resolved: npt.NDArray[np.float64]

    def of(self, chosen: npt.NDArray[np.bool_]) -> PastTickets:
        """The tickets of the people of a mask of shape (n,), who are numbered anew."""
        kept = chosen[self.person]
        kind = tuple(kind for kind, mine in zip(self.kind, kept, strict=True) if mine)
        person = (np.cumsum(chosen) - 1)[self.person[kept]]
        return PastTickets(person, kind, self.opened[kept], self.replied[kept], self.resolved[kept])

    def __str__(self) -> str:
        return str(_parts(self))


@dataclass(frozen=True)
class PastPolicy:
    """What a desk did about complaints: the goal for their end, and what it gave or said, as in `Service`."""

    goal: float | None = None
    """Days."""
    refund_within: float | None = None
    """Days."""
    compensation: Compensation | None = None
    apology: bool = False
    status_updates: bool = False


@dataclass(frozen=True, eq=False)
class PastDesk:
    """How long people waited for an answer, by the day and the hour in which they asked.

    wait: days until somebody of the staff took a question, of kind (pre-sale, after-sale), shape (2, days, 24);
    infinite where nobody did. closed: the share of that wait in which nobody was there and an automatic reply said so.
    """

    wait: npt.NDArray[np.float64]
    closed: npt.NDArray[np.float64]
    reply_goal: float | None = None
    """Days."""
    bot: bool = False
    """Whether a bot took questions first."""
    staffed: bool = True
    """Whether there was a staff to wait for; else everybody was answered at once, and nobody asked before buying."""
    recorded: bool = False
    """Whether waits are those of people who asked, of whom those who gave up have an infinite one; else they are what
    somebody would have waited who does not give up."""
    complaints: PastPolicy = PastPolicy()

    def until(self, days: int) -> PastDesk:
        """The same of the first days."""
        return replace(self, wait=self.wait[:, :days], closed=self.closed[:, :days])

    def __str__(self) -> str:
        return str(_parts(self))


@dataclass(frozen=True, eq=False)
class ShopHistory:
    """The days 0 to `days` - 1 before a run, of n customers in the order of `Customers`; the run starts on day `days`.

    entered: day from whose morning on a person is followed: the day after adding (leads) or after the first order of
    those known only from orders, shape (n,). lead: who entered as a lead. deleted: day on which a person deleted the
    contact, `days` where that did not happen or is not known. Orders of person i are begin[i] to begin[i + 1] of
    `order_day` and `saving`, rising, those of one day merged; the first order of one who did not enter as a lead is
    among them, on day entered - 1. saving: discount as a share of list value, 0 where none or not known. spent, orders
    and everything else that is a count of the past stay in `Customers`.
    """

    start: date
    """Day 0."""
    days: int
    entered: Days
    lead: npt.NDArray[np.bool_]
    deleted: Days
    deletions_known: bool
    """Whether a person without a day of deletion is known to have stayed."""
    begin: npt.NDArray[np.int64]
    order_day: Days
    saving: npt.NDArray[np.float64]
    messages: tuple[PastMessage, ...] = ()
    """In order of day, hour and programme."""
    sent: npt.NDArray[np.bool_] | None = None
    """Shape (messages, n); None where there are no messages."""
    offers: tuple[PastOffer, ...] = ()
    offer: npt.NDArray[np.int16] | None = None
    """Place in `offers` plus one of the offer that each held on each day, 0 for none; shape (days, n)."""
    stated: bool = True
    """Whether the shop said what it did; else nothing but orders is known."""
    used: npt.NDArray[np.int8] | None = None
    """Of each order whether it used a coupon: 1 or 0, -1 where that is not known; None where it is of no order."""
    tickets: PastTickets | None = None
    """What people asked and complained about; None where that is not known."""
    desk: PastDesk | None = None
    """How fast questions were answered; None where that is not known."""
    welcome_push: float | None = None
    """How far the welcome of new contacts sold, 0 to 1 (`Welcome.push`); None where none is known."""
    disputed: npt.NDArray[np.bool_] | None = None
    """Of whom `deleted` is the day on which a dispute ended the relation instead, shape (n,); None: of nobody."""

    @property
    def size(self) -> int:
        """Customers."""
        return int(self.entered.size)

    def of(self, chosen: npt.NDArray[np.bool_]) -> ShopHistory:
        """The history of the people of a mask of shape (n,); messages and offers stay, also those of nobody."""
        counts = np.diff(self.begin)
        orders = np.repeat(chosen, counts)
        return replace(
            self,
            entered=self.entered[chosen],
            lead=self.lead[chosen],
            deleted=self.deleted[chosen],
            disputed=None if self.disputed is None else self.disputed[chosen],
            begin=np.append(0, np.cumsum(counts[chosen])),
            order_day=self.order_day[orders],
            saving=self.saving[orders],
            sent=None if self.sent is None else self.sent[:, chosen],
            offer=None if self.offer is None else self.offer[:, chosen],
            used=None if self.used is None else self.used[orders],
            tickets=None if self.tickets is None else self.tickets.of(chosen),
        )

    @cached_property
    def digest(self) -> str:
        """A hash of all that it holds: 64 hex digits."""
        return hashlib.sha256("".join(f"{name} {part}\n" for name, part in _parts(self)).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShopHistory) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __deepcopy__(self, memo: dict[int, Any]) -> ShopHistory:
        return self


def _parts(value: Any) -> list[tuple[str, str]]:
    """The fields of a dataclass as text; of arrays kind, shape and a hash of the bytes."""
    parts = []
    for field in fields(value):
        held = getattr(value, field.name)
        if isinstance(held, np.ndarray):
            held = f"{held.dtype} {held.shape} {hashlib.sha256(np.ascontiguousarray(held).tobytes()).hexdigest()}"
        parts.append((field.name, str(held)))
    return parts
