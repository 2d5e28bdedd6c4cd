"""Event traces of single people: what was done to them, what they did, and their state variables, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.scenario import Offer, TicketKind
from sim.stages import Event

Floats = npt.NDArray[np.float64]
Delivery = Literal["delivered", "limit", "channel left", "contact gone"]

STATE = (
    "stage", "orders", "touches", "attention", "fatigue", "trust", "news", "debt", "waiting", "habit", "lam",
    "log_order", "log_leave", "campaign_day", "campaign_gap", "last_heard",
    "order_left", "drift_left", "delete_left", "problem_left", "interact_left",
)  # fmt: skip
"""Columns of the population that are noted every evening, in their units."""
TRAITS = ("lam", "mu", "nu", "kappa", "delta", "sigma", "fit")
"""Columns that do not change during a run."""


@dataclass(frozen=True)
class TracedMessage:
    """A message that was put down for the person at `hour` (fraction of a day), and what became of it.

    `delivery` says whether it was delivered, was held back by a limit, or came after the person had left the channel
    or the contact. `with_coupon` says whether a coupon came with it.
    """

    day: int
    hour: float
    programme: str
    channel: str
    content: str
    items: int
    style: str
    topic: str | None
    testimony: bool
    with_coupon: bool
    delivery: Delivery


@dataclass(frozen=True)
class TracedOffer:
    """An offer that the person held on a day: a campaign's, or a coupon.

    `depth` and `pull` are those on the typical person, after quality, salience and effort; `last` is the last day on
    which it holds. Of two offers that do not stack only one `acts`; `ended` says whether a budget or stock ran out
    that day.
    """

    day: int
    name: str
    offer: Offer
    depth: float
    pull: float
    last: int
    coupon: bool
    acts: bool
    ended: bool


@dataclass(frozen=True)
class TracedEvent:
    """One row of the event log; orders with their list value and what they paid, in cents."""

    day: int
    instant: float
    kind: Event
    cents: int
    value: int = 0


@dataclass(frozen=True)
class TracedReply:
    """A question of the instant `asked` that was answered at `instant` (days)."""

    day: int
    instant: float
    asked: float
    kind: TicketKind


@dataclass
class PersonTrace:
    """One person's run.

    `first` is the first day as a contact, None for a person who never became one; `since` the day of adding, negative
    for contacts added before the run; `before` their orders until then; `source` the name of their source. `state` has
    an array of shape (days,) per name of `STATE`, as of each evening, nan before the person was a contact.
    """

    person: int
    state: dict[str, Floats] = field(repr=False)
    row: int | None = None
    first: int | None = None
    since: int | None = None
    before: int = 0
    source: str | None = None
    traits: dict[str, float] = field(default_factory=dict)
    messages: list[TracedMessage] = field(default_factory=list)
    offers: list[TracedOffer] = field(default_factory=list)
    events: list[TracedEvent] = field(default_factory=list)
    """In the order of the event log."""
    replies: list[TracedReply] = field(default_factory=list)
