"""What a stated history costs: CPU time of finding what was sent and offered, and the size of its file.

    python -m benchmarks.exposures --people 20000 --days 540

Weekly messages and a campaign of three days every 15 days, customers who come evenly over the days.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from scenarios import load_market
from scenarios.reading.history_table import read_history, write_history
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from sim.exposures import PastOrders, exposures
from sim.scenario import Campaign, Offer, Outreach, Rhythm, RunSettings, Scenario, Service, ShopHistory, Strategy

START = date(2024, 1, 1)
STRATEGY = Strategy(
    outreach={"care": Outreach("direct", "care", every=Rhythm(7.0))},
    campaigns={
        "sale": Campaign(
            Offer("percent", depth=0.2), "direct", every=Rhythm(15.0), lasts=3.0, phases=("launch", "deadline")
        )
    },
    service=Service(unlimited=True),
)


def main() -> None:
    """Print seconds of CPU time, counts and bytes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=540)
    asked = parser.parse_args()
    market, past = load_market("library:private_shop").market, orders_of(asked.people, asked.days)
    shop = Scenario(market, STRATEGY, RunSettings(START, horizon=asked.days))
    for which in ("with loading", "then"):
        began = time.process_time()
        history = exposures(shop, past)
        print(f"exposures {which}: {time.process_time() - began:.2f} s of CPU time")
    assert history.sent is not None
    assert history.offer is not None
    held = np.count_nonzero(history.offer)
    print(f"{history.sent.sum():,} messages, {held:,} days of people with an offer")
    with tempfile.TemporaryDirectory() as folder:
        path, entry = Path(folder) / "history.parquet", Entry(Node("history.parquet", Path(folder), 1))
        began = time.process_time()
        write_history(path, history, past.identity)
        wrote = time.process_time()
        assert read_history(path, entry, past.identity, market) == history
        read = time.process_time()
        print(f"written in {wrote - began:.2f} s, read in {read - wrote:.2f} s, {path.stat().st_size:,} bytes")


def orders_of(people: int, days: int) -> PastOrders:
    """Orders of customers who come evenly over the days and order once in a hundred days."""
    rng = np.random.default_rng(1)
    entered = rng.integers(1, days, people).astype(np.int32)
    each = [
        np.append(first - 1, np.unique(rng.integers(first, days, rng.poisson(0.01 * (days - first)))))
        for first in entered.tolist()
    ]
    counts = [one.size for one in each]
    history = ShopHistory(
        START, days, entered, np.zeros(people, dtype=bool), np.full(people, days, dtype=np.int32), False,
        np.append(0, np.cumsum(counts)), np.concatenate(each).astype(np.int32), np.zeros(sum(counts)), stated=False,
    )  # fmt: skip
    identity = np.sort(rng.integers(0, 2**63, people).astype(np.uint64))
    return PastOrders(history, identity, np.full(sum(counts), 5000))


if __name__ == "__main__":
    main()
