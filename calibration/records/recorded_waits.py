"""How fast questions were answered, from the tickets of a shop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibration.records.record_reader import NOON
from sim.scenario.shop_history import PastDesk, PastTickets

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

HOURS = 24
KINDS = ("pre_sale", "after_sale")


def recorded_desk(tickets: PastTickets, stated: PastDesk) -> PastDesk:
    """A desk as its tickets show it: who asks in an hour waits as whoever asked nearest to that day in that hour did.

    A question without a reply counts as one that nobody answered. The desk as stated where no ticket has a first reply,
    or no time of day is known.
    """
    days = stated.wait.shape[1]
    opened, wait = tickets.opened, tickets.replied - tickets.opened
    asked = np.isin(tickets.kind, KINDS)
    answered = asked & np.isfinite(wait)
    if not answered.any() or bool(np.all(opened[answered] % 1.0 == NOON)):
        return stated
    wait = np.where(np.isfinite(wait), wait, np.inf)
    found = np.empty((len(KINDS), days, HOURS))
    for place, kind in enumerate(KINDS):
        mine = np.array([one == kind for one in tickets.kind]) & asked
        if not mine.any():
            mine = asked
        found[place] = _by_hour(opened[mine], wait[mine], days)
    return replace(stated, wait=found, closed=np.zeros_like(found), bot=False, recorded=True)


def _by_hour(opened: Floats, wait: Floats, days: int) -> Floats:
    """The wait of the question asked nearest to each day at that hour, or at the nearest hour with one; (days, 24)."""
    order = np.argsort(opened, kind="stable")
    opened, wait = opened[order], wait[order]
    hour, day = (opened % 1.0 * HOURS).astype(int), np.floor(opened)
    known, found = np.unique(hour), np.empty((days, HOURS))
    for h in range(HOURS):
        apart = np.abs(known - h)
        there = hour == known[np.argmin(np.minimum(apart, HOURS - apart))]
        found[:, h] = wait[there][_nearest(day[there], np.arange(days))]
    return found


def _nearest(values: Floats, to: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places of the values, which rise, that are nearest to each; of two the earlier."""
    after = np.clip(np.searchsorted(values, to), 1, max(values.size - 1, 1))
    before = after - 1
    after = np.minimum(after, values.size - 1)
    return np.where(to - values[before] <= values[after] - to, before, after)
