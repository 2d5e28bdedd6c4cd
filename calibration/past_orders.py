"""Orders as the past of a shop: who was known when, and what a stated strategy brought them on these days."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.calibration_files import identities
from calibration.orders.order_history import Orders
from scenarios.reading.stated_past import read_past
from scenarios.values.question import MarketFile
from sim.exposures import PastOrders, exposures
from sim.scenario import RunSettings, Scenario, ShopHistory


@dataclass(frozen=True)
class StatedHistory:
    """A shop's history in the order of its customers' identities, and what is to be known of it, one line each."""

    history: ShopHistory
    notes: tuple[str, ...]


def past_orders(orders: Orders) -> PastOrders:
    """The order-days of all customers, in order of their identities; what else was done is not in it.

    The days are those from the first order to the end of observation. Nobody is known to have deleted the contact.
    """
    people, table = orders.customers, orders.orderdays
    identity = identities(people.index, orders.digest)
    order = np.argsort(identity)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    person = place[table["customer"].to_numpy()]
    rows = np.lexsort((table["day"].to_numpy(), person))
    days = orders.days + 1
    history = ShopHistory(
        start=orders.first,
        days=days,
        entered=(people["first_day"].to_numpy()[order] + 1).astype(np.int32),
        lead=np.zeros(order.size, dtype=bool),
        deleted=np.full(order.size, days, dtype=np.int32),
        deletions_known=False,
        begin=np.append(0, np.cumsum(np.bincount(person, minlength=order.size))).astype(np.int64),
        order_day=table["day"].to_numpy()[rows].astype(np.int32),
        saving=np.zeros(rows.size),
        stated=False,
    )
    return PastOrders(history, identity[order], table["cents"].to_numpy()[rows].astype(np.int64))


def stated_history(path: str | Path, past: PastOrders, prior: MarketFile) -> StatedHistory:
    """What the strategy of a scenario file brought the people of these orders, under the medians of the prior.

    Raises InputError for a file that does not say it.
    """
    days = RunSettings(past.history.start, horizon=past.history.days)
    said = read_past(path, prior.market, days)
    history = exposures(Scenario(prior.market, said.strategy, days), past)
    return StatedHistory(history, said.notes)
