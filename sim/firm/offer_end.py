"""The end of an offer within a day: from the instant at which its till closes, its holders go on without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import ACCOUNTS, MICRO, DayOutputs
from sim.people.population import NEVER, CustomerColumns
from sim.run_state import RunState
from sim.stages import Stage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEAD, _FIRST_BUYER, _REPEATER = int(Stage.LEAD), int(Stage.FIRST_BUYER), int(Stage.REPEATER)


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


@jit
def replay(
    people: CustomerColumns,
    rows: Ints,
    holding: Floats,
    row: Ints,
    instants: Floats,
    ordinal: Ints,
    day: int,
    end: float,
) -> Mask:
    """Set the clocks of the people at `rows`, shape (m,), as if their offer had ended at `end`.

    `holding` of shape (m, 5); today's orders of shape (n,), in order of instants: moves those that come later without
    the offer, and returns which still come.
    """
    comes = np.ones(row.size, dtype=np.bool_)
    # of each person: the last order as it was and as it is, in days from midnight, and whether one stays or falls away
    was, now = np.full(rows.size, end - day), np.full(rows.size, end - day)
    ordered, gone = np.zeros(rows.size, dtype=np.bool_), np.zeros(rows.size, dtype=np.bool_)
    for k in range(row.size):
        j = np.searchsorted(rows, row[k])
        if j == rows.size or rows[j] != row[k]:
            continue
        rate, plain, lived = holding[j, 0], holding[j, 1], holding[j, 2]
        to_run, at = (instants[k] - day - was[j]) * rate, instants[k] - day
        if instants[k] < end:
            ordered[j] = True
        elif gone[j]:
            comes[k] = False
        elif to_run > (lived - now[j]) * plain:
            gone[j], comes[k] = True, False
            undo(people, row[k], ordinal[k], day, ordered[j])
            people.order_left[row[k]] = to_run - (lived - now[j]) * plain
        else:
            was[j], now[j] = at, now[j] + (to_run / plain if to_run > 0.0 else 0.0)
            instants[k], ordered[j] = day + now[j], True
    for j in range(rows.size):
        rate, plain, lived, buys = holding[j, 0], holding[j, 1], holding[j, 2], holding[j, 3] > 0.0
        # a lead who has ordered today has a new clock, which starts tomorrow
        if not gone[j] and lived > now[j] and (buys or not ordered[j]):
            people.order_left[rows[j]] += (lived - was[j]) * rate - (lived - now[j]) * plain
    return comes


@jit
def undo(people: CustomerColumns, row: int, ordinal: int, day: int, ordered: bool) -> None:
    """Take back a person's orders of today from number `ordinal` on; `ordered` tells of others that stay today."""
    people.orders[row] = ordinal - 1
    people.last_order[row] = day if ordered else people.order_day[row]
    if ordinal <= 2:
        people.second_order[row] = NEVER
    if ordinal == 2 and people.stage[row] == _REPEATER:
        people.stage[row] = _FIRST_BUYER
    if ordinal == 1:
        people.first_order[row] = NEVER
        if people.stage[row] == _FIRST_BUYER:
            people.stage[row] = _LEAD


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
