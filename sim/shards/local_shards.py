"""A run in shards over processes of this machine."""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING

from sim.child_process import follow_parent
from sim.engine import warm_up
from sim.fingerprint import is_compiled
from sim.shards.coordination import CutRun, coordinate
from sim.shards.shard_line import Meeting, ShardFailure
from sim.shards.shard_process import serve_shard

if TYPE_CHECKING:
    from sim.output.ledger import Ledger
    from sim.scenario import Scenario


def run_in_shards(
    scenario: Scenario, draw: int = 0, replication: int = 0, *, shards: int, threads: int | None = 1
) -> Ledger:
    """Simulate one scenario once, its people cut into `shards` processes; the ledger is that of `run`.

    A process holds its own part of the people and no more. `threads` of each change nothing. Raises WrongValue for
    what cannot be cut, and ShardFailure, one line, where a process ends too early.
    """
    if not is_compiled():  # once, before every process would do it
        warm_up(scenario)
    return coordinate(CutRun(scenario, draw, replication, shards, threads), LocalWorkers())


class LocalWorkers:
    """New processes, one for each shard."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.processes: list[SpawnProcess] = []

    def start(self, meeting: Meeting, count: int) -> None:
        context = get_context("spawn")
        for _ in range(count):
            self.processes.append(context.Process(target=_in_process, args=(meeting,), daemon=True))
            self.processes[-1].start()

    def check(self) -> None:
        ended = [one for one in self.processes if not one.is_alive() and one.exitcode != 0]
        if ended:
            raise ShardFailure(
                f"a shard's process ended before the run was over (exit code {ended[0].exitcode}), perhaps for want of "
                'memory; a script that starts shards does it under `if __name__ == "__main__":`'
            )

    def stop(self) -> None:
        for one in self.processes:
            one.join(1.0 if one.exitcode is None else None)
            one.kill()
            one.join()


def _in_process(meeting: Meeting) -> None:
    follow_parent()
    serve_shard(meeting)
