"""Acquisition: prospects come, or are asked by the staff; some are added, until a budget, a cap or time stops it."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import name_hash
from sim.firm.coupons import coupon_number
from sim.firm.writing import hours_left
from sim.law.exponential import FARTHEST
from sim.law.hazards import saturated
from sim.midnight.prospects import SourceNumbers, acquire
from sim.people.population import Arrivals
from sim.scenario import Acquisition, Scenario, Source
from sim.state.run_state import RunState

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def source_numbers(state: RunState, name: str, plan: Acquisition, source: Source) -> SourceNumbers:
    """What does not change from day to day; requests by hand cost wages where a desk has not paid for them already."""
    inputs = state.inputs
    wages = 0.0 if inputs.strategy.service.staff else (source.handling or 0.0) * inputs.market.money.wage
    return SourceNumbers(
        name=np.uint64(name_hash(name)),
        number=state.inputs.sources.index(name),
        exposures=float(source.exposures),
        add_rate=float(source.add_rate),
        cost_per_exposure=int(source.cost_per_exposure) + math.floor(wages + 0.5),
        cost_per_add=int(source.cost_per_add),
        budget=math.inf if plan.budget is None else float(plan.budget),
        cap=math.inf if plan.daily_cap is None else float(plan.daily_cap),
        room=math.inf,
        hours=inputs.hours,
        part=state.shard.part,
    )


def acquisition(env: simpy.Environment, state: RunState) -> Process:
    """All sources that take no time of a desk, every day."""
    known: dict[str, tuple[Acquisition, SourceNumbers]] = {}
    while True:
        for name in open_sources(state):
            if asked_by_hand(state.inputs.scenario, name):
                continue
            plan = plan_of(state, name)
            if name not in known or known[name][0] != plan:
                known[name] = plan, source_numbers(state, name, plan, state.inputs.market.sources[name])
            acquire_today(state, name, known[name][1])
        yield env.timeout(1)


def open_sources(state: RunState) -> list[str]:
    """The sources from which contacts are added today, by name: those of the plan and those given a budget since."""
    return sorted({*state.inputs.strategy.acquisition, *state.decided.budgets})


def plan_of(state: RunState, name: str) -> Acquisition:
    """The plan for a source, with the budget that was set last."""
    plan = state.inputs.strategy.acquisition.get(name, Acquisition())
    if name not in state.decided.budgets:
        return plan
    return replace(plan, budget=state.decided.budgets[name])


def number_hooks(state: RunState) -> None:
    """Give the coupons of hooks their numbers, before any other programme gives its coupons theirs."""
    for name, plan in sorted(state.inputs.strategy.acquisition.items()):
        if plan.hook is not None and not asked_by_hand(state.inputs.scenario, name):
            coupon_number(state.offers, state.inputs.market, f"acquisition.{name}", plan.hook)


def acquire_today(state: RunState, name: str, numbers: SourceNumbers) -> int:
    """Today's prospects in order of instants; those who add come in as leads tonight. Returns how many were reached."""
    source, population, books = state.inputs.market.sources[name], state.population, state.books
    hook = hook_area(state, name, plan_of(state, name), source)
    who, instant, added, reached = acquire(
        state.day, numbers, hook, population.keys, population.numbers,
        books.log.room(math.floor(numbers.exposures) + 1), books.ledger.table[state.day],
    )  # fmt: skip
    if added:
        state.planned.arrivals.append(Arrivals(who, instant, numbers.number))
    return reached


def asked_by_hand(scenario: Scenario, name: str) -> bool:
    """Whether a source has requests that take the time of a desk."""
    return scenario.market.sources[name].handling is not None and bool(scenario.strategy.service.staff)


def ask_by_hand(state: RunState) -> None:
    """Today's requests of the staff, sources in order of names, in the time that answering and writing leave."""
    inputs, writing = state.inputs, state.pending.writing
    names = [name for name in open_sources(state) if asked_by_hand(inputs.scenario, name)]
    if not names:
        return
    left = hours_left(state) - sum(work for _, work in writing)
    for name in names:
        source = inputs.market.sources[name]
        each = source.handling
        assert each is not None
        numbers = source_numbers(state, name, plan_of(state, name), source)
        asked = acquire_today(state, name, numbers._replace(room=float(max(math.floor(left / each), 0))))
        left -= asked * each
        cents = math.floor(asked * each * inputs.market.money.wage + 0.5) if state.shard.first else 0
        state.books.ledger.book(state.day, "adding_wages", cents)
        writing.append((0.0, asked * each))


def hook_area(state: RunState, name: str, plan: Acquisition, source: Source) -> tuple[float, float]:
    """Hazard of adding without a hook, and what today's hook adds to it at price sensitivity 1, as a share.

    Without a hook the hazard is -1: prospects add at the plain rate.
    """
    if plan.hook is None:
        return -1.0, 0.0
    offers, market = state.offers, state.inputs.market
    coupon = offers.coupons[coupon_number(offers, market, f"acquisition.{name}", plan.hook) - 1]
    pull = 0.0 if coupon.budget.closed else coupon.plain_pull
    area = -math.log1p(-source.add_rate) if source.add_rate < 1.0 else math.inf
    lift = math.expm1(min(source.hook_response * pull, FARTHEST))
    return area, saturated(lift, market.offers.most)
