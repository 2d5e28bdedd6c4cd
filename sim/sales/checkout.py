"""The checkout: what today's offers make of today's baskets, while budgets and stocks last, in order of instants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.day.day_arrays import DayOutputs
from sim.sales.asked_purchases import hold_asked, mark_asked
from sim.sales.campaign_records import record_orders
from sim.sales.offer_end import end_offers
from sim.sales.own_redemptions import own_redemptions
from sim.sales.sale_arrays import SaleNumbers, SaleOffers
from sim.sales.sale_offers import budget_table, sale_numbers, sale_offers
from sim.sales.sales_steps import book_orders, check_out, fill_baskets, set_instants, take_orders
from sim.shard import Shard
from sim.state.daily_values import Orders
from sim.state.day_books import DayBooks
from sim.state.offers_held import OfferBudget, OffersToday
from sim.state.run_state import RunState


def sales(state: RunState, reprice: Callable[[Orders], None]) -> Callable[[DayOutputs], Orders]:
    """A function that books what came out of today, and returns today's orders.

    `reprice` is given them before they are booked, and may change their discounts.
    """
    numbers, tickets = sale_numbers(state), state.pending.tickets
    hours = state.inputs.hours
    standing: tuple[OffersToday, OfferBudget] | None = None
    sale: tuple[SaleOffers, list[OfferBudget]]

    def book_day(out: DayOutputs) -> Orders:
        nonlocal standing, sale
        books, population, day = state.books, state.population, state.day
        service = state.inputs.service
        people = population.people
        today = DayBooks(
            day, population.key, books.ledger.table[day], books.log.room(2 * int(out.counts.sum())), books.ledger.table
        )
        totals, events = today.totals, today.events
        if standing is None or standing[0] is not state.results.offers or standing[1] is not state.offers.budget:
            standing = state.results.offers, state.offers.budget
            started = {name: one.plan for name, one in state.decided.campaigns.items()}
            sale = sale_offers(*standing, {**state.inputs.strategy.campaigns, **started})
        offers, budgets = sale
        placed = take_orders(out, people, day, hours, events, totals)
        fill_baskets(placed, people, numbers)
        if service.questions_per_purchase > 0.0:
            mark_asked(placed, people, service, today)
        orders = at_checkout(state, out, placed, (offers, budgets, numbers))
        set_instants(orders, day, hours)
        if service.questions_per_purchase > 0.0:
            made = hold_asked(placed, orders, people, service, today, tickets.room(orders.size))
            orders = orders.compress(made)  # rows are slow to index
        reprice(orders)
        book_orders(orders, people, offers, numbers, day, books.gaps, events, totals)
        record_orders(state, orders)
        return orders

    return book_day


def at_checkout(
    state: RunState, out: DayOutputs | None, orders: Orders, sale: tuple[SaleOffers, list[OfferBudget], SaleNumbers]
) -> Orders:
    """Today's orders as they come to be, with what is paid for them.

    Where a budget closes, its offers end at that instant, and the rest of the day is gone through again without them;
    `out` is None for a day whose orders are known, of which nothing is gone through again.
    """
    (offers, budgets, numbers), shard = sale, state.shard
    standing = [*state.results.offers.campaigns, *state.results.offers.coupons]
    shared = not shard.alone and state.results.offers.limited(state.offers.budget)
    ended, short = None, set[int]()
    while True:
        left, asking = budget_table(budgets), orders
        if shared:
            asking = of_all_shards(shard, orders)
        own = own_redemptions(asking, offers, standing, numbers.key)
        closing = check_out(asking, offers, left, numbers, own)
        if closing < 0:
            break
        instant = float(asking["instant"][closing])
        if ended is None:
            ended = np.full(state.population.size, np.inf)
        for place in np.flatnonzero(left.short).tolist():
            short.add(place)
            draws = offers.draws[:, place][state.population.column("offer")]
            rows = np.flatnonzero(draws & np.isinf(ended))
            ended[rows] = instant
            orders = orders if out is None else end_offers(state, out, orders, rows, instant)
        orders["offer"][orders["instant"] >= ended[orders["row"]]] = 0
    for place, budget in enumerate(budgets):
        budget.money = None if budget.money is None else int(left.money[place])
        budget.pieces = None if budget.pieces is None else int(left.pieces[place])
        budget.closed |= place in short
    return asking[asking["row"] >= 0] if shared else orders


def of_all_shards(shard: Shard, orders: Orders) -> Orders:
    """Today's orders of everybody, in order of instants; those of other shards have no row."""
    others = shard.others(orders)
    for part in others:
        part["row"] = -1
    every = np.concatenate([orders, *others])
    return every[np.lexsort((every["identity"], every["instant"]))]
