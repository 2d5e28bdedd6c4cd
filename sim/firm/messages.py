"""Messages: what the firm sends to whom today. Programmes put them down at midnight; the day takes them as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages
from sim.firm.contact_limits import let_through
from sim.firm.coupons import give_coupon
from sim.people.traits import topics
from sim.scenario import Campaign, Content, Market, Outreach
from sim.state.daily_values import Touch
from sim.state.run_state import RunState

Mask = npt.NDArray[np.bool_]


def messages_today(state: RunState) -> tuple[list[Touch], Messages]:
    """Today's touches in order of hour and name, and the same as the arrays that the day takes; gives the coupons."""
    ordered = sorted(state.planned.touches, key=lambda touch: (touch.hour, touch.programme))
    sent, last_sent = let_through(state, ordered), state.history.last_sent
    for touch, who in zip(ordered, sent, strict=True):
        if touch.programme in last_sent:
            last_sent[touch.programme][who] = state.day
        if touch.coupon:
            give_coupon(state, touch.coupon, np.flatnonzero(who), state.day)
    return ordered, message_arrays(state, ordered, sent)


def message_arrays(state: RunState, touches: list[Touch], sent: list[Mask]) -> Messages:
    """The touches as arrays of shape (m,), and `sent`, shape (m, size)."""
    market, closing = state.inputs.market, state.population.closing
    columns = np.array([_weights(touch, market) for touch in touches], dtype=float).reshape(len(touches), 4).T
    names = topics(market)
    return Messages(
        sent=np.array(sent, dtype=bool).reshape(len(touches), state.population.size),
        hour=np.array([touch.hour for touch in touches], dtype=float),
        weight=columns[0].copy(),
        attention=columns[1].copy(),
        fatigue=columns[2].copy(),
        trust=columns[3].copy(),
        promotes=np.array([touch.content == "offer" for touch in touches], dtype=bool),
        topic=np.array([names.index(t.topic) + 1 if t.topic else 0 for t in touches], dtype=np.int64),
        closes=np.array([closing.index(t.channel) if t.channel in closing else -1 for t in touches], dtype=np.int64),
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
