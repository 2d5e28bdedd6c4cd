"""What compiled steps of a day write to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.output.event_log import Events

Ints = npt.NDArray[np.int64]


class DayBooks(NamedTuple):
    """The day, the key of the run's random numbers, the day's accounts (`ledger.ACCOUNTS`), its events, and accounts of
    all days, shape (days, accounts), for what is counted by the day of the order."""

    day: int
    key: np.uint64
    totals: Ints
    events: Events
    table: Ints
