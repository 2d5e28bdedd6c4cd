"""The market: what the world does. Frozen values, annotated with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from sim import units as u
from sim.offers.offer_market import OfferResponse
from sim.scenario.contact_market import Attention, EngagementResponse, Fatigue, OptOut, Trust
from sim.scenario.service_market import Carrier, DeliveryResponse, ReturnResponse, ServiceResponse

Content = Literal["care", "value", "interaction", "offer"]
BigDay = Literal[
    "618", "double_11", "double_12", "womens_day", "labour_day", "mid_autumn", "national_day", "chinese_new_year"
]
"""Shopping dates by name; `sim.scenario.dates` says when they fall in a year."""
Day = date | BigDay
TicketKind = Literal["pre_sale", "after_sale", "complaint"]
StageName = Literal["lead", "first_buyer", "repeater"]
CONTENTS: tuple[Content, ...] = ("care", "value", "interaction", "offer")
TICKET_KINDS: tuple[TicketKind, ...] = ("pre_sale", "after_sale", "complaint")


@dataclass(frozen=True)
class GammaRate:
    """A rate that differs between people: Gamma with this mean and this shape."""

    mean: Annotated[float, u.PerDay.within(1e-7, 2.0)]
    """Mean of the rate over all people."""
    shape: Annotated[float, u.Number.within(0.01, 1000.0)]
    """Shape of its distribution over people: small where they differ much, large where all are alike."""


@dataclass(frozen=True)
class BigDate:
    """Days on which everybody's need is higher or lower: from each date on, for `days` days."""

    on: tuple[Day, ...]
    """The first days: dates, or named shopping days, which come every year."""
    days: Annotated[int, u.Days.within(1, 60)]
    """How many days it lasts, from each of the first days on."""
    multiplier: Annotated[float, u.Factor.within(0.0, 100.0)]
    """What everybody's need is multiplied by on these days."""


@dataclass(frozen=True)
class Season:
    """Multipliers of everybody's need: by weekday, Monday first, with mean one; by month, likewise; on big dates."""

    weekday: Annotated[tuple[float, ...], u.Number.within(0.0, 100.0)]
    """Seven multipliers of need, Monday first, with mean one."""
    yearly: Annotated[tuple[float, ...], u.Number.within(0.0, 100.0)] = ()
    """Twelve multipliers of need, January first, with mean one; none: all months are alike."""
    dates: Mapping[str, BigDate] = field(default_factory=dict)
    """Days of higher or lower need, each table under a name of the file's own."""
    hours: Annotated[tuple[float, ...], u.Number.within(0.001, 24.0)] = ()
    """Multipliers of the 24 hours from midnight on, with mean one; none: evenly round the clock."""


@dataclass(frozen=True)
class Need:
    order_rate: GammaRate
    """How often people order while nothing is done and the season is as usual."""
    dropout_rate: GammaRate
    """How often buyers drift while nothing is done: they stay contacts, but never order again."""
    regularity: Annotated[float, u.Number.within(1.0, 20.0)]
    """Shape k of the order clock's Gamma(k, 1/k) thresholds; 1 is Poisson ordering, and more is more regular."""
    ripeness: Annotated[float, u.Share]
    """How far the effect of a push follows the Gamma-k hazard of the time since the last order."""
    week_shock: Annotated[float, u.Spread]
    """Standard deviation of the log of a multiplier that everybody's need shares within a week."""
    level: Annotated[float, u.LogEffect.within(-3.0, 3.0)]
    """Log of what everybody's need is multiplied by on day one, beside season and shock; 0 is as usual."""
    level_shift: Annotated[float, u.Spread.within(0.0, 0.5)]
    """Standard deviation of the change of that log in a week; a change fades with `level_half_life`."""
    level_half_life: Annotated[float, u.Days.within(7.0, 36500.0)]
    """Time in which the level comes half-way back to as usual."""
    season: Season
    """How need goes with weekday, month, hour and big dates."""
    cycle: Annotated[float | None, u.Days.within(0.5, 3650.0)] = None
    """The segment's repurchase cycle: the typical gap between two order-days. Where it is not stated, the median gap
    between orders that order rates and regularity imply."""


@dataclass(frozen=True)
class Spend:
    """Gamma-gamma order value: baskets Gamma(p, nu), nu ~ Gamma(q, v), with v = mean (q - 1) / p."""

    mean: Annotated[int, u.Money.within(1, 1e10)]
    """Mean list value of an order, over all people."""
    p: Annotated[float, u.Number.within(0.05, 1000.0)]
    """Shape of one person's baskets: the larger, the more alike they are."""
    q: Annotated[float, u.Number.within(1.001, 1000.0)]
    """Shape of mean baskets over people: the larger, the more alike people are."""


@dataclass(frozen=True)
class People:
    """How much people differ in their responses: standard deviations of mean-one log-normal traits."""

    contact_response: Annotated[float, u.Spread.within(0.0, 3.0)]
    """Standard deviation, over people, of the log of how strongly contacts act on their orders."""
    price_sensitivity: Annotated[float, u.Spread.within(0.0, 3.0)]
    """Standard deviation, over people, of the log of how strongly offers act on their orders."""
    service_sensitivity: Annotated[float, u.Spread.within(0.0, 3.0)]
    """Standard deviation, over people, of the log of how strongly trust and delivery act on them."""
    fit: Annotated[float, u.Share.within(0.01, 1.0)]
    """Share of contacts whom the goods suit; nobody else ever orders."""
    benefit_seekers: Annotated[float, u.Share]
    """Share of prospects who come for the benefit, not for the goods."""
    seeker_orders: Annotated[float, u.Factor.within(0.0, 10.0)]
    """A benefit-seeker's order rate, relative to what it would be."""
    seeker_price: Annotated[float, u.Factor.within(0.0, 100.0)]
    """A benefit-seeker's price sensitivity, relative to what it would be."""
    tag_accuracy: Annotated[float, u.Share]
    """Chance that the tag which the shop keeps of a person is the right one."""
    interests: Mapping[str, Annotated[float, u.Share]] = field(default_factory=dict)
    """Shares of people by what interests them: the topics that a message may have. The rest has no such interest."""


@dataclass(frozen=True)
class Lead:
    first_order_7d: Annotated[float, u.Share.within(0.0, 0.99)]
    """Share of all leads who order within seven days when nothing is done."""
    hot_half_life: Annotated[float, u.Days.within(0.05, 3650.0)]
    """Time in which the first-order hazard, highest on the day after the adding, falls by half."""
    late_constant: Annotated[float, u.Share]
    """Hazard long after the hot phase, relative to the hazard at its start."""
    trust_gate: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log hazard of the first order per unit of felt trust."""
    welcome_trust: Annotated[float, u.Spread]
    """Trust that a welcome of pure service brings."""
    push_trust: Annotated[float, u.Spread]
    """Trust that a welcome of pure selling costs."""
    push_lift: Annotated[float, u.Spread]
    """Rise of the first-order hazard, as a share, that a welcome of pure selling brings."""
    push_optout: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log rise of the first day's deletions under a welcome of pure selling."""
    learning: Annotated[float, u.LogEffect]
    """Log change of a newcomer's order rate per unit of discount depth of the first order."""


@dataclass(frozen=True)
class Medium:
    reach: Annotated[float, u.Share]
    """Share of the messages that are read: what a message gives in attention is multiplied by it."""
    cost: Annotated[int, u.Money]
    """What one message to one person costs."""
    intrusion: Annotated[float, u.Factor]
    """What a message here gives in fatigue and in leaving is multiplied by this."""
    read_after: Annotated[float, u.Days.within(0.0, 3.0)]
    """How long after being sent a message is read."""
    leaves: Literal["contact", "channel"]
    """What who has had enough of it closes: the contact, or this channel alone."""
    suits: Mapping[str, Annotated[float, u.Factor.within(0.0, 10.0)]] = field(default_factory=dict)
    """Weight of a content's attention in this channel; 1 where nothing is said."""
    attention: Annotated[float, u.Factor.within(0.0, 10.0)] = 1.0
    """Attention and trust that a message gives here, relative to one in the person's own chat. 1 where nothing is said,
    and `production` 0: media of files of format 1 that state neither."""
    production: Annotated[int, u.Money] = 0
    """What it costs to make one piece of content, a mass message, post, video or article, for however many people."""
    limit_per_day: Annotated[int | None, u.Count.within(1, 1000)] = None
    """Mass messages to one person that the platform lets through in a day."""
    limit_per_30d: Annotated[int | None, u.Count.within(1, 10000)] = None
    """Mass messages to one person that the platform lets through in each 30 days from the run's start."""


@dataclass(frozen=True)
class Source:
    exposures: Annotated[float, u.PerDay]
    """How many prospects are asked to add the contact."""
    add_rate: Annotated[float, u.Share]
    """Share of those who are asked who add the contact, without a hook."""
    cost_per_exposure: Annotated[int, u.Money]
    """What it costs to ask one prospect."""
    cost_per_add: Annotated[int, u.Money]
    """What one added contact costs besides."""
    hook_response: Annotated[float, u.Number.within(0.0, 10.0)]
    """How strongly a hook moves adding, relative to how an offer of the same pull moves buying."""
    handling: Annotated[float | None, u.Days.within(1e-5, 30.0)] = None
    """Staff time per request that is sent by hand; not stated where nobody has to send any."""


@dataclass(frozen=True)
class MoneyMarket:
    currency: Annotated[str, u.Currency]
    """The one currency of all amounts, by its three letters."""
    goods_cost: Annotated[float, u.Share]
    """Cost of goods as a share of their list value."""
    first_goods_cost: Annotated[float, u.Share]
    """Cost of goods of first orders as a share of their list value: goods that attract may earn less."""
    wage: Annotated[float, u.MoneyPerDay]
    """What an agent's time costs."""
    overtime: Annotated[float, u.Factor.within(0.0, 100.0)]
    """Wage of overtime, relative to `wage`."""
    seat: Annotated[float, u.MoneyPerDay]
    """What a place at the desk costs for each agent, beside the wage."""
    training: Annotated[int, u.Money]
    """What one new agent costs once, on the first day."""
    chargeback_fee: Annotated[int, u.Money]
    """What each chargeback costs beside the money that goes back."""
    fixed: Annotated[float, u.MoneyPerDay]
    """Costs that no strategy changes: they are taken off profit, not off contribution."""
    discount_rate: Annotated[float, u.PerDay.within(0.0, 0.1)]
    """How much less a contribution counts that comes later, in `ltv` and `acquired_ltv`."""
    bot: Annotated[float, u.MoneyPerDay]
    """What a bot costs however much is asked."""
    bot_question: Annotated[int, u.Money]
    """What each question that goes to the bot costs, answered or not, beside `bot`."""
    packaging: Annotated[int, u.Money]
    """What packs one parcel."""
    payment_fee: Annotated[float, u.Share]
    """Share of what is paid that the payment service keeps."""
    platform_fee: Annotated[float, u.Share]
    """Share of what is paid that the platform keeps."""
    fees_back: Annotated[float, u.Share]
    """Share of payment fees, platform fees and commission that comes back with refunded money."""
    freight_back: Annotated[int, u.Money]
    """What the shop pays for the way back of one returned parcel."""
    software: Annotated[float, u.MoneyPerDay]
    """What the shop pays for software, however much it sells."""


@dataclass(frozen=True)
class Start:
    """How long the synthetic people of day one have been with the shop, and how they came."""

    history: Annotated[int, u.Days.within(0, 3650)]
    """Days over which they were added; 0: all of them made their first order at the first instant of day one."""
    leads: Annotated[float, u.Share]
    """Share of them who were added before they had ordered; the others were added with their first order."""
    growth: Annotated[float, u.LogEffect.within(-3.0, 3.0)]
    """Log of how many were added on a day, relative to a day of the year before."""


@dataclass(frozen=True)
class Market:
    timezone: str
    """Name of the shop's time zone, such as Asia/Shanghai."""
    start_with: Annotated[int, u.Count.within(0, 2e7)]
    """Synthetic people on day one, who are still contacts."""
    need: Need
    """How often people want to order, and when they leave for good."""
    spend: Spend
    """How large orders are."""
    people: People
    """Who people are, and how much they differ."""
    lead: Lead
    """From the added contact to the first order."""
    attention: Attention
    """The effect of contacts on orders."""
    engagement: EngagementResponse
    """Interactions that are no orders, and the effect of silence."""
    fatigue: Fatigue
    """The effect of too much contact."""
    optout: OptOut
    """Who removes the contact or leaves a channel."""
    trust: Trust
    """What brings and costs trust, and the effect of trust."""
    offers: OfferResponse
    """Orders that a discount adds, and orders that it only moves in time."""
    service: ServiceResponse
    """The effect of waiting for an answer, and what questions and complaints take of the staff's time."""
    delivery: DeliveryResponse
    """The effect of the days until the parcel comes."""
    returns: ReturnResponse
    """Orders that people send back because they have changed their mind."""
    money: MoneyMarket
    """What the shop pays, and the currency."""
    media: Mapping[str, Medium]
    """The channels of messages, by name."""
    sources: Mapping[str, Source]
    """Where prospects come from, by name."""
    carriers: Mapping[str, Carrier]
    """Who brings the parcels, by name."""
    extra: Mapping[str, Annotated[float, u.Spread.within(-1e9, 1e9)]] = field(default_factory=dict)
    """Numbers of added mechanisms, by name."""
    start: Start = field(default_factory=lambda: Start(0, 0.0, 0.0))
    """Since when the synthetic people of day one are contacts, and how they came."""
