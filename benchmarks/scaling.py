"""How time and memory grow with the number of people: `python -m benchmarks.scaling`, in a process of its own.

For each size the world with everything on runs for the same few days, on one thread. Counted are the days after the
first one, per live customer-day; making the people and their first day are given apart, per person. Memory is the most
that the process has held, above what it held after a tiny run; sizes rise, so that the most is that of the size.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cpu_time import Steps, child_lines, free_mebibytes, peak_mebibytes
from benchmarks.worlds import full_world
from sim import run
from sim.scenario import Scenario

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
DAYS = 9
LARGE = 100_000
"""From this size on the state of the people is larger than a processor's cache and the fixed cost of a day is small."""
ROUNDS, ROUNDS_OF = 5, 3_000_000
"""Most rounds of a size, and people in all its rounds."""
RESERVE = 1.2
"""A size is left out where this many times its expected memory is not free."""


def after_first_day(scenario: Scenario) -> tuple[float, float, int]:
    """Processor seconds until the end of the first day, those of the other days, and live customer-days of these."""
    marks = [time.process_time()]
    ledger = run(scenario, threads=1, progress=lambda *_: marks.append(time.process_time()))
    return marks[1] - marks[0], marks[-1] - marks[1], int(ledger.series["live"][1:].sum())


def measure_size(people: int) -> dict[str, float]:
    """Medians of some rounds: `ns` per live customer-day, `first_day_ns` per person."""
    rounds = [after_first_day(full_world(people, DAYS)) for _ in range(min(ROUNDS, max(1, ROUNDS_OF // people)))]
    return {
        "people": people,
        "ns": median(later / live for _, later, live in rounds) * 1e9,
        "first_day_ns": median(first for first, _, _ in rounds) / people * 1e9,
    }


def measure_sizes(sizes: Sequence[int], free: Callable[[], float] = free_mebibytes) -> Iterator[dict[str, float]]:
    """One row a size, in rising order; a size for which the memory is missing has only its `people`."""
    run(full_world(100, 3))
    before, each = peak_mebibytes(), 0.0
    for people in sorted(sizes):
        if each * people * RESERVE > free():
            yield {"people": people}
            continue
        row = measure_size(people)
        row["mebibytes_above_imports"] = max(peak_mebibytes() - before, 0.0)
        each = row["mebibytes_above_imports"] / people
        yield row


def slope(rows: Sequence[dict[str, float]]) -> float | None:
    """Of the logarithm of a day's processor time over that of people; 1 is linear. None of fewer than two sizes."""
    if len(rows) < 2:
        return None
    people, ns = (np.array([row[name] for row in rows]) for name in ("people", "ns"))
    return float(np.polyfit(np.log(people), np.log(people * ns), 1)[0])


def scaling(sizes: Sequence[int], steps: Steps) -> dict[str, Any]:
    """Rows of all sizes that fit, sizes left out, and slopes over all sizes and from `LARGE` on."""
    rows = []
    lines = child_lines(["-m", "benchmarks.scaling", *map(str, sorted(sizes))])
    for people in sorted(sizes):
        steps.begin(f"{people:,} people")
        if (line := next(lines, None)) is not None:
            rows.append(json.loads(line))
    measured = [row for row in rows if "ns" in row]
    done = {row["people"] for row in measured}
    return {
        "scaling": measured,
        "scaling_days": DAYS,
        "scaling_left_out": [people for people in sorted(sizes) if people not in done],
        "scaling_slope": slope(measured),
        "scaling_slope_large": slope([row for row in measured if row["people"] >= LARGE]),
    }


def main() -> None:
    """Print each row as a line of JSON when it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of people")
    for row in measure_sizes(parser.parse_args().sizes):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
