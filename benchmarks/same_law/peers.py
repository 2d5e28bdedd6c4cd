"""The peers, and their times: in turns, so that a slow minute of the machine meets all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple

from benchmarks.cpu_time import Steps, alternate, median_cpu, median_ratio
from benchmarks.same_law.law import Law, LawResult


class Peer(NamedTuple):
    """A module that simulates the law, the package that it needs, how it works, and on how many people it is timed."""

    module: str
    package: str
    form: str
    people: int

    def load(self) -> Callable[[Law, int, int], LawResult] | None:
        """Its function of the law, the number of customers and a seed; None where the package is not installed."""
        try:
            simulate: Callable[[Law, int, int], LawResult] = import_module(
                f"benchmarks.same_law.{self.module}"
            ).simulate
        except ModuleNotFoundError as missing:
            if missing.name != self.package:
                raise
            return None
        return simulate


class PeerTimes(NamedTuple):
    """Nanoseconds per live customer-day by name; those over `rehearse` in the same round; people; who is missing."""

    ns: dict[str, float]
    ratios: dict[str, float]
    people: dict[str, int]
    missing: list[str]


PEERS = {
    "rehearse": Peer("rehearse_engine", "sim", "the whole engine, every response off", 100_000),
    "numpy": Peer("numpy_arrays", "numpy", "arrays, day by day", 100_000),
    "numba": Peer("numba_loop", "numba", "a plain compiled loop, day by day", 100_000),
    "simpy": Peer("simpy_processes", "simpy", "a process per customer, event by event", 10_000),
    "mesa": Peer("mesa_agents", "mesa", "an agent per customer, day by day", 5_000),
    "starsim": Peer("starsim_module", "starsim", "a module with states in arrays, day by day", 100_000),
}


def measure_peers(law: Law, rounds: int, share: float, steps: Steps) -> PeerTimes:
    """Time all peers that are installed, on this share of their people; each has run once before, so as to compile."""
    people = {name: max(1, int(peer.people * share)) for name, peer in PEERS.items()}
    loaded = {name: peer.load() for name, peer in PEERS.items()}
    found = {name: simulate for name, simulate in loaded.items() if simulate is not None}
    for simulate in found.values():
        simulate(law, 100, 0)
    seeds = {name: iter(range(1, rounds + 1)) for name in found}

    def live_days(name: str) -> int:
        return found[name](law, people[name], next(seeds[name])).live_days

    times = alternate({name: partial(live_days, name) for name in found}, rounds, steps, "one simple law, all peers")
    return PeerTimes(
        {name: median_cpu(runs) for name, runs in times.items()},
        {name: median_ratio(runs, times["rehearse"]) for name, runs in times.items()},
        people,
        [name for name in PEERS if name not in found],
    )
