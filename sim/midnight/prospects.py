"""Prospects of a day, compiled: who comes, who adds the contact, until budget, cap or time of the staff stops it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, Identities, keyed, mix, origin_of
from sim.hours import time_of
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import Events, note
from sim.people.trait_draws import Keys, TraitNumbers, prospect_price_sensitivity
from sim.shard import PeoplePart, is_held
from sim.stages import Event
from sim.state.time_order import in_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EXPOSURE, _ADD, _ADD_TIME = int(Decision.EXPOSURE), int(Decision.ADD), int(Decision.ADD_TIME)
_EXPOSURES, _ADDED, _COST, _UNMADE = (
    ACCOUNTS.index(name) for name in ("exposures", "added", "acquisition_cost", "unmade_requests")
)
_ADDED_EVENT = int(Event.ADDED)


class SourceNumbers(NamedTuple):
    """One source and the plan for it; `budget` and `cap` per day, infinite where there is none.

    `room` is how many requests the staff has time for today, infinite where it need not send any.
    """

    name: np.uint64
    """The name's hash."""
    number: int
    exposures: float
    add_rate: float
    cost_per_exposure: int
    cost_per_add: int
    budget: float
    cap: float
    room: float
    hours: Floats
    part: PeoplePart
    """Of the people who are added: those who are kept. Exposures and costs are booked with the first part."""


@jit
def acquire(
    day: int,
    source: SourceNumbers,
    hook: tuple[float, float],
    keys: Keys,
    numbers: TraitNumbers,
    events: Events,
    totals: Ints,
) -> tuple[Identities, Floats, int, int]:
    """Today's prospects in order of instants, until budget, cap or room stops.

    Identities and instants of those added who are in `source.part`, and how many were added and reached in all.
    """
    origin, whole = origin_of(source.name, day), math.floor(source.exposures)
    identity, instant = np.empty(whole + 1, dtype=np.uint64), np.empty(whole + 1)
    adds = np.empty(whole + 1, dtype=np.bool_)
    stops = source.budget < np.inf or source.cap < np.inf or source.room < np.inf
    count, exposures, unmade = 0, 0, 0
    for slot in range(whole + 1):
        who = mix(origin + np.uint64(slot))
        if slot == whole and not keyed(keys.events, who, _EXPOSURE, 0) < source.exposures - whole:
            break
        exposures += 1
        adds[count] = is_added(who, source, hook, keys, numbers)
        # where nothing stops the day, the order of those who do not add is of no matter
        if adds[count] or stops:
            identity[count], instant[count] = who, time_of(keyed(keys.events, who, _ADD_TIME, 0), source.hours)
            count += 1
    added, kept, cost = 0, 0, exposures * source.cost_per_exposure
    if stops:
        exposures, cost = 0, 0
    new, when = np.empty(count, dtype=np.uint64), np.empty(count)
    for j in in_order(instant[:count], identity[:count]):
        cost_of_one = adds[j] * source.cost_per_add
        if stops:
            if exposures >= source.room:
                unmade = count - exposures
                break
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
        totals[_UNMADE] += unmade
    return new[:kept], when[:kept], added, exposures


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
