"""The books: what a day's events, orders, arrivals and changes of stage become in the ledger."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.evening.tickets import DAY_SECONDS
from sim.firm.coupons import coupon_number, give_coupon
from sim.firm.staff import agent_days, seat_costs, staff_of
from sim.midnight.stage_counts import count_cohorts, count_moves
from sim.output.accounts import ACCOUNTS
from sim.people.population import Arrivals, join_leads
from sim.stages import Stage
from sim.state.first_morning import window_budget
from sim.state.run_state import WINDOW, RunState

_OVERTIME, _QUESTIONS = ACCOUNTS.index("overtime_seconds"), ACCOUNTS.index("questions")
Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


def books(env: simpy.Environment, state: RunState) -> Process:
    """Close each day: running costs, stages, today's arrivals, and on to the next day."""
    money, ledger, pays = state.inputs.market.money, state.books.ledger, state.shard.first
    wages = money.wage * agent_days(staff_of(state.inputs.scenario))
    seats = seat_costs(state.inputs.scenario)
    plan, stages = state.inputs.strategy.service, state.books.stages
    while True:
        day, population = state.day, state.population
        overtime = money.overtime * money.wage * int(ledger.table[day, _OVERTIME]) / DAY_SECONDS
        ledger.book(day, "wages", round(wages[day] + overtime) if pays else 0)
        ledger.book(day, "seats", round(seats[day]) if pays else 0)
        if plan.bot and plan.staff:
            asked = money.bot_question * int(ledger.table[day, _QUESTIONS])
            ledger.book(day, "bot_cost", asked + (round(money.bot) if pays else 0))
        ledger.book(day, "software", round(money.software) if pays else 0)
        ledger.book(day, "fixed", round(money.fixed) if pays else 0)
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
