"""The strategy: what the marketer decides. Frozen values, annotated with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, get_args

from sim import units as u
from sim.scenario.market import Content, Day, StageName, TicketKind
from sim.scenario.offer import Offer

Engagement = Literal["active", "silent", "dormant"]
Tier = Literal["potential", "active", "high_value", "dormant"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Rfm = Literal["important_value", "important_development", "important_keep", "general"]
ENGAGEMENTS: tuple[Engagement, ...] = ("active", "silent", "dormant")
TIERS: tuple[Tier, ...] = ("potential", "active", "high_value", "dormant")
RFMS: tuple[Rfm, ...] = ("important_value", "important_development", "important_keep", "general")
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_HELD_OUT = 0.99
"""Largest share of people that a programme may leave out by lot: some people must be addressed."""
LISTED: dict[str, tuple[str, ...]] = {
    "stage": get_args(StageName),
    "source": (),
    "engaged": ENGAGEMENTS,
    "tier": TIERS,
    "rfm": RFMS,
    "tag": (),
}
"""Conditions that list words, with all words that are known; () where a market defines them."""


@dataclass(frozen=True)
class Range:
    """An interval of View values: low <= value < high, with either end open by None."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_closed: bool = False


@dataclass(frozen=True)
class Who:
    """Which people a programme addresses; conditions on what the shop can see, joined by *and*."""

    stage: tuple[StageName, ...] = ()
    """Stages: lead, first_buyer, repeater."""
    source: tuple[str, ...] = ()
    """Sources from which people were added."""
    engaged: tuple[Engagement, ...] = ()
    """Labels by the days since somebody was heard of: active, silent, dormant."""
    tier: tuple[Tier, ...] = ()
    """Labels by orders and engagement: potential, active, high_value, dormant."""
    rfm: tuple[Rfm, ...] = ()
    """Classes of buyers by recency, frequency and money, against the medians of all buyers."""
    tag: tuple[str, ...] = ()
    """Tags that the shop keeps of people's interests."""
    orders: Annotated[Range | None, u.Count] = None
    """Orders so far."""
    spent: Annotated[Range | None, u.Money] = None
    """Money spent on all orders so far."""
    tenure: Annotated[Range | None, u.Days] = None
    """Days since the adding."""
    recency: Annotated[Range | None, u.Days] = None
    """Days since the last order."""
    recency_own_cycles: Annotated[Range | None, u.Number] = None
    """Days since the last order, in own cycles of the person."""
    last_touch: Annotated[Range | None, u.Days] = None
    """Days since the last message."""

    def __post_init__(self) -> None:
        for name, words in LISTED.items():
            held = getattr(self, name)
            wrong = [one for one in held if words and one not in words] if isinstance(held, tuple) else [held]
            if wrong:
                raise u.WrongValue(name, f"a tuple of {', '.join(words) or 'names'}", repr(wrong[0]))


@dataclass(frozen=True)
class Rhythm:
    """An interval: `value` days, or `value` times the shop's cycle or the person's own cycle."""

    value: float
    of: Literal["day", "shop_cycle", "own_cycle"] = "day"


@dataclass(frozen=True)
class After:
    """A wake-up by what a person last did: on the day `wait` whole days after the last such event."""

    event: Literal["added", "first_order", "order", "interaction"]
    """What the person did: was added, made the first order or any order, or was heard of (interaction)."""
    wait: Annotated[int, u.Days.within(1, 3650)]
    """Whole days from that event to the message."""


@dataclass(frozen=True)
class Outreach:
    channel: str
    """Name of the channel of the messages, one of `market.media`."""
    content: Content | None = None
    """What the messages are about."""
    mix: Mapping[str, Annotated[float, u.Share]] = field(default_factory=dict)
    """Instead of one content: shares of contents, taken in turn so that the counts keep closest to them."""
    every: Rhythm | None = None
    """Interval from one message to the next."""
    on: tuple[Day, ...] = ()
    """Days on which the messages go out, in place of an interval."""
    after: After | None = None
    """What a person last did, after which a message goes out, in place of an interval."""
    who: Who = field(default_factory=Who)
    """Whom the programme addresses; all contacts where no condition is stated."""
    at: Annotated[float, u.TimeOfDay] = 0.5
    """Time of day at which the messages go out."""
    from_: date | None = None
    """First day on which the programme may write; the start of the run where it is not stated."""
    until: date | None = None
    """Day from which on the programme writes no more."""
    items: Annotated[int, u.Count.within(1, 50)] = 1
    """Items in one message."""
    style: Literal["mass", "personal"] = "mass"
    """Whether one message goes to many people, or the staff writes to each."""
    topic: str | None = None
    """One of the market's interests that the message is about."""
    testimony: bool = False
    """Whether the messages have the testimony of other customers."""
    offer: Offer | None = None
    """A coupon that comes with the message."""
    holdout: Annotated[float, u.Share.within(0.0, MOST_HELD_OUT)] = 0.0
    """Share of people whom the programme leaves out by lot."""


@dataclass(frozen=True)
class Campaign:
    offer: Offer
    """What the campaign offers to all whom it addresses, whether or not a message reaches them."""
    channel: str
    """Name of the channel of the campaign's messages, one of `market.media`."""
    every: Rhythm | None = None
    """Interval from the first day of one campaign to that of the next."""
    on: tuple[Day, ...] = ()
    """Days on which campaigns start, in place of an interval."""
    who: Who = field(default_factory=Who)
    """Whom the campaign addresses; all contacts where no condition is stated."""
    first: date | None = None
    """First day of the first campaign; one interval after the start of the run where it is not stated."""
    lasts: Annotated[float, u.Days.within(1.0, 365.0)] = 1.0
    """Days for which the campaign's offer holds."""
    phases: tuple[str, ...] = ()
    """Phase of each day, by its name in `market.offers.salience`; a message goes out on each of these days."""
    content: tuple[Content, ...] = ()
    """Content of each phase's message; offer by default."""
    at: Annotated[float, u.TimeOfDay] = 0.5
    """Time of day at which the campaign's messages go out."""
    items: Annotated[int, u.Count.within(1, 50)] = 1
    """Items in one message of the campaign."""
    style: Literal["mass", "personal"] = "mass"
    """Whether the campaign's message goes to many people at once, or the staff writes to each."""
    topic: str | None = None
    """One of the market's interests that the campaign's messages are about."""
    testimony: bool = False
    """Whether the campaign's messages have the testimony of other customers."""
    holdout: Annotated[float, u.Share.within(0.0, MOST_HELD_OUT)] = 0.0
    """Share of people whom the campaign leaves out by lot."""
    budget: Annotated[int | None, u.Money] = None
    """Discount money that one campaign may give away; spent in the order in which orders come."""
    prepare: Annotated[float | None, u.Days.within(0.0, 365.0)] = None
    """Days of preparation; by default as many as a campaign needs."""
    joint_design: bool = False
    """Whether service staff have joined the design."""
    announce: Annotated[int | None, u.Days.within(1, 365)] = None
    """Days before its first day on which a message says that it comes; whoever is sent it expects the campaign."""
    commission: Annotated[float, u.Share] = 0.0
    """Share of what is paid under the offer that goes to whoever sells it, such as the host of a live stream."""


@dataclass(frozen=True)
class Acquisition:
    budget: Annotated[float | None, u.MoneyPerDay] = None
    """What adding contacts from this source may cost, at most."""
    daily_cap: Annotated[int | None, u.Count] = None
    """Contacts added from this source in a day, at most."""
    hook: Offer | None = None
    """A coupon for whoever adds the contact; it moves adding as well."""


@dataclass(frozen=True)
class Welcome:
    """How new contacts are received."""

    push: Annotated[float, u.Share] = 0.0
    """From pure service (0 %) to pure selling (100 %)."""
    offer: Offer | None = None
    """A coupon for each new contact."""


@dataclass(frozen=True)
class Limits:
    """Limits that the firm observes over all programmes; windows of 30 days count from the run's start."""

    touches_per_day: Annotated[int | None, u.Count.within(0, 1000)] = None
    """Messages that one person is sent in a day at most, over all programmes."""
    touches_per_30d: Annotated[int | None, u.Count.within(0, 10000)] = None
    """Messages that one person is sent in each 30 days at most, over all programmes."""
    contact_gap: Annotated[int | None, u.Days.within(1, 3650)] = None
    """Least number of days from one message to the next."""
    quiet: Annotated[tuple[float, float] | None, u.Night] = None
    """Hours in which nothing is sent; they run over midnight where they end before they begin."""
    discount_budget: Annotated[float | None, u.MoneyPerDay] = None
    """Discount money that all offers together may give away; a budget for each 30 days."""

    def silenced(self, at: float) -> bool:
        """Whether an hour (fraction of a day) lies in the quiet ones; these may run over midnight."""
        if self.quiet is None:
            return False
        first, last = self.quiet
        return first <= at < last if first < last else at >= first or at < last


@dataclass(frozen=True)
class Goals:
    reply: Annotated[float | None, u.Days] = None
    """Time within which the firm promises to answer questions."""
    complaint: Annotated[float | None, u.Days] = None
    """Time within which the firm promises to solve complaints."""


@dataclass(frozen=True)
class Shift:
    """People at the desk who have the same hours."""

    agents: Annotated[int, u.Count.within(1, 10000)]
    """How many agents the shift has."""
    hours: Annotated[tuple[float, float], u.Window] = (0.0, 1.0)
    """Hours of the day in which the shift works."""
    days: tuple[Weekday, ...] = ()
    """Weekdays on which they come; every day where none is named."""
    skills: tuple[TicketKind, ...] = ()
    """Kinds of tickets that they take; all where none is named."""
    hired: date | None = None
    """When the firm begins to look for these agents, so that they come later; not stated where they are there from the
    start."""


@dataclass(frozen=True)
class Compensation:
    """What each complaint that the desk solves brings the person."""

    kind: Literal["money", "credit", "none"]
    """Money or store credit; `none` takes back what a plan has that this one extends."""
    share: Annotated[float | None, u.Share] = None
    """Share of what was paid for the order; stated unless there is none."""
    matched: bool = False
    """Whether the desk looks for the compensation that fits the cause."""


@dataclass(frozen=True)
class Service:
    agents: Annotated[int | None, u.Count.within(0, 10000)] = None
    """People at the desk, all with the same hours; see `shifts` and `unlimited`. 0: nobody is ever there."""
    hours: Annotated[tuple[float, float], u.Window] = (0.0, 1.0)
    """Hours of the day in which the `agents` work."""
    parallel_chats: Annotated[int, u.Count.within(1, 100)] = 1
    """Tickets that one agent has in hand at most."""
    priority: tuple[TicketKind, ...] = ()
    """Kinds of tickets in the order in which they are taken; kinds that are not named come last."""
    goals: Goals = field(default_factory=Goals)
    """Times that the firm promises."""
    shifts: tuple[Shift, ...] = ()
    """Agents with the same hours, in place of `agents` and `hours`."""
    closed_on: tuple[Day, ...] = ()
    """Days on which nobody comes."""
    overtime: Annotated[float, u.Days.within(0.0, 1.0)] = 0.0
    """How long after closing work in hand goes on; then it rests until the agent is there again."""
    first: Who | None = None
    """Whose tickets go before others of the same rank."""
    personal_backlog: Annotated[int, u.Days.within(0, 30)] = 1
    """Days by which a personal message is postponed at most when nobody has time to write it."""
    unlimited: bool = False
    """A desk that answers at once and for nothing, which a file has to ask for."""
    auto_reply: bool = False
    """Whether an automatic reply says that the desk is closed and when it opens."""
    refund_within: Annotated[float | None, u.Days] = None
    """Time after which a complaint that is not solved is ended by a refund of the whole order."""
    compensation: Compensation | None = None
    """What each complaint that the desk solves brings the person."""
    apology: bool = False
    """Whether the desk apologises for each complaint, which takes its time."""
    status_updates: bool = False
    """Whether the desk says how each complaint stands, which takes its time."""
    escalate: Who | None = None
    """Whose complaints go before all other tickets, to a senior colleague."""
    bot: bool = False
    """Whether questions go to a bot first, at any hour; those that it cannot answer go on to the line."""

    @property
    def staff(self) -> tuple[Shift, ...]:
        """The shifts; one of `agents` in `hours` where no others are stated, none where nobody waits."""
        if self.shifts or self.agents is None:
            return self.shifts
        return (Shift(self.agents, self.hours),)


@dataclass(frozen=True)
class Delivery:
    carrier: str | None = None
    """Name of the carrier, one of `market.carriers`; without one every parcel arrives at once and costs nothing."""
    promise: Annotated[float | None, u.Days] = None
    """Days from order to parcel that the firm promises."""


@dataclass(frozen=True)
class Strategy:
    acquisition: Mapping[str, Acquisition] = field(default_factory=dict)
    """Adding of contacts, by the name of the source in `market.sources`."""
    outreach: Mapping[str, Outreach] = field(default_factory=dict)
    """Programmes of messages, each under a name of the file's own."""
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    """Campaigns with an offer, each under a name of the file's own."""
    welcome: Welcome | None = None
    """How new contacts are received."""
    limits: Limits = field(default_factory=Limits)
    """Limits over all programmes."""
    service: Service = field(default_factory=Service)
    """The desk: agents, hours, promises and policies."""
    delivery: Delivery = field(default_factory=Delivery)
    """How parcels come, and what is promised."""

    @property
    def offers(self) -> dict[tuple[str, ...], Offer]:
        """Every offer by its path in the strategy."""
        found: dict[tuple[str, ...], Offer | None] = {
            **{("acquisition", name, "hook"): one.hook for name, one in self.acquisition.items()},
            **{("outreach", name, "offer"): one.offer for name, one in self.outreach.items()},
            **{("campaigns", name, "offer"): one.offer for name, one in self.campaigns.items()},
            ("welcome", "offer"): self.welcome.offer if self.welcome else None,
        }
        return {path: offer for path, offer in found.items() if offer is not None}
