"""The end of an offer within a day: from the instant at which its till closes, its holders go on without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import ACCOUNTS, MICRO, DayOutputs
from sim.firm.compiled_steps import replay
from sim.run_state import RunState
from sim.stages import Stage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass
class PlacedOrders:
    """Orders as people place them today, before the till; in order of instants, arrays of shape (n,)."""

    row: Ints
    kind: npt.NDArray[np.int8]
    instant: Floats
    ordinal: Ints

    def take(self, which: npt.NDArray[np.generic]) -> PlacedOrders:
        """The orders at a mask or at positions."""
        return PlacedOrders(self.row[which], self.kind[which], self.instant[which], self.ordinal[which])


def end_offers(
    shop: RunState, out: DayOutputs, orders: PlacedOrders, rows: Ints, ended: Floats, instant: float
) -> PlacedOrders:
    """Run the order clocks of the people at `rows`, which rise, without their offer from `instant` on.

    Writes `ended`, shape (size,), puts need and clocks right, and returns the orders that still come, in order of
    instants.
    """
    people, day, holding = shop.population.people, shop.today, out.holding[rows]
    ended[rows] = instant
    rate, plain, lived, lift, borrowed = holding.T
    rest = np.maximum(lived - (instant - day), 0.0)
    buyer = lift > 0.0
    spared = (rate - plain) * rest
    give_back(shop, out, rows[buyer], spared[buyer], lift[buyer], (borrowed * rest)[buyer])
    instants = orders.instant.copy()
    comes = replay(people, rows, holding, orders.row, instants, orders.ordinal, day, instant)
    kept = PlacedOrders(orders.row, orders.kind, instants, orders.ordinal).take(comes)
    return kept.take(np.lexsort((people.identity[kept.row], kept.instant)))


def give_back(shop: RunState, out: DayOutputs, rows: Ints, spared: Floats, lift: Floats, borrowed: Floats) -> None:
    """Put the books of need right for buyers: what the offer would have added and borrowed after its end."""
    people = shop.population.people
    stays = (people.stage[rows] == Stage.FIRST_BUYER) | (people.stage[rows] == Stage.REPEATER)
    people.debt[rows] -= np.where(stays, borrowed, 0.0)
    for account, need in (
        ("extra_need", spared),
        ("borrowed_need", lift * borrowed),
        ("lost_need", np.where(stays, 0.0, people.lam[rows] * borrowed)),
    ):
        shop.ledger.book(shop.today, account, -int(np.floor(need * MICRO + 0.5).sum()))
    if out.accounts.shape[0] > 0:
        column = {name: ACCOUNTS.index(name) for name in ("area", "extra", "borrowed", "debt_after", "debt_lost")}
        out.accounts[rows, column["area"]] -= spared
        out.accounts[rows, column["extra"]] -= spared / lift
        out.accounts[rows, column["borrowed"]] -= borrowed
        out.accounts[rows, column["debt_after"]] -= np.where(stays, borrowed, 0.0)
        out.accounts[rows, column["debt_lost"]] -= np.where(stays, 0.0, borrowed)
