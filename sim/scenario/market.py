"""The market: what the world does. Frozen values, annotated with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from sim import units as u

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
class ThresholdResponse:
    at: Annotated[float, u.Number.within(0.01, 20.0)]
    width: Annotated[float, u.Number.within(0.01, 10.0)]
    stretch: Annotated[float, u.Number.within(1.0, 10.0)]


@dataclass(frozen=True)
class LotteryResponse:
    crossover: Annotated[float, u.Share.within(0.0001, 0.9)]
    slope: Annotated[float, u.Share]


@dataclass(frozen=True)
class OfferResponse:
    elasticity: Annotated[float, u.Number.within(0.0, 20.0)]
    displacement: Annotated[float, u.Share]
    repay_half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    waiting: Annotated[float, u.Share.within(0.0, 0.95)]
    """Share of need that is held back at most, while a very deep campaign is expected."""
    waiting_depth: Annotated[float, u.Share.within(0.001, 1.0)]
    """Saving, as a share of the price, for which half of that is held back."""
    expected_memory: Annotated[float, u.Share]
    """Share of the expected saving that one more campaign leaves as it was."""
    disappointed: Annotated[float, u.Share]
    """Share of what was held back for more than is offered that is lost."""
    most: Annotated[float, u.Spread.within(0.001, 1000.0)]
    """The most that an offer adds to the typical person's need, as a multiple of it."""
    horizon: Annotated[float, u.Number.within(0.0, 100.0)]
    """How far ahead people wait for a campaign, in repurchase cycles."""
    reference: Annotated[float, u.Share]
    """How far an offer is judged against the discounts remembered."""
    reference_memory: Annotated[float, u.Share]
    """Share of the remembered discount that one more price leaves as it was."""
    reference_half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    loss_aversion: Annotated[float, u.Factor.within(0.0, 10.0)]
    habituation: Annotated[float, u.Spread]
    """Rise of an offer's pull, as a share, per unit of remembered discount."""
    gift_value: Annotated[float, u.Factor.within(0.0, 10.0)]
    """What a gift that fits is worth to people, relative to its cost."""
    scarcity: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight of a flash sale's pull, its stock being short."""
    framing: Annotated[float, u.Spread]
    """Rise of an amount's pull, as a share, per unit of log basket above `framing_at`."""
    framing_at: Annotated[int, u.Money.within(1, 1e10)]
    booking_half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    """How much later goods are sent that pull half as much."""
    detection: Annotated[float, u.Share]
    """Chance that a person sees through a false claim before buying, and that a buyer finds it out at the order."""
    preparation: Annotated[float, u.Days.within(0.01, 365.0)]
    """Days that a campaign's content, stock and staff need to be ready."""
    unready: Annotated[float, u.Share]
    """Share of its pull that a campaign without any preparation loses."""
    campaign_spread: Annotated[float, u.Spread.within(0.0, 3.0)]
    """Standard deviation of the log of a campaign's quality: how well it happens to be made."""
    joint_design: Annotated[float, u.Factor.within(0.0, 10.0)]
    """That spread, relative, where service staff have joined the design."""
    effort: Mapping[str, Annotated[float, u.LogEffect.within(0.0, 10.0)]]
    """Log hazard that the effort of an offer costs, by its format."""
    threshold: ThresholdResponse
    lottery: LotteryResponse
    salience: Mapping[str, Annotated[float, u.Factor]]
    """Strength of an offer by the phase of its campaign."""


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
class Handling:
    """Mean staff time per ticket that an agent has alone in hand; single tickets are exponential around it."""

    pre_sale: Annotated[float, u.Days.within(1e-5, 30.0)]
    after_sale: Annotated[float, u.Days.within(1e-5, 30.0)]
    complaint: Annotated[float, u.Days.within(1e-5, 30.0)]
    personal: Annotated[float, u.Days.within(0.0, 30.0)]
    """Staff time per message written to one person; paid at the wage."""


@dataclass(frozen=True)
class Patience:
    """How long people wait at most, in the mean; single people's patience is exponential around it."""

    pre_sale: Annotated[float, u.Days.within(1e-5, 36500.0)]
    after_sale: Annotated[float, u.Days.within(1e-5, 36500.0)]
    complaint: Annotated[float, u.Days.within(1e-5, 36500.0)]


@dataclass(frozen=True)
class PurchaseResponse:
    """The chance that a purchase is made after a question, by the wait for the answer."""

    unaided: Annotated[float, u.Share]
    """The chance where nobody answers, and after any wait at least."""
    half: Annotated[float, u.Days.within(1e-5, 365.0)]
    """The wait at which half of what an answer adds is gone."""
    slope: Annotated[float, u.Number.within(0.01, 20.0)]


@dataclass(frozen=True)
class StopResponse:
    """The chance that a complaint ends the relation: numbers of a logistic function."""

    base: Annotated[float, u.Spread.within(-20.0, 20.0)]
    """Log odds for a first order and a first complaint that nobody solves."""
    orders: Annotated[float, u.Spread.within(0.0, 10.0)]
    """Fall of the log odds with the logarithm of one and the orders made before."""
    repeated: Annotated[float, u.Spread.within(0.0, 20.0)]
    """Rise of the log odds where another complaint has just ended."""
    repeated_half_life: Annotated[float, u.Days.within(0.01, 36500.0)]
    recovery: Annotated[float, u.Spread.within(0.0, 20.0)]
    """Fall of the log odds for a complaint that is solved within the tolerance."""


@dataclass(frozen=True)
class CompensationResponse:
    """What a compensation does, relative to solving a complaint at once, and what it costs."""

    effect: Annotated[float, u.Spread.within(0.0, 10.0)]
    """Of a very large one that is matched to the cause."""
    scale: Annotated[float, u.Share.within(1e-4, 1.0)]
    """Share of the order at which it reaches 63 % of that."""
    credit: Annotated[float, u.Factor.within(0.0, 1.0)]
    """Effect of store credit that is not matched to the cause, relative to a matched compensation."""
    unmatched: Annotated[float, u.Factor.within(0.0, 1.0)]
    """Likewise of money."""
    credit_used: Annotated[float, u.Share]
    """Share of store credit that people come back to use."""
    matching_time: Annotated[float, u.Days.within(0.0, 30.0)]
    """Staff time for each complaint to find out which compensation fits the cause."""


@dataclass(frozen=True)
class BotResponse:
    """What a program does that answers questions before anybody of the staff sees them."""

    solves: Annotated[float, u.Share]
    """Share of questions that it answers, at once."""
    worth: Annotated[float, u.Share]
    """How good such an answer feels, and what it adds to a purchase, relative to the same answer of the staff."""
    annoyance: Annotated[float, u.Factor.within(0.0, 100.0)]
    """Trust that a question costs which it cannot answer, relative to what an answer brings at best."""


@dataclass(frozen=True)
class ServiceResponse:
    questions_per_touch: Annotated[float, u.Share]
    questions_per_purchase: Annotated[float, u.Share]
    """Share of purchases before which people ask, where there is a desk."""
    questions_per_order: Annotated[float, u.Share]
    asked_after: Annotated[float, u.Days.within(0.0, 60.0)]
    """Mean time from an order to the question about it."""
    problems_per_order: Annotated[float, u.Share.within(0.0, 0.99)]
    problems_per_late_day: Annotated[float, u.Share.within(0.0, 0.99)]
    handling: Handling
    hiring_days: Annotated[float, u.Days.within(0.0, 3650.0)]
    """Time from when the firm begins to look for an agent until the agent's first day."""
    chat_slowdown: Annotated[float, u.Spread]
    """Rise of a ticket's handling time, as a share, with each other ticket that the agent has in hand as it begins."""
    reply_half: Annotated[float, u.Days.within(1e-5, 30.0)]
    """Reply time at which half of the good of a fast answer is gone."""
    tolerance: Annotated[float, u.Days]
    """How long a complaint may take before patience is used up."""
    resolve_half: Annotated[float, u.Days.within(1e-5, 365.0)]
    """Time beyond the tolerance at which half of the good of a solution is gone."""
    resolve_slope: Annotated[float, u.Number.within(0.01, 20.0)]
    stop: StopResponse
    dispute_share: Annotated[float, u.Share]
    dispute_stop: Annotated[float, u.Share]
    dispute_price: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Response to prices of who stays after a dispute, relative to before."""
    chargeback: Annotated[float, u.Share]
    """Share of disputes in which the order is charged back."""
    refund_resolved: Annotated[float, u.Share]
    refund_unresolved: Annotated[float, u.Share]
    open_complaint: Annotated[float, u.Number.within(0.0, 20.0)]
    """Fall of the log hazard of orders while a complaint of the person is open."""
    compensation: CompensationResponse
    apology: Annotated[float, u.Spread.within(0.0, 10.0)]
    """What an apology does, relative to solving a complaint at once."""
    apology_time: Annotated[float, u.Days.within(0.0, 30.0)]
    status_updates: Annotated[float, u.Spread.within(0.0, 10.0)]
    """What telling how a complaint stands does, relative to solving it at once."""
    status_time: Annotated[float, u.Days.within(0.0, 30.0)]
    both: Annotated[float, u.Factor.within(0.0, 1.0)]
    """What apology and status updates do together, relative to the one that does more."""
    escalated: Annotated[float, u.Factor.within(0.01, 100.0)]
    """Handling time of complaints that are escalated, relative to others."""
    opportunism: Annotated[float, u.Share]
    """How much sooner the next problem comes after a refund that the firm's policy gave."""
    purchase: PurchaseResponse
    patience: Patience
    auto_reply_weight: Annotated[float, u.Share]
    """How much an hour of waiting counts while the desk is closed, where an automatic reply says so."""
    bot: BotResponse


@dataclass(frozen=True)
class TimeSpread:
    """A time that differs between cases: split log-normal through these three points."""

    median: Annotated[float, u.Days.within(1e-4, 365.0)]
    p5: Annotated[float, u.Days.within(1e-4, 365.0)]
    p95: Annotated[float, u.Days.within(1e-4, 365.0)]


@dataclass(frozen=True)
class Carrier:
    days: TimeSpread
    cost: Annotated[int, u.Money]


@dataclass(frozen=True)
class DeliveryResponse:
    usual: Annotated[float, u.Days.within(0.01, 365.0)]
    """Days from order to parcel that people are used to."""
    days_effect: Annotated[float, u.PerDay.within(0.0, 5.0)]
    """Fall of the log hazard of orders for each day that a parcel is to take longer than usual."""
    learning: Annotated[float, u.Share]
    """Weight of the last parcel in what a person has learned of how late parcels are against their promise."""
    late_from: Annotated[float, u.Factor.within(1.0, 100.0)]
    """How long a parcel takes, relative to usual, before it counts as late where no time was promised."""


@dataclass(frozen=True)
class ReturnResponse:
    """Orders that people send back because they have changed their mind."""

    share: Annotated[float, u.Share]
    """Share of the orders about which nobody complains."""
    days: Annotated[float, u.Days.within(0.01, 365.0)]
    """Days from the parcel to the return, in the mean; single ones are exponential around it."""
    resold: Annotated[float, u.Share]
    """Share of the cost of returned goods that can be sold again."""


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
