"""The end of an offer within a day: from the instant at which its budget closes, its holders go on without it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import ACCOUNTS, MICRO, DayOutputs
from sim.people import customer_columns as c
from sim.sales.replay import replay
from sim.stages import Stage
from sim.state.daily_values import Orders
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def end_offers(state: RunState, out: DayOutputs, orders: Orders, rows: Ints, instant: float) -> Orders:
    """Run the order clocks of the people at `rows`, which rise, without their offer from `instant` on.

    Corrects need and clocks, and returns the orders that still come, in order of instants.
    """
    people, holding = state.population.people, out.holding[rows]
    give_back(state, out, rows, instant)
    comes = replay(people, rows, holding, orders, state.day, instant)
    kept = orders[comes]
    return kept[np.lexsort((kept["identity"], kept["instant"]))]


def give_back(state: RunState, out: DayOutputs, rows: Ints, instant: float) -> None:
    """Correct the accounts of need of the buyers among `rows`: what the offer would have added and borrowed later."""
    people = state.population.people
    rows = rows[out.holding[rows, 3] > 0.0]
    rate, plain, present, lam, whole = out.holding[rows].T
    rest = np.maximum(present - (instant - state.day), 0.0)
    extra, borrowed = (rate - plain) * rest, whole * rest
    stays = (people.stage[rows] == Stage.FIRST_BUYER) | (people.stage[rows] == Stage.REPEATER)
    owed, lost = np.where(stays, borrowed, 0.0), np.where(stays, 0.0, borrowed)
    people.reals[c.DEBT][rows] -= owed
    for account, need in (
        ("extra_need", extra),
        ("borrowed_need", lam * borrowed),
        ("lost_need", np.where(stays, 0.0, lam * borrowed)),
    ):
        state.books.ledger.book(state.day, account, -int(np.floor(need * MICRO + 0.5).sum()))
    if out.accounts.shape[0] > 0:
        for name, need in (
            ("area", extra), ("extra", extra / lam), ("borrowed", borrowed), ("debt_after", owed), ("debt_lost", lost),
        ):  # fmt: skip
            out.accounts[rows, ACCOUNTS.index(name)] -= need
