"""The compiled steps of the firm: the checkout, the end of offers, parcels and the service desk."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, keyed
from sim.people import customer_columns as c
from sim.people.customer_columns import NEVER, CustomerColumns
from sim.stages import Stage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)
_PROBLEM = int(Decision.PROBLEM)


@jit
def grant(
    row: Ints, asks: Mask, till: Ints, need: Ints, uses_coupon: Mask, money: Ints, pieces: Ints, closed: Mask
) -> tuple[Mask, int, Mask]:  # fmt: skip
    """One order after the other: granted if every budget of its offer still holds enough.

    Ends at the first order that finds open budgets short: returns its position and which, or -1 and none. Orders
    of shape (n,), their budgets and needs of shape (n, 3); `money` and `pieces` of shape (tills,) are
    moved on, `closed` of the same shape says which budgets give nothing any more.
    """
    granted = np.zeros(row.size, dtype=np.bool_)
    short = np.zeros(money.size, dtype=np.bool_)
    used = {-1}
    for j in range(row.size):
        if not asks[j] or (uses_coupon[j] and row[j] in used):
            continue
        fits = True
        for kind in range(3):
            t = till[j, kind]
            if t >= 0:
                short[t] = not closed[t] and (money[t] < need[j, kind] or pieces[t] < 1)
                fits = fits and not closed[t]
        if np.any(short):
            return granted, j, short
        if not fits:
            continue
        granted[j] = True
        for kind in range(3):
            t = till[j, kind]
            if t >= 0:
                money[t] -= need[j, kind]
                pieces[t] -= 1
        if uses_coupon[j]:
            used.add(row[j])
    return granted, -1, short


@jit
def remember_prices(habit: Floats, row: Ints, share: Floats, memory: float) -> None:
    """Each order's discount share, in order, moves what its buyer expects; `habit` of shape (capacity,)."""
    for j in range(row.size):
        habit[row[j]] = memory * habit[row[j]] + (1.0 - memory) * share[j]


@jit
def replay(
    people: CustomerColumns,
    rows: Ints,
    holding: Floats,
    row: Ints,
    instants: Floats,
    ordinal: Ints,
    day: int,
    end: float,
) -> Mask:
    """Set the clocks of the people at `rows`, shape (m,), as if their offer had ended at `end`.

    `holding` of shape (m, 5); today's orders of shape (n,), in order of instants: moves those that come later without
    the offer, and returns which still come.
    """
    comes = np.ones(row.size, dtype=np.bool_)
    # of each person: the last order as it was and as it is, in days from midnight, and whether one stays or falls away
    was, now = np.full(rows.size, end - day), np.full(rows.size, end - day)
    ordered, gone = np.zeros(rows.size, dtype=np.bool_), np.zeros(rows.size, dtype=np.bool_)
    for k in range(row.size):
        j = np.searchsorted(rows, row[k])
        if j == rows.size or rows[j] != row[k]:
            continue
        rate, plain, length = holding[j, 0], holding[j, 1], holding[j, 2]
        to_run, at = (instants[k] - day - was[j]) * rate, instants[k] - day
        if instants[k] < end:
            ordered[j] = True
        elif gone[j]:
            comes[k] = False
        elif to_run > (length - now[j]) * plain:
            gone[j], comes[k] = True, False
            undo(people, row[k], ordinal[k], day, ordered[j])
            people.reals[c.ORDER_LEFT, row[k]] = to_run - (length - now[j]) * plain
        else:
            was[j], now[j] = at, now[j] + (to_run / plain if to_run > 0.0 else 0.0)
            instants[k], ordered[j] = day + now[j], True
    for j in range(rows.size):
        rate, plain, length, buys = holding[j, 0], holding[j, 1], holding[j, 2], holding[j, 3] > 0.0
        # a lead who has ordered today has a new clock, which starts tomorrow
        if not gone[j] and length > now[j] and (buys or not ordered[j]):
            people.reals[c.ORDER_LEFT, rows[j]] += (length - was[j]) * rate - (length - now[j]) * plain
    return comes


@jit
def undo(people: CustomerColumns, row: int, ordinal: int, day: int, ordered: bool) -> None:
    """Take back a person's orders of today from number `ordinal` on; `ordered` says whether others stay today."""
    people.ints[c.ORDERS, row] = ordinal - 1
    people.ints[c.LAST_ORDER, row] = day if ordered else people.ints[c.ORDER_DAY, row]
    if ordinal <= 2:
        people.ints[c.SECOND_ORDER, row] = NEVER
    if ordinal == 2 and people.stage[row] == _REPEATER:
        people.stage[row] = _FIRST_BUYER
    if ordinal == 1:
        people.ints[c.FIRST_ORDER, row] = NEVER
        if people.stage[row] == _FIRST_BUYER:
            people.stage[row] = _LEAD


@jit
def run_problem_clocks(people: CustomerColumns, row: Ints, area: Floats, key: np.uint64) -> npt.NDArray[np.bool_]:
    """Take each parcel's area off its buyer's problem clock, in order; which parcels are problems, shape (n,)."""
    problem = np.zeros(row.size, dtype=np.bool_)
    for j in range(row.size):
        i = row[j]
        people.reals[c.PROBLEM_LEFT, i] -= area[j]
        if people.reals[c.PROBLEM_LEFT, i] <= 0.0:
            problem[j] = True
            people.ints[c.PROBLEMS, i] += 1
            u = keyed(key, people.identity[i], _PROBLEM, people.ints[c.PROBLEMS, i] + 1)
            people.reals[c.PROBLEM_LEFT, i] = -np.log1p(-u)
    return problem


@jit
def serve(arrival: Floats, rank: Ints, due: Floats, tie: Ints, handling: Floats, free: Floats, until: float) -> Floats:
    """Work off a line with several servers, without pre-emption: start of each ticket, inf if not before `until`.

    Arrays of shape (n,) in any order, in working time; `free` of shape (servers,) says when each server is free, and
    is moved on. Waiting tickets are taken by rank, then due time, then tie.
    """
    n = arrival.size
    start = np.full(n, np.inf)
    order = np.argsort(arrival, kind="mergesort")
    line = [(0, 0.0, 0, 0)]
    line.pop()
    coming, now = 0, 0.0
    while True:
        server = int(np.argmin(free))
        now = max(now, free[server])
        if not line and coming < n:
            now = max(now, arrival[order[coming]])
        while coming < n and arrival[order[coming]] <= now:
            j = order[coming]
            heapq.heappush(line, (rank[j], due[j], tie[j], j))
            coming += 1
        if not line or now >= until:
            return start
        j = heapq.heappop(line)[3]
        start[j] = now
        free[server] = now + handling[j]
