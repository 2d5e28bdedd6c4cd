"""The law as one SimPy process per customer, which wakes for its events alone: orders and leaving."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.same_law.law import Law, LawResult


def simulate(law: Law, people: int, seed: int) -> LawResult:
    """Orders and leavers of so many customers."""
    env, dice, counts = simpy.Environment(), random.Random(seed), Counter[str]()
    for _ in range(people):
        env.process(customer(env, law, dice, counts))
    env.run()
    return LawResult(counts["orders"], counts["leavers"], counts["live_days"])


def customer(
    env: simpy.Environment, law: Law, dice: random.Random, counts: Counter[str]
) -> Generator[simpy.Event, Any, None]:
    """One customer, from the first day to the leaving or the last day."""
    rate = dice.gammavariate(law.order_shape, law.order_mean / law.order_shape)
    lifetime = dice.expovariate(law.leaving)
    end = min(lifetime, law.days)
    counts["live_days"] += min(int(lifetime) + 1, law.days)
    while env.now + (wait := dice.expovariate(rate)) < end:
        yield env.timeout(wait)
        counts["orders"] += 1
    yield env.timeout(end - env.now)
    counts["leavers"] += lifetime <= law.days
