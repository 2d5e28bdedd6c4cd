"""What a sweep costs beside its runs, and what a second process is worth: `python -m benchmarks.sweeps`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from experiments import sweep
from scenarios import load
from sim.engine import warm_up


def nothing(x: float) -> float:
    """A model that costs nothing, so that all the time is the sweep's own."""
    return x


def overhead(runs: int) -> tuple[float, float]:
    """Milliseconds a run of a sweep that stores every run, and of one that finds them all stored."""
    plan = {"sweep": {"design": "latin", "points": runs, "vary": {"x": {"low": 0.0, "high": 1.0}}}}
    with tempfile.TemporaryDirectory() as folder:
        spent = []
        for _ in range(2):
            start = time.perf_counter()
            sweep(plan, nothing, version="1", jobs=1, out=Path(folder) / "out")
            spent.append(1000.0 * (time.perf_counter() - start) / runs)
    return spent[0], spent[1]


def speedup(points: int, people: int) -> float:
    """How many times faster two processes are than one at real runs."""
    question = load("library:campaign_rhythm")
    warm_up(next(iter(question.arms.values())))
    plan = {
        "scenario": question,
        "sweep": {
            "design": "latin", "points": points, "draws": 1, "replications": 1, "variants": ["30 days"],
            "vary": {
                "strategy.campaigns.rhythm.offer.depth": {"low": "5 %", "high": "25 %"},
                "market.start_with": {"values": [people]},
            },
        },
    }  # fmt: skip
    spent = []
    for jobs in (1, 2):
        start = time.perf_counter()
        sweep(plan, jobs=jobs)
        spent.append(time.perf_counter() - start)
    return spent[0] / spent[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="runs of the model that does nothing")
    parser.add_argument("--points", type=int, default=80, help="real runs, for two processes against one")
    parser.add_argument("--people", type=int, default=10_000, help="people in each of them")
    chosen = parser.parse_args()
    fresh, stored = overhead(chosen.runs)
    print(f"{chosen.runs:,} runs that do nothing: {fresh:.2f} ms each, {stored:.2f} ms where they are stored already")
    times = speedup(chosen.points, chosen.people)
    print(f"two processes against one, {chosen.points} runs of {chosen.people:,} people: x {times:.2f}")


if __name__ == "__main__":
    main()
