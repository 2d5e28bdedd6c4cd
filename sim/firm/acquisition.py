"""Acquisition: prospects come, some are added, until the day's budget or cap stops it."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import simpy

from sim.compiled import jit
from sim.draws import Decision, Identities, keyed, mix, name_hash, origin_of
from sim.firm.coupons import coupon_number
from sim.law.exponential import FARTHEST
from sim.output.event_log import Events, note
from sim.output.ledger import ACCOUNTS
from sim.people.population import Arrivals
from sim.people.traits import Keys, TraitNumbers, prospect_price_sensitivity
from sim.scenario import Acquisition, Source
from sim.stages import Event
from sim.state.run_state import RunState

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EXPOSURE, _ADD, _ADD_TIME = int(Decision.EXPOSURE), int(Decision.ADD), int(Decision.ADD_TIME)
_EXPOSURES, _ADDED, _COST = (ACCOUNTS.index(name) for name in ("exposures", "added", "acquisition_cost"))
_ADDED_EVENT = int(Event.ADDED)


class SourceNumbers(NamedTuple):
    """One source and the plan for it; `budget` and `cap` per day, infinite where there is none."""

    name: np.uint64
    """The name's hash."""
    number: int
    exposures: float
    add_rate: float
    cost_per_exposure: int
    cost_per_add: int
    budget: float
    cap: float


class Prospects(NamedTuple):
    """One day's prospects, with room for all: identities, instants in the day and who adds, shape (n,)."""

    identity: Identities
    instant: Floats
    adds: npt.NDArray[np.bool_]


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
    )


def acquisition(env: simpy.Environment, state: RunState, name: str, plan: Acquisition) -> Process:
    """One source, every day: today's prospects in order of instants; those who add come in as leads tonight."""
    source = state.inputs.market.sources[name]
    numbers = source_numbers(state, name, plan, source)
    most = math.floor(source.exposures) + 1
    prospects = Prospects(np.empty(most, dtype=np.uint64), np.empty(most), np.empty(most, dtype=np.bool_))
    while True:
        day, population = state.day, state.population
        tempted = hook_area(state, name, plan, source)
        count, there = come(prospects, day, numbers, tempted, population.keys, population.numbers)
        # where nothing can stop the day, those who do not add have not been written: their order is of no matter
        order = np.lexsort((prospects.identity[:count], prospects.instant[:count]))
        events, totals = state.books.log.room(count), state.books.ledger.table[day]
        who, instant = add(prospects, order, there, day, numbers, events, totals)
        if who.size:
            state.planned.arrivals.append(Arrivals(who, instant, numbers.number))
        yield env.timeout(1)


def hook_area(state: RunState, name: str, plan: Acquisition, source: Source) -> tuple[float, float]:
    """Hazard of adding without a hook, and what today's hook adds to it for a person of price sensitivity 1, as a share.

    Without a hook the hazard is -1: prospects add at the plain rate.
    """
    if plan.hook is None:
        return -1.0, 0.0
    offers, market = state.offers, state.inputs.market
    coupon = offers.coupons[coupon_number(offers, market, f"acquisition.{name}", plan.hook) - 1]
    pull = 0.0 if coupon.budget.closed else coupon.plain_pull
    area = -math.log1p(-source.add_rate) if source.add_rate < 1.0 else math.inf
    return area, math.expm1(min(source.hook_response * pull, FARTHEST))


@jit
def come(
    out: Prospects, day: int, source: SourceNumbers, hook: tuple[float, float], keys: Keys, numbers: TraitNumbers
) -> tuple[int, int]:
    """Today's prospects, in no order; returns how many are written, and how many there are.

    Where neither budget nor cap can stop the day, only those who add are.
    """
    origin, whole = origin_of(source.name, day), int(math.floor(source.exposures))
    count, there = 0, 0
    for slot in range(whole + 1):
        who = mix(origin + np.uint64(slot))
        if slot == whole and not keyed(keys.events, who, _EXPOSURE, 0) < source.exposures - whole:
            break
        there += 1
        u = keyed(keys.events, who, _ADD, 0)
        if hook[0] < 0.0:
            adds = u < source.add_rate
        else:
            lift = 1.0 + prospect_price_sensitivity(keys.traits, who, numbers) * hook[1]
            adds = -math.log1p(-u) < hook[0] * lift
        if adds or stops(source):
            out.identity[count], out.adds[count] = who, adds
            out.instant[count] = keyed(keys.events, who, _ADD_TIME, 0)
            count += 1
    return count, there


@jit
def add(
    prospects: Prospects, order: Ints, there: int, day: int, source: SourceNumbers, events: Events, totals: Ints
) -> tuple[Identities, Floats]:
    """Go through prospects in order of instants until budget or cap stops; identities and instants of those added."""
    identity, instant = np.empty(order.size, dtype=np.uint64), np.empty(order.size)
    exposures, added, cost = 0, 0, 0
    for j in order:
        adds = int(prospects.adds[j])
        next_cost = cost + source.cost_per_exposure + adds * source.cost_per_add
        if next_cost > source.budget or added + adds > source.cap:
            break
        exposures, cost = exposures + 1, next_cost
        if adds:
            identity[added], instant[added] = prospects.identity[j], day + prospects.instant[j]
            note(events, identity[added], _ADDED_EVENT, instant[added], 0)
            added += 1
    if not stops(source):
        exposures = there
        cost = there * source.cost_per_exposure + added * source.cost_per_add
    totals[_EXPOSURES] += exposures
    totals[_ADDED] += added
    totals[_COST] += cost
    return identity[:added], instant[:added]


@jit
def stops(source: SourceNumbers) -> bool:
    """Whether a budget or a cap can stop the day."""
    return source.budget < np.inf or source.cap < np.inf
