"""How people answer contacts, what too many of them do, and trust: one part of the market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim import units as u


@dataclass(frozen=True)
class ContentWeights:
    care: Annotated[float, u.Factor]
    """What a message of care gives is multiplied by this."""
    value: Annotated[float, u.Factor]
    """What a message of value gives is multiplied by this."""
    interaction: Annotated[float, u.Factor]
    """What a message of interaction gives is multiplied by this."""
    offer: Annotated[float, u.Factor]
    """What a message of an offer gives is multiplied by this."""


@dataclass(frozen=True)
class Attention:
    half_life: Annotated[float, u.Days.within(0.01, 3650.0)]
    """Time in which attention falls by half when nothing is sent."""
    max_lift: Annotated[float, u.LogEffect.within(0.0, 10.0)]
    """Log rise of the typical person's order hazard when attention is full."""
    saturation: Annotated[float, u.Number.within(0.2, 10.0)]
    """Exponent h of the strength A^h / (1 + A^h) of attention A: the larger, the sharper it rises around A = 1."""
    remembered: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log fall of the drift hazard when attention is full."""
    golden: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight in attention of a message that is read in the golden hours."""
    golden_hours: tuple[Annotated[tuple[float, float], u.Window], ...]
    """Hours of the day in which reading counts as golden."""
    items: Annotated[float, u.Spread]
    """A message of n items gives n to this power times the attention of one item."""
    personal: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight in attention of a message that is written to one person."""
    testimony: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight in attention of a message with the testimony of other customers."""
    relevant: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight in attention of a message about the person's interest, where the goods suit the person."""
    irrelevant: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight in attention of a message about something else than the person's interest, or to somebody whom the goods
    do not suit."""
    weight: ContentWeights
    """What each content gives in attention."""


@dataclass(frozen=True)
class EngagementResponse:
    """Interactions that are no orders: how often, and what silence does."""

    rate: Annotated[float, u.PerDay.within(0.0, 10.0)]
    """Interactions of a person just heard of; 0 switches the interaction clock off."""
    fading: Annotated[float, u.Days.within(0.01, 3650.0)]
    """Days without an interaction after which the rate has halved; it falls as 1 / (1 + days / this)."""
    drifted: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Interactions of people who have drifted, relative to those of buyers."""
    silent_after: Annotated[int, u.Days.within(1, 3650)]
    """Days since being heard of up to which somebody is active, and beyond which silent."""
    dormant_after: Annotated[int, u.Days.within(1, 3650)]
    """Days since being heard of beyond which somebody is dormant."""
    high_value_orders: Annotated[int, u.Count.within(2, 1000)]
    """Orders from which on somebody counts as of high value."""
    silent_reach: Annotated[float, u.Share]
    """Share of a message's attention that it gets from a silent person."""
    dormant_reach: Annotated[float, u.Share]
    """Share of a message's attention that it gets from a dormant person."""


@dataclass(frozen=True)
class Fatigue:
    half_life: Annotated[float, u.Days.within(0.01, 3650.0)]
    """Time in which fatigue falls by half when nothing is sent, where the repurchase cycle is `reference_cycle`."""
    cycle_exponent: Annotated[float, u.Share]
    """How far that time goes with the repurchase cycle: it is multiplied by (cycle / `reference_cycle`) to this
    power."""
    reference_cycle: Annotated[float, u.Days.within(0.5, 3650.0)]
    """The repurchase cycle at which `half_life` holds as it is."""
    tolerance: Annotated[float, u.Number]
    """Fatigue up to which orders do not suffer."""
    order_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log fall of the order hazard per unit of fatigue above the tolerance; it levels off at `most`."""
    most: Annotated[float, u.LogEffect.within(0.001, 20.0)]
    """The most that fatigue can take off the log hazard of orders."""
    items: Annotated[float, u.Spread]
    """A message of n items tires, and makes people leave, as n to this power messages of one item."""
    personal: Annotated[float, u.Factor.within(0.0, 10.0)]
    """What a message that is written to one person gives in fatigue and in leaving, relative to a mass message."""
    irrelevant: Annotated[float, u.Factor.within(0.0, 10.0)]
    """What an irrelevant message gives in fatigue, relative to others."""
    weight: ContentWeights
    """What each content gives in fatigue."""


@dataclass(frozen=True)
class OptOut:
    per_message: Annotated[float, u.Share.within(0.0, 0.5)]
    """Chance that one message makes a person leave who is not tired, in a channel of intrusion x 1."""
    background: Annotated[float, u.PerDay.within(0.0, 1.0)]
    """Rate at which people delete the contact whatever is sent."""
    first_day: Annotated[float, u.Share.within(0.0, 0.9)]
    """Share of new leads who delete the contact on their first day."""
    fatigue_slope: Annotated[float, u.LogEffect.within(0.0, 5.0)]
    """Log rise, per unit of fatigue, of how readily a message makes a person leave; it levels off at `most`."""
    most: Annotated[float, u.LogEffect.within(0.001, 20.0)]
    """The most that fatigue can add to the log of a message's area of deletion."""
    shape: Annotated[float, u.Number.within(0.05, 1000.0)]
    """Shape of the Gamma by which people differ in how readily they leave, mean one; large: all are alike."""
    care_ratio: Annotated[float, u.Factor.within(0.0, 10.0)]
    """How readily a message of care makes a person leave, relative to other contents."""
    irrelevant: Annotated[float, u.Factor.within(0.0, 100.0)]
    """How readily an irrelevant message makes a person leave, relative to others."""


@dataclass(frozen=True)
class Trust:
    half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    """Time in which trust, gained or lost, comes half-way back to zero."""
    loss_factor: Annotated[float, u.Factor.within(0.0, 20.0)]
    """Weight of what costs trust, relative to what brings it."""
    order_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log rise of the order hazard per unit of felt trust."""
    leave_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log fall, per unit of felt trust, of drifting, of deleting, and of how readily messages make a person leave."""
    spend_effect: Annotated[float, u.LogEffect.within(0.0, 20.0)]
    """Log rise of a basket per unit of felt trust."""
    early: Annotated[float, u.Factor.within(0.0, 20.0)]
    """Weight of what messages bring in a contact's first `early_days`."""
    early_days: Annotated[int, u.Days.within(0, 3650)]
    """Days since the adding in which what messages bring counts `early` times."""
    care: Annotated[float, u.Spread]
    """Trust that a message of care brings."""
    value: Annotated[float, u.Spread]
    """Trust that a message of value brings."""
    promotion: Annotated[float, u.Spread]
    """Trust that an offer message costs per unit of fatigue above the tolerance."""
    honesty: Annotated[float, u.Spread]
    """Trust that a discount costs whose claim turns out to be false."""
    reply: Annotated[float, u.Spread]
    """Trust that an answer at once brings; an answer that comes very late costs it, times the loss factor."""
    delivery: Annotated[float, u.Spread]
    """Trust that a parcel at once would bring; each day of lateness costs it, times the loss factor."""
    resolution: Annotated[float, u.Spread]
    """Trust that a complaint brings which is solved within the tolerance; one that nobody solves costs it, times the
    loss factor."""
