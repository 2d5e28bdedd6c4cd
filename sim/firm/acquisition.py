"""Acquisition: prospects come, some are added, until the day's budget or cap stops it."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision, Identities, identities
from sim.law.exponential import FARTHEST
from sim.people.traits import draw, motives, traits
from sim.run_state import RunState
from sim.scenario import Acquisition, Source
from sim.stages import Event

Process = Generator[simpy.Event, Any, None]


def acquisition(env: simpy.Environment, shop: RunState, name: str, plan: Acquisition, source: Source) -> Process:
    """One source, every day."""
    number = shop.sources.index(name)
    while True:
        acquire(shop, name, number, plan, source)
        yield env.timeout(1)


def acquire(shop: RunState, name: str, number: int, plan: Acquisition, source: Source) -> None:
    """Today's prospects in order of instants; those who add come in as leads tonight."""
    day = shop.today
    whole = math.floor(source.exposures)
    who = identities(name, day, np.arange(whole + 1))
    there = np.ones(whole + 1, dtype=bool)
    there[whole] = draw(shop.key, who[whole:], Decision.EXPOSURE)[0] < source.exposures - whole
    instant = draw(shop.key, who, Decision.ADD_TIME)
    adds = who_adds(shop, name, who, plan, source)
    order = np.lexsort((who, instant))
    order = order[there[order]]
    cost = np.cumsum(source.cost_per_exposure + source.cost_per_add * adds[order])
    stop = order.size
    if plan.budget is not None:
        stop = min(stop, int(np.searchsorted(cost, plan.budget, side="right")))
    if plan.daily_cap is not None:
        stop = min(stop, int(np.searchsorted(np.cumsum(adds[order]), plan.daily_cap, side="right")))
    shop.ledger.book(day, "exposures", stop)
    if stop == 0:
        return
    shop.ledger.book(day, "acquisition_cost", cost[stop - 1])
    added = order[:stop][adds[order[:stop]]]
    shop.ledger.book(day, "added", added.size)
    shop.log.note(who[added], Event.ADDED, day + instant[added])
    shop.arrivals.append((who[added], day + instant[added], number))


def who_adds(shop: RunState, name: str, who: Identities, plan: Acquisition, source: Source) -> npt.NDArray[np.bool_]:
    """Which prospects add the contact; a hook moves those most who look at prices most. Shape (n,)."""
    u = draw(shop.key, who, Decision.ADD)
    if plan.hook is None:
        return u < source.add_rate
    key = shop.population.trait_key
    delta = traits(key, who, shop.market)["delta"] * motives(key, who, shop.market)[1]
    coupon = shop.coupons[shop.coupon_number(f"acquisition.{name}", plan.hook) - 1]
    pull = 0.0 if coupon.till.closed else coupon.plain_pull
    lure = 1.0 + delta * math.expm1(min(source.hook_response * pull, FARTHEST))
    area = -math.log1p(-source.add_rate) if source.add_rate < 1.0 else math.inf
    return np.asarray(-np.log1p(-u) < area * lure)
