"""People whose past is known: they come in on the day on which the shop got to know them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.draws import Identities, gamma_quantile_table
from sim.people import customer_columns as c
from sim.people.newcomers import Newcomers, write_newcomers
from sim.people.population import Population
from sim.stages import Stage

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_TABLE = gamma_quantile_table(1.0)


@dataclass(frozen=True)
class KnownPeople:
    """Who comes in together, arrays of shape (n,): identity, who is a lead, and cents of the first order of the others.

    `day` is that of adding or of the first order; what a lead has paid is 0.
    """

    identity: Identities
    lead: Mask
    paid: Ints
    day: int


def join_known(population: Population, known: KnownPeople) -> slice:
    """The rows of people who were added or ordered first on a day; what a person is like is drawn, and of no use."""
    where = population.room(known.identity.size)
    people, day = population.people, known.day
    people.identity[where] = known.identity
    people.ints[c.ORDERS, where] = ~known.lead
    new = Newcomers(-1, 0.0, np.empty(0), _TABLE)
    write_newcomers(0, known.identity.size, where.start, people, population.keys, population.numbers, new)
    people.stage[where][known.lead] = int(Stage.LEAD)
    people.spent[where] = known.paid
    people.ints[c.ADDED, where] = people.ints[c.LAST_HEARD, where] = day
    for number in (c.FIRST_ORDER, c.LAST_ORDER, c.ORDER_DAY):
        people.ints[number, where] = np.where(known.lead, c.NEVER, day)
    return where
