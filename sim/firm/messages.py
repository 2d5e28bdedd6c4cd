"""Messages: what the firm says to whom today. Programmes put them down at midnight; the day takes them as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages
from sim.firm.offers_today import give_coupon
from sim.people.traits import topics
from sim.scenario import Campaign, Content, Limits, Market, Medium, Outreach

if TYPE_CHECKING:
    from sim.run_state import RunState

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WINDOW = 30
"""Days of the windows in which limits and the shop's discount budget are counted."""


@dataclass(frozen=True)
class Touch:
    """One message of today to everybody in `who`, shape (size,), at `hour` (fraction of a day).

    `coupon` is the number of the coupon that comes with it, 0 for none.
    """

    programme: str
    who: Mask
    hour: float
    channel: str
    content: Content
    items: int = 1
    style: Literal["mass", "personal"] = "mass"
    topic: str | None = None
    testimony: bool = False
    coupon: int = 0


class MessageCounts:
    """How many messages each person was sent, by the windows and channels that are limited."""

    def __init__(self, limits: Limits, media: dict[str, Medium]) -> None:
        self.limits = limits
        self.media = {name: m for name, m in media.items() if m.limit_per_day or m.limit_per_30d}
        self.counts: dict[tuple[str, bool], npt.NDArray[np.int32]] = {}

    @property
    def limited(self) -> bool:
        """Whether any limit holds at all."""
        own = self.limits
        return bool(self.media) or not (own.touches_per_day is own.touches_per_30d is own.contact_gap is None)

    def caps(self, channel: str) -> list[tuple[tuple[str, bool], int]]:
        """Counters that a message in this channel meets, with their caps; True marks the 30-day window."""
        medium = self.media.get(channel)
        every = [
            (("", False), self.limits.touches_per_day),
            (("", True), self.limits.touches_per_30d),
            ((channel, False), medium.limit_per_day if medium else None),
            ((channel, True), medium.limit_per_30d if medium else None),
        ]
        return [(counter, cap) for counter, cap in every if cap is not None]

    def turn(self, day: int, size: int) -> None:
        """Begin a day: room for new people, and counters back to zero where their window is over."""
        for counter, count in self.counts.items():
            grown = np.zeros(size, dtype=np.int32)
            if counter[1] and day % WINDOW:
                grown[: count.size] = count
            self.counts[counter] = grown

    def let_through(self, shop: RunState, touches: list[Touch]) -> list[Mask]:
        """Who is sent each of today's messages, which are in order of hour and name."""
        size, day = shop.population.size, shop.today
        if not self.limited:
            return [touch.who & ~left_channel(shop, touch.channel) for touch in touches]
        self.turn(day, size)
        gap = self.limits.contact_gap
        rested = None if gap is None else day - shop.population.column("last_touch").astype(np.int64) >= gap
        sent = []
        for touch in touches:
            who = touch.who & ~left_channel(shop, touch.channel)
            if rested is not None:
                who &= rested
            caps = self.caps(touch.channel)
            for counter, cap in caps:
                who &= self.counts.setdefault(counter, np.zeros(size, dtype=np.int32)) < cap
            for counter, _ in caps:
                self.counts[counter] += who
            rested = None if rested is None else rested & ~who
            sent.append(who)
        return sent


def left_channel(shop: RunState, channel: str) -> Mask:
    """Who has left a channel, shape (size,)."""
    population = shop.population
    if channel not in population.closing:
        return np.zeros(population.size, dtype=bool)
    return np.asarray(population.closing_left[population.closing.index(channel), : population.size] <= 0.0)


def messages_of(shop: RunState) -> tuple[list[Touch], Messages]:
    """Today's touches in order of hour and name, and the same as the arrays that the day takes; coupons are given."""
    ordered = sorted(shop.touches, key=lambda touch: (touch.hour, touch.programme))
    sent = shop.sendings.let_through(shop, ordered)
    for touch, who in zip(ordered, sent, strict=True):
        if touch.programme in shop.last_sent:
            shop.last_sent[touch.programme][who] = shop.today
        if touch.coupon:
            give_coupon(shop, touch.coupon, np.flatnonzero(who), shop.today)
    market, rows = shop.market, [_weights(touch, shop.market) for touch in ordered]
    columns = np.array(rows, dtype=float).reshape(len(ordered), 4).T
    names = topics(market)
    return ordered, Messages(
        sent=np.array(sent, dtype=bool).reshape(len(ordered), shop.population.size),
        hour=np.array([touch.hour for touch in ordered], dtype=float),
        weight=columns[0].copy(),
        attention=columns[1].copy(),
        fatigue=columns[2].copy(),
        trust=columns[3].copy(),
        promotes=np.array([touch.content == "offer" for touch in ordered], dtype=bool),
        topic=np.array([names.index(t.topic) + 1 if t.topic else 0 for t in ordered], dtype=np.int64),
        closes=np.array(
            [shop.population.closing.index(t.channel) if t.channel in shop.population.closing else -1 for t in ordered],
            dtype=np.int64,
        ),
    )


def _weights(touch: Touch, market: Market) -> tuple[float, float, float, float]:
    """Area, attention, fatigue and trust of one message to a neutral, active person."""
    medium, feel, tire = market.media[touch.channel], market.attention, market.fatigue
    tiring = touch.items**tire.items * (tire.personal if touch.style == "personal" else 1.0)
    area = medium.intrusion * tiring * (market.optout.care_ratio if touch.content == "care" else 1.0)
    attention = (
        medium.reach
        * medium.suits.get(touch.content, 1.0)
        * getattr(feel.weight, touch.content)
        * touch.items**feel.items
        * (feel.golden if golden(touch, market) else 1.0)
        * (feel.personal if touch.style == "personal" else 1.0)
        * (feel.testimony if touch.testimony else 1.0)
    )
    fatigue = medium.intrusion * getattr(tire.weight, touch.content) * tiring
    trust = {"care": market.trust.care, "value": market.trust.value}.get(touch.content, 0.0)
    return area, attention, fatigue, trust


def golden(touch: Touch, market: Market) -> bool:
    """Whether a message is read in one of the golden hours."""
    read = (touch.hour + market.media[touch.channel].read_after) % 1.0
    return any(opens <= read < closes for opens, closes in market.attention.golden_hours)


def message_cost(touch: Touch, market: Market) -> int:
    """What one delivered message costs, cents; a personal one takes staff time."""
    personal = market.service.handling.personal * market.money.wage if touch.style == "personal" else 0.0
    return market.media[touch.channel].cost + int(np.floor(personal + 0.5))


def touch_of(programme: str, plan: Outreach | Campaign, who: Mask, content: Content, coupon: int = 0) -> Touch:
    """The message that a programme sends today."""
    return Touch(
        programme, who, plan.at, plan.channel, content, plan.items, plan.style, plan.topic, plan.testimony, coupon
    )
