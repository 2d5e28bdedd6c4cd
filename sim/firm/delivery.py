"""Delivery: parcels come after the carrier's time; late ones cost trust, and some have problems."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.evening.parcels import CarrierNumbers, UnderWay, carrier_uniforms, deliver
from sim.evening.returns import ReturnNumbers
from sim.scenario import Delivery as DeliveryPlan, Market
from sim.state.daily_values import NO_ORDERS, Orders
from sim.state.run_state import RunState, day_books

Process = Generator[simpy.Event, Any, None]
Floats = npt.NDArray[np.float64]


def delivery(env: simpy.Environment, state: RunState) -> Process:
    """Every evening: send off today's orders, then take what arrives today, and what comes back."""
    carrier = carrier_numbers(state.inputs.strategy.delivery, state.inputs.market)
    parcels, returns, tickets = state.pending.parcels, state.pending.returns, state.pending.tickets
    while True:
        orders = NO_ORDERS if state.results.orders is None else state.results.orders
        most = len(parcels) + orders.size
        # on the first day whatever there is, so that a warm-up compiles what later days need
        if most or len(returns) or state.day == 0:
            books, z = day_books(state, 3 * most + len(returns)), quantiles(state, orders, carrier)
            under_way = UnderWay(parcels.room(orders.size), returns.room(most))
            state.pending.learned = deliver(
                state.population.people, orders, z, carrier, state.inputs.service, books, under_way, tickets.room(most)
            )  # fmt: skip
        yield env.timeout(1)


def quantiles(state: RunState, orders: Orders, carrier: CarrierNumbers) -> Floats:
    """Normal quantiles of the parcels' times, shape (n,); none where parcels arrive at once."""
    from scipy.special import ndtri

    if not carrier.carried:
        return np.empty(0)
    return np.asarray(ndtri(carrier_uniforms(state.population.people.identity, orders, state.population.key)))


def carrier_numbers(plan: DeliveryPlan, market: Market) -> CarrierNumbers:
    """The numbers of the plan's carrier."""
    promise, response = -1.0 if plan.promise is None else float(plan.promise), market.delivery
    usual, learning, money = float(response.usual), float(response.learning), market.money
    packaging, back = int(money.packaging), market.returns
    returns = ReturnNumbers(float(back.share), float(back.days), float(back.resold), int(money.freight_back))
    late_after = usual * float(response.late_from)
    if plan.carrier is None:
        return CarrierNumbers(False, 0, packaging, 1.0, 0.0, 0.0, promise, usual, late_after, learning, returns)
    carrier = market.carriers[plan.carrier]
    days = carrier.days
    below, above = math.log(days.median / days.p5), math.log(days.p95 / days.median)
    return CarrierNumbers(
        True,
        int(carrier.cost),
        packaging,
        float(days.median),
        below,
        above,
        promise,
        usual,
        late_after,
        learning,
        returns,
    )
