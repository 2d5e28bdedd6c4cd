"""What single orders leave: each sum is booked for its person, and for campaigns where the order was under one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.output.accounts import ACCOUNTS
from sim.people.customer_columns import CustomerColumns

Ints = npt.NDArray[np.int64]

_CAMPAIGN_MARGIN = ACCOUNTS.index("campaign_margin")


@jit
def book_left(people: CustomerColumns, row: int, cents: int, campaign: bool, totals: Ints) -> None:
    """Cents that an order of the person in a row leaves today, negative where they go out; `campaign`: it was under a
    campaign's offer."""
    people.left[row] += cents
    if campaign:
        totals[_CAMPAIGN_MARGIN] += cents
