"""run(scenario, draw, replication) -> Ledger: reads as the day reads.

SimPy wakes the firm's processes; within each simulated day the actions come at midnight, then the day is lived, then
couriers, the desk and the books follow (`shop.MIDNIGHT` to `shop.BOOKS`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import simpy

from sim.day.day import live
from sim.day.day_arrays import BLOCK, room_for
from sim.extend.mechanism import AddedMechanisms
from sim.firm.acquisition import acquisition
from sim.firm.bookkeeping import book_day, books, fill_cohorts
from sim.firm.campaigns import campaign
from sim.firm.delivery import delivery
from sim.firm.desk import ask, desk
from sim.firm.messages import message_cost, messages_of
from sim.firm.offers_today import deals_of
from sim.firm.outreach import outreach
from sim.firm.strategy_functions import programme
from sim.output.ledger import Ledger
from sim.output.person_trace import following
from sim.output.retrospective import follow_messages, look_back
from sim.output.watch import Watch, watching
from sim.run_state import BOOKS, COURIER, DAY, DESK, RunState, open_shop
from sim.scenario import Scenario

PEOPLE_PER_THREAD = 50_000
"""Below this, waking another thread each day costs more than it saves."""

Process = Generator[simpy.Event, Any, None]
Ints = npt.NDArray[np.int64]


@dataclass
class OpenRun:
    """A run under way: lived up to the morning of day `shop.today`."""

    shop: RunState
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
    watches: Sequence[Watch] = (),
    follow: Sequence[int] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Ledger:
    """Live one scenario once and return its books.

    `draw` and `replication` are the address of its luck: the same address gives every strategy the same people and the
    same luck. `events` keeps the event log. `threads` changes the speed, never a bit of the result. For
    `lives` see `open_run`. `watches` are groups to count (`Ledger.watched`), `follow` identities of people whose whole
    life is kept (`Ledger.lives`); the books are the same with and without. `progress` is called with days done and days
    in all.
    """
    opened = open_run(scenario, draw, replication, events=events, lives=lives, watches=watches, follow=follow)
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
    alone = replace(scenario, customers=None, programmes={}, mechanisms={})
    run(replace(alone, market=replace(scenario.market, start_with=1), run=one_day))


def open_run(
    scenario: Scenario,
    draw: int = 0,
    replication: int = 0,
    *,
    events: bool = False,
    accounts: bool = False,
    block: int = BLOCK,
    lives: int | None = None,
    watches: Sequence[Watch] = (),
    follow: Sequence[int] = (),
) -> OpenRun:
    """A run on its first morning. `accounts` keeps the need of every person and day in `shop.accounts`; `lives` gives
    the people of `replication` the luck of another one from the first day on, to measure what pairing luck is worth."""
    started = time.perf_counter()
    shop = open_shop(scenario, draw, replication, keep_events=events, block=block, lives=lives)
    if accounts:
        shop.accounts = []
    env = simpy.Environment()
    strategy = scenario.strategy
    for name in sorted(strategy.acquisition):
        env.process(acquisition(env, shop, name, strategy.acquisition[name], scenario.market.sources[name]))
    for name in sorted(strategy.outreach):
        env.process(outreach(env, shop, name, strategy.outreach[name]))
    for name in sorted(strategy.campaigns):
        env.process(campaign(env, shop, name, strategy.campaigns[name]))
    for name in sorted(scenario.programmes):
        env.process(programme(env, shop, name, scenario.programmes[name]))
    added = AddedMechanisms(shop)
    added.start(env)
    for phase, process in (
        (DAY, the_day(env, shop, added)),
        (COURIER, delivery(env, shop)),
        (DESK, desk(env, shop)),
        (BOOKS, books(env, shop)),
    ):
        env.process(starting_at(env, phase, process))
    shop.ledger.watched = watching(env, shop, watches)
    shop.ledger.lives = following(env, shop, follow)
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
    ledger.retrospectives, ledger.curves = look_back(shop.followed, ledger)
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


def the_day(env: simpy.Environment, shop: RunState, added: AddedMechanisms) -> Process:
    """Live each day: what was put down at midnight goes in, events come out."""
    while True:
        population = shop.population
        added.respond()
        ordered, messages = messages_of(shop)
        shop.deals, prices = deals_of(shop)
        out = room_for(
            population.size, len(ordered), shop.block, shop.accounts is not None, shop.deals.limited(shop.till)
        )
        live(
            shop.today, shop.season(), shop.law, population.people, population.closing_left, population.size, shop.key,
            shop.thresholds, messages, prices, shop.block, out,
        )  # fmt: skip
        if np.any(out.counts > out.person.shape[1]):
            raise OverflowError(f"day {shop.today}: more events than a day can hold; order rates are too high")
        shop.orders = book_day(shop, out)
        for touch, count in zip(ordered, out.delivered.sum(axis=0), strict=True):
            shop.ledger.book(shop.today, "touches", count)
            shop.ledger.sent[touch.programme] = shop.ledger.sent.get(touch.programme, 0) + int(count)
            cost = int(count) * message_cost(touch, shop.market)
            shop.ledger.book(shop.today, "message_cost", cost)
            follow_messages(shop, touch.programme, cost)
        ask(shop, shop.orders, messages)
        shop.messages = ordered, messages
        shop.touches, shop.offers = [], []
        if shop.accounts is not None:
            shop.accounts.append(out.accounts)
        yield env.timeout(1)
