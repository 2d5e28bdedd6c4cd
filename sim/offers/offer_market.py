"""How people answer offers: one part of the market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from sim import units as u


@dataclass(frozen=True)
class ThresholdResponse:
    at: Annotated[float, u.Number.within(0.01, 20.0)]
    """Threshold, in usual baskets, at which it pulls half as much as one that everybody reaches."""
    width: Annotated[float, u.Number.within(0.01, 10.0)]
    """How gradually a threshold's pull falls around `at`, in usual baskets."""
    stretch: Annotated[float, u.Number.within(1.0, 10.0)]
    """How far people stretch a basket to reach a step, at most, relative to what they meant to spend."""


@dataclass(frozen=True)
class LotteryResponse:
    crossover: Annotated[float, u.Share.within(0.0001, 0.9)]
    """Depth at which a lottery pulls as much as a certain discount of the same mean."""
    slope: Annotated[float, u.Share]
    """How fast a lottery's pull falls behind that of a certain discount with its depth: the power of (`crossover` /
    depth)."""


@dataclass(frozen=True)
class OfferResponse:
    elasticity: Annotated[float, u.Number.within(0.0, 20.0)]
    """Pull of an offer of depth z, per unit of -ln(1 - z): the log rise of need that it brings where it is small."""
    displacement: Annotated[float, u.Share]
    """Share of the need that an offer adds which is borrowed from later days."""
    repay_half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    """Time in which half of what was borrowed is repaid, and, when no campaign comes, half of what was held back is
    released."""
    waiting: Annotated[float, u.Share.within(0.0, 0.95)]
    """Share of need that is held back at most, while a very deep campaign is expected."""
    waiting_depth: Annotated[float, u.Share.within(0.001, 1.0)]
    """Saving, as a share of the price, for which half as much is held back as at most."""
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
    """Time in which the remembered discount falls by half."""
    loss_aversion: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight of an offer's falling short of the discounts remembered."""
    habituation: Annotated[float, u.Spread]
    """Rise of an offer's pull, as a share, per unit of remembered discount."""
    gift_value: Annotated[float, u.Factor.within(0.0, 10.0)]
    """What a gift that fits is worth to people, relative to its cost."""
    scarcity: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Weight of a flash sale's pull, its stock being short."""
    framing: Annotated[float, u.Spread]
    """Rise of an amount's pull, as a share, per unit of log basket above `framing_at`."""
    framing_at: Annotated[int, u.Money.within(1, 1e10)]
    """Basket at which an amount off pulls as much as the same money off as a share."""
    booking_half_life: Annotated[float, u.Days.within(0.1, 3650.0)]
    """How much later goods are sent that pull half as much."""
    detection: Annotated[float, u.Share]
    """Chance that a person sees through a claim before buying, and that a buyer finds it out at the order, where it is
    too high by `detection_at` of the price."""
    detection_at: Annotated[float, u.Share.within(0.001, 1.0)]
    """How much too high a claim is, as a share of the price, for which `detection` holds."""
    preparation: Annotated[float, u.Days.within(0.01, 365.0)]
    """Days that a campaign's content, stock and staff need to be ready."""
    unready: Annotated[float, u.Share]
    """Share of its pull that a campaign without any preparation loses."""
    campaign_spread: Annotated[float, u.Spread.within(0.0, 3.0)]
    """Standard deviation of the log of a campaign's quality: how well it happens to be made."""
    joint_design: Annotated[float, u.Factor.within(0.0, 10.0)]
    """Spread of a campaign's quality where service staff have joined the design, relative to `campaign_spread`."""
    effort: Mapping[str, Annotated[float, u.LogEffect.within(0.0, 10.0)]]
    """Log hazard that the effort of an offer costs, by its format."""
    threshold: ThresholdResponse
    """How people answer thresholds."""
    lottery: LotteryResponse
    """How people answer lotteries."""
    salience: Mapping[str, Annotated[float, u.Factor]]
    """Strength of an offer by the phase of its campaign."""
    redeemed: Annotated[float, u.Share.on("log")] = 1.0
    """Share of the orders under a coupon that use it: 1 for markets of format 1 that do not state it."""
