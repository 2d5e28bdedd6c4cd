"""Chosen people followed through some days of a run: who they are is asked of the View, what they do is counted.

Watching changes nothing: it draws no luck and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.scenario import Who
from sim.stages import OUT, Stage

if TYPE_CHECKING:
    from sim.run_state import RunState

Mask = npt.NDArray[np.bool_]

EVENING = 0.8
"""When a day's doings are counted: after the desk, before the books go on to tomorrow."""


@dataclass(frozen=True)
class Watch:
    """Whom to follow, over days `first` to before `last`: everybody who matches on the first of these mornings, and
    whoever joins later and matches on the first morning after."""

    who: Who
    first: int
    last: int


@dataclass
class Watched:
    """What the people of one watch did: counts, cents `paid`, and `live`, their days as contacts.

    `ordered` counts those with an order. `followed` and `bought` hold one entry per row of the population.
    """

    watch: Watch
    people: int = 0
    orders: int = 0
    first_orders: int = 0
    ordered: int = 0
    paid: int = 0
    optouts: int = 0
    live: int = 0
    followed: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    bought: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))


Process = Generator[simpy.Event, Any, None]


def watching(env: simpy.Environment, shop: RunState, watches: Sequence[Watch]) -> list[Watched]:
    """Set out to follow people in a run on its first morning; the counts fill as it is lived."""
    kept = [Watched(watch) for watch in watches]
    if kept:
        env.process(_mornings(env, shop, kept))
        env.process(_evenings(env, shop, kept))
    return kept


def _mornings(env: simpy.Environment, shop: RunState, kept: list[Watched]) -> Process:
    while True:
        for one in kept:
            if one.watch.first <= shop.today < one.watch.last:
                _ask(one, shop)
        yield env.timeout(1)


def _ask(one: Watched, shop: RunState) -> None:
    """Ask whoever has not been asked."""
    asked, size = one.followed.size, shop.population.size
    if asked == size:
        return
    new = shop.view().matches(one.watch.who)[asked:]
    one.followed = np.concatenate([one.followed, new])
    one.bought = np.concatenate([one.bought, np.zeros(size - asked, dtype=bool)])
    one.people += int(np.count_nonzero(new))


def _evenings(env: simpy.Environment, shop: RunState, kept: list[Watched]) -> Process:
    yield env.timeout(EVENING)
    while True:
        for one in kept:
            if one.watch.first <= shop.today < one.watch.last:
                _count(one, shop)
        yield env.timeout(1)


def _count(one: Watched, shop: RunState) -> None:
    before = shop.stage_before
    now = shop.population.people.stage[: before.size]
    one.live += int(np.count_nonzero(one.followed & (before < OUT)))
    one.optouts += int(np.count_nonzero(one.followed & (now == Stage.DELETED) & (before != Stage.DELETED)))
    today = shop.orders
    if today is None:
        return
    theirs = one.followed[today.person]
    rows = today.person[theirs]
    one.orders += rows.size
    one.first_orders += int(np.count_nonzero(today.ordinal[theirs] == 1))
    one.paid += int(today.paid[theirs].sum())
    one.ordered += int(np.count_nonzero(~one.bought[np.unique(rows)]))
    one.bought[rows] = True
