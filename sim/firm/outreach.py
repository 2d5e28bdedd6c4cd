"""Outreach programmes: messages to whoever matches, on a rhythm, on dates, or some days after an event."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import simpy

from sim.firm.coupons import coupon_number
from sim.firm.messages import touch_of
from sim.firm.wake_days import day_of, wake_days
from sim.people import customer_columns as c
from sim.scenario import CONTENTS, Content, Outreach, Rhythm
from sim.state.condition_numbers import conditions_of
from sim.state.holdout import Holdout
from sim.state.matching import Conditions
from sim.state.run_state import RunInputs, RunState
from sim.state.view import view_of

Process = Generator[simpy.Event, Any, None]
EVENT_COLUMNS = {"added": c.ADDED, "first_order": c.FIRST_ORDER, "order": c.LAST_ORDER, "interaction": c.LAST_HEARD}
"""The whole-number columns that hold the days of events."""


def outreach(env: simpy.Environment, state: RunState, name: str, plan: Outreach) -> Process:
    """One programme: acts on its days and writes to its people."""
    programme = f"outreach.{name}"
    first = day_of(state, plan.from_) if plan.from_ else 0
    until = day_of(state, plan.until) if plan.until else state.inputs.scenario.run.days
    conditions, holdout = addressees(state.inputs, plan), Holdout(programme, plan.holdout)
    every = Rhythm(1.0) if plan.after is not None else plan.every
    coupon = coupon_number(state.offers, state.inputs.market, programme, plan.offer) if plan.offer else 0
    taken: dict[Content, int] = dict.fromkeys(CONTENTS, 0)
    if conditions.cycles > 0.0:
        state.history.following.append(programme)
    for day in wake_days(state, first, every, plan.on):
        if day >= until:
            return
        yield env.timeout(day - env.now)
        last_sent = state.history.last_sent(programme, state.population.people.stage.size)
        who = view_of(state).groups(conditions, holdout, last_sent)[0]
        content = plan.content or next_content(plan.mix, taken)
        state.planned.touches.append(touch_of(programme, plan, who, content, coupon))


def addressees(inputs: RunInputs, plan: Outreach) -> Conditions:
    """Whom a programme writes to: its conditions, and the event or the own cycle that it follows."""
    conditions = conditions_of(plan.who, inputs.market, inputs.sources)
    if plan.after is not None:
        conditions = conditions._replace(event=EVENT_COLUMNS[plan.after.event], wait=int(plan.after.wait))
    if plan.every is not None and plan.every.of == "own_cycle":
        conditions = conditions._replace(cycles=float(plan.every.value))
    return conditions


def next_content(mix: Mapping[str, float], taken: dict[Content, int]) -> Content:
    """The content that keeps the counts closest to the shares of a mix; counts it as taken."""
    n = sum(taken.values()) + 1
    content = max(CONTENTS, key=lambda c: mix.get(c, 0.0) * n - taken[c])
    taken[content] += 1
    return content
