"""Single people followed through a run: what was done to them, what they did, and the state that decides, day by day.

Following changes nothing: it draws no luck and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import simpy

from sim.firm.messages import Touch, left_channel
from sim.output.watch import EVENING
from sim.scenario import TICKET_KINDS, TicketKind
from sim.scenario.offer import Offer
from sim.stages import OUT, Event

if TYPE_CHECKING:
    from sim.run_state import RunState

Floats = npt.NDArray[np.float64]
Process = Generator[simpy.Event, Any, None]
Delivery = Literal["delivered", "limit", "channel left", "contact gone"]

STATE = (
    "stage", "orders", "touches", "attention", "fatigue", "trust", "news", "debt", "waiting", "habit", "lam",
    "log_order", "log_leave", "campaign_day", "campaign_gap", "last_heard",
    "order_left", "drift_left", "delete_left", "problem_left", "interact_left",
)  # fmt: skip
"""Columns of `population.People` that are noted every evening, in their units."""
TRAITS = ("lam", "mu", "nu", "kappa", "delta", "sigma", "fit")
"""Columns that a person is born with."""


@dataclass(frozen=True)
class TracedMessage:
    """A message that was put down for the person at `hour` (fraction of a day), and what became of it.

    `fate` tells delivered ones from those that a limit kept back, and those to people who had left the channel or the
    contact before. `gives` says that a coupon came with it.
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
    gives: bool
    fate: Delivery


@dataclass(frozen=True)
class TracedOffer:
    """An offer that the person held on a day: a campaign's, or a coupon.

    `depth` and `pull` are those on the typical person, after quality, salience and effort; `last` is the last day of
    holding it. Of two offers that do not stack only one `acts`; `ended` says that a budget or stock ran out that day.
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

    `first` is the first day lived as a contact, None for who never became one; `since` the day of adding, negative for
    those who were there before; `before` their orders until then; `source` where they came from. `state` has an array
    of shape (days,) per name of `STATE`, as of each evening, nan where the person was not there.
    """

    person: int
    state: dict[str, Floats] = field(repr=False)
    row: int | None = None
    first: int | None = None
    since: int | None = None
    before: int = 0
    source: str | None = None
    traits: dict[str, float] = field(default_factory=dict)
    letters: list[TracedMessage] = field(default_factory=list)
    held: list[TracedOffer] = field(default_factory=list)
    events: list[TracedEvent] = field(default_factory=list)
    """In the order of the event log."""
    replies: list[TracedReply] = field(default_factory=list)


def following(env: simpy.Environment, shop: RunState, people: Sequence[int]) -> list[PersonTrace]:
    """Set out to follow people by identity; their lives fill as the run is lived."""
    days = shop.scenario.run.days
    lives = [PersonTrace(who, {name: np.full(days, np.nan) for name in STATE}) for who in people]
    if lives:
        env.process(_evenings(env, shop, lives))
    return lives


def _evenings(env: simpy.Environment, shop: RunState, lives: list[PersonTrace]) -> Process:
    """After the desk and before the books, when a day's events are all noted and tomorrow has not begun."""
    known = 0
    yield env.timeout(EVENING)
    while True:
        identity = shop.population.column("identity")
        for life in lives:
            if life.row is None:
                _find(life, shop, identity[known:], known)
            _note(life, shop)
        known = identity.size
        yield env.timeout(1)


def _find(life: PersonTrace, shop: RunState, identity: npt.NDArray[np.uint64], known: int) -> None:
    """Look for the person among those who have come since yesterday."""
    rows = np.flatnonzero(identity == np.uint64(life.person))
    if rows.size == 0:
        return
    row, people = known + int(rows[0]), shop.population.people
    life.row, life.first, life.since = row, shop.today, int(people.added[row])
    life.source = shop.sources[people.source[row]] if people.source[row] >= 0 else None
    life.traits = {name: float(getattr(people, name)[row]) for name in TRAITS}
    today = 0 if shop.orders is None else int(np.count_nonzero(shop.orders.person == row))
    life.before = int(people.orders[row]) - today


def _note(life: PersonTrace, shop: RunState) -> None:
    row = life.row
    life.events += _happenings(life, shop)
    if row is None:
        return
    for name in STATE:
        life.state[name][shop.today] = getattr(shop.population.people, name)[row]
    if shop.stage_before[row] < OUT:
        life.letters += _letters(shop, row)
        life.held += _held(shop, row)
    life.replies += _replies(shop, row)


def _happenings(life: PersonTrace, shop: RunState) -> Iterator[TracedEvent]:
    """The person's rows of today's event log."""
    values: dict[float, int] = {}
    if life.row is not None and shop.orders is not None:
        mine = shop.orders.person == life.row
        values = dict(zip(shop.orders.instant[mine].tolist(), shop.orders.value[mine].tolist(), strict=True))
    for kind, instant, cents in shop.log.today_of(life.person):
        ordered = kind in (Event.FIRST_ORDER, Event.ORDER)
        yield TracedEvent(shop.today, instant, Event(kind), cents, values[instant] if ordered else 0)


def _letters(shop: RunState, row: int) -> Iterator[TracedMessage]:
    if shop.messages is None:
        return
    touches, messages = shop.messages
    for number, touch in enumerate(touches):
        if touch.who[row]:
            fate = _fate(shop, row, touch, bool(messages.sent[number, row]))
            yield TracedMessage(
                shop.today, touch.hour, touch.programme, touch.channel, touch.content, touch.items, touch.style,
                touch.topic, touch.testimony, touch.coupon > 0, fate,
            )  # fmt: skip


def _fate(shop: RunState, row: int, touch: Touch, delivered: bool) -> Delivery:
    if delivered:
        return "delivered"
    if left_channel(shop, touch.channel)[row]:
        return "channel left"
    gone = [at for kind, at, _ in shop.log.today_of(int(shop.population.people.identity[row])) if kind == Event.DELETE]
    return "contact gone" if gone and gone[0] <= shop.today + touch.hour else "limit"


def _held(shop: RunState, row: int) -> Iterator[TracedOffer]:
    """Today's campaign offer and coupon of one person, from the number that the day went by."""
    people, deals = shop.population.people, shop.deals
    number = int(people.offer[row])
    if number == 0:
        return
    acting = deals.parts(number)
    ended = shop.till.closed or any(part.till.closed for part in acting)
    campaign, coupon = divmod(number, len(deals.coupons) + 1)
    for part in ([deals.campaigns[campaign - 1]] if campaign else []) + ([deals.coupons[coupon - 1]] if coupon else []):
        acts = any(part is one for one in acting)
        last = int(people.coupon_until[row]) if part.coupon else shop.today + part.days_left - 1
        yield TracedOffer(
            shop.today, part.name, part.offer, part.depth, part.pull, last, part.coupon > 0, acts, acts and ended
        )


def _replies(shop: RunState, row: int) -> Iterator[TracedReply]:
    if shop.replies is None:
        return
    tickets, start = shop.replies
    for place in np.flatnonzero(tickets.person == row):
        kind = TICKET_KINDS[tickets.kind[place]]
        yield TracedReply(shop.today, float(start[place]), float(tickets.arrival[place]), kind)
