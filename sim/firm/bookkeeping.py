"""The books: what a day's events, orders, arrivals and changes of stage become in the ledger."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.evening.acquired import Acquired, DayOfPeople, book_acquired
from sim.evening.tickets import DAY_SECONDS
from sim.firm.coupons import coupon_number, give_coupon
from sim.firm.messages import numbers_of
from sim.firm.staff import agent_days_by_day, seat_costs_by_day
from sim.law.numbers import welcome_trust
from sim.midnight.stage_counts import count_cohorts, count_moves, count_settled
from sim.output.accounts import ACCOUNTS
from sim.people.population import Arrivals, join_leads
from sim.stages import Stage
from sim.state.daily_values import NO_ORDERS
from sim.state.first_morning import window_budget
from sim.state.run_state import WINDOW, RunState

_OVERTIME, _QUESTIONS = ACCOUNTS.index("overtime_seconds"), ACCOUNTS.index("questions")
Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


def books(env: simpy.Environment, state: RunState) -> Process:
    """Close each day: running costs, stages, today's arrivals, and on to the next day."""
    money, ledger, pays = state.inputs.market.money, state.books.ledger, state.shard.first
    there, seats = agent_days_by_day(state), seat_costs_by_day(state)
    plan, stages = state.inputs.strategy.service, state.books.stages
    acquired_from = 0
    while True:
        day, population = state.day, state.population
        if day == ledger.window[0]:  # today's arrivals have not joined yet
            acquired_from = population.size
        book_day_of_people(state, acquired_from)
        overtime = money.overtime * money.wage * int(ledger.table[day, _OVERTIME]) / DAY_SECONDS
        ledger.book(day, "wages", round(money.wage * there() + overtime) if pays else 0)
        ledger.book(day, "seats", round(seats(day)) if pays else 0)
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
        state.decided.staff = None
        close_window(state)
        ledger.close_day(day, moves)
        state.books.log.close_day(day)
        known = state.books.stages.size
        if stages.size < population.size:
            stages = population.people.stage.copy()
        stages[known : population.size] = Stage.LEAD
        state.books.stages = stages[: population.size]
        state.day = day + 1
        yield env.timeout(1)


def close_window(state: RunState) -> None:
    """On the last day of a window, let the next one begin with a discount budget of its own."""
    if (state.day + 1) % WINDOW == 0:
        state.offers.budget = window_budget(state.inputs)


def book_day_of_people(state: RunState, first: int) -> None:
    """Book what today leaves of those acquired, who stand from row `first` on: orders, parcels, messages, refunds."""
    results, ledger = state.results, state.books.ledger
    size = state.population.size
    acquired = Acquired(first, size if ledger.window[0] <= state.day < ledger.window[1] else first, size)
    hooks = [False, *(comes_with_adding(one.name) for one in results.offers.coupons)]
    today = DayOfPeople(
        NO_ORDERS if results.orders is None else results.orders,
        np.array(hooks),
        np.zeros((0, 0), dtype=bool) if results.messages is None else results.messages.sent,
        np.array([numbers_of(state, touch).cost for touch in results.touches], dtype=np.int64),
    )
    book_acquired(state.population.people, acquired, today, state.day, ledger.table)


def comes_with_adding(programme: str) -> bool:
    """Whether a programme's coupon is given to people because they add the contact."""
    return programme == "welcome" or programme.startswith("acquisition.")


def welcome_leads(state: RunState, arrivals: Arrivals) -> None:
    """Today's added contacts come in, with the trust and the coupons that their welcome brings."""
    market, strategy, population = state.inputs.market, state.inputs.strategy, state.population
    welcome = strategy.welcome
    news = 0.0 if welcome is None else welcome_trust(market.lead, welcome.push)
    where = join_leads(population, arrivals, news)
    name = state.inputs.sources[arrivals.source]
    bought = name in strategy.acquisition and not arrivals.of_mechanism
    hook = strategy.acquisition[name].hook if bought else None
    for giver, offer in ((f"acquisition.{name}", hook), ("welcome", welcome.offer if welcome else None)):
        if offer is not None:
            rows = np.arange(where.start, where.stop)
            give_coupon(state, coupon_number(state.offers, market, giver, offer), rows, state.day + 1)


def fill_cohorts(state: RunState) -> None:
    """Count by day of origin: leads who ordered within 7 days, first buyers who ordered again within 90, tickets after
    which nothing came back within 7."""
    population, ledger, books = state.population, state.books.ledger, state.books
    count_cohorts(population.people, population.size, ledger.days, ledger.table)
    count_settled(books.ticket_times.rows, books.opened.rows, population.size, ledger.days, ledger.table)
