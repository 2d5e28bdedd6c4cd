"""The sums of `regular_expectation`, compiled: apart, so that an edit of how orders are read compiles nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit

Floats = npt.NDArray[np.float64]

STEP = 0.02
"""Step of the table of the renewal function, in expected orders."""
EACH = 2
"""Silences are tabulated in every second step."""


@jit
def sums_over_days(people: Floats, rate: Floats, weight: Floats, area: Floats, table: Floats) -> tuple[Floats, Floats]:
    """Expected orders of each history, and of each day ahead over all customers.

    people: chance of being alive, scale and shape of the drift rate, silent area (weeks), customers that share the
    history; shape (5, n). rate, weight: nodes of the order rate, shape (n, nodes). area: running area of the days
    ahead in weeks, entry 0 is 0.
    """
    days, nodes = area.size - 1, rate.shape[1]
    each, by_day, stays = np.zeros(people.shape[1]), np.zeros(days), np.zeros(days)
    lines, columns = table.shape
    for i in range(people.shape[1]):
        alive, scale, shape, silent, count = people[0, i], people[1, i], people[2, i], people[3, i], people[4, i]
        for d in range(days):
            stays[d] = alive * np.exp(-shape * np.log1p((d + 0.5) / 7.0 / scale))
        for j in range(nodes):
            y = min(rate[i, j] * silent / (EACH * STEP), lines - 1.000001)
            line = int(y)
            part, before = y - line, 0.0
            for d in range(days):
                v = rate[i, j] * area[d + 1] / STEP
                column = min(int(v), columns - 2)
                upper = table[line, column + 1] * (1.0 - part) + table[line + 1, column + 1] * part
                if v >= columns - 1:
                    reached = upper + (v - columns + 1) * STEP
                else:
                    lower = table[line, column] * (1.0 - part) + table[line + 1, column] * part
                    reached = lower + (v - column) * (upper - lower)
                orders = (reached - before) * stays[d] * weight[i, j]
                each[i] += orders
                by_day[d] += orders * count
                before = reached
    return each, by_day
