"""The columns of people who join, compiled: leads and customers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, keyed, keyed_each
from sim.law.exponential import exponential_clocks
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.people.trait_draws import (
    Keys,
    TraitNumbers,
    is_seeker,
    make_thresholds,
    write_people,
    write_uniforms,
)
from sim.stages import Stage

Floats = npt.NDArray[np.float64]

PEOPLE_PER_PART = 2048
"""People whose columns are written one column after the other; threads' parts meet at multiples of this."""


class Newcomers(NamedTuple):
    """Where newcomers come from, a negative number for customers, and the trust of their welcome.

    `instant` is when leads were added, shape (n,), `table` that of the order thresholds of customers.
    """

    source: int
    news: float
    instant: Floats
    table: Floats


_ORDER, _FIRST_ORDER, _FIT = int(Decision.ORDER), int(Decision.FIRST_ORDER), int(Decision.FIT)
_LEAD, _FIRST_BUYER, _REPEATER = np.int8(Stage.LEAD), np.int8(Stage.FIRST_BUYER), np.int8(Stage.REPEATER)


@jit
def write_newcomers(
    first: int, last: int, start: int, people: CustomerColumns, keys: Keys, numbers: TraitNumbers, new: Newcomers
) -> None:
    """Write the columns of newcomers `first` to `last`, counted from row `start`, whose identity and orders are there.

    Leads and customers in one function: it is compiled once.
    """
    for block in range(start + first, start + last, PEOPLE_PER_PART):
        end = min(start + last, block + PEOPLE_PER_PART)
        write_people(people, block, end, keys, numbers)
        who, orders = people.identity[block:end], people.ints[c.ORDERS, block:end]
        people.ints[c.SOURCE, block:end] = new.source
        people.reals[c.NEWS, block:end] = new.news
        lefts = people.reals[c.ORDER_LEFT, block:end]
        if new.source < 0:
            people.fit[block:end] = True
            lefts[:] = keyed_each(keys.events, who, _ORDER, orders + 1)
            make_thresholds(lefts, new.table)
            for i in range(orders.size):
                people.stage[block + i] = _REPEATER if orders[i] >= 2 else _FIRST_BUYER
            continue
        write_uniforms(lefts, who, keys.events, _FIRST_ORDER, 0)
        exponential_clocks(lefts)
        people.stage[block:end] = _LEAD
        for i in range(block, end):
            people.fit[i] = keyed(keys.traits, people.identity[i], _FIT, 0) < numbers.fit
            people.ints[c.ADDED, i] = people.ints[c.LAST_HEARD, i] = math.floor(new.instant[i - start])
            if is_seeker(keys.traits, people.identity[i], numbers):
                people.reals[c.LAM, i] *= numbers.seeker_orders
                people.reals[c.DELTA, i] *= numbers.seeker_price
