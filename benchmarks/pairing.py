"""What pairing is worth: the variance of the difference between two arms, unpaired over paired.

Run by `make bench`, or `python -m benchmarks.pairing`. "Paired" gives both arms the same people and random numbers;
"same people" the same people with random numbers of their own; "nothing shared" other people too. Ratios are printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.worlds import full_world
from sim import measure, run
from sim.scenario import Offer, Rhythm, Scenario, Service

PEOPLE, DAYS, REPLICATIONS, KPI = 2000, 180, 40, "gmv"


def arm(*, desk: bool, care: float = 10.0, campaign: Mapping[str, Any] | None = None) -> Scenario:
    """The standard world with another campaign, and a care touch every `care` days.

    Without the desk and the budgets nobody is coupled to anybody.
    """
    world = full_world(PEOPLE, DAYS)
    plan = world.strategy
    rhythm = replace(plan.campaigns["rhythm"], budget=None, **(campaign or {}))
    return replace(
        world,
        strategy=replace(
            plan,
            campaigns={"rhythm": rhythm},
            outreach={**plan.outreach, "care": replace(plan.outreach["care"], every=Rhythm(care))},
            limits=replace(plan.limits, discount_budget=None),
            service=plan.service if desk else Service(),
        ),
    )


def values(scenario: Scenario, people: int, numbers: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The KPI over replications; people and random numbers are those of replications shifted by so many."""
    return np.array([
        measure(run(scenario, replication=people + i, random_numbers_of=numbers + i), KPI).value
        for i in range(REPLICATIONS)
    ])  # fmt: skip


def ratios(a: Scenario, b: Scenario) -> tuple[float, float]:
    """Variance of the difference with nothing shared, and with the same people only, over that of full pairing."""
    first, paired = values(a, 0, 0), values(b, 0, 0)
    same_people, unpaired = values(b, 0, 1000), values(b, 1000, 1000)
    least = np.var(first - paired, ddof=1)
    return float(np.var(first - unpaired, ddof=1) / least), float(np.var(first - same_people, ddof=1) / least)


def main() -> None:
    """Print the table."""
    every15, every12 = {"every": Rhythm(15.0)}, {"every": Rhythm(12.0)}
    deep10, deep12 = ({"offer": Offer("percent", depth=depth)} for depth in (0.10, 0.12))
    pairs = (
        ("every 15 or 12 days, no desk", arm(desk=False, campaign=every15), arm(desk=False, campaign=every12)),
        (
            "every 15 or 12 days, with the desk",
            arm(desk=True, campaign=every15),
            arm(desk=True, campaign=every12),
        ),
        ("depth 10 or 12 %, no desk", arm(desk=False, campaign=deep10), arm(desk=False, campaign=deep12)),
        ("care touch every 10 or 8 days, no desk", arm(desk=False, care=10.0), arm(desk=False, care=8.0)),
    )
    table = Table("difference", "against nothing shared", "against the same people, own random numbers")
    for name, a, b in pairs:
        table.add_row(name, *(f"x {ratio:,.0f}" for ratio in ratios(a, b)))
    console = Console()
    console.print(f"Variance reduction of pairing, {KPI}, {PEOPLE:,} people x {DAYS} days, {REPLICATIONS} replications")
    console.print(table)


if __name__ == "__main__":
    main()
