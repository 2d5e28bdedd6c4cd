"""Groups of people, chosen by the view, are counted through some days of a run.

Watching changes nothing: it draws no random number and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
import simpy

from sim.output.watch import Watch, Watched
from sim.stages import OUT, Stage
from sim.state.run_state import EVENING, RunState
from sim.state.view import view_of

Process = Generator[simpy.Event, Any, None]


def start_watching(env: simpy.Environment, state: RunState, watches: Sequence[Watch]) -> list[Watched]:
    """Begin to count groups, on the first morning of a run; the counts fill during the run."""
    kept = [Watched(watch) for watch in watches]
    if kept:
        env.process(_mornings(env, state, kept))
        env.process(_evenings(env, state, kept))
    return kept


def _mornings(env: simpy.Environment, state: RunState, kept: list[Watched]) -> Process:
    while True:
        for one in kept:
            if one.watch.first <= state.day < one.watch.last:
                _add_members(one, state)
        yield env.timeout(1)


def _add_members(one: Watched, state: RunState) -> None:
    """Look which of the people who have joined since yesterday match."""
    known, size = one.members.size, state.population.size
    if known == size:
        return
    new = view_of(state).matches(one.watch.who)[known:]
    one.members = np.concatenate([one.members, new])
    one.bought = np.concatenate([one.bought, np.zeros(size - known, dtype=bool)])
    one.people += int(np.count_nonzero(new))


def _evenings(env: simpy.Environment, state: RunState, kept: list[Watched]) -> Process:
    yield env.timeout(EVENING)
    while True:
        for one in kept:
            if one.watch.first <= state.day < one.watch.last:
                _count(one, state)
        yield env.timeout(1)


def _count(one: Watched, state: RunState) -> None:
    before = state.books.stages
    now = state.population.people.stage[: before.size]
    one.live += int(np.count_nonzero(one.members & (before < OUT)))
    one.optouts += int(np.count_nonzero(one.members & (now == Stage.DELETED) & (before != Stage.DELETED)))
    today = state.results.orders
    if today is None:
        return
    theirs = one.members[today["row"]]
    rows = today["row"][theirs]
    one.orders += rows.size
    one.first_orders += int(np.count_nonzero(today["ordinal"][theirs] == 1))
    one.paid += int(today["paid"][theirs].sum())
    one.ordered += int(np.count_nonzero(~one.bought[np.unique(rows)]))
    one.bought[rows] = True
