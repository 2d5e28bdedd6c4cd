"""The market: what the world does. Frozen values, annotated with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from sim import units as u
from sim.scenario.offer_market import OfferResponse
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
    shape: Annotated[float, u.Number.within(0.01, 1000.0)]


@dataclass(frozen=True)
class BigDate:
    """Days on which everybody's need is higher or lower: from each date on, for `days` days."""

    on: tuple[Day, ...]
    days: Annotated[int, u.Days.within(1, 60)]
    multiplier: Annotated[float, u.Factor.within(0.0, 100.0)]


@dataclass(frozen=True)
class Season:
    """Multipliers of everybody's need: by weekday, Monday first, with mean one; by month, likewise; on big dates."""

    weekday: Annotated[tuple[float, ...], u.Number.within(0.0, 100.0)]
    yearly: Annotated[tuple[float, ...], u.Number.within(0.0, 100.0)] = ()
    """Twelve multipliers, January first, or none."""
    dates: Mapping[str, BigDate] = field(default_factory=dict)
    hours: Annotated[tuple[float, ...], u.Number.within(0.001, 24.0)] = ()
    """Multipliers of the 24 hours from midnight on, with mean one, or none: evenly round the clock."""


@dataclass(frozen=True)
class Need:
    order_rate: GammaRate
    dropout_rate: GammaRate
    regularity: Annotated[float, u.Number.within(1.0, 20.0)]
    """Shape k of the order clock's Gamma(k, 1/k) thresholds; 1 is Poisson ordering."""
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
    cycle: Annotated[float | None, u.Days.within(0.5, 3650.0)] = None
    """The segment's repurchase cycle: the typical gap between two order-days. Where it is not stated, the median gap
    between orders that order rates and regularity imply."""


@dataclass(frozen=True)
class Spend:
    """Gamma-gamma order value: baskets Gamma(p, nu), nu ~ Gamma(q, v), with v = mean (q - 1) / p."""

    mean: Annotated[int, u.Money.within(1, 1e10)]
    p: Annotated[float, u.Number.within(0.05, 1000.0)]
    q: Annotated[float, u.Number.within(1.001, 1000.0)]


@dataclass(frozen=True)
class People:
    """How much people differ in their responses: standard deviations of mean-one log-normal traits."""

    contact_response: Annotated[float, u.Spread.within(0.0, 3.0)]
    price_sensitivity: Annotated[float, u.Spread.within(0.0, 3.0)]
    service_sensitivity: Annotated[float, u.Spread.within(0.0, 3.0)]
    fit: Annotated[float, u.Share.within(0.01, 1.0)]
    """Share of contacts whom the goods suit; nobody else ever orders."""
    benefit_seekers: Annotated[float, u.Share]
    """Share of prospects who come for the benefit, not for the goods."""
    seeker_orders: Annotated[float, u.Factor.within(0.0, 10.0)]
    """A benefit-seeker's order rate, relative to what it would be."""
    seeker_price: Annotated[float, u.Factor.within(0.0, 100.0)]
    """A benefit-seeker's price sensitivity, likewise."""
    tag_accuracy: Annotated[float, u.Share]
    """Chance that the tag which the shop keeps of a person is the right one."""
    interests: Mapping[str, Annotated[float, u.Share]] = field(default_factory=dict)
    """Shares of people by what interests them: the topics that a message may have. The rest has no such interest."""


@dataclass(frozen=True)
class Lead:
    first_order_7d: Annotated[float, u.Share.within(0.0, 0.99)]
    """Share of all leads who order within seven days when nothing is done."""
    hot_half_life: Annotated[float, u.Days.within(0.05, 3650.0)]
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
class ContentWeights:
    care: Annotated[float, u.Factor]
    value: Annotated[float, u.Factor]
    interaction: Annotated[float, u.Factor]
    offer: Annotated[float, u.Factor]


@dataclass(frozen=True)
class Attention:
    half_life: Annotated[float, u.Days.within(0.01, 3650.0)]
    max_lift: Annotated[float, u.LogEffect.within(0.0, 10.0)]
    saturation: Annotated[float, u.Number.within(0.2, 10.0)]
    remembered: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log fall of the drift hazard when attention is full."""
    golden: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight of a message that is read in the golden hours."""
    golden_hours: tuple[Annotated[tuple[float, float], u.Window], ...]
    items: Annotated[float, u.Spread]
    """A push of n items counts as n to this power."""
    personal: Annotated[float, u.Factor.within(0.0, 10.0)]
    testimony: Annotated[float, u.Factor.within(0.0, 10.0)]
    relevant: Annotated[float, u.Factor.within(0.0, 10.0)]
    irrelevant: Annotated[float, u.Factor.within(0.0, 10.0)]
    weight: ContentWeights


@dataclass(frozen=True)
class EngagementResponse:
    """Interactions that are no orders: how often, and what silence does."""

    rate: Annotated[float, u.PerDay.within(0.0, 10.0)]
    """Interactions of a person just heard of; 0 switches the interaction clock off."""
    fading: Annotated[float, u.Days.within(0.01, 3650.0)]
    """Days without an interaction after which the rate has halved; it falls as 1 / (1 + days / this)."""
    drifted: Annotated[float, u.Factor.within(0.0, 10.0)]
    silent_after: Annotated[int, u.Days.within(1, 3650)]
    dormant_after: Annotated[int, u.Days.within(1, 3650)]
    high_value_orders: Annotated[int, u.Count.within(2, 1000)]
    """Orders from which on somebody counts as of high value."""
    silent_reach: Annotated[float, u.Share]
    """Share of a message's attention that it gets from a silent person; likewise below."""
    dormant_reach: Annotated[float, u.Share]


@dataclass(frozen=True)
class Fatigue:
    half_life: Annotated[float, u.Days.within(0.01, 3650.0)]
    cycle_exponent: Annotated[float, u.Share]
    reference_cycle: Annotated[float, u.Days.within(0.5, 3650.0)]
    """The repurchase cycle at which `half_life` holds; elsewhere it is scaled by (cycle / this) ** exponent."""
    tolerance: Annotated[float, u.Number]
    order_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    most: Annotated[float, u.LogEffect.within(0.001, 20.0)]
    """The most that fatigue can take off the log hazard of orders."""
    items: Annotated[float, u.Spread]
    personal: Annotated[float, u.Factor.within(0.0, 10.0)]
    irrelevant: Annotated[float, u.Factor.within(0.0, 10.0)]
    weight: ContentWeights


@dataclass(frozen=True)
class OptOut:
    per_message: Annotated[float, u.Share.within(0.0, 0.5)]
    background: Annotated[float, u.PerDay.within(0.0, 1.0)]
    first_day: Annotated[float, u.Share.within(0.0, 0.9)]
    fatigue_slope: Annotated[float, u.LogEffect.within(0.0, 5.0)]
    most: Annotated[float, u.LogEffect.within(0.001, 20.0)]
    """The most that fatigue can add to the log of a message's area of deletion."""
    shape: Annotated[float, u.Number.within(0.05, 1000.0)]
    """Shape of the Gamma by which people differ in how readily they leave, mean one; large: all are alike."""
    care_ratio: Annotated[float, u.Factor.within(0.0, 10.0)]
    irrelevant: Annotated[float, u.Factor.within(0.0, 100.0)]


@dataclass(frozen=True)
class Trust:
    half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    loss_factor: Annotated[float, u.Factor.within(0.0, 20.0)]
    order_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    leave_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    spend_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log rise of a basket per unit of felt trust."""
    early: Annotated[float, u.Factor.within(0.0, 20.0)]
    """Weight of what messages bring in a contact's first `early_days`."""
    early_days: Annotated[int, u.Days.within(0, 3650)]
    care: Annotated[float, u.Spread]
    value: Annotated[float, u.Spread]
    promotion: Annotated[float, u.Spread]
    """Trust that an offer message costs per unit of fatigue above the tolerance."""
    honesty: Annotated[float, u.Spread]
    """Trust that a discount costs whose claim turns out to be false."""
    reply: Annotated[float, u.Spread]
    delivery: Annotated[float, u.Spread]
    resolution: Annotated[float, u.Spread]


@dataclass(frozen=True)
class Medium:
    reach: Annotated[float, u.Share]
    cost: Annotated[int, u.Money]
    intrusion: Annotated[float, u.Factor]
    read_after: Annotated[float, u.Days.within(0.0, 3.0)]
    """How long after being sent a message is read."""
    leaves: Literal["contact", "channel"]
    """What who has had enough of it closes: the contact, or this channel alone."""
    suits: Mapping[str, Annotated[float, u.Factor.within(0.0, 10.0)]] = field(default_factory=dict)
    """Weight of a content's attention in this channel; 1 where nothing is said."""
    attention: Annotated[float, u.Factor.within(0.0, 10.0)] = 1.0
    """Attention and trust that a message gives here, relative to one in the person's own chat.

    1 where nothing is said, and `production` 0: media of files of format 1 that state neither."""
    production: Annotated[int, u.Money] = 0
    """What it costs to make one piece of content, a mass message, post, video or article, for however many people."""
    limit_per_day: Annotated[int | None, u.Count.within(1, 1000)] = None
    limit_per_30d: Annotated[int | None, u.Count.within(1, 10000)] = None
    """Messages to one person that the platform lets through, in a day and in each 30 days from the run's start."""


@dataclass(frozen=True)
class Source:
    exposures: Annotated[float, u.PerDay]
    add_rate: Annotated[float, u.Share]
    cost_per_exposure: Annotated[int, u.Money]
    cost_per_add: Annotated[int, u.Money]
    hook_response: Annotated[float, u.Number.within(0.0, 10.0)]
    """How strongly a hook moves adding, relative to how an offer of the same pull moves buying."""
    handling: Annotated[float | None, u.Days.within(1e-5, 30.0)] = None
    """Staff time per request that is sent by hand; None where nobody has to send any."""


@dataclass(frozen=True)
class MoneyMarket:
    currency: Annotated[str, u.Currency]
    goods_cost: Annotated[float, u.Share]
    """Cost of goods as a share of their list value."""
    first_goods_cost: Annotated[float, u.Share]
    """The same for first orders: goods that attract may earn less."""
    wage: Annotated[float, u.MoneyPerDay]
    overtime: Annotated[float, u.Factor.within(0.0, 100.0)]
    """Wage of overtime, relative to `wage`."""
    seat: Annotated[float, u.MoneyPerDay]
    training: Annotated[int, u.Money]
    """What one new agent costs once, on the first day."""
    chargeback_fee: Annotated[int, u.Money]
    fixed: Annotated[float, u.MoneyPerDay]
    discount_rate: Annotated[float, u.PerDay.within(0.0, 0.1)]
    bot: Annotated[float, u.MoneyPerDay]
    """What a bot costs however much is asked."""
    bot_question: Annotated[int, u.Money]
    """What each question costs beside that which goes to the bot."""
    packaging: Annotated[int, u.Money]
    """What packs one parcel."""
    payment_fee: Annotated[float, u.Share]
    """Share of what is paid that the payment service keeps."""
    platform_fee: Annotated[float, u.Share]
    """Share of what is paid that the platform keeps."""
    fees_back: Annotated[float, u.Share]
    """Share of these fees, and of commission, that comes back with refunded money."""
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
    start_with: Annotated[int, u.Count.within(0, 2e7)]
    """Synthetic people on day one, who are still contacts."""
    need: Need
    spend: Spend
    people: People
    lead: Lead
    attention: Attention
    engagement: EngagementResponse
    fatigue: Fatigue
    optout: OptOut
    trust: Trust
    offers: OfferResponse
    service: ServiceResponse
    delivery: DeliveryResponse
    returns: ReturnResponse
    money: MoneyMarket
    media: Mapping[str, Medium]
    sources: Mapping[str, Source]
    carriers: Mapping[str, Carrier]
    extra: Mapping[str, Annotated[float, u.Spread.within(-1e9, 1e9)]] = field(default_factory=dict)
    """Numbers of added mechanisms."""
    start: Start = field(default_factory=lambda: Start(0, 0.0, 0.0))
