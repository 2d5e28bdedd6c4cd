"""Small runs, which most questions are made of: a shop of a few thousand people, and a day on which nothing happens."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median

from benchmarks.cpu_time import Steps
from benchmarks.scaling import after_first_day
from scenarios import load
from sim import run
from sim.scenario import GammaRate, Scenario

NO_ORDERS = GammaRate(1e-7, 1.0)


def shipped_shop(people: int) -> Scenario:
    """The shipped shop as its own question asks, 390 days, but with this many customers on the first day.

    Its acquisition brings new ones every day.
    """
    shop = next(iter(load("library:shop").arms.values()))
    return replace(shop, market=replace(shop.market, start_with=people))


def idle_shop() -> Scenario:
    """The same shop with one customer, who neither orders nor leaves, and without acquisition."""
    shop = shipped_shop(1)
    market = replace(
        shop.market,
        need=replace(shop.market.need, order_rate=NO_ORDERS),
        optout=replace(shop.market.optout, background=0.0, per_message=0.0),
    )
    return replace(shop, market=market, strategy=replace(shop.strategy, acquisition={}))


def small_run(people: int, rounds: int, steps: Steps) -> dict[str, float]:
    """The shop on one thread: people on the first day, days, median processor seconds, and nanoseconds."""
    shop = shipped_shop(people)
    run(shop, threads=1)
    seconds = []
    for _ in range(rounds):
        steps.begin(f"a small run, {people:,} people")
        started = time.process_time()
        ledger = run(shop, threads=1)
        seconds.append(time.process_time() - started)
    middle = median(seconds)
    return {
        "people": people, "days": shop.run.days, "cpu_seconds": middle,
        "ns_per_live_customer_day": middle / ledger.live_days * 1e9,
    }  # fmt: skip


def idle_day_ms(rounds: int, steps: Steps) -> float:
    """Milliseconds of processor time of a day on which nothing happens, on one thread; median of the rounds."""
    idle, seconds = idle_shop(), []
    for _ in range(rounds):
        steps.begin("a day without events")
        seconds.append(after_first_day(idle)[1] / (idle.run.days - 1))
    return 1e3 * median(seconds)
