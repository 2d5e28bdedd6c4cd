"""What one evaluation of a history's likelihood costs, on one thread and on two.

    python -m benchmarks.history_speed                     4,000 people x 365 days
    python -m benchmarks.history_speed --people 1000 --days 200

People of two motives, a message every three days and a campaign of four days each month, each to a random half.
Processor time is that of all threads, the median over rounds; wall time the least of them, as others use the machine.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import date
from statistics import median

import numpy as np

from scenarios import load
from sim.past.evidence import log_likelihoods
from sim.scenario import Market, Offer, PastMessage, PastOffer, ShopHistory
from sim.threads import Threads

ROUNDS = 9
PHASES = ("launch", "proof", "deadline")


def shop_market() -> Market:
    """The shipped shop's market, with people of two motives who order at any time."""
    market = next(iter(load("library:shop").arms.values())).market
    people = replace(market.people, benefit_seekers=0.3)
    return replace(market, people=people, need=replace(market.need, regularity=1.0, cycle=30.0))


def history_of(people: int, days: int, channel: str) -> ShopHistory:
    """People who ordered on day -1 and then at rates of their own, until they drifted."""
    rng = np.random.default_rng(1)
    rates, lasts = rng.gamma(0.6, 0.03 / 0.6, people), rng.exponential(250.0, people)
    orders = [np.flatnonzero((rng.random(days) < rates[i]) & (np.arange(days) < lasts[i])) for i in range(people)]
    order_day = np.concatenate([np.append(-1, one) for one in orders]).astype(np.int32)
    messages = tuple(PastMessage(day, 0.4, "outreach.news", channel, "value") for day in range(0, days, 3))
    offers = tuple(
        PastOffer("campaigns.month", Offer("percent", depth=0.15), day, 4, PHASES) for day in range(20, days - 4, 30)
    )
    held = np.zeros((days, people), dtype=np.int16)
    for number, one in enumerate(offers, start=1):
        held[one.first : one.first + one.days, rng.random(people) < 0.5] = number
    return ShopHistory(
        start=date(2025, 1, 1),
        days=days,
        entered=np.zeros(people, dtype=np.int32),
        lead=np.zeros(people, dtype=bool),
        deleted=np.full(people, days, dtype=np.int32),
        deletions_known=False,
        begin=np.cumsum([0, *(one.size + 1 for one in orders)]),
        order_day=order_day,
        saving=np.zeros(order_day.size),
        messages=messages,
        sent=rng.random((len(messages), people)) < 0.5,
        offers=offers,
        offer=held,
    )


def timed(market: Market, history: ShopHistory, threads: Threads) -> tuple[float, float]:
    """Milliseconds of processor time and of wall time of one evaluation."""
    log_likelihoods(market, history, threads)
    cpu, wall = [], []
    for _ in range(ROUNDS):
        began, clock = time.process_time(), time.perf_counter()
        log_likelihoods(market, history, threads)
        cpu.append(time.process_time() - began)
        wall.append(time.perf_counter() - clock)
    return 1e3 * median(cpu), 1e3 * min(wall)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=4_000)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    market = shop_market()
    history = history_of(options.people, options.days, next(iter(market.media)))
    print(f"{options.people:,} people x {options.days} days, {history.order_day.size:,} orders, two motives")
    for count in (1, 2):
        threads = Threads(count)
        cpu, wall = timed(market, history, threads)
        threads.close()
        each = 1e6 * cpu / options.people / options.days
        print(f"{count} thread(s)  processor {cpu:6.1f} ms  {each:5.1f} ns a person-day  wall {wall:6.1f} ms")


if __name__ == "__main__":
    main()
