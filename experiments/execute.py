"""Do the planned runs, in this process or in several, keep each as it ends, and put them into one table."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.added import processes, say_unkept
from experiments.campaigns import campaigns_table, curves_table
from experiments.idle import sent_by_arm
from experiments.plan import Run
from experiments.store import Piece, Store
from scenarios import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sim.ledger import Ledger
    from sim.scenario import Customers

SAY_ABOVE = 2.0
"""Seconds of expected work from which the expectation is announced."""

KEPT = (
    "list_value", "discount", "paid", "refunded", "goods", "gifts", "parcel_cost", "message_cost", "acquisition_cost",
    "wages", "seats", "orders", "campaign_orders", "first_orders", "buyers", "added", "live", "touches",
    "optouts", "complaints",
)  # fmt: skip
"""Daily accounts of the ledger that are kept of every run, beside the contribution."""


@dataclass(frozen=True)
class Progress:
    """Where an execution stands. `expected` is the remaining time in seconds, once it is known."""

    done: int
    total: int
    reused: int
    failed: int
    expected: float | None = None
    message: str = ""


@dataclass(frozen=True)
class Failure:
    """A run that could not be done, at which stage (run, measure) and why."""

    arm: str
    draw: int
    replication: int
    stage: str
    message: str


@dataclass(frozen=True)
class Results:
    """All runs of a plan. `runs` is tidy, one row per run, KPI and window; `series` one row per run and day;
    `campaigns` one row per campaign that was held; `curves` one per run, campaign and day from a start.

    `sent` are messages delivered by arm and programme over all runs, None for an arm whose runs did not count them.
    `pieces` are the finished runs by key, `reused` how many came from the store, `failures` what is missing.
    """

    runs: pd.DataFrame
    series: pd.DataFrame
    failures: tuple[Failure, ...]
    pieces: Mapping[str, Piece]
    reused: int
    seconds: float
    campaigns: pd.DataFrame
    curves: pd.DataFrame
    sent: Mapping[str, Mapping[str, int] | None]


@dataclass(frozen=True)
class _Failed:
    stage: str
    message: str


def execute(
    runs: Sequence[Run],
    *,
    jobs: int | None = None,
    store: Store | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Results:
    """Do every run that the store does not hold, and return all of them in the plan's order.

    `jobs` processes (default: one per core where there is enough work) give the same table as one. A failed
    run is recorded and the others go on. On Ctrl-C, running ones end and are kept, and KeyboardInterrupt goes
    on. Raises InputError where the store cannot be written, and for several `jobs` where they cannot find a function
    that was added in Python.
    """
    start = time.perf_counter()
    jobs = processes(runs, jobs)
    if store:
        say_unkept(runs)
    held = ((run.key, store.get(run.key, run.spans) if store and run.kept else None) for run in runs)
    pieces = {key: piece for key, piece in held if piece}
    todo = list({run.key: run for run in runs if run.key not in pieces}.values())
    reused = len(runs) - len(todo)
    failed: dict[str, _Failed] = {}
    state = Progress(reused, len(runs), reused, 0)
    for run, outcome, expected in _outcomes(todo, jobs, store):
        if isinstance(outcome, Piece):
            pieces[run.key] = outcome
        else:
            failed[run.key] = outcome
        first = state.done == reused
        state = replace(
            state,
            done=state.done + 1,
            failed=len(failed),
            expected=expected,
            message=_announcement(expected, len(todo) - 1) if first else "",
        )
        if progress:
            progress(state)
    failures = tuple(_failure(run, failed[run.key]) for run in runs if run.key in failed)
    tables = runs_table(runs, pieces), series_table(runs, pieces)
    seconds = time.perf_counter() - start
    around = campaigns_table(runs, pieces), curves_table(runs, pieces)
    return Results(*tables, failures, pieces, reused, seconds, *around, sent_by_arm(runs, pieces))


def _announcement(expected: float | None, runs: int) -> str:
    if expected is None or expected < SAY_ABOVE:
        return ""
    wait = f"{expected:.0f} s" if expected < 120 else f"{expected / 60:.0f} min"
    return f"about {wait} for {runs} more runs"


def _failure(run: Run, why: _Failed) -> Failure:
    return Failure(run.arm, run.draw, run.replication, why.stage, why.message)


def _outcomes(
    todo: list[Run], jobs: int | None, store: Store | None
) -> Iterator[tuple[Run, Piece | _Failed, float | None]]:
    """Each run's outcome with the seconds still expected. The first runs here, to be timed and to compile."""
    if not todo:
        return
    first, expected = _timed(todo[0], None, store)
    left = len(todo) - 1
    jobs = min(jobs or _worthwhile(left * expected), left)
    yield todo[0], first, left * expected / max(jobs, 1)
    if jobs <= 1:
        for run in todo[1:]:
            outcome, seconds = _timed(run, None, store)
            left, expected = left - 1, 0.8 * min(expected, 2 * seconds) + 0.2 * seconds
            yield run, outcome, left * expected
        return
    began = time.perf_counter()
    for done, (run, outcome) in enumerate(_in_processes(todo[1:], jobs, store), start=1):
        yield run, outcome, (time.perf_counter() - began) / done * (left - done)


def _worthwhile(seconds: float) -> int:
    """Processes for so much work, when nobody says: starting some costs more than a little work saves."""
    return (os.cpu_count() or 1) if seconds > SAY_ABOVE else 1


def _timed(run: Run, threads: int | None, store: Store | None) -> tuple[Piece | _Failed, float]:
    start = time.perf_counter()
    outcome = _live(run, threads, store)
    spent = time.perf_counter() - start
    return outcome, min(spent, outcome.seconds) if isinstance(outcome, Piece) else spent


def _in_processes(todo: list[Run], jobs: int, store: Store | None) -> Iterator[tuple[Run, Piece | _Failed]]:
    customers = {id(run.scenario.customers): run.scenario.customers for run in todo}
    places = {key: place for place, key in enumerate(customers)}
    pool = ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=_start_worker, initargs=(tuple(customers.values()), store)
    )
    futures: dict[Future[Piece | _Failed], Run] = {}
    try:
        for run in todo:
            bare = replace(run, scenario=replace(run.scenario, customers=None))
            futures[pool.submit(_work, bare, places[id(run.scenario.customers)])] = run
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenExecutor:
        raise InputError(
            "a worker process died, perhaps for want of memory; finished runs are kept, so start again with "
            f"fewer jobs; got jobs = {jobs}"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_shared: dict[str, object] = {}


def _start_worker(customers: tuple[Customers | None, ...], store: Store | None) -> None:
    """Customers are sent once per process and not with each run; only the parent answers Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared.update(customers=customers, store=store)


def _work(run: Run, customers: int) -> Piece | _Failed:
    known: tuple[Customers | None, ...] = _shared["customers"]  # type: ignore[assignment]
    store: Store | None = _shared["store"]  # type: ignore[assignment]
    return _live(replace(run, scenario=replace(run.scenario, customers=known[customers])), 1, store)


def _live(run: Run, threads: int | None, store: Store | None) -> Piece | _Failed:
    """One run, measured and kept."""
    import sim

    try:
        watches = tuple(run.watches.values())
        ledger = sim.run(run.scenario, run.draw, run.replication, threads=threads, watches=watches)
    except Exception as error:
        return _Failed("run", _told(error))
    try:
        piece = measure_run(run, ledger)
    except Exception as error:
        return _Failed("measure", _told(error))
    if store and run.kept:
        _keep(store, piece)
    return piece


def _keep(store: Store, piece: Piece) -> None:
    try:
        store.put(piece)
    except OSError as error:
        raise InputError(
            f"{Path(store.folder)}: a finished run cannot be kept: {error.strerror or error}; "
            "what was kept before is whole, and the next start goes on from it"
        ) from None


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def measure_run(run: Run, ledger: Ledger) -> Piece:
    """All measures over the run's windows and of its watches, and the daily accounts that are kept."""
    from sim.measures import MEASURES, measure
    from sim.watch import WATCHED, measure_watched

    rows = [
        (name, window, value.value, value.numerator, value.denominator)
        for window, span in run.windows.items()
        for name in MEASURES
        for value in [measure(ledger, name, span)]
    ]
    rows += [
        (name, watch, value.value, value.numerator, value.denominator)
        for watch, watched in zip(run.watches, ledger.watched, strict=True)
        for name in WATCHED
        for value in [measure_watched(watched, name)]
    ]
    series = {name: ledger.series[name] for name in KEPT} | {"contribution": ledger.contribution()}
    campaigns, curves = [asdict(one) for one in ledger.retrospectives], [asdict(one) for one in ledger.curves]
    sent: dict[str, int] | None = getattr(ledger, "sent", None)
    return Piece(run.key, ledger.fingerprint, ledger.seconds, run.spans, rows, series, campaigns, curves, sent)


def runs_table(runs: Sequence[Run], pieces: Mapping[str, Piece]) -> pd.DataFrame:
    """Columns variant, draw, replication, kpi, window, value, numerator, denominator."""
    import pandas as pd

    rows = [
        (run.arm, run.draw, run.replication, *row)
        for run in runs
        if run.key in pieces
        for row in pieces[run.key].measures
    ]
    names = ["variant", "draw", "replication", "kpi", "window", "value", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=names)


def series_table(runs: Sequence[Run], pieces: Mapping[str, Piece]) -> pd.DataFrame:
    """Columns variant, draw, replication, day, and one per daily account (counts, or cents)."""
    import pandas as pd

    parts = [
        pd.DataFrame({
            "variant": run.arm, "draw": run.draw, "replication": run.replication,
            "day": range(_length(pieces[run.key])), **pieces[run.key].series,
        })
        for run in runs
        if run.key in pieces
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["variant", "day"])


def _length(piece: Piece) -> int:
    return max((len(values) for values in piece.series.values()), default=0)
