"""run(scenario, draw, replication) -> Ledger: reads as the day reads.

SimPy wakes the firm's processes; within each simulated day the actions come at midnight, then the day is lived, then
couriers, the desk and the books follow (`shop.MIDNIGHT` to `shop.BOOKS`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import simpy

from sim.action import best_offers, messages_of
from sim.compiled import jit
from sim.day import live
from sim.draws import Decision, gamma_quantiles
from sim.firm.acquisition import acquisition
from sim.firm.campaigns import Till, campaign, redeem_today
from sim.firm.delivery import delivery
from sim.firm.desk import ask, desk
from sim.firm.outreach import outreach
from sim.happenings import ACTIVE, BLOCK, BORROWED, BUYERS, EXTRA, LIVE, LOST, REPAID, Happenings, room_for
from sim.law.offers import round_cents
from sim.ledger import Ledger
from sim.population import NEVER, join_leads
from sim.scenario import Scenario
from sim.shop import BOOKS, COURIER, DAY, DESK, Orders, Shop, open_shop
from sim.stages import Event, Stage
from sim.view import GAP_BINS

STAGES = len(Stage)
PEOPLE_PER_THREAD = 50_000
"""Below this, waking another thread each day costs more than it saves."""

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


@dataclass
class OpenRun:
    """A run under way: lived up to the morning of day `shop.today`."""

    shop: Shop
    env: simpy.Environment
    seconds: float = 0.0


def run(
    scenario: Scenario,
    draw: int = 0,
    replication: int = 0,
    *,
    events: bool = False,
    threads: int | None = None,
    lives: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ledger:
    """Live one scenario once and return its books.

    `draw` and `replication` are the address of its luck: the same address gives every strategy the same people and the
    same luck. `events` keeps the event log. `threads` changes the speed, never a bit of the result. For
    `lives` see `open_run`. `progress` is
    called with days done and days in all.
    """
    opened = open_run(scenario, draw, replication, events=events, lives=lives)
    days = scenario.run.days
    before = numba.get_num_threads()
    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    wanted = threads or 1 + opened.shop.population.people.stage.size // PEOPLE_PER_THREAD
    numba.set_num_threads(min(wanted, most))
    try:
        for day in range(1, days + 1):
            advance(opened, day)
            if progress is not None:
                progress(day, days)
    finally:
        numba.set_num_threads(before)
    return close_run(opened)


def warm_up(scenario: Scenario) -> None:
    """Compile the model, or load its machine code, so that what is timed next is the runs alone."""
    one_day = replace(scenario.run, warm_up=0, horizon=1, cool_down=0)
    run(replace(scenario, market=replace(scenario.market, start_with=1), run=one_day, customers=None))


def open_run(
    scenario: Scenario,
    draw: int = 0,
    replication: int = 0,
    *,
    events: bool = False,
    accounts: bool = False,
    block: int = BLOCK,
    lives: int | None = None,
) -> OpenRun:
    """A run on its first morning. `accounts` keeps the need of every person and day in `shop.accounts`; `lives` gives
    the people of `replication` the luck of another one from the first day on, to measure what pairing luck is worth."""
    started = time.perf_counter()
    shop = open_shop(scenario, draw, replication, keep_events=events, block=block, lives=lives)
    if accounts:
        shop.accounts = []
    env = simpy.Environment()
    strategy, tills = scenario.strategy, {name: Till() for name in sorted(scenario.strategy.campaigns)}
    for name in sorted(strategy.acquisition):
        env.process(acquisition(env, shop, name, strategy.acquisition[name], scenario.market.sources[name]))
    for name in sorted(strategy.outreach):
        env.process(outreach(env, shop, name, strategy.outreach[name]))
    for name in sorted(strategy.campaigns):
        env.process(campaign(env, shop, name, strategy.campaigns[name], tills[name]))
    for phase, process in (
        (DAY, the_day(env, shop, tills)),
        (COURIER, delivery(env, shop)),
        (DESK, desk(env, shop)),
        (BOOKS, books(env, shop)),
    ):
        env.process(starting_at(env, phase, process))
    return OpenRun(shop, env, time.perf_counter() - started)


def advance(opened: OpenRun, day: int) -> None:
    """Live on to the morning of `day`; a run in several pieces is the run in one."""
    started = time.perf_counter()
    while opened.env.peek() < day:
        opened.env.step()
    opened.seconds += time.perf_counter() - started


def close_run(opened: OpenRun) -> Ledger:
    """Finish the books of a run that has lived all its days."""
    shop = opened.shop
    ledger = shop.ledger
    fill_cohorts(shop)
    ledger.fingerprint = shop.log.fingerprint
    ledger.events = shop.log.events()
    ledger.live_days = int(ledger.series["live"].sum())
    ledger.seconds = opened.seconds
    parts = shop.ticket_times or [(np.empty(0, dtype=np.int64),) * 3]
    for name, column in zip(("day", "kind", "seconds"), zip(*parts, strict=True), strict=True):
        ledger.tickets[name] = np.concatenate(column).astype(np.int64)
    return ledger


def starting_at(env: simpy.Environment, phase: float, process: Process) -> Process:
    """The same process, started later in the first day."""
    yield env.timeout(phase)
    yield from process


def the_day(env: simpy.Environment, shop: Shop, tills: dict[str, Till]) -> Process:
    """Live each day: what was put down at midnight goes in, events come out."""
    while True:
        population = shop.population
        ordered, messages = messages_of(shop.touches, shop.market, population.size)
        shop.offers.sort(key=lambda offer: offer.campaign)
        pulls = best_offers(shop.offers, population.people.offer[: population.size])
        out = room_for(population.size, len(ordered), shop.block, shop.accounts is not None)
        live(
            shop.today, shop.season(), shop.law, population.people, population.size, shop.key, shop.thresholds,
            messages, pulls, shop.block, out,
        )  # fmt: skip
        if np.any(out.counts > out.person.shape[1]):
            raise OverflowError(f"day {shop.today}: more events than a day can hold; order rates are too high")
        shop.orders = book_day(shop, out, tills)
        for touch, count in zip(ordered, out.delivered.sum(axis=0), strict=True):
            shop.ledger.book(shop.today, "touches", count)
            shop.ledger.book(shop.today, "message_cost", count * shop.market.media[touch.channel].cost)
        ask(shop, shop.orders, messages)
        shop.touches, shop.offers = [], []
        if shop.accounts is not None:
            shop.accounts.append(out.accounts)
        yield env.timeout(1)


def book_day(shop: Shop, out: Happenings, tills: dict[str, Till]) -> Orders:
    """Log the day's events and ring up its orders, in order of instants."""
    ends = np.cumsum(out.counts)
    kept = np.arange(ends[-1]) + np.repeat(
        np.arange(out.counts.size) * out.person.shape[1] - ends + out.counts, out.counts
    )
    row, kind = out.person.ravel()[kept].astype(np.int64), out.kind.ravel()[kept]
    instant, ordinal = out.instant.ravel()[kept], out.ordinal.ravel()[kept].astype(np.int64)
    for event, account in ((Event.DRIFT, "drifts"), (Event.DELETE, "optouts")):
        which = kind == event
        shop.note(event, row[which], instant[which])
        shop.ledger.book(shop.today, account, np.count_nonzero(which))
    tally = out.tally.sum(axis=0)
    for index, account in (
        (LIVE, "live"), (BUYERS, "buyers"), (ACTIVE, "active"), (EXTRA, "extra_need"), (BORROWED, "borrowed_need"),
        (REPAID, "repaid_need"), (LOST, "lost_need"),
    ):  # fmt: skip
        shop.ledger.book(shop.today, account, tally[index])
    bought = np.flatnonzero((kind == Event.FIRST_ORDER) | (kind == Event.ORDER))
    bought = bought[np.lexsort((shop.population.people.identity[row[bought]], instant[bought]))]
    return ring_up(shop, row[bought], kind[bought], instant[bought], ordinal[bought], tills)


def ring_up(
    shop: Shop, row: Ints, kind: npt.NDArray[np.int8], instant: npt.NDArray[np.float64], ordinal: Ints,
    tills: dict[str, Till],
) -> Orders:  # fmt: skip
    """Baskets, discounts and what is booked for them; rows in order of instants."""
    people, money, book, day = shop.population.people, shop.market.money, shop.ledger.book, shop.today
    basket = gamma_quantiles(shop.draw(Decision.BASKET, row, ordinal), shop.market.spend.p) / people.nu[row]
    value, discount, offered = redeem_today(shop, row, ordinal, np.maximum(round_cents(basket), 1), tills)
    paid = value - discount
    shop.note(kind, row, instant, paid)
    np.add.at(people.spent, row, paid)
    note_gaps(shop, row)
    book(day, "orders", row.size)
    book(day, "first_orders", np.count_nonzero(kind == Event.FIRST_ORDER))
    book(day, "list_value", value.sum())
    book(day, "discount", discount.sum())
    book(day, "paid", paid.sum())
    book(day, "goods", round_cents(value * money.goods_cost).sum())
    book(day, "campaign_orders", np.count_nonzero(offered))
    book(day, "campaign_paid", paid[offered].sum())
    book(day, "campaign_discount", discount[offered].sum())
    return Orders(row, instant, ordinal, value, paid)


def note_gaps(shop: Shop, row: Ints) -> None:
    """Whole days since the order-day before, of everybody who ordered today: the shop's cycle is their median."""
    row = np.unique(row)
    seen = shop.population.people.order_day
    gap = shop.today - seen[row[seen[row] > NEVER]].astype(np.int64)
    np.add.at(shop.gaps, np.clip(gap, 0, GAP_BINS - 1), 1)
    seen[row] = shop.today


def books(env: simpy.Environment, shop: Shop) -> Process:
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
            join_leads(population, who, instant, source, shop.market)
            moves[Stage.LEAD, Stage.LEAD] += who.size
        shop.arrivals = []
        shop.ledger.close_day(day, moves)
        shop.log.close_day(day)
        shop.stage_before = population.people.stage[: population.size].copy()
        shop.today = day + 1
        yield env.timeout(1)


@jit
def count_moves(before: npt.NDArray[np.int8], after: npt.NDArray[np.int8], size: int) -> Ints:
    """People by stage in the morning (row) and at night (column), shape (6, 6)."""
    moves = np.zeros((STAGES, STAGES), dtype=np.int64)
    for i in range(size):
        moves[before[i], after[i]] += 1
    return moves


def fill_cohorts(shop: Shop) -> None:
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
