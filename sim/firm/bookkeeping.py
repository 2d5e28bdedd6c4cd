"""The books: what a day's events, orders, arrivals and changes of stage become in the ledger."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.compiled import jit
from sim.firm.coupons import coupon_number, give_coupon
from sim.output.ledger import ACCOUNTS, COHORTS
from sim.people import customer_columns as c
from sim.people.customer_columns import CustomerColumns
from sim.people.population import Arrivals, join_leads
from sim.stages import Stage
from sim.state.first_morning import window_budget
from sim.state.run_state import WINDOW, RunState

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


def books(env: simpy.Environment, state: RunState) -> Process:
    """Close each day: running costs, stages, today's arrivals, and on to the next day."""
    plan, money, ledger = state.inputs.strategy.service, state.inputs.market.money, state.books.ledger
    agents = plan.agents or 0
    wages = round(agents * money.wage * (plan.hours[1] - plan.hours[0]))
    seats, fixed = round(agents * money.seat), round(money.fixed)
    if not state.shard.first:
        wages = seats = fixed = 0
    stages = state.books.stages
    while True:
        day, population = state.day, state.population
        ledger.book(day, "wages", wages)
        ledger.book(day, "seats", seats)
        ledger.book(day, "fixed", fixed)
        moves = count_moves(state.books.stages, population.people.stage)
        for arrivals in state.planned.arrivals:
            welcome_leads(state, arrivals)
            moves[Stage.LEAD, Stage.LEAD] += arrivals.identity.size
        state.planned.arrivals = []
        if (day + 1) % WINDOW == 0:
            state.offers.budget = window_budget(state.inputs)
        ledger.close_day(day, moves)
        state.books.log.close_day(day)
        known = state.books.stages.size
        if stages.size < population.size:
            stages = population.people.stage.copy()
        stages[known : population.size] = Stage.LEAD
        state.books.stages = stages[: population.size]
        state.day = day + 1
        yield env.timeout(1)


def welcome_leads(state: RunState, arrivals: Arrivals) -> None:
    """Today's added contacts come in, with the trust and the coupons that their welcome brings."""
    market, strategy, population = state.inputs.market, state.inputs.strategy, state.population
    welcome, lead = strategy.welcome, market.lead
    news = 0.0 if welcome is None else (1.0 - welcome.push) * lead.welcome_trust - welcome.push * lead.push_trust
    where = join_leads(population, arrivals, news)
    name = state.inputs.sources[arrivals.source]
    hook = strategy.acquisition[name].hook
    for giver, offer in ((f"acquisition.{name}", hook), ("welcome", welcome.offer if welcome else None)):
        if offer is not None:
            rows = np.arange(where.start, where.stop)
            give_coupon(state, coupon_number(state.offers, market, giver, offer), rows, state.day + 1)


def fill_cohorts(state: RunState) -> None:
    """Count by day of origin: leads who ordered within 7 days, first buyers who ordered again within 90."""
    population, ledger = state.population, state.books.ledger
    count_cohorts(population.people, population.size, ledger.days, ledger.table)


_LEADS, _ORDERED, _BUYERS, _REPEATED = (ACCOUNTS.index(name) for name in COHORTS)
_TO_ORDER, _TO_REPEAT = 7, 90
"""Days in which leads of a cohort may order, and first buyers repeat."""
_STAGES = len(Stage)


@jit
def count_moves(stages: npt.NDArray[np.int8], now: npt.NDArray[np.int8]) -> Ints:
    """People by stage in the morning (row) and at night (column), shape (6, 6).

    `stages` are those of the morning, shape (n,), and become those of the night.
    """
    moves = np.zeros((_STAGES, _STAGES), dtype=np.int64)
    for i in range(stages.size):
        moves[stages[i], now[i]] += 1
        stages[i] = now[i]
    return moves


@jit
def count_cohorts(people: CustomerColumns, size: int, days: int, table: Ints) -> None:
    """Count by day of origin: leads who ordered within 7 days, first buyers who ordered again within 90.

    `table` of shape (days, accounts); only people whose days are complete.
    """
    for i in range(size):
        added, first, second = (
            people.ints[c.ADDED, i] + 1,
            people.ints[c.FIRST_ORDER, i],
            people.ints[c.SECOND_ORDER, i],
        )
        if people.ints[c.SOURCE, i] >= 0 and added >= 0 and added + _TO_ORDER <= days:
            table[added, _LEADS] += 1
            table[added, _ORDERED] += added <= first < added + _TO_ORDER
        if first >= 0 and first + _TO_REPEAT <= days:
            table[first, _BUYERS] += 1
            table[first, _REPEATED] += first <= second < first + _TO_REPEAT
