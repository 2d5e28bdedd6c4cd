"""Delivery: parcels come after the carrier's time; late ones cost trust, and some have problems."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Decision
from sim.firm.compiled_steps import run_problem_clocks
from sim.law.waiting import problem_area
from sim.run_state import DayOrders, RunState, Tickets
from sim.scenario import TICKET_KINDS, TimeSpread
from sim.stages import OUT, Event

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Z_95 = 1.6448536269514722


def delivery(env: simpy.Environment, shop: RunState) -> Process:
    """Every evening: send off today's orders, then take what arrives today."""
    while True:
        if shop.orders is not None:
            send(shop, shop.orders)
        parcels = shop.parcels.pop(shop.today, [])
        if parcels:
            row, instant, late, order, paid = (np.concatenate(column) for column in zip(*parcels, strict=True))
            arrive(shop, row, instant, late, order, paid)
        yield env.timeout(1)


def spread_quantile(spread: TimeSpread, u: Floats) -> Floats:
    """Split log-normal quantiles: each side of the median has its own spread; days."""
    from scipy.special import ndtri

    z = np.asarray(ndtri(u))
    low, high = math.log(spread.median / spread.p5), math.log(spread.p95 / spread.median)
    return np.asarray(spread.median * np.exp(np.where(z < 0.0, low, high) * z / Z_95))


def send(shop: RunState, orders: DayOrders) -> None:
    """Give today's orders to the carrier."""
    plan = shop.strategy.delivery
    days = np.zeros(orders.person.size)
    if plan.carrier is not None:
        carrier = shop.market.carriers[plan.carrier]
        days = spread_quantile(carrier.days, shop.draw(Decision.PARCEL, orders.person, orders.ordinal))
        shop.ledger.book(shop.today, "parcel_cost", carrier.cost * orders.person.size)
    late = np.zeros_like(days) if plan.promise is None else np.maximum(days - plan.promise, 0.0)
    instant = orders.instant + orders.delay + days
    on = np.floor(instant).astype(np.int64)
    for day in np.unique(on):
        which = on == day
        shop.parcels[int(day)].append(
            (orders.person[which], instant[which], late[which], orders.ordinal[which], orders.paid[which])
        )


def arrive(shop: RunState, row: Ints, instant: Floats, late: Floats, order: Ints, paid: Ints) -> None:
    """Today's parcels: news of trust, and complaints where the problem clock runs out."""
    by_time = np.lexsort((shop.population.people.identity[row], instant))
    row, order, paid = row[by_time], order[by_time], paid[by_time]
    instant, late = instant[by_time], late[by_time]
    people, trust = shop.population.people, shop.market.trust
    shop.note(Event.PARCEL, row, instant)
    shop.ledger.book(shop.today, "parcels", row.size)
    shop.ledger.book(shop.today, "late_parcels", np.count_nonzero(late > 0.0))
    here = people.stage[row] < OUT
    row, order, paid, instant, late = row[here], order[here], paid[here], instant[here], late[here]
    if shop.strategy.delivery.carrier is not None and shop.strategy.delivery.promise is not None:
        gain = trust.delivery
        np.add.at(people.news, row, np.where(late > 0.0, -trust.loss_factor * gain * late, gain))
    problem = run_problem_clocks(people, row, problem_area(late, shop.market.service), shop.key)
    open_complaints(shop, row[problem], instant[problem], order[problem], paid[problem])


def open_complaints(shop: RunState, row: Ints, instant: Floats, order: Ints, paid: Ints) -> None:
    """One ticket per problem; `ordinal` is the person's number of problems, counted back for those of one day."""
    if row.size == 0:
        return
    later = np.array([np.count_nonzero(row[j + 1 :] == row[j]) for j in range(row.size)])
    ordinal = shop.population.people.problems[row] - later
    mean = shop.market.service.handling.complaint
    handling = -mean * np.log1p(-shop.draw(Decision.HANDLING_COMPLAINT, row, ordinal))
    kind = np.full(row.size, TICKET_KINDS.index("complaint"))
    shop.note(Event.COMPLAINT, row, instant)
    shop.ledger.book(shop.today, "complaints", row.size)
    shop.tickets.append(Tickets(row, kind, instant, handling, ordinal.astype(np.int64), order, paid))
