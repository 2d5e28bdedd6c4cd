"""Acquisition: prospects come, some are added, until the day's budget or cap stops it."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.draws import Decision, identities
from sim.population import draw
from sim.scenario import Acquisition, Source
from sim.shop import Shop
from sim.stages import Event

Process = Generator[simpy.Event, Any, None]


def acquisition(env: simpy.Environment, shop: Shop, name: str, plan: Acquisition, source: Source) -> Process:
    """One source, every day."""
    number = shop.sources.index(name)
    while True:
        acquire(shop, name, number, plan, source)
        yield env.timeout(1)


def acquire(shop: Shop, name: str, number: int, plan: Acquisition, source: Source) -> None:
    """Today's prospects in order of instants; those who add come in as leads tonight."""
    day = shop.today
    whole = math.floor(source.exposures)
    who = identities(name, day, np.arange(whole + 1))
    there = np.ones(whole + 1, dtype=bool)
    there[whole] = draw(shop.key, who[whole:], Decision.EXPOSURE)[0] < source.exposures - whole
    instant = draw(shop.key, who, Decision.ADD_TIME)
    adds = draw(shop.key, who, Decision.ADD) < source.add_rate
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
