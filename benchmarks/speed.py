"""Speed in one run: the whole engine, small runs, many people, and the same work done by other implementations.

Run by `rehearse bench` (and `make bench`). Times are processor time, of all threads; what is compared is run in turns,
and a ratio is the median over the rounds. Ratios hold across machines, times do not. Only the speed-up by threads is a
ratio of wall times, and needs a machine without other work.
"""

from __future__ import annotations

import importlib
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numba

from benchmarks import bare_numpy
from benchmarks.cpu_time import Calls, Steps, alternate, child_lines, median_cpu, median_ratio
from benchmarks.same_law.law import Law
from benchmarks.same_law.peers import measure_peers
from benchmarks.scaling import SIZES, scaling
from benchmarks.small_runs import idle_day_ms, small_run
from benchmarks.worlds import bare_world, full_world
from sim import run
from sim.scenario import Scenario


@dataclass(frozen=True)
class BenchSizes:
    """How much is measured: by default about four minutes of processor time.

    `people` and `days` are those of the full and the bare world, `reference_*` those of the SimPy implementation of the
    whole law, `peer_share` the share of each peer's people.
    """

    people: int = 100_000
    days: int = 180
    reference_people: int = 200
    reference_days: int = 60
    small_people: int = 3_200
    year_people: int = 500_000
    scaling: tuple[int, ...] = SIZES
    peer_share: float = 1.0
    rounds: int = 3
    peer_rounds: int = 5

    @property
    def steps(self) -> int:
        """Steps of a benchmark: what is measured in rounds, the sizes, and what is measured once."""
        return 4 * self.rounds + self.peer_rounds + len(self.scaling) + 3


def bench(
    sizes: BenchSizes | None = None, show: Callable[[int, int, str, float | None], None] | None = None
) -> dict[str, Any]:
    """All figures, as `rehearse bench --json` writes them: docs/how-to/watch-the-speed.md says what they mean."""
    sizes = sizes or BenchSizes()
    steps = Steps(sizes.steps, show)
    compiling = first_compilation(steps)
    run(full_world(100, 3))
    run(bare_world(100, 3))
    answer: dict[str, Any] = {
        "schema": 1,
        "machine": f"{platform.machine()}, {os.cpu_count() or 1} cores, numba {numba.__version__}",
        "first_compilation_seconds": compiling,
        "compile_cpu_seconds": compiling,
        "small_run": small_run(sizes.small_people, sizes.rounds, steps),
        "idle_day_ms": idle_day_ms(sizes.rounds, steps),
    }
    answer |= everything_on(sizes, steps)
    answer |= bare_law(sizes, steps)
    answer["versus"] = {"simpy": answer["simpy"].pop("ratio"), "numpy": answer["bare"].pop("numpy_ratio")}
    answer["year"] = year_of_many(sizes.year_people, steps)
    answer |= scaling(sizes.scaling, steps)
    peers = measure_peers(Law(), sizes.peer_rounds, sizes.peer_share, steps)
    return answer | {
        "same_law": peers.ns,
        "same_law_ratios": peers.ratios,
        "same_law_people": {name: peers.people[name] for name in peers.ns},
        "same_law_missing": peers.missing,
    }


def everything_on(sizes: BenchSizes, steps: Steps) -> dict[str, Any]:
    """The full world on one thread and on all, and the SimPy implementation of the same law on fewer people."""
    from tests.reference import reference_events

    full, cores = full_world(sizes.people, sizes.days), os.cpu_count() or 1
    few = full_world(sizes.reference_people, sizes.reference_days)
    few_live, live = live_days(few, 1), 0

    def one_thread() -> int:
        nonlocal live
        live = live_days(full, 1)
        return live

    def reference() -> int:
        reference_events(few)
        return few_live

    calls: Calls = {"one": one_thread, "all": partial(live_days, full, cores), "simpy": reference}
    times = alternate(calls, sizes.rounds, steps, "the whole engine, and the same law in SimPy")
    one = median_cpu(times["one"])
    return {
        "live_customer_days": live,
        "seconds": one * live / 1e9,
        "ns_per_live_customer_day": one,
        "threads": 1,
        "all_threads": {
            "threads": cores,
            "ns_per_live_customer_day": median_cpu(times["all"]),
            "speed_up": median_ratio(times["one"], times["all"], wall=True),
            "cpu_ratio": median_ratio(times["all"], times["one"]),
        },
        "simpy": {
            "ns_per_live_customer_day": median_cpu(times["simpy"]),
            "people": sizes.reference_people,
            "days": sizes.reference_days,
            "ratio": median_ratio(times["simpy"], times["one"]),
        },
    }


def bare_law(sizes: BenchSizes, steps: Steps) -> dict[str, Any]:
    """The bare world on one thread and on all, the same in NumPy, and the compiled day alone."""
    bare, cores = bare_world(sizes.people, sizes.days), os.cpu_count() or 1
    calls: Calls = {
        "one": partial(live_days, bare, 1),
        "all": partial(live_days, bare, cores),
        "numpy": lambda: bare_numpy.tell(bare, sizes.people)[1],
    }
    times = alternate(calls, sizes.rounds, steps, "the bare law, and the same in NumPy")
    steps.begin("the bare law, the compiled day alone")
    return {
        "bare": {
            "ns_per_live_customer_day": median_cpu(times["one"]),
            "all_threads_ns": median_cpu(times["all"]),
            "numpy_ns": median_cpu(times["numpy"]),
            "compiled_day_ns": compiled_day_ns(bare),
            "numpy_ratio": median_ratio(times["numpy"], times["one"]),
        }
    }


def live_days(scenario: Scenario, threads: int) -> int:
    """Run a scenario; its live customer-days."""
    return run(scenario, threads=threads).live_days


def compiled_day_ns(scenario: Scenario) -> float:
    """The compiled day alone on one thread: time within `sim.engine.simulate_day`, without people and the firm."""
    engine: Any = importlib.import_module("sim.engine")
    spent, whole = 0.0, engine.simulate_day

    def timed(*args: Any) -> None:
        nonlocal spent
        started = time.process_time()
        whole(*args)
        spent += time.process_time() - started

    engine.simulate_day = timed
    try:
        ledger = run(scenario, threads=1)
    finally:
        engine.simulate_day = whole
    return spent / ledger.live_days * 1e9


def year_of_many(people: int, steps: Steps) -> dict[str, float]:
    """A year of many people on one thread, in a process of its own.

    Processor time, and the highest memory above that after a tiny run.
    """
    steps.begin(f"{people:,} people for a year")
    code = (
        "import time\n"
        "from benchmarks.cpu_time import peak_mebibytes\n"
        "from benchmarks.worlds import full_world\n"
        "from sim import run\n"
        "run(full_world(100, 3))\n"
        "before = peak_mebibytes()\n"
        "started = time.process_time()\n"
        f"ledger = run(full_world({people}, 365), threads=1)\n"
        "seconds = time.process_time() - started\n"
        "print(seconds, peak_mebibytes() - before, ledger.live_days, int(ledger.series['orders'].sum()))\n"
    )
    seconds, mebibytes, live, orders = map(float, next(child_lines(["-c", code])).split())
    return {
        "people": people, "days": 365, "seconds": seconds, "mebibytes_above_imports": mebibytes,
        "live_customer_days": live, "orders": orders,
    }  # fmt: skip


def first_compilation(steps: Steps) -> float:
    """Processor seconds that a tiny run takes in a fresh compiler cache, less what it takes from a filled one."""
    steps.begin("the first compilation")
    code = (
        "import time\n"
        "from benchmarks.worlds import full_world\nfrom sim import run\nrun(full_world(100, 3))\n"
        "print(time.process_time())\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        cold, warm = (float(next(child_lines(["-c", code], {"REHEARSE_CACHE": folder}))) for _ in range(2))
    return cold - warm
