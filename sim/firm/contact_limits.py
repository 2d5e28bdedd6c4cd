"""Contact limits: which messages go out, given the limits of the firm and of the channels; with them the coupons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.firm.coupons import coupon_terms, note_handing_out
from sim.midnight.sending import SENDING, SentSoFar, send
from sim.state.run_state import WINDOW, MessageHistory, RunState
from sim.state.touches import MessageNumbers, Touch

Mask = npt.NDArray[np.bool_]

_MOST_COUNTED = np.iinfo(np.int16).max


def let_through(state: RunState, touches: list[Touch], numbers: list[MessageNumbers]) -> Mask:
    """Who is sent each of today's messages, which are in order of hour and name; shape (touches, size).

    Counts them, and hands out their coupons.
    """
    population, history = state.population, state.history
    over = begin_day(history, state.day, population.people.stage.size)
    sent = np.empty((len(touches), population.size), dtype=bool)
    for place, touch in enumerate(touches):
        sent[place] = touch.who
        if touch.coupon:
            note_handing_out(state.offers, touch.coupon, state.day)
    rows = [
        (
            one.closes,
            touch.coupon,
            history.row_of(touch.programme),
            one.limits,
            one.caps,
            touch.announces,
            touch.savings,
        )
        for touch, one in zip(touches, numbers, strict=True)
    ]
    so_far = SentSoFar(over, history.counts, history.days, state.inputs.strategy.limits.contact_gap or 0)
    state.threads.share(
        send, population.size, state.inputs.block,
        state.day, population.people, np.array(rows, dtype=SENDING), coupon_terms(state.offers), so_far, sent,
        light=True,
    )  # fmt: skip
    if history.limits or so_far.contact_gap:
        book_unsent(state, touches, numbers, sent)
    return sent


def book_unsent(state: RunState, touches: list[Touch], numbers: list[MessageNumbers], sent: Mask) -> None:
    """Count the messages of today that limits kept back; `sent` of shape (touches, size)."""
    population, ledger = state.population, state.books.ledger
    for touch, one, goes in zip(touches, numbers, sent, strict=True):
        kept = touch.who & ~goes
        if one.closes >= 0:
            kept &= population.people.closing_left[one.closes, : population.size] > 0.0
        ledger.book(state.day, "unsent", np.count_nonzero(kept))


def begin_day(history: MessageHistory, day: int, capacity: int) -> Mask:
    """Make room for new people; whether the window of each limit is over since the last messages, shape (limits,)."""
    history.make_room(capacity)
    new_window = day // WINDOW > history.counted // WINDOW
    history.counted = day
    return np.array([new_window or not window for _, window in history.limits], dtype=bool)


def limits_met(state: RunState, touch: Touch) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows and caps of the limits that a message meets; `MOST_LIMITS` each, -1 and 0 for none.

    A medium limits mass sending: what the staff writes by hand does not count there.
    """
    channel = touch.channel
    limits, medium, known = state.inputs.strategy.limits, state.inputs.market.media[channel], state.history.limits
    mass = touch.style == "mass"
    every = (
        (("", False), limits.touches_per_day),
        (("", True), limits.touches_per_30d),
        ((channel, False), medium.limit_per_day if mass else None),
        ((channel, True), medium.limit_per_30d if mass else None),
    )
    rows = tuple(-1 if cap is None else known.setdefault(limit, len(known)) for limit, cap in every)
    return rows, tuple(min(cap or 0, _MOST_COUNTED) for _, cap in every)
