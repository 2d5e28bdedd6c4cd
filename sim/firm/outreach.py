"""Outreach programmes: messages to whoever matches, on a rhythm, on dates, or some days after an event."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.firm.campaigns import held_out
from sim.firm.messages import touch_of
from sim.firm.view import View
from sim.firm.wake_days import day_of, wake_days
from sim.people.customer_columns import NEVER
from sim.run_state import RunState
from sim.scenario import CONTENTS, Content, Outreach, Rhythm

Process = Generator[simpy.Event, Any, None]
EVENT_COLUMNS = {
    "added": "added",
    "first_order": "first_order",
    "order": "last_order",
    "interaction": "last_heard",
}


def outreach(env: simpy.Environment, shop: RunState, name: str, plan: Outreach) -> Process:
    """One programme: wakes on its days and writes to its people."""
    first = day_of(shop, plan.from_) if plan.from_ else 0
    until = day_of(shop, plan.until) if plan.until else shop.scenario.run.days
    own = plan.every.value if plan.every is not None and plan.every.of == "own_cycle" else None
    every = Rhythm(1.0) if plan.after is not None else plan.every
    coupon = shop.coupon_number(f"outreach.{name}", plan.offer) if plan.offer else 0
    taken: dict[Content, int] = dict.fromkeys(CONTENTS, 0)
    if own is not None:
        shop.last_sent[f"outreach.{name}"] = np.empty(0, dtype=np.int64)
    for day in wake_days(shop, first, every, plan.on):
        if day >= until:
            return
        yield env.timeout(day - env.now)
        view = shop.view()
        who = view.matches(plan.who)
        if plan.holdout > 0.0:
            who &= ~held_out(shop, f"outreach.{name}", plan.holdout)
        if plan.after is not None:
            who &= day - view.day_of(EVENT_COLUMNS[plan.after.event]) == plan.after.wait
        if own is not None:
            who &= due(shop, view, f"outreach.{name}", own)
        content = plan.content or next_content(plan.mix, taken)
        shop.touches.append(touch_of(f"outreach.{name}", plan, who, content, coupon))


def due(shop: RunState, view: View, programme: str, cycles: float) -> npt.NDArray[np.bool_]:
    """Whose last message of this programme is at least so many own cycles ago; shape (size,)."""
    sent = shop.last_sent[programme]
    sent = np.concatenate([sent, np.full(shop.population.size - sent.size, NEVER, dtype=np.int64)])
    shop.last_sent[programme] = sent
    return np.asarray((view.day - sent) >= cycles * view.own_cycle)


def next_content(mix: Mapping[str, float], taken: dict[Content, int]) -> Content:
    """The content that keeps the counts closest to the shares of a mix; counts it as taken."""
    n = sum(taken.values()) + 1
    content = max(CONTENTS, key=lambda c: mix.get(c, 0.0) * n - taken[c])
    taken[content] += 1
    return content
