"""What one message to a neutral, active person adds to stocks: the same for messages of today and of the past."""

from __future__ import annotations

from typing import Literal, Protocol

from sim.scenario import Content, Market


class SomeMessage(Protocol):
    """A message that programmes send today (`state.touches.Touch`), or of the past (`PastMessage`)."""

    @property
    def hour(self) -> float: ...
    @property
    def channel(self) -> str: ...
    @property
    def content(self) -> Content: ...
    @property
    def items(self) -> int: ...
    @property
    def style(self) -> Literal["mass", "personal"]: ...
    @property
    def testimony(self) -> bool: ...


def message_weights(message: SomeMessage, market: Market) -> tuple[float, float, float, float]:
    """Area, attention, fatigue and trust of one message to a neutral, active person."""
    medium, feel, tire = market.media[message.channel], market.attention, market.fatigue
    tiring = message.items**tire.items * (tire.personal if message.style == "personal" else 1.0)
    area = medium.intrusion * tiring * (market.optout.care_ratio if message.content == "care" else 1.0)
    attention = (
        medium.reach
        * medium.attention
        * medium.suits.get(message.content, 1.0)
        * getattr(feel.weight, message.content)
        * message.items**feel.items
        * (feel.golden if golden(message, market) else 1.0)
        * (feel.personal if message.style == "personal" else 1.0)
        * (feel.testimony if message.testimony else 1.0)
    )
    fatigue = medium.intrusion * getattr(tire.weight, message.content) * tiring
    trust = {
        "care": market.trust.care,
        "value": market.trust.value,
        "offer": -market.trust.loss_factor * market.trust.promotion,
    }.get(message.content, 0.0)
    return area, attention, fatigue, trust * medium.attention


def golden(message: SomeMessage, market: Market) -> bool:
    """Whether a message is read in one of the golden hours."""
    read = (message.hour + market.media[message.channel].read_after) % 1.0
    return any(opens <= read < closes for opens, closes in market.attention.golden_hours)
