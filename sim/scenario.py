"""Market, Strategy and Scenario: the frozen values that a run takes.

Fields are annotated with their units (`sim.units`); a field's path from the top, such as
`market.fatigue.half_life`, is its one address everywhere. A trailing underscore is dropped in the path
(`from_` is written `from`). No default here is a number of the law: those live in
`scenarios/library/base.toml`. Shares are fractions, times are days, money is cents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt

from sim import units as u

Content = Literal["care", "value", "interaction", "offer"]
TicketKind = Literal["pre_sale", "after_sale", "complaint"]
StageName = Literal["lead", "first_buyer", "repeater"]

CONTENTS: tuple[Content, ...] = ("care", "value", "interaction", "offer")
TICKET_KINDS: tuple[TicketKind, ...] = ("pre_sale", "after_sale", "complaint")


# --- the market: what the world does ---------------------------------------------------------------


@dataclass(frozen=True)
class GammaRate:
    """A rate that differs between people: Gamma with this mean and this shape."""

    mean: Annotated[float, u.PerDay.within(1e-7, 2.0)]
    shape: Annotated[float, u.Number.within(0.01, 1000.0)]


@dataclass(frozen=True)
class Season:
    """Multipliers of everybody's need by weekday, Monday first; their mean is one."""

    weekday: Annotated[tuple[float, ...], u.Number.within(0.0, 100.0)]


@dataclass(frozen=True)
class Need:
    order_rate: GammaRate
    dropout_rate: GammaRate
    regularity: Annotated[float, u.Number.within(1.0, 20.0)]
    """Shape k of the order clock's Gamma(k, 1/k) thresholds; 1 is Poisson ordering."""
    cycle: Annotated[float, u.Days.within(0.5, 3650.0)]
    """The segment's repurchase cycle: the typical gap between two order-days."""
    ripeness: Annotated[float, u.Share]
    """How far the effect of a push follows the Gamma-k hazard of the time since the last order."""
    week_shock: Annotated[float, u.Spread]
    """Standard deviation of the log of a multiplier that everybody's need shares within a week."""
    season: Season


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
    fit: Annotated[float, u.Share]
    """Share of contacts whom the goods suit; nobody else ever orders."""


@dataclass(frozen=True)
class Lead:
    first_order_7d: Annotated[float, u.Share.within(0.0, 0.99)]
    """Share of all leads who order within seven days when nothing is done."""
    hot_half_life: Annotated[float, u.Days.within(0.05, 3650.0)]
    late_constant: Annotated[float, u.Share]
    """Hazard long after the hot phase, relative to the hazard at its start."""
    trust_gate: Annotated[float, u.LogEffect]
    """Log hazard of the first order per unit of felt trust."""


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
    remembered: Annotated[float, u.LogEffect]
    """Log fall of the drift hazard when attention is full."""
    weight: ContentWeights


@dataclass(frozen=True)
class Fatigue:
    half_life: Annotated[float, u.Days.within(0.01, 3650.0)]
    cycle_exponent: Annotated[float, u.Share]
    reference_cycle: Annotated[float, u.Days.within(0.5, 3650.0)]
    """The repurchase cycle at which `half_life` holds; elsewhere it is scaled by (cycle / this) ** exponent."""
    tolerance: Annotated[float, u.Number]
    order_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    weight: ContentWeights


@dataclass(frozen=True)
class OptOut:
    per_message: Annotated[float, u.Share.within(0.0, 0.5)]
    background: Annotated[float, u.PerDay.within(0.0, 1.0)]
    first_day: Annotated[float, u.Share.within(0.0, 0.9)]
    fatigue_slope: Annotated[float, u.LogEffect.within(0.0, 5.0)]
    care_ratio: Annotated[float, u.Factor.within(0.0, 10.0)]


@dataclass(frozen=True)
class Trust:
    half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    loss_factor: Annotated[float, u.Factor.within(0.0, 20.0)]
    order_effect: Annotated[float, u.LogEffect]
    leave_effect: Annotated[float, u.LogEffect]
    care: Annotated[float, u.Spread]
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
    threshold: ThresholdResponse
    lottery: LotteryResponse
    salience: Mapping[str, Annotated[float, u.Factor]]
    """Strength of an offer by the phase of its campaign."""


@dataclass(frozen=True)
class Medium:
    reach: Annotated[float, u.Share]
    cost: Annotated[int, u.Money]
    intrusion: Annotated[float, u.Factor]


@dataclass(frozen=True)
class Source:
    exposures: Annotated[float, u.PerDay]
    add_rate: Annotated[float, u.Share]
    cost_per_exposure: Annotated[int, u.Money]
    cost_per_add: Annotated[int, u.Money]


@dataclass(frozen=True)
class Handling:
    """Mean staff time per ticket; single tickets are exponential around it."""

    pre_sale: Annotated[float, u.Days.within(1e-5, 30.0)]
    after_sale: Annotated[float, u.Days.within(1e-5, 30.0)]
    complaint: Annotated[float, u.Days.within(1e-5, 30.0)]


@dataclass(frozen=True)
class ServiceResponse:
    questions_per_touch: Annotated[float, u.Share]
    questions_per_order: Annotated[float, u.Share]
    problems_per_order: Annotated[float, u.Share.within(0.0, 0.99)]
    problems_per_late_day: Annotated[float, u.Share.within(0.0, 0.99)]
    handling: Handling
    reply_half: Annotated[float, u.Days.within(1e-5, 30.0)]
    """Reply time at which half of the good of a fast answer is gone."""
    tolerance: Annotated[float, u.Days]
    """How long a complaint may take before patience is used up."""
    resolve_half: Annotated[float, u.Days.within(1e-5, 365.0)]
    stop_resolved: Annotated[float, u.Share]
    stop_unresolved: Annotated[float, u.Share]
    dispute_share: Annotated[float, u.Share]
    dispute_stop: Annotated[float, u.Share]
    refund_resolved: Annotated[float, u.Share]
    refund_unresolved: Annotated[float, u.Share]


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
class MoneyMarket:
    currency: Annotated[str, u.Currency]
    goods_cost: Annotated[float, u.Share]
    """Cost of goods as a share of their list value."""
    wage: Annotated[float, u.MoneyPerDay]
    seat: Annotated[float, u.MoneyPerDay]
    fixed: Annotated[float, u.MoneyPerDay]
    discount_rate: Annotated[float, u.PerDay.within(0.0, 0.1)]


@dataclass(frozen=True)
class Market:
    timezone: str
    start_with: Annotated[int, u.Count.within(0, 2e7)]
    """Synthetic customers on day one, each on the day of their first order."""
    need: Need
    spend: Spend
    people: People
    lead: Lead
    attention: Attention
    fatigue: Fatigue
    optout: OptOut
    trust: Trust
    offers: OfferResponse
    service: ServiceResponse
    money: MoneyMarket
    media: Mapping[str, Medium]
    sources: Mapping[str, Source]
    carriers: Mapping[str, Carrier]


# --- the strategy: what the marketer decides -------------------------------------------------------


@dataclass(frozen=True)
class Step:
    spend: Annotated[int, u.Money.within(1, 1e12)]
    off: Annotated[int, u.Money.within(1, 1e12)]


@dataclass(frozen=True)
class Prize:
    chance: Annotated[float, u.Share]
    off: Annotated[int, u.Money.within(1, 1e12)]


@dataclass(frozen=True)
class Offer:
    """A discount in one format. `depth` is for percent, `steps` for threshold, `prizes` for lottery."""

    format: Literal["percent", "threshold", "lottery"]
    depth: Annotated[float | None, u.Share.within(0.0, 0.95)] = None
    steps: tuple[Step, ...] = ()
    prizes: tuple[Prize, ...] = ()
    generosity: Annotated[float, u.Factor.within(0.0, 20.0)] = 1.0
    """Scales depth, money off or prize money alike."""


@dataclass(frozen=True)
class Interval:
    """An interval of View values: low <= value < high, with either end open by None."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_closed: bool = False


@dataclass(frozen=True)
class Who:
    """Whom a programme addresses; conditions on what the shop can see, joined by *and*."""

    stage: tuple[StageName, ...] = ()
    source: tuple[str, ...] = ()
    orders: Annotated[Interval | None, u.Count] = None
    spent: Annotated[Interval | None, u.Money] = None
    tenure: Annotated[Interval | None, u.Days] = None
    recency: Annotated[Interval | None, u.Days] = None
    recency_own_cycles: Annotated[Interval | None, u.Number] = None
    last_touch: Annotated[Interval | None, u.Days] = None


@dataclass(frozen=True)
class Rhythm:
    """An interval: `value` days, or `value` times the shop's cycle or the person's own cycle."""

    value: float
    of: Literal["day", "shop_cycle", "own_cycle"] = "day"


@dataclass(frozen=True)
class Outreach:
    channel: str
    content: Content
    every: Rhythm | None = None
    on: tuple[date, ...] = ()
    who: Who = field(default_factory=Who)
    at: Annotated[float, u.TimeOfDay] = 0.5
    from_: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Campaign:
    offer: Offer
    channel: str
    every: Rhythm | None = None
    on: tuple[date, ...] = ()
    who: Who = field(default_factory=Who)
    first: date | None = None
    lasts: Annotated[float, u.Days.within(1.0, 365.0)] = 1.0
    phases: tuple[str, ...] = ()
    at: Annotated[float, u.TimeOfDay] = 0.5
    holdout: Annotated[float, u.Share] = 0.0
    budget: Annotated[int | None, u.Money] = None
    """Discount money that one campaign may give away; spent in the order in which orders come."""


@dataclass(frozen=True)
class Acquisition:
    budget: Annotated[float | None, u.MoneyPerDay] = None
    daily_cap: Annotated[int | None, u.Count] = None


@dataclass(frozen=True)
class Goals:
    reply: Annotated[float | None, u.Days] = None
    complaint: Annotated[float | None, u.Days] = None


@dataclass(frozen=True)
class Service:
    agents: Annotated[int | None, u.Count.within(1, 10000)] = None
    """People at the desk; None means that every ticket is answered at once and costs no wages."""
    hours: Annotated[tuple[float, float], u.Window] = (0.0, 1.0)
    parallel_chats: Annotated[int, u.Count.within(1, 100)] = 1
    priority: tuple[TicketKind, ...] = ()
    goals: Goals = field(default_factory=Goals)


@dataclass(frozen=True)
class Delivery:
    carrier: str | None = None
    """None means that every parcel arrives at once and costs nothing."""
    promise: Annotated[float | None, u.Days] = None


@dataclass(frozen=True)
class Strategy:
    acquisition: Mapping[str, Acquisition] = field(default_factory=dict)
    outreach: Mapping[str, Outreach] = field(default_factory=dict)
    campaigns: Mapping[str, Campaign] = field(default_factory=dict)
    service: Service = field(default_factory=Service)
    delivery: Delivery = field(default_factory=Delivery)


# --- the question's frame --------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    start: date
    warm_up: Annotated[int, u.Days.within(0, 3650)] = 0
    horizon: Annotated[int, u.Days.within(1, 3650)] = 365
    cool_down: Annotated[int, u.Days.within(0, 3650)] = 0
    draws: Annotated[int, u.Count.within(1, 100000)] = 40
    replications: Annotated[int, u.Count.within(1, 65535)] = 2
    seed: Annotated[int, u.Count.within(0, 2**63 - 1)] = 1

    @property
    def days(self) -> int:
        """Days simulated."""
        return self.warm_up + self.horizon + self.cool_down


@dataclass(frozen=True)
class Customers:
    """The shop's own customers on day one: one entry per person, all arrays of one length n.

    identity: uint64, from the salted id. orders: order-days so far (>= 1). age, recency: days from the
    first and the last order-day to the start of the run. spent: cents over all orders; spend_orders: how many
    orders `spent` covers.
    """

    identity: npt.NDArray[np.uint64]
    orders: npt.NDArray[np.int64]
    age: npt.NDArray[np.float64]
    recency: npt.NDArray[np.float64]
    spent: npt.NDArray[np.int64]
    spend_orders: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scenario:
    market: Market
    strategy: Strategy
    run: Run
    customers: Customers | None = None
