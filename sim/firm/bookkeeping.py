"""The books: what a day's events, orders, arrivals and changes of stage become in the ledger."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.compiled import jit
from sim.day.day_arrays import TALLIES, DayOutputs
from sim.firm.campaign_records import BookedOrders, record_orders
from sim.firm.checkout import check_out
from sim.firm.coupons import coupon_number, give_coupon
from sim.law.offer_response import round_cents
from sim.output.ledger import ACCOUNTS, COHORTS
from sim.people import customer_columns as c
from sim.people.customer_columns import NEVER, CustomerColumns
from sim.people.population import Arrivals, join_leads
from sim.stages import Event, Stage
from sim.state.daily_values import DayOrders, PlacedOrders
from sim.state.first_morning import window_budget
from sim.state.run_state import GAP_BINS, WINDOW, RunState

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]

TALLY_ACCOUNTS = (
    "live", "buyers", "active", "silent", "dormant", "interactions", "reactivated", "silent_optouts",
    "extra_need", "borrowed_need", "repaid_need", "held_need", "released_need", "lost_need",
)  # fmt: skip
assert len(TALLY_ACCOUNTS) == TALLIES
assert NEVER < -GAP_BINS


def book_day(state: RunState, out: DayOutputs) -> DayOrders:
    """Log the day's events and book its orders, in order of instants."""
    identity, book = state.population.people.identity, state.books.ledger.book
    ends = np.cumsum(out.counts)
    kept = np.arange(ends[-1]) + np.repeat(
        np.arange(out.counts.size) * out.person.shape[1] - ends + out.counts, out.counts
    )
    row, kind = out.person.ravel()[kept].astype(np.int64), out.kind.ravel()[kept]
    instant, ordinal = out.instant.ravel()[kept], out.ordinal.ravel()[kept].astype(np.int64)
    for event, account in ((Event.MUTE, "channel_optouts"), (Event.DRIFT, "drifts"), (Event.DELETE, "optouts")):
        which = kind == event
        state.books.log.note(identity[row[which]], event, instant[which])
        book(state.day, account, np.count_nonzero(which))
    tally = out.tally.sum(axis=0)
    for index, account in enumerate(TALLY_ACCOUNTS):
        book(state.day, account, tally[index])
    bought = np.flatnonzero((kind == Event.FIRST_ORDER) | (kind == Event.ORDER))
    bought = bought[np.lexsort((identity[row[bought]], instant[bought]))]
    return book_orders(state, out, PlacedOrders(row[bought], kind[bought], instant[bought], ordinal[bought]))


def book_orders(state: RunState, out: DayOutputs, placed: PlacedOrders) -> DayOrders:
    """Baskets, discounts and what is booked for them; orders in order of instants."""
    people, money, book, day = state.population.people, state.inputs.market.money, state.books.ledger.book, state.day
    orders, sales = check_out(state, out, placed)
    row, kind, instant, ordinal = orders.row, orders.kind, orders.instant, orders.ordinal
    paid, share = sales.value - sales.discount, np.where(ordinal == 1, money.first_goods_cost, money.goods_cost)
    goods = round_cents(sales.value * share)
    state.books.log.note(people.identity[row], kind, instant, paid)
    np.add.at(people.spent, row, paid)
    note_gaps(state, row)
    record_orders(state, BookedOrders(row, sales, paid, goods))
    book(day, "orders", row.size)
    book(day, "first_orders", np.count_nonzero(kind == Event.FIRST_ORDER))
    book(day, "list_value", sales.value.sum())
    book(day, "discount", sales.discount.sum())
    book(day, "paid", paid.sum())
    book(day, "goods", goods.sum())
    book(day, "gifts", sales.gift.sum())
    book(day, "campaign_orders", np.count_nonzero(sales.campaign))
    book(day, "coupon_orders", np.count_nonzero(sales.coupon))
    book(day, "campaign_paid", paid[sales.campaign].sum())
    book(day, "campaign_discount", (sales.campaign_off + sales.campaign_gift).sum())
    return DayOrders(row, instant, ordinal, sales.value, paid, sales.delay)


def note_gaps(state: RunState, row: Ints) -> None:
    """Whole days since the order-day before, of all who ordered today: the shop's cycle is their median."""
    row, seen = np.unique(row), state.population.column("order_day")
    gap = state.day - seen[row[seen[row] > NEVER]].astype(np.int64)
    np.add.at(state.books.gaps, np.clip(gap, 0, GAP_BINS - 1), 1)
    seen[row] = state.day


def books(env: simpy.Environment, state: RunState) -> Process:
    """Close each day: running costs, stages, today's arrivals, and on to the next day."""
    plan, money, ledger = state.inputs.strategy.service, state.inputs.market.money, state.books.ledger
    agents = plan.agents or 0
    wages = round(agents * money.wage * (plan.hours[1] - plan.hours[0]))
    seats, fixed = round(agents * money.seat), round(money.fixed)
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
