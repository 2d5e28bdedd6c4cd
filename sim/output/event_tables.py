"""The event log as tables: what happened to whom, in which order, message or ticket; kept where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


class Named(NamedTuple):
    """A column of names, shape (n,): places in `names`."""

    places: npt.NDArray[np.int32]
    names: tuple[str, ...]


Table = Mapping[str, "Column | Named"]
"""Columns of one length by name."""


@dataclass(frozen=True)
class EventTables:
    """The tables of one run; `docs/event-log.md` says what each column is.

    Instants and days count from the start of the run, money is in cents.
    """

    run: Table
    people: Table
    orders: Table
    messages: Table
    pieces: Table
    tickets: Table
    parcels: Table
    money_back: Table
    relations: Table
    heard: Table
    campaigns: Table
    days: Table
    mechanisms: Table
