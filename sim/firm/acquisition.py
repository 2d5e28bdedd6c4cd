"""Acquisition: prospects come, some are added, until the day's budget or cap stops it."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision, Identities, identities
from sim.firm.coupons import coupon_number
from sim.law.exponential import FARTHEST
from sim.people.population import Arrivals
from sim.people.traits import draw, motives, traits
from sim.scenario import Acquisition, Source
from sim.stages import Event
from sim.state.run_state import RunState

Process = Generator[simpy.Event, Any, None]


def acquisition(env: simpy.Environment, state: RunState, name: str, plan: Acquisition) -> Process:
    """One source, every day."""
    while True:
        acquire(state, name, plan, state.inputs.market.sources[name])
        yield env.timeout(1)


def acquire(state: RunState, name: str, plan: Acquisition, source: Source) -> None:
    """Today's prospects in order of instants; those who add come in as leads tonight."""
    day, key, book = state.day, state.population.key, state.books.ledger.book
    whole = math.floor(source.exposures)
    who = identities(name, day, np.arange(whole + 1))
    there = np.ones(whole + 1, dtype=bool)
    there[whole] = draw(key, who[whole:], Decision.EXPOSURE)[0] < source.exposures - whole
    instant = draw(key, who, Decision.ADD_TIME)
    adds = who_adds(state, name, who, plan, source)
    order = np.lexsort((who, instant))
    order = order[there[order]]
    cost = np.cumsum(source.cost_per_exposure + source.cost_per_add * adds[order])
    stop = order.size
    if plan.budget is not None:
        stop = min(stop, int(np.searchsorted(cost, plan.budget, side="right")))
    if plan.daily_cap is not None:
        stop = min(stop, int(np.searchsorted(np.cumsum(adds[order]), plan.daily_cap, side="right")))
    book(day, "exposures", stop)
    if stop == 0:
        return
    book(day, "acquisition_cost", cost[stop - 1])
    added = order[:stop][adds[order[:stop]]]
    book(day, "added", added.size)
    state.books.log.note(who[added], Event.ADDED, day + instant[added])
    number = state.inputs.sources.index(name)
    state.planned.arrivals.append(Arrivals(who[added], day + instant[added], number))


def who_adds(state: RunState, name: str, who: Identities, plan: Acquisition, source: Source) -> npt.NDArray[np.bool_]:
    """Which prospects add the contact; a hook has most effect on the most price-sensitive. Shape (n,)."""
    market, population = state.inputs.market, state.population
    u = draw(population.key, who, Decision.ADD)
    if plan.hook is None:
        return u < source.add_rate
    key = population.trait_key
    delta = traits(key, who, market)["delta"] * motives(key, who, market)[1]
    coupon = state.offers.coupons[coupon_number(state.offers, market, f"acquisition.{name}", plan.hook) - 1]
    pull = 0.0 if coupon.budget.closed else coupon.plain_pull
    lift = 1.0 + delta * math.expm1(min(source.hook_response * pull, FARTHEST))
    area = -math.log1p(-source.add_rate) if source.add_rate < 1.0 else math.inf
    return np.asarray(-np.log1p(-u) < area * lift)
