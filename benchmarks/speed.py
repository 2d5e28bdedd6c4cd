"""Speed side by side, in one run: the engine, one SimPy process per customer, and NumPy day by day.

Run by `rehearse bench` (and `make bench`). Ratios hold across machines; times do not. A ratio compares nanoseconds per
live customer-day, because the plain implementations run on fewer people.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import numba

from benchmarks import bare_numpy
from benchmarks.worlds import bare_world, full_world
from sim import run
from sim.output.ledger import Ledger
from sim.scenario import Scenario

if TYPE_CHECKING:
    from rich.console import Console

PEOPLE, DAYS = 200_000, 365
YEAR_PEOPLE, YEAR_DAYS = 500_000, 365
SMALL_PEOPLE, SMALL_DAYS = 400, 60
ROUNDS = 3


def bench() -> dict[str, Any]:
    """All timings; see `print_bench` for what they mean."""
    compile_seconds = first_compilation()
    run(full_world(100, 3))
    run(bare_world(100, 3))
    full, bare = full_world(PEOPLE, DAYS), bare_world(PEOPLE, DAYS)
    cores = os.cpu_count() or 1
    one, ledger = best(full, 1)
    many, _ = best(full, cores)
    reference = simpy_ns()
    bare_one, _ = best(bare, 1)
    bare_many, _ = best(bare, cores)
    numpy_one = numpy_ns(bare)
    year = year_of_many()
    return {
        "schema": 1,
        "live_customer_days": ledger.live_days,
        "seconds": one * ledger.live_days / 1e9,
        "ns_per_live_customer_day": one,
        "threads": 1,
        "versus": {"simpy": reference / one, "numpy": numpy_one / bare_one},
        "machine": f"{platform.machine()}, {cores} cores, numba {numba.__version__}",
        "all_threads": {"threads": cores, "ns_per_live_customer_day": many, "speed_up": one / many},
        "simpy": {"ns_per_live_customer_day": reference, "people": SMALL_PEOPLE, "days": SMALL_DAYS},
        "bare": {
            "ns_per_live_customer_day": bare_one,
            "all_threads_ns": bare_many,
            "numpy_ns": numpy_one,
            "compiled_day_ns": compiled_day_ns(bare),
        },
        "year": year,
        "first_compilation_seconds": compile_seconds,
    }


def best(scenario: Scenario, threads: int) -> tuple[float, Ledger]:
    """Nanoseconds per live customer-day, the best of some rounds, and the ledger."""
    ledgers = [run(scenario, threads=threads) for _ in range(ROUNDS)]
    fastest = min(ledgers, key=lambda ledger: ledger.seconds)
    return fastest.seconds / fastest.live_days * 1e9, fastest


def compiled_day_ns(scenario: Scenario) -> float:
    """The compiled day alone on one thread: time within `sim.engine.simulate_day`, without people and bookkeeping."""
    from sim import engine

    spent, whole = 0.0, engine.simulate_day

    def timed(*args: Any) -> None:
        nonlocal spent
        started = time.perf_counter()
        whole(*args)
        spent += time.perf_counter() - started

    engine.simulate_day = timed
    try:
        ledger = run(scenario, threads=1)
    finally:
        engine.simulate_day = whole
    return spent / ledger.live_days * 1e9


def simpy_ns() -> float:
    """The reference implementation, with everything on."""
    from tests.reference.telling import tell

    scenario = full_world(SMALL_PEOPLE, SMALL_DAYS)
    live = run(scenario, threads=1).live_days
    started = time.perf_counter()
    tell(scenario)
    return (time.perf_counter() - started) / live * 1e9


def numpy_ns(scenario: Scenario) -> float:
    """The NumPy implementation of the bare law on the same number of people and days."""
    times = []
    for seed in range(ROUNDS):
        started = time.perf_counter()
        _, live = bare_numpy.tell(scenario, PEOPLE, seed)
        times.append((time.perf_counter() - started) / live * 1e9)
    return min(times)


def year_of_many() -> dict[str, float]:
    """500,000 people for a year in a process of its own: time, and the highest memory above that after a tiny run."""
    code = (
        "import resource, time\n"
        "from pathlib import Path\n"
        "from benchmarks.worlds import full_world\n"
        "from sim import run\n"
        "run(full_world(100, 3))\n"
        "pages = int(Path('/proc/self/statm').read_text().split()[1])\n"
        "before = pages * resource.getpagesize() / 2**20\n"
        f"world = full_world({YEAR_PEOPLE}, {YEAR_DAYS})\n"
        "started = time.perf_counter()\n"
        "ledger = run(world)\n"
        "seconds = time.perf_counter() - started\n"
        "status = Path('/proc/self/status').read_text().splitlines()\n"
        "after = int(next(line for line in status if line.startswith('VmHWM')).split()[1]) / 1024\n"
        "print(seconds, after - before, ledger.live_days, int(ledger.series['orders'].sum()))\n"
    )
    seconds, mebibytes, live, orders = map(float, _python(code, {}).split())
    return {
        "people": YEAR_PEOPLE, "days": YEAR_DAYS, "seconds": seconds, "mebibytes_above_imports": mebibytes,
        "live_customer_days": live, "orders": orders,
    }  # fmt: skip


def first_compilation() -> float:
    """Seconds that a tiny run takes in a fresh compiler cache, less what it takes from a filled one."""
    code = (
        "import time\nstarted = time.perf_counter()\n"
        "from benchmarks.worlds import full_world\nfrom sim import run\nrun(full_world(100, 3))\n"
        "print(time.perf_counter() - started)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        cold, warm = (float(_python(code, {"REHEARSE_CACHE": folder})) for _ in range(2))
    return cold - warm


def _python(code: str, extra: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **extra}, capture_output=True, text=True, check=True
    )
    return done.stdout


def print_bench(answer: dict[str, Any], console: Console) -> None:
    """The timings as a table."""
    from rich.table import Table

    table = Table("what", "figure", title=f"Speed on this machine ({answer['machine']})", title_justify="left")
    ns, every, year, bare = (
        answer["ns_per_live_customer_day"], answer["all_threads"], answer["year"], answer["bare"],
    )  # fmt: skip
    world = f"{PEOPLE:,} people x {DAYS} days"
    for row in (
        (f"one live customer-day, everything on, 1 thread ({world})", f"{ns:.0f} ns"),
        (f"the same, {every['threads']} threads",
         f"{every['ns_per_live_customer_day']:.0f} ns, x {every['speed_up']:.2f}"),
        (f"one SimPy process per customer ({SMALL_PEOPLE} people x {SMALL_DAYS} days)",
         f"{answer['simpy']['ns_per_live_customer_day']:,.0f} ns"),
        ("faster than SimPy, everything on", f"x {answer['versus']['simpy']:,.0f}"),
        ("bare law, whole run, 1 thread", f"{bare['ns_per_live_customer_day']:.0f} ns"),
        ("bare law, compiled day alone, 1 thread", f"{bare['compiled_day_ns']:.0f} ns"),
        ("bare law in NumPy, day by day", f"{bare['numpy_ns']:.0f} ns"),
        ("whole run against NumPy on the bare law, 1 thread", f"x {answer['versus']['numpy']:.2f}"),
        (f"{year['people']:,} people x {year['days']} days, everything on",
         f"{year['seconds']:.1f} s, {year['mebibytes_above_imports']:.0f} MiB above imports"),
        ("first compilation, once per model and machine", f"{answer['first_compilation_seconds']:.0f} s"),
    ):  # fmt: skip
        table.add_row(*row)
    console.print(table)
