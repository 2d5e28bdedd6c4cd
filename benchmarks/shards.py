"""One run in one process and in shards: `python -m benchmarks.shards --people 1000000 --days 9 --shards 1 2 4`.

The world with everything on, a desk with few agents and budgets that may close. Of each number of shards: whether the
bits are those of one process; processor time of all shards and of the coordinator, per live customer-day and over that
of one process; the most memory that one shard has held; and bytes that the coordinator took in and passed on, per day.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from unittest.mock import patch

from benchmarks.cpu_time import peak_mebibytes
from benchmarks.worlds import full_world
from sim import run
from sim.output.ledger import Ledger
from sim.scenario import Scenario
from sim.shards.coordination import CutRun, coordinate
from sim.shards.local_shards import LocalWorkers
from sim.shards.shard_line import ShardLine


@dataclass(frozen=True)
class ShardCost:
    """What one run has cost: processor seconds, mebibytes of the largest, bytes in and out of the coordinator."""

    ledger: Ledger
    shards_seconds: float
    coordinator_seconds: float
    mebibytes: float
    taken: int = 0
    passed_on: int = 0

    @property
    def cpu(self) -> float:
        """Processor seconds of all processes."""
        return self.shards_seconds + self.coordinator_seconds

    def row(self, whole: ShardCost, count: int) -> str:
        """One line of the table."""
        live, days = self.ledger.live_days, self.ledger.days
        same = self.ledger.fingerprint == whole.ledger.fingerprint and all(
            (values == whole.ledger.series[name]).all() for name, values in self.ledger.series.items()
        )
        return (
            f"{count:>6} {'yes' if same else 'NO':>9} {self.cpu / live * 1e9:>10.1f} {self.cpu / whole.cpu:>5.2f} "
            f"{self.coordinator_seconds / self.cpu:>12.1%} {self.mebibytes:>11.0f} {self.taken / days / 1e6:>9.2f} "
            f"{self.passed_on / days / 1e6:>10.2f}"
        )


def in_one_process(world: Scenario) -> ShardCost:
    """The run of this process."""
    start = time.process_time()
    ledger = run(world, threads=1)
    return ShardCost(ledger, time.process_time() - start, 0.0, peak_mebibytes())


def in_shards(world: Scenario, count: int) -> ShardCost:
    """The run in so many new processes, without the processor time of a run of next to nobody: that of their start."""
    few = full_world(50 * count, world.run.days)
    _, start_up = _of_children(lambda: coordinate(CutRun(few, 0, 0, count), LocalWorkers()))
    taken, passed_on = [], []
    send, take = ShardLine.send_packed, ShardLine.take_packed

    def counted_send(line: ShardLine, message: bytes) -> None:
        passed_on.append(len(message))
        send(line, message)

    def counted_take(line: ShardLine) -> bytes:
        taken.append(len(message := take(line)))
        return message

    start = time.process_time()
    with patch.object(ShardLine, "send_packed", counted_send), patch.object(ShardLine, "take_packed", counted_take):
        ledger, seconds = _of_children(lambda: coordinate(CutRun(world, 0, 0, count), LocalWorkers()))
    own = time.process_time() - start
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return ShardCost(ledger, seconds - start_up, own, most, sum(taken), sum(passed_on))


def _of_children(call: Callable[[], Ledger]) -> tuple[Ledger, float]:
    """What a call gives, and the processor seconds of the processes that it started and ended."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ledger = call()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ledger, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure, the most shards first: the most memory is that of the largest process so far."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=9)
    parser.add_argument("--shards", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--only-shards", action="store_true", help="where one process has too little memory")
    given = parser.parse_args()
    run(full_world(100, 3))  # compiles, before every process would do it
    world = full_world(given.people, given.days)
    costs = {count: in_shards(world, count) for count in sorted(given.shards, reverse=True)}
    whole = next(iter(costs.values())) if given.only_shards else in_one_process(world)
    print(f"{given.people:,} people, {given.days} days")
    print("shards same bits    ns/live ratio  coordinator MiB a shard MB in/day MB out/day")
    if not given.only_shards:
        print(f"  none {'':>9} {whole.cpu / whole.ledger.live_days * 1e9:>10.1f} {'':>20} {whole.mebibytes:>11.0f}")
    for count, cost in sorted(costs.items()):
        print(cost.row(whole, count), flush=True)


if __name__ == "__main__":
    main()
