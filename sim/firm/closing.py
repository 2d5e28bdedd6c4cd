"""The end of an offer within a day: from the instant at which its till closes, its holders go on without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.happenings import ACCOUNTS, MICRO, Happenings
from sim.population import NEVER, People
from sim.shop import Shop
from sim.stages import Stage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass
class Basket:
    """Today's orders before the till, in order of instants; arrays of shape (n,)."""

    row: Ints
    kind: npt.NDArray[np.int8]
    instant: Floats
    ordinal: Ints

    def take(self, which: npt.NDArray[np.generic]) -> Basket:
        """The orders at a mask or at positions."""
        return Basket(self.row[which], self.kind[which], self.instant[which], self.ordinal[which])


def end_offers(shop: Shop, out: Happenings, orders: Basket, rows: Ints, ended: Floats, instant: float) -> Basket:
    """Run the order clocks of the people at `rows` without their offer from `instant` on.

    Writes `ended`, shape (size,), puts need and clocks right, and returns the orders that still come, in order of
    instants.
    """
    people, day = shop.population.people, shop.today
    rate, plain, lived, lift, borrowed = out.holding[rows].T
    rest = np.maximum(lived - (instant - day), 0.0)
    ended[rows] = instant
    spared = (rate - plain) * rest
    lead = lift == 0.0
    left = people.order_left[rows].copy()
    people.order_left[rows] += np.where(lead & (people.stage[rows] != Stage.LEAD), 0.0, spared)
    give_back(shop, out, rows[~lead], spared[~lead], lift[~lead], (borrowed * rest)[~lead])
    later = np.flatnonzero((orders.instant >= instant) & np.isin(orders.row, rows))
    place = {int(row): j for j, row in enumerate(rows)}
    dropped: list[int] = []
    kept = Basket(orders.row, orders.kind, orders.instant.copy(), orders.ordinal)
    for row in dict.fromkeys(orders.row[later].tolist()):
        j, mine = place[row], later[orders.row[later] == row]
        gone = replay(kept, mine, left[j], rate[j], plain[j], lived[j], instant - day, people, row, day, bool(lead[j]))
        dropped += gone
        if gone:
            undo(people, row, int(orders.ordinal[gone[0]]), day, bool(np.any(orders.row[: gone[0]] == row)))
    kept = kept.take(np.setdiff1d(np.arange(orders.row.size), np.array(dropped, dtype=np.int64)))
    return kept.take(np.lexsort((people.identity[kept.row], kept.instant)))


def replay(
    orders: Basket, mine: Ints, left: float, rate: float, plain: float, lived: float, now: float, people: People,
    row: int, day: int, lead: bool,
) -> list[int]:  # fmt: skip
    """One person's orders after the end of the offer: moves them, sets the clock, returns those that fall away."""
    before = now
    for n, k in enumerate(mine.tolist()):
        to_run = (orders.instant[k] - day - before) * rate
        if to_run > (lived - now) * plain:
            people.order_left[row] = to_run - (lived - now) * plain
            return [int(each) for each in mine[n:]]
        before, now = orders.instant[k] - day, now + (to_run / plain if to_run > 0.0 else 0.0)
        orders.instant[k] = day + now
    if not lead:
        people.order_left[row] = left + (lived - before) * rate - (lived - now) * plain
    return []


def undo(people: People, row: int, ordinal: int, day: int, ordered: bool) -> None:
    """Take back a person's orders of today from number `ordinal` on; `ordered` tells of others that stay today."""
    people.orders[row] = ordinal - 1
    people.last_order[row] = day if ordered else people.order_day[row]
    if ordinal <= 2:
        people.second_order[row] = NEVER
    if ordinal == 2 and people.stage[row] == Stage.REPEATER:
        people.stage[row] = Stage.FIRST_BUYER
    if ordinal == 1:
        people.first_order[row] = NEVER
        if people.stage[row] == Stage.FIRST_BUYER:
            people.stage[row] = Stage.LEAD


def give_back(shop: Shop, out: Happenings, rows: Ints, spared: Floats, lift: Floats, borrowed: Floats) -> None:
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
