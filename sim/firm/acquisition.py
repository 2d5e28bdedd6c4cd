"""Acquisition: prospects come, some are added, until the day's budget or cap stops it."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import name_hash
from sim.firm.coupons import coupon_number
from sim.law.exponential import FARTHEST
from sim.midnight.prospects import SourceNumbers, acquire
from sim.people.population import Arrivals
from sim.scenario import Acquisition, Source
from sim.state.run_state import RunState

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def source_numbers(state: RunState, name: str, plan: Acquisition, source: Source) -> SourceNumbers:
    """What does not change from day to day."""
    return SourceNumbers(
        name=np.uint64(name_hash(name)),
        number=state.inputs.sources.index(name),
        exposures=float(source.exposures),
        add_rate=float(source.add_rate),
        cost_per_exposure=int(source.cost_per_exposure),
        cost_per_add=int(source.cost_per_add),
        budget=math.inf if plan.budget is None else float(plan.budget),
        cap=math.inf if plan.daily_cap is None else float(plan.daily_cap),
        part=state.shard.part,
    )


def acquisition(env: simpy.Environment, state: RunState, name: str, plan: Acquisition) -> Process:
    """One source, every day: today's prospects in order of instants; those who add come in as leads tonight."""
    source = state.inputs.market.sources[name]
    numbers = source_numbers(state, name, plan, source)
    most = math.floor(source.exposures) + 1
    while True:
        population, books = state.population, state.books
        hook = hook_area(state, name, plan, source)
        who, instant, added = acquire(
            state.day, numbers, hook, population.keys, population.numbers,
            books.log.room(most), books.ledger.table[state.day],
        )  # fmt: skip
        if added:
            state.planned.arrivals.append(Arrivals(who, instant, numbers.number))
        yield env.timeout(1)


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
    return area, math.expm1(min(source.hook_response * pull, FARTHEST))
