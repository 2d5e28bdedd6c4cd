"""Messages: what the firm sends to whom today. Programmes put them down at midnight; the day takes them as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages
from sim.day.message_weights import message_weights
from sim.firm.contact_limits import let_through, limits_met
from sim.firm.writing import note_writing, write_today
from sim.people.traits import topics
from sim.scenario import Campaign, Content, Market, Outreach
from sim.state.run_state import RunState
from sim.state.touches import MessageNumbers, Touch

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_NONE = np.zeros(0)
NO_MESSAGES = Messages(
    np.zeros((0, 0), dtype=bool), _NONE, _NONE, _NONE, _NONE, _NONE,
    np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), _NONE,
)  # fmt: skip
"""Messages of a day on which none is sent."""


def messages_today(state: RunState) -> tuple[list[Touch], Messages]:
    """Today's touches in order of hour and name, and the same as the arrays that the day takes; gives the coupons."""
    planned = write_today(state, state.planned.touches)
    if not planned:
        return [], NO_MESSAGES
    touches = sorted(planned, key=lambda touch: (touch.hour, touch.programme, -touch.age))
    numbers = [numbers_of(state, touch) for touch in touches]
    sent = let_through(state, touches, numbers)
    if state.inputs.strategy.service.staff:
        note_writing(state, touches, sent)
    return touches, message_arrays(touches, numbers, sent)


def message_arrays(touches: list[Touch], numbers: list[MessageNumbers], sent: Mask) -> Messages:
    """The touches as arrays of shape (m,), with `sent`, shape (m, size)."""
    reals = np.array([(t.hour, *n[:4]) for t, n in zip(touches, numbers, strict=True)]).T.copy()
    hour, weight, attention, fatigue, trust = reals
    topic, closes = np.array([(n.topic, n.closes) for n in numbers], dtype=np.int64).T.copy()
    read = np.array([n.read for n in numbers], dtype=float)
    return Messages(sent, hour, weight, attention, fatigue, trust, topic, closes, read)


def numbers_of(state: RunState, touch: Touch) -> MessageNumbers:
    """The numbers of a message, made when one of its kind is sent for the first time."""
    known = state.history.numbers.get(touch.kind)
    if known is not None:
        return known
    inputs, closing = state.inputs, state.population.closing
    numbers = MessageNumbers(
        *message_weights(touch, inputs.market),
        topics(inputs.market).index(touch.topic) + 1 if touch.topic else 0,
        closing.index(touch.channel) if touch.channel in closing else -1,
        inputs.market.media[touch.channel].read_after,
        message_cost(touch, inputs.market, bool(inputs.strategy.service.staff)),
        *limits_met(state, touch),
    )
    state.history.numbers[touch.kind] = numbers
    return numbers


def message_cost(touch: Touch, market: Market, staffed: bool) -> int:
    """What one delivered message costs, cents; a personal one takes staff time, which a desk has paid already."""
    alone = touch.style == "personal" and not staffed
    personal = market.service.handling.personal * market.money.wage if alone else 0.0
    return market.media[touch.channel].cost + int(np.floor(personal + 0.5))


def content_made(touches: list[Touch], delivered: Ints) -> list[tuple[str, str]]:
    """Programme and channel of each piece of content of which anything was delivered; `delivered`, shape (touches,), of
    everybody.

    A programme makes one piece for a channel and an hour, for however many people; writing by hand makes none.
    """
    mass = [touch for touch, count in zip(touches, delivered, strict=True) if count > 0 and touch.style == "mass"]
    made = sorted({(touch.programme, touch.channel, touch.hour) for touch in mass})
    return [(programme, channel) for programme, channel, _ in made]


def touch_of(programme: str, plan: Outreach | Campaign, who: Mask, content: Content, coupon: int = 0) -> Touch:
    """The message that a programme sends today."""
    return Touch(
        programme, who, plan.at, plan.channel, content, plan.items, plan.style, plan.topic, plan.testimony, coupon
    )
