"""How people take service, delivery and problems, and what these take of time: one part of the market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim import units as u


@dataclass(frozen=True)
class Handling:
    """Mean staff time per ticket that an agent has alone in hand; single tickets are exponential around it."""

    pre_sale: Annotated[float, u.Days.within(1e-5, 30.0)]
    """Mean staff time of a question before an order, alone in hand."""
    after_sale: Annotated[float, u.Days.within(1e-5, 30.0)]
    """Mean staff time of a question about an order, alone in hand."""
    complaint: Annotated[float, u.Days.within(1e-5, 30.0)]
    """Mean staff time of a complaint, alone in hand."""
    personal: Annotated[float, u.Days.within(0.0, 30.0)]
    """Staff time per message written to one person; paid at the wage."""


@dataclass(frozen=True)
class Patience:
    """How long people wait at most, in the mean; single people's patience is exponential around it."""

    pre_sale: Annotated[float, u.Days.within(1e-5, 36500.0)]
    """Mean felt time that people wait for an answer before an order."""
    after_sale: Annotated[float, u.Days.within(1e-5, 36500.0)]
    """Mean felt time that people wait for an answer about an order."""
    complaint: Annotated[float, u.Days.within(1e-5, 36500.0)]
    """Mean felt time that people wait for somebody to take their complaint."""


@dataclass(frozen=True)
class PurchaseResponse:
    """The chance that a purchase is made after a question, by the wait for the answer."""

    unaided: Annotated[float, u.Share]
    """The chance of a purchase where nobody answers, and after any wait at least."""
    half: Annotated[float, u.Days.within(1e-5, 365.0)]
    """The wait at which half of what an answer adds is gone."""
    slope: Annotated[float, u.Number.within(0.01, 20.0)]
    """How sharply the chance falls with the wait: the exponent of 1 / (1 + (wait / `half`)^slope)."""


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
    """Time in which what an earlier complaint does to the log odds falls by half."""
    recovery: Annotated[float, u.Spread.within(0.0, 20.0)]
    """Fall of the log odds for a complaint that is solved within the tolerance."""


@dataclass(frozen=True)
class CompensationResponse:
    """What a compensation does, relative to solving a complaint at once, and what it costs."""

    effect: Annotated[float, u.Spread.within(0.0, 10.0)]
    """Effect of a very large compensation that is matched to the cause, relative to solving the complaint at once."""
    scale: Annotated[float, u.Share.within(1e-4, 1.0)]
    """Share of what was paid for the order at which compensation reaches 63 % of `effect`."""
    credit: Annotated[float, u.Factor.within(0.0, 1.0)]
    """Effect of store credit that is not matched to the cause, relative to a matched compensation."""
    unmatched: Annotated[float, u.Factor.within(0.0, 1.0)]
    """Effect of money that is not matched to the cause, relative to a matched compensation."""
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
    """Share of delivered messages after which people ask."""
    questions_per_purchase: Annotated[float, u.Share]
    """Share of purchases before which people ask, where there is a desk."""
    questions_per_order: Annotated[float, u.Share]
    """Share of orders about which people ask."""
    asked_after: Annotated[float, u.Days.within(0.0, 60.0)]
    """Mean time from an order to the question about it."""
    problems_per_order: Annotated[float, u.Share.within(0.0, 0.99)]
    """Chance that an order brings a problem, and so a complaint."""
    problems_per_late_day: Annotated[float, u.Share.within(0.0, 0.99)]
    """Chance of a problem for each day by which a parcel is late."""
    handling: Handling
    """Staff time per ticket and per message, by kind."""
    hiring_days: Annotated[float, u.Days.within(0.0, 3650.0)]
    """Time from when the firm begins to look for an agent until the agent's first day."""
    chat_slowdown: Annotated[float, u.Spread]
    """Rise of a ticket's handling time, as a share, with each other ticket that the agent has in hand as it begins."""
    reply_half: Annotated[float, u.Days.within(1e-5, 30.0)]
    """Reply time at which half of the good of a fast answer is gone."""
    tolerance: Annotated[float, u.Days]
    """How long a complaint may take before a solution is worth less."""
    resolve_half: Annotated[float, u.Days.within(1e-5, 365.0)]
    """Time beyond the tolerance at which half of the good of a solution is gone."""
    resolve_slope: Annotated[float, u.Number.within(0.01, 20.0)]
    """How sharply the good of a solution falls beyond the tolerance: the exponent of 1 / (1 + (time /
    `resolve_half`)^slope)."""
    stop: StopResponse
    """The chance that a complaint ends the relation."""
    dispute_share: Annotated[float, u.Share]
    """Share of complaints that end in a dispute."""
    dispute_stop: Annotated[float, u.Share]
    """Share of disputes that end the relation."""
    dispute_price: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Response to prices of who stays after a dispute, relative to before."""
    chargeback: Annotated[float, u.Share]
    """Share of disputes in which the order is charged back."""
    refund_resolved: Annotated[float, u.Share]
    """Chance of a refund for a complaint that is solved within the tolerance."""
    refund_unresolved: Annotated[float, u.Share]
    """Chance of a refund for a complaint that nobody solves."""
    open_complaint: Annotated[float, u.Number.within(0.0, 20.0)]
    """Fall of the log hazard of orders while a complaint of the person is open."""
    compensation: CompensationResponse
    """What compensation does, and what it costs."""
    apology: Annotated[float, u.Spread.within(0.0, 10.0)]
    """What an apology does, relative to solving a complaint at once."""
    apology_time: Annotated[float, u.Days.within(0.0, 30.0)]
    """Staff time that an apology adds to each complaint."""
    status_updates: Annotated[float, u.Spread.within(0.0, 10.0)]
    """What telling how a complaint stands does, relative to solving it at once."""
    status_time: Annotated[float, u.Days.within(0.0, 30.0)]
    """Staff time that status updates add to each complaint."""
    both: Annotated[float, u.Factor.within(0.0, 1.0)]
    """What apology and status updates do together, relative to the one that does more."""
    escalated: Annotated[float, u.Factor.within(0.01, 100.0)]
    """Handling time of complaints that are escalated, relative to others."""
    opportunism: Annotated[float, u.Share]
    """Share by which the next problem is nearer after a refund that the firm's policy gave."""
    purchase: PurchaseResponse
    """The chance of a purchase after a question, by the wait for the answer."""
    patience: Patience
    """How long people wait, by kind of ticket."""
    auto_reply_weight: Annotated[float, u.Share]
    """How much an hour of waiting counts while the desk is closed, where an automatic reply says so."""
    bot: BotResponse
    """What a first-line bot does where the strategy has one."""


@dataclass(frozen=True)
class TimeSpread:
    """A time that differs between cases: split log-normal through these three points."""

    median: Annotated[float, u.Days.within(1e-4, 365.0)]
    """Time that half of the cases take at most."""
    p5: Annotated[float, u.Days.within(1e-4, 365.0)]
    """Time that 5 % of the cases take at most."""
    p95: Annotated[float, u.Days.within(1e-4, 365.0)]
    """Time that 95 % of the cases take at most."""


@dataclass(frozen=True)
class Carrier:
    days: TimeSpread
    """Time from dispatch to the parcel's arrival."""
    cost: Annotated[int, u.Money]
    """What the carrier takes for one parcel."""


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
    """Share of the orders about which nobody complains that are sent back."""
    days: Annotated[float, u.Days.within(0.01, 365.0)]
    """Days from the parcel to the return, in the mean; single ones are exponential around it."""
    resold: Annotated[float, u.Share]
    """Share of the cost of returned goods that can be sold again."""
