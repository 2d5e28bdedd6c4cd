"""Outreach programmes: messages on a rhythm to whoever matches."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.action import Touch
from sim.firm.calendar import day_of, wake_days
from sim.population import NEVER
from sim.scenario import Outreach
from sim.shop import Shop

Process = Generator[simpy.Event, Any, None]


def outreach(env: simpy.Environment, shop: Shop, name: str, plan: Outreach) -> Process:
    """One programme: wakes on its days and writes to its people."""
    first = day_of(shop, plan.from_) if plan.from_ else 0
    until = day_of(shop, plan.until) if plan.until else shop.scenario.run.days
    sent = np.empty(0, dtype=np.int64)
    for day in wake_days(shop, first, plan.every, plan.on):
        if day >= until:
            return
        yield env.timeout(day - env.now)
        view = shop.view()
        who = view.matches(plan.who)
        if plan.every is not None and plan.every.of == "own_cycle":
            sent = np.concatenate([sent, np.full(who.size - sent.size, NEVER, dtype=np.int64)])
            who &= (day - sent) >= plan.every.value * view.own_cycle
            sent[who] = day
        shop.touches.append(Touch(f"outreach.{name}", who, plan.at, plan.channel, plan.content))
