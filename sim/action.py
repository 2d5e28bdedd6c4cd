"""Actions: what the firm does to whom today. Programmes put them down at midnight; the day takes them as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.happenings import Messages
from sim.scenario import Content, Market, Offer

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Touch:
    """One message of today to everybody in `who`, shape (size,), at `hour` (fraction of a day)."""

    programme: str
    who: Mask
    hour: float
    channel: str
    content: Content


@dataclass(frozen=True)
class StandingOffer:
    """An offer that holds today for everybody in `who`; `pull` includes the phase's salience."""

    campaign: str
    who: Mask
    offer: Offer
    pull: float


def messages_of(touches: list[Touch], market: Market, size: int) -> tuple[list[Touch], Messages]:
    """Today's touches in order of hour and name, and the same as the arrays that the day takes."""
    ordered = sorted(touches, key=lambda touch: (touch.hour, touch.programme))
    media = [market.media[touch.channel] for touch in ordered]
    ratio = {"care": market.optout.care_ratio}
    pairs = list(zip(ordered, media, strict=True))
    return ordered, Messages(
        sent=np.array([touch.who for touch in ordered], dtype=bool).reshape(len(ordered), size),
        hour=np.array([touch.hour for touch in ordered], dtype=float),
        weight=np.array([medium.intrusion * ratio.get(touch.content, 1.0) for touch, medium in pairs], dtype=float),
        attention=np.array(
            [medium.reach * getattr(market.attention.weight, touch.content) for touch, medium in pairs],
            dtype=float,
        ),
        fatigue=np.array(
            [medium.intrusion * getattr(market.fatigue.weight, touch.content) for touch, medium in pairs],
            dtype=float,
        ),
        trust=np.array([market.trust.care if touch.content == "care" else 0.0 for touch in ordered], dtype=float),
    )


def best_offers(offers: list[StandingOffer], column: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
    """Write the number of each person's best offer of today into `column`, from 1; 0 for none.

    Returns the pulls by number, shape (n + 1,).
    """
    column[:] = 0
    best = np.zeros(column.size if offers else 0)
    for number, offer in enumerate(offers, start=1):
        better = offer.who & (offer.pull > best)
        column[better] = number
        best[better] = offer.pull
    return np.array([0.0, *(offer.pull for offer in offers)])
