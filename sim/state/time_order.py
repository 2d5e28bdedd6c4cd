"""The order in which events of all people are taken: by time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Identities

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RUN = 8
"""So many positions are sorted by insertion; longer runs are merged."""


@jit
def order_of(instant: Floats, identity: Identities, ordinal: Ints) -> Ints:
    """Positions by instant, then identity, then ordinal; all of shape (n,)."""
    n = instant.size
    order, merged = np.arange(n), np.empty(n, dtype=np.int64)
    for first in range(0, n, RUN):
        for k in range(first + 1, min(first + RUN, n)):
            here, place = order[k], k
            while place > first and before(here, order[place - 1], instant, identity, ordinal):
                order[place] = order[place - 1]
                place -= 1
            order[place] = here
    width = RUN
    while width < n:
        for first in range(0, n, 2 * width):
            merge(
                order[first : first + 2 * width], merged[first : first + 2 * width], width, instant, identity, ordinal
            )
        order, merged = merged, order
        width *= 2
    return order


@jit
def before(a: int, b: int, instant: Floats, identity: Identities, ordinal: Ints) -> bool:
    """Whether position `a` comes before position `b`."""
    if instant[a] != instant[b]:
        return bool(instant[a] < instant[b])
    if identity[a] != identity[b]:
        return bool(identity[a] < identity[b])
    return bool(ordinal[a] < ordinal[b])


@jit
def merge(order: Ints, merged: Ints, middle: int, instant: Floats, identity: Identities, ordinal: Ints) -> None:
    """Two sorted parts, which meet at `middle`, as one."""
    left, right, n = 0, middle, order.size
    if right >= n or not before(order[right], order[right - 1], instant, identity, ordinal):
        merged[:] = order  # as they stand
        return
    for k in range(n):
        if left < middle and (right >= n or not before(order[right], order[left], instant, identity, ordinal)):
            merged[k] = order[left]
            left += 1
        else:
            merged[k] = order[right]
            right += 1


@jit
def in_order(u: Floats, identity: Identities) -> Ints:
    """The order of times of one day, from 0 to 1 and spread over it, equal ones by identity; all of shape (n,).

    Each goes to its n-th part of the day first: in linear time.
    """
    n = u.size
    ends = np.zeros(n + 1, dtype=np.int64)
    for j in range(n):
        ends[min(int(u[j] * n), n - 1) + 1] += 1
    for part in range(n):
        ends[part + 1] += ends[part]
    order = np.empty(n, dtype=np.int64)
    for j in range(n):
        part = min(int(u[j] * n), n - 1)
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
