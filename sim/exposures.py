"""exposures(scenario, past) -> ShopHistory: what a strategy sent and offered on days whose orders are known.

The firm's processes run as in `sim.engine`; in the place of the simulated day comes a pass that lets people come in,
order and leave when they did. Nothing else happens to them: nobody drifts away or leaves a channel, and there are no
parcels, questions and complaints.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.draws import Identities
from sim.engine import start_programmes, starting_at
from sim.firm.bookkeeping import close_window
from sim.firm.coupons import coupon_number, give_coupon
from sim.firm.messages import messages_today
from sim.firm.offers_today import offers_today
from sim.observers.exposure_record import ExposureRecord
from sim.people import customer_columns as c
from sim.people.known_people import KnownPeople, join_known
from sim.sales.checkout import at_checkout
from sim.sales.sale_offers import sale_numbers, sale_offers
from sim.sales.sales_steps import book_orders
from sim.scenario import Delivery, RunSettings, Scenario
from sim.scenario.shop_history import ShopHistory
from sim.stages import OUT, Event, Stage
from sim.state.daily_values import ORDER, Orders
from sim.state.first_morning import RunOptions, first_morning
from sim.state.run_state import DAY, DayResults, RunState, day_books
from sim.units import WrongValue

Ints = npt.NDArray[np.int64]
Process = Generator[simpy.Event, Any, None]

LEAST_PAID = 0.01
"""Share of list value that is taken to be paid where next to nothing was: what was in the basket is not known then."""
NO_LOT = "no holdout: who was left out by lot is not known from a strategy"


@dataclass(frozen=True)
class PastOrders:
    """Whose orders are known, arrays of shape (n,) or, of order-days, as in `history.begin`.

    history: without messages and offers. identity: of each person. paid: cents of each order-day. savings_known:
    whether `history.saving` is what was saved, so that an order without any used no coupon.
    """

    history: ShopHistory
    identity: Identities
    paid: Ints
    savings_known: bool = False


def exposures(scenario: Scenario, past: PastOrders) -> ShopHistory:
    """The history of these people with the messages and offers that the strategy of `scenario` brought them.

    The market says what its channels, limits and offers are, at the values given; its people and run settings are not
    used. Raises WrongValue for strategies in Python, and for programmes that leave people out by lot.
    """
    check_statable(scenario)
    state = first_morning(as_past(scenario, past.history), 0, 0, RunOptions())
    env, exposed = simpy.Environment(), ExposureRecord(past.history.days, past.identity.size)
    start_programmes(env, state)
    env.process(starting_at(env, DAY, known_days(env, state, past, exposed)))
    try:
        while env.peek() < past.history.days:
            env.step()
    finally:
        state.threads.close()
    welcome = scenario.strategy.welcome
    return replace(exposed.added_to(past.history), welcome_push=None if welcome is None else welcome.push)


def check_statable(scenario: Scenario) -> None:
    """Raise WrongValue where the strategy does not say who got what."""
    if scenario.programmes:
        got = ", ".join(sorted(scenario.programmes))
        raise WrongValue("history", "programmes of [strategy] alone", f"a strategy in Python: {got}")
    for kind, programmes in (("outreach", scenario.strategy.outreach), ("campaigns", scenario.strategy.campaigns)):
        for name, plan in programmes.items():
            if plan.holdout > 0.0:
                raise WrongValue(f"strategy.{kind}.{name}.holdout", NO_LOT, f"{100 * plan.holdout:g} %")


def as_past(scenario: Scenario, history: ShopHistory) -> Scenario:
    """The scenario on the days of a history, without all that brings or moves people by chance."""
    market = scenario.market
    # the quality of a campaign is a draw, of which the middle one stands for all
    offers = replace(market.offers, campaign_spread=0.0)
    strategy = replace(scenario.strategy, acquisition={}, delivery=Delivery())
    run = RunSettings(history.start, horizon=history.days)
    return Scenario(replace(market, start_with=0, offers=offers), strategy, run)


def known_days(env: simpy.Environment, state: RunState, past: PastOrders, exposed: ExposureRecord) -> Process:
    """Each day: what was put down at midnight is sent and offered, and people do what they did."""
    people = _PeopleByDay(past)
    come_in(state, past, exposed, people.entering_before)
    while True:
        touches, messages = messages_today(state)
        state.results = DayResults(offers_today(state), touches, messages)
        exposed.note(state)
        note_touches(state)
        take_orders(state, past, exposed.row_of, people.ordering(state.day))
        leave(state, exposed.row_of[people.leaving(state.day)])
        come_in(state, past, exposed, people.entering(state.day + 1))
        state.planned.touches, state.planned.offers, state.planned.campaigns = [], [], []
        close_window(state)
        state.books.log.close_day(state.day)
        state.day += 1
        yield env.timeout(1)


class _PeopleByDay:
    """Who comes in, orders and leaves on a day: numbers of people or of order-days."""

    def __init__(self, past: PastOrders) -> None:
        history = past.history
        self._entered, self._deleted = history.entered, history.deleted
        self._order_days = np.argsort(history.order_day, kind="stable")
        self._ends = np.searchsorted(history.order_day[self._order_days], np.arange(history.days + 1))

    @property
    def entering_before(self) -> Ints:
        """Who is there on the first morning."""
        return np.flatnonzero(self._entered <= 0)

    def entering(self, day: int) -> Ints:
        """Who is there from this morning on."""
        return np.flatnonzero(self._entered == day)

    def leaving(self, day: int) -> Ints:
        """Who deletes the contact on this day."""
        return np.flatnonzero(self._deleted == day)

    def ordering(self, day: int) -> Ints:
        """The order-days of this day."""
        return self._order_days[self._ends[day] : self._ends[day + 1]]


def come_in(state: RunState, past: PastOrders, exposed: ExposureRecord, who: Ints) -> None:
    """Let people in who were added or ordered first on the same day; leads get the coupon of their welcome."""
    history, welcome = past.history, state.inputs.strategy.welcome
    for entered in np.unique(history.entered[who]).tolist():
        some = who[history.entered[who] == entered]
        lead, first = history.lead[some], history.begin[some]
        buys = ~lead & (first < history.begin[some + 1])
        paid = np.zeros(some.size, dtype=np.int64)
        paid[buys] = past.paid[first[buys]]
        where = join_known(state.population, KnownPeople(past.identity[some], lead, paid, entered - 1))
        exposed.come_in(some, where)
        if welcome is not None and welcome.offer is not None and lead.any():
            number = coupon_number(state.offers, state.inputs.market, "welcome", welcome.offer)
            give_coupon(state, number, np.arange(where.start, where.stop)[lead], entered)


def note_touches(state: RunState) -> None:
    """Note when each person was last sent a message, and how many there were."""
    messages, ints = state.results.messages, state.population.people.ints
    if messages is not None and messages.sent.size:
        count = messages.sent.sum(axis=0)
        ints[c.TOUCHES, : count.size] += count.astype(np.int32)
        ints[c.LAST_TOUCH, : count.size][count > 0] = state.day


def take_orders(state: RunState, past: PastOrders, row_of: Ints, order_days: Ints) -> None:
    """Book today's orders as they were: what they take from budgets, coupons that they use, and what was paid."""
    history, population, numbers = past.history, state.population, sale_numbers(state)
    person = np.searchsorted(history.begin, order_days, side="right") - 1
    known = row_of[person] >= 0  # the first order of others is what they come in with
    order_days, rows = order_days[known], row_of[person[known]]
    if rows.size == 0:
        return
    people, day = population.people, state.day
    orders = np.zeros(rows.size, dtype=ORDER)
    orders["identity"], orders["row"] = people.identity[rows], rows
    orders["ordinal"] = people.ints[c.ORDERS, rows] + 1
    orders["kind"] = np.where(orders["ordinal"] == 1, Event.FIRST_ORDER, Event.ORDER)
    orders["offer"] = people.ints[c.OFFER, rows]
    saving = history.saving[order_days]
    orders["paid"] = past.paid[order_days]
    orders["basket"] = np.maximum(np.rint(orders["paid"] / np.maximum(1.0 - saving, LEAST_PAID)), 1)
    if past.savings_known:
        coupon_alone = orders["offer"] <= len(state.results.offers.coupons)
        orders["offer"][coupon_alone & (saving == 0.0)] = 0
    orders = orders[np.argsort(orders["identity"])]
    orders["instant"] = day + (np.arange(orders.size) + 0.5) / orders.size
    offers, budgets = sale_offers(state.results.offers, state.offers.budget, state.inputs.strategy.campaigns)
    orders = at_checkout(state, None, orders, (offers, budgets, numbers))
    orders["value"] = orders["basket"]
    orders["discount"] = orders["basket"] - np.minimum(orders["paid"], orders["basket"])
    books = day_books(state, 2 * orders.size)
    book_orders(orders, people, offers, numbers, day, state.books.gaps, books.events, books.totals)
    move_on(state, orders)


def move_on(state: RunState, orders: Orders) -> None:
    """What an order changes of a buyer, beside what the books note: number, days, and stage."""
    people, rows, day = state.population.people, orders["row"], state.day
    people.ints[c.ORDERS, rows] = orders["ordinal"]
    people.ints[c.LAST_ORDER, rows] = people.ints[c.LAST_HEARD, rows] = day
    people.ints[c.FIRST_ORDER, rows[orders["ordinal"] == 1]] = day
    people.ints[c.SECOND_ORDER, rows[orders["ordinal"] == 2]] = day
    still = people.stage[rows] < OUT
    people.stage[rows[still]] = np.where(orders["ordinal"][still] == 1, Stage.FIRST_BUYER, Stage.REPEATER)


def leave(state: RunState, rows: Ints) -> None:
    """Take people who delete the contact today out of all that is sent and offered."""
    state.population.people.stage[rows[rows >= 0]] = int(Stage.DELETED)
