"""A shop's history from a run of the engine: its orders, entries and deletions, as a shop would know them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.engine import advance, open_run
from sim.exposures import PastOrders
from sim.firm.acquisition import acquire_today, source_numbers
from sim.scenario import Scenario, ShopHistory
from sim.stages import OUT
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]


def simulated_history(shop: Scenario, added: Ints | None = None, replication: int = 0) -> PastOrders:
    """All orders, entries and deletions of a run of the engine, which begins with nobody.

    added: days, shape (n,), on each of which one contact is added; they come from the first of the strategy's sources,
    in order of names, from which nobody else may come.
    """
    opened, days = open_run(shop, replication=replication), shop.run.days
    state, deleted = opened.state, dict[int, int]()
    orders: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    each = np.zeros(days, dtype=np.int64) if added is None else np.bincount(added, minlength=days)
    for day in range(days):
        if each[day]:
            _add(state, int(each[day]))
        advance(opened, day + 1)
        for order in state.results.orders if state.results.orders is not None else ():
            sums = orders[int(order["identity"]), day]
            sums[0] += int(order["value"])
            sums[1] += int(order["paid"])
        identity = state.population.column("identity")
        for row in np.flatnonzero(state.population.column("stage") >= OUT):
            deleted.setdefault(int(identity[row]), day)
    state.threads.close()
    people = state.population
    rising = np.argsort(people.column("identity"))
    who, added = people.column("identity")[rising], people.column("added")[rising]
    keys = sorted(orders)
    place = {int(identity): row for row, identity in enumerate(who)}
    counts = np.bincount([place[identity] for identity, _ in keys], minlength=who.size)
    history = ShopHistory(
        start=shop.run.start,
        days=days,
        entered=(added + 1).astype(np.int32),
        lead=np.ones(who.size, dtype=np.bool_),
        deleted=np.array([deleted.get(int(identity), days) for identity in who], dtype=np.int32),
        deletions_known=True,
        begin=np.append(0, np.cumsum(counts)),
        order_day=np.array([day for _, day in keys], dtype=np.int32),
        saving=np.array([1.0 - orders[key][1] / max(orders[key][0], 1) for key in keys]),
        stated=False,
    )
    return PastOrders(history, who, np.array([orders[key][1] for key in keys]), savings_known=True)


def _add(state: RunState, people: int) -> None:
    """Today so many prospects come from the first source, and all of them are added."""
    name = min(state.inputs.strategy.acquisition)
    plan, source = state.inputs.strategy.acquisition[name], state.inputs.market.sources[name]
    numbers = source_numbers(state, name, plan, source)
    acquire_today(state, name, numbers._replace(exposures=float(people), add_rate=1.0))


def known_from_orders(past: PastOrders) -> PastOrders:
    """The same of a shop that knows people by their orders alone: from the day after their first, without deletions."""
    some = of_people(past, np.diff(past.history.begin) > 0)
    history = some.history
    known = replace(
        history,
        entered=(history.order_day[history.begin[:-1]] + 1).astype(np.int32),
        lead=np.zeros(history.size, dtype=np.bool_),
        deleted=np.full(history.size, history.days, dtype=np.int32),
        deletions_known=False,
    )
    return replace(some, history=known)


def of_people(past: PastOrders, chosen: npt.NDArray[np.bool_]) -> PastOrders:
    """The same of the people of a mask of shape (n,)."""
    orders = np.repeat(chosen, np.diff(past.history.begin))
    return replace(past, history=past.history.of(chosen), identity=past.identity[chosen], paid=past.paid[orders])
