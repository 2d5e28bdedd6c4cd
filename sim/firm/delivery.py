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
from sim.people import customer_columns as c
from sim.scenario import TICKET_KINDS, TimeSpread
from sim.stages import OUT, Event
from sim.state.daily_values import Orders, Parcels, Tickets
from sim.state.run_state import RunState

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]

Z_95 = 1.6448536269514722


def delivery(env: simpy.Environment, state: RunState) -> Process:
    """Every evening: send off today's orders, then take what arrives today."""
    while True:
        if state.results.orders is not None:
            send(state, state.results.orders)
        parcels = state.pending.parcels.pop(state.day, [])
        if parcels:
            arrive(state, Parcels.join(parcels))
        yield env.timeout(1)


def spread_quantile(spread: TimeSpread, u: Floats) -> Floats:
    """Split log-normal quantiles: each side of the median has its own spread; days."""
    from scipy.special import ndtri

    z = np.asarray(ndtri(u))
    low, high = math.log(spread.median / spread.p5), math.log(spread.p95 / spread.median)
    return np.asarray(spread.median * np.exp(np.where(z < 0.0, low, high) * z / Z_95))


def send(state: RunState, orders: Orders) -> None:
    """Give today's orders to the carrier."""
    plan, market = state.inputs.strategy.delivery, state.inputs.market
    days = np.zeros(orders["row"].size)
    if plan.carrier is not None:
        carrier = market.carriers[plan.carrier]
        u = state.population.uniforms(Decision.PARCEL, orders["row"], orders["ordinal"])
        days = spread_quantile(carrier.days, u)
        state.books.ledger.book(state.day, "parcel_cost", carrier.cost * orders["row"].size)
    late = np.zeros_like(days) if plan.promise is None else np.maximum(days - plan.promise, 0.0)
    parcels = Parcels(
        orders["row"], orders["instant"] + orders["delay"] + days, late, orders["ordinal"], orders["paid"]
    )
    on = np.floor(parcels.instant).astype(np.int64)
    for day in np.unique(on):
        state.pending.parcels[int(day)].append(parcels.take(on == day))


def arrive(state: RunState, parcels: Parcels) -> None:
    """Today's parcels: changes of trust, and complaints where the problem clock runs out."""
    people, market, plan = state.population.people, state.inputs.market, state.inputs.strategy.delivery
    book, trust = state.books.ledger.book, market.trust
    parcels = parcels.take(np.lexsort((people.identity[parcels.row], parcels.instant)))
    state.books.log.note(people.identity[parcels.row], Event.PARCEL, parcels.instant)
    book(state.day, "parcels", parcels.row.size)
    book(state.day, "late_parcels", np.count_nonzero(parcels.late > 0.0))
    parcels = parcels.take(people.stage[parcels.row] < OUT)
    if plan.carrier is not None and plan.promise is not None:
        gain, late = trust.delivery, parcels.late
        np.add.at(people.reals[c.NEWS], parcels.row, np.where(late > 0.0, -trust.loss_factor * gain * late, gain))
    area = problem_area(parcels.late, market.service)
    open_complaints(state, parcels.take(run_problem_clocks(people, parcels.row, area, state.population.key)))


def open_complaints(state: RunState, parcels: Parcels) -> None:
    """One ticket per problem; `ordinal` is the person's number of problems, counted back for those of one day."""
    row, population = parcels.row, state.population
    if row.size == 0:
        return
    later = np.array([np.count_nonzero(row[j + 1 :] == row[j]) for j in range(row.size)])
    ordinal = population.column("problems")[row] - later
    mean = state.inputs.market.service.handling.complaint
    handling = -mean * np.log1p(-population.uniforms(Decision.HANDLING_COMPLAINT, row, ordinal))
    kind = np.full(row.size, TICKET_KINDS.index("complaint"))
    state.books.log.note(population.people.identity[row], Event.COMPLAINT, parcels.instant)
    state.books.ledger.book(state.day, "complaints", row.size)
    state.pending.tickets.append(
        Tickets(row, kind, parcels.instant, handling, ordinal.astype(np.int64), parcels.order, parcels.paid)
    )
