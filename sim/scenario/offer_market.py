"""How people answer offers: one part of the market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from sim import units as u


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
    """Chance that a person sees through a claim before buying, and that a buyer finds it out at the order, which is too
    high by `detection_at` of the price."""
    detection_at: Annotated[float, u.Share.within(0.001, 1.0)]
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
    redeemed: Annotated[float, u.Share.on("log")] = 1.0
    """Share of the orders under a coupon that use it: 1 for markets of format 1 that do not state it."""
