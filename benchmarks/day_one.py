"""Do the shop's own customers go on from a stated history as they would have gone on?

    python -m benchmarks.day_one            eight worlds, some two minutes of the processor
    python -m benchmarks.day_one --worlds 2

Each world is a run of 540 days under campaigns every 15 days; runs begin at day 450 with what is known of its customers
then. Printed: orders of the 90 days after it over those of the run that went on, and who is what at the cut.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from sim import run
from sim.past import own_customers
from sim.past.past_state import REAL_STOCKS, PastState, past_state
from sim.people.first_people import forget_people
from sim.scenario import Customers
from sim.stages import Event
from tests.sim.stated_world import CutWorld, cut_world

CUT, DAYS, BEGUN = 450, 540, 4


def begun(world: CutWorld, customers: Customers, given: Callable[..., PastState] = past_state) -> float:
    """Mean orders of the runs that begin at the cut, over those of the run that went on."""
    forget_people()
    orders = []
    with patch.object(own_customers, "past_state", given):
        for replication in range(1, BEGUN + 1):
            ledger = run(world.begun(customers), 0, replication, events=True, threads=1)
            assert ledger.events is not None
            orders.append(np.isin(ledger.events["kind"], [Event.FIRST_ORDER, Event.ORDER]).sum())
    return float(np.mean(orders) / world.went_on.sum())


def without_stocks(*given: object) -> PastState:
    """The same past, but nobody remembers anything."""
    past = past_state(*given)  # type: ignore[arg-type]
    return replace(past, columns={n: 0.0 * v if n in REAL_STOCKS else v for n, v in past.columns.items()})


def main() -> None:
    """Print a row for each world, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=8)
    rows = []
    print("    k  stated  deletions unknown  without stocks  without history")
    for seed in range(1, parser.parse_args().worlds + 1):
        k = (1.0, 2.0)[seed % 2]
        known, unknown = (cut_world({"market.need.regularity": k}, known, CUT, DAYS, seed) for known in (True, False))
        bought = replace(known.customers, history=None).of(known.customers.orders > 0)
        rows.append(
            [
                begun(known, known.customers),
                begun(unknown, unknown.customers),
                begun(known, known.customers, without_stocks),
                begun(known, bought),
            ]
        )
        print(f"{k:5.1f} {rows[-1][0]:7.3f} {rows[-1][1]:18.3f} {rows[-1][2]:15.3f} {rows[-1][3]:16.3f}", flush=True)
    means, sds = np.mean(rows, axis=0), np.std(rows, axis=0)
    print(f" mean {means[0]:7.3f} {means[1]:18.3f} {means[2]:15.3f} {means[3]:16.3f}")
    print(f"   sd {sds[0]:7.3f} {sds[1]:18.3f} {sds[2]:15.3f} {sds[3]:16.3f}")


if __name__ == "__main__":
    main()
