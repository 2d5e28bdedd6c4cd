"""Outreach programmes: messages to whoever matches, on a rhythm, on dates, or some days after an event."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.firm.campaigns import held_out
from sim.firm.coupons import coupon_number
from sim.firm.messages import touch_of
from sim.firm.wake_days import day_of, wake_days
from sim.people.customer_columns import NEVER
from sim.scenario import CONTENTS, Content, Outreach, Rhythm
from sim.state.run_state import RunState
from sim.state.view import View, view_of

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]
EVENT_COLUMNS = {
    "added": "added",
    "first_order": "first_order",
    "order": "last_order",
    "interaction": "last_heard",
}


def outreach(env: simpy.Environment, state: RunState, name: str, plan: Outreach) -> Process:
    """One programme: acts on its days and writes to its people."""
    programme = f"outreach.{name}"
    first = day_of(state, plan.from_) if plan.from_ else 0
    until = day_of(state, plan.until) if plan.until else state.inputs.scenario.run.days
    own = plan.every.value if plan.every is not None and plan.every.of == "own_cycle" else None
    every = Rhythm(1.0) if plan.after is not None else plan.every
    coupon = coupon_number(state.offers, state.inputs.market, programme, plan.offer) if plan.offer else 0
    taken: dict[Content, int] = dict.fromkeys(CONTENTS, 0)
    if own is not None:
        state.history.last_sent[programme] = np.empty(0, dtype=np.int64)
    for day in wake_days(state, first, every, plan.on):
        if day >= until:
            return
        yield env.timeout(day - env.now)
        view = view_of(state)
        who = view.matches(plan.who)
        if plan.holdout > 0.0:
            who &= ~held_out(state.population, programme, plan.holdout)
        if plan.after is not None:
            who &= day - view.day_of(EVENT_COLUMNS[plan.after.event]) == plan.after.wait
        if own is not None:
            who &= due(state.history.last_sent, view, programme, own)
        content = plan.content or next_content(plan.mix, taken)
        state.planned.touches.append(touch_of(programme, plan, who, content, coupon))


def due(last_sent: dict[str, Ints], view: View, programme: str, cycles: float) -> npt.NDArray[np.bool_]:
    """Which people's last message of this programme is at least so many own cycles ago; shape (size,)."""
    sent = last_sent[programme]
    own_cycle = view.own_cycle
    sent = np.concatenate([sent, np.full(own_cycle.size - sent.size, NEVER, dtype=np.int64)])
    last_sent[programme] = sent
    return np.asarray((view.day - sent) >= cycles * own_cycle)


def next_content(mix: Mapping[str, float], taken: dict[Content, int]) -> Content:
    """The content that keeps the counts closest to the shares of a mix; counts it as taken."""
    n = sum(taken.values()) + 1
    content = max(CONTENTS, key=lambda c: mix.get(c, 0.0) * n - taken[c])
    taken[content] += 1
    return content
