"""Runs that are cut into shards of people, on this machine or on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.execution.cluster import PATIENCE, connected, on_other_model
from experiments.execution.process_pool import cores
from scenarios import InputError
from sim.fingerprint import model_fingerprint
from sim.shards.coordination import CutRun, ShardWorkers, coordinate
from sim.shards.local_shards import LocalWorkers
from sim.shards.shard_line import Meeting, ShardFailure
from sim.shards.shard_process import serve_shard
from sim.shards.shardable import check_shards
from sim.units import WrongValue

if TYPE_CHECKING:
    from sim.output.ledger import Ledger
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Cut:
    """Into how many shards a run is cut, and the scheduler of the cluster that simulates them; None: this machine."""

    shards: int
    cluster: str | None = None

    def check(self, scenario: Scenario) -> None:
        """Raise InputError where a scenario cannot be cut."""
        try:
            check_shards(scenario, self.shards)
        except WrongValue as wrong:
            raise InputError(place=f"--{wrong.place}", expected=wrong.expected, got=wrong.got) from None

    def run(self, scenario: Scenario, draw: int, replication: int) -> Ledger:
        """Simulate a scenario once; the ledger is that of one process."""
        self.check(scenario)
        workers: ShardWorkers = LocalWorkers() if self.cluster is None else ClusterWorkers(self.cluster)
        threads = max(1, cores() // self.shards) if self.cluster is None else None
        return coordinate(CutRun(scenario, draw, replication, self.shards, threads), workers)


class ClusterWorkers:
    """Workers of the scheduler at `address`, one for each shard. Raises InputError where there are too few."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = connected(address)
        self._chosen: Sequence[str] = ()
        self._futures: list[Any] = []

    @property
    def host(self) -> str:
        """The address of this machine on the way to a worker on another one, if there is any."""
        from distributed.comm import get_address_host
        from distributed.utils import get_ip

        ways = [str(get_ip(get_address_host(worker))) for worker in self._workers()]
        return next((way for way in ways if not way.startswith("127.")), ways[0])

    def start(self, meeting: Meeting, count: int) -> None:
        """One shard for each of the first workers: a process that had two would have to do both at once."""
        with suppress(TimeoutError):
            self._client.wait_for_workers(count, timeout=PATIENCE)
        workers = self._workers()
        if len(workers) < count:
            raise InputError(
                "a shard needs a worker process of its own",
                place=f"--cluster {self._address}",
                expected=f"at least {count} workers",
                got=str(len(workers)),
            )
        self._chosen = workers[:count]
        self._futures = [
            self._client.submit(
                _shard_on_worker, meeting, model_fingerprint(), workers=[worker], retries=0, pure=False,
            )
            for worker in self._chosen
        ]  # fmt: skip

    def check(self) -> None:
        for future in self._futures:
            if future.status == "error":
                raise ShardFailure(" ".join(str(future.exception()).split()))
            if future.status in ("lost", "cancelled"):
                raise ShardFailure(f"the scheduler at {self._address} is lost")
        try:  # what was meant for a worker that is gone waits for it for ever, and no future says so
            gone = set(self._chosen).difference(self._workers())
        except OSError:
            raise ShardFailure(f"the scheduler at {self._address} is lost") from None
        if gone:
            raise ShardFailure(f"worker {min(gone)} ended before the run was over, perhaps for want of memory")

    def stop(self) -> None:
        self._client.cancel(self._futures, force=True)
        self._client.close()

    def _workers(self) -> Sequence[str]:
        return sorted(self._client.nthreads())


def _shard_on_worker(meeting: Meeting, model: str) -> None:
    from distributed import get_worker

    other = on_other_model(model)
    if other is not None:
        raise RuntimeError(other)
    serve_shard(meeting, get_worker().state.nthreads)
