"""The compiled steps of the firm: the checkout, the end of offers, parcels, the service desk and the books."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, keyed
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.stages import Stage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

STAGES = len(Stage)
_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)
_PROBLEM = int(Decision.PROBLEM)


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


@jit
def count_moves(before: npt.NDArray[np.int8], after: npt.NDArray[np.int8], size: int) -> Ints:
    """People by stage in the morning (row) and at night (column), shape (6, 6)."""
    moves = np.zeros((STAGES, STAGES), dtype=np.int64)
    for i in range(size):
        moves[before[i], after[i]] += 1
    return moves
