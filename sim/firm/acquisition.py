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
from sim.shard import PeoplePart, is_held
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
    part: PeoplePart
    """Of the people who are added: those who are kept. Exposures and costs are booked with the first part."""


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


@jit
def acquire(
    day: int,
    source: SourceNumbers,
    hook: tuple[float, float],
    keys: Keys,
    numbers: TraitNumbers,
    events: Events,
    totals: Ints,
) -> tuple[Identities, Floats, int]:
    """Today's prospects in order of instants, until budget or cap stops.

    Identities and instants of those added who are in `source.part`, and how many were added in all.
    """
    origin, whole = origin_of(source.name, day), math.floor(source.exposures)
    identity, instant = np.empty(whole + 1, dtype=np.uint64), np.empty(whole + 1)
    adds = np.empty(whole + 1, dtype=np.bool_)
    stops = source.budget < np.inf or source.cap < np.inf
    count, exposures = 0, 0
    for slot in range(whole + 1):
        who = mix(origin + np.uint64(slot))
        if slot == whole and not keyed(keys.events, who, _EXPOSURE, 0) < source.exposures - whole:
            break
        exposures += 1
        adds[count] = is_added(who, source, hook, keys, numbers)
        # where nothing stops the day, the order of those who do not add is of no matter
        if adds[count] or stops:
            identity[count], instant[count] = who, keyed(keys.events, who, _ADD_TIME, 0)
            count += 1
    added, kept, cost = 0, 0, exposures * source.cost_per_exposure
    if stops:
        exposures, cost = 0, 0
    new, when = np.empty(count, dtype=np.uint64), np.empty(count)
    for j in in_order(instant[:count], identity[:count]):
        cost_of_one = adds[j] * source.cost_per_add
        if stops:
            cost_of_one += source.cost_per_exposure
            if cost + cost_of_one > source.budget or added + adds[j] > source.cap:
                break
            exposures += 1
        cost += cost_of_one
        if adds[j]:
            added += 1
            if is_held(identity[j], source.part):
                new[kept], when[kept] = identity[j], day + instant[j]
                note(events, new[kept], _ADDED_EVENT, when[kept], 0)
                kept += 1
    totals[_ADDED] += kept
    if source.part.number == 0:
        totals[_EXPOSURES] += exposures
        totals[_COST] += cost
    return new[:kept], when[:kept], added


@jit
def is_added(
    who: np.uint64, source: SourceNumbers, hook: tuple[float, float], keys: Keys, numbers: TraitNumbers
) -> bool:
    """Whether a prospect adds the contact; a hook has most effect on the most price-sensitive."""
    area, more = hook
    u = keyed(keys.events, who, _ADD, 0)
    if area < 0.0:
        return u < source.add_rate
    return -math.log1p(-u) < area * (1.0 + prospect_price_sensitivity(keys.traits, who, numbers) * more)


@jit
def in_order(u: Floats, identity: Identities) -> Ints:
    """The order of uniforms, equal ones by identity, shape (n,): each goes to its n-th part first, in linear time."""
    n = u.size
    ends = np.zeros(n + 1, dtype=np.int64)
    for j in range(n):
        ends[int(u[j] * n) + 1] += 1
    for part in range(n):
        ends[part + 1] += ends[part]
    order = np.empty(n, dtype=np.int64)
    for j in range(n):
        part = int(u[j] * n)
        order[ends[part]] = j
        ends[part] += 1
    for k in range(1, n):
        j, place = order[k], k
        while place > 0 and comes_before(j, order[place - 1], u, identity):
            order[place] = order[place - 1]
            place -= 1
        order[place] = j
    return order


@jit
def comes_before(i: int, j: int, u: Floats, identity: Identities) -> bool:
    """Whether entry `i` is before entry `j`."""
    return bool(u[i] < u[j] or (u[i] == u[j] and identity[i] < identity[j]))
