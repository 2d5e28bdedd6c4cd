"""The columns of people who join, compiled: leads and customers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, keyed, threshold
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.people.trait_draws import Keys, TraitNumbers, is_seeker, write_people
from sim.stages import Stage

Floats = npt.NDArray[np.float64]

PEOPLE_PER_PART = 2048
"""People whose columns are written one column after the other; threads' parts meet at multiples of this."""


class Newcomers(NamedTuple):
    """Where newcomers come from, and the trust of their welcome.

    `instant` is when leads were added, shape (n,), `table` that of the order thresholds of customers.
    """

    source: int
    news: float
    instant: Floats
    table: Floats


_ORDER, _FIRST_ORDER = int(Decision.ORDER), int(Decision.FIRST_ORDER)
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
        for i in range(block, end):
            who, orders = people.identity[i], people.ints[c.ORDERS, i]
            people.ints[c.SOURCE, i] = new.source
            people.reals[c.NEWS, i] = new.news
            if orders > 0:
                people.fit[i] = True
                people.stage[i] = _REPEATER if orders >= 2 else _FIRST_BUYER
                people.reals[c.ORDER_LEFT, i] = threshold(keyed(keys.events, who, _ORDER, orders + 1), new.table)
                continue
            people.stage[i] = _LEAD
            people.reals[c.ORDER_LEFT, i] = -math.log1p(-keyed(keys.events, who, _FIRST_ORDER, 0))
            people.ints[c.ADDED, i] = math.floor(new.instant[i - start])
            people.ints[c.LAST_HEARD, i] = people.ints[c.ADDED, i]
            if is_seeker(keys.traits, who, numbers):
                people.reals[c.LAM, i] *= numbers.seeker_orders
                people.reals[c.DELTA, i] *= numbers.seeker_price
