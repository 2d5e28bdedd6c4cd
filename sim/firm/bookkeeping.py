"""The books: what a day's events, orders, arrivals and moves become in the ledger."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.day.day_arrays import TALLIES, DayOutputs
from sim.firm.checkout import ring
from sim.firm.compiled_steps import count_moves
from sim.firm.messages import WINDOW
from sim.firm.offer_end import PlacedOrders
from sim.firm.offers_today import give_coupon
from sim.firm.view import GAP_BINS
from sim.law.offer_response import round_cents
from sim.output.retrospective import follow_orders
from sim.people.customer_columns import NEVER
from sim.people.population import join_leads
from sim.run_state import DayOrders, RunState
from sim.stages import Event, Stage

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]

TALLY_ACCOUNTS = (
    "live", "buyers", "active", "silent", "dormant", "interactions", "reactivated", "silent_optouts",
    "extra_need", "borrowed_need", "repaid_need", "held_need", "released_need", "lost_need",
)  # fmt: skip
assert len(TALLY_ACCOUNTS) == TALLIES


def book_day(shop: RunState, out: DayOutputs) -> DayOrders:
    """Log the day's events and ring up its orders, in order of instants."""
    ends = np.cumsum(out.counts)
    kept = np.arange(ends[-1]) + np.repeat(
        np.arange(out.counts.size) * out.person.shape[1] - ends + out.counts, out.counts
    )
    row, kind = out.person.ravel()[kept].astype(np.int64), out.kind.ravel()[kept]
    instant, ordinal = out.instant.ravel()[kept], out.ordinal.ravel()[kept].astype(np.int64)
    for event, account in ((Event.MUTE, "channel_optouts"), (Event.DRIFT, "drifts"), (Event.DELETE, "optouts")):
        which = kind == event
        shop.note(event, row[which], instant[which])
        shop.ledger.book(shop.today, account, np.count_nonzero(which))
    tally = out.tally.sum(axis=0)
    for index, account in enumerate(TALLY_ACCOUNTS):
        shop.ledger.book(shop.today, account, tally[index])
    bought = np.flatnonzero((kind == Event.FIRST_ORDER) | (kind == Event.ORDER))
    bought = bought[np.lexsort((shop.population.people.identity[row[bought]], instant[bought]))]
    return ring_up(shop, out, PlacedOrders(row[bought], kind[bought], instant[bought], ordinal[bought]))


def ring_up(shop: RunState, out: DayOutputs, orders: PlacedOrders) -> DayOrders:
    """Baskets, discounts and what is booked for them; orders in order of instants."""
    people, money, book, day = shop.population.people, shop.market.money, shop.ledger.book, shop.today
    orders, sales = ring(shop, out, orders)
    row, kind, instant, ordinal = orders.row, orders.kind, orders.instant, orders.ordinal
    paid, share = sales.value - sales.discount, np.where(ordinal == 1, money.first_goods_cost, money.goods_cost)
    goods = round_cents(sales.value * share)
    shop.note(kind, row, instant, paid)
    np.add.at(people.spent, row, paid)
    note_gaps(shop, row)
    follow_orders(shop, row, sales, paid, goods)
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


def note_gaps(shop: RunState, row: Ints) -> None:
    """Whole days since the order-day before, of everybody who ordered today: the shop's cycle is their median."""
    row = np.unique(row)
    seen = shop.population.people.order_day
    gap = shop.today - seen[row[seen[row] > NEVER]].astype(np.int64)
    np.add.at(shop.gaps, np.clip(gap, 0, GAP_BINS - 1), 1)
    seen[row] = shop.today


def books(env: simpy.Environment, shop: RunState) -> Process:
    """Close each day: running costs, stages, today's arrivals, and on to the next day."""
    plan, money = shop.strategy.service, shop.market.money
    agents = plan.agents or 0
    wages = round(agents * money.wage * (plan.hours[1] - plan.hours[0]))
    while True:
        day, population = shop.today, shop.population
        shop.ledger.book(day, "wages", wages)
        shop.ledger.book(day, "seats", round(agents * money.seat))
        shop.ledger.book(day, "fixed", round(money.fixed))
        moves = count_moves(shop.stage_before, population.people.stage, population.size)
        for who, instant, source in shop.arrivals:
            welcome_leads(shop, who, instant, source)
            moves[Stage.LEAD, Stage.LEAD] += who.size
        shop.arrivals = []
        if (day + 1) % WINDOW == 0:
            shop.open_till()
        shop.ledger.close_day(day, moves)
        shop.log.close_day(day)
        shop.stage_before = population.people.stage[: population.size].copy()
        shop.today = day + 1
        yield env.timeout(1)


def welcome_leads(shop: RunState, who: npt.NDArray[np.uint64], instant: npt.NDArray[np.float64], source: int) -> None:
    """Today's added contacts come in, with the trust and the coupons that their welcome brings."""
    welcome, lead = shop.strategy.welcome, shop.market.lead
    news = 0.0 if welcome is None else (1.0 - welcome.push) * lead.welcome_trust - welcome.push * lead.push_trust
    rows = np.arange(shop.population.size, shop.population.size + who.size)
    join_leads(shop.population, who, instant, source, shop.market, news)
    name = shop.sources[source]
    hook = shop.strategy.acquisition[name].hook
    for giver, offer in ((f"acquisition.{name}", hook), ("welcome", welcome.offer if welcome else None)):
        if offer is not None:
            give_coupon(shop, shop.coupon_number(giver, offer), rows, shop.today + 1)


def fill_cohorts(shop: RunState) -> None:
    """Count by day of origin: leads who ordered within 7 days, first buyers who ordered again within 90."""
    series, days = shop.ledger.series, shop.ledger.days
    column = {name: shop.population.column(name).astype(np.int64) for name in _COHORT_COLUMNS}
    for born, done, within, total, hits in (
        ("added", "first_order", 7, "leads_in_cohort", "ordered_in_7d"),
        ("first_order", "second_order", 90, "buyers_in_cohort", "repeated_in_90d"),
    ):
        start = column[born] + (born == "added")
        complete = (start >= 0) & (start + within <= days) & (column["source"] >= 0 if born == "added" else True)
        hit = complete & (column[done] >= start) & (column[done] < start + within)
        series[total] += np.bincount(start[complete], minlength=days)[:days]
        series[hits] += np.bincount(start[hit], minlength=days)[:days]


_COHORT_COLUMNS = ("added", "first_order", "second_order", "source")
