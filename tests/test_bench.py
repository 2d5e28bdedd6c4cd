"""`rehearse bench`: every peer simulates the same law, comparisons are in turns, and the answer is complete."""

from __future__ import annotations

import json
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np
import pytest
from packaging.version import Version
from rich.console import Console

from benchmarks import scaling, small_runs, speed, speed_table
from benchmarks.cpu_time import Steps, Timing, alternate, child_lines, median_ratio, timed
from benchmarks.same_law import numpy_arrays
from benchmarks.same_law.law import Law, LawResult, expected_result, standard_errors
from benchmarks.same_law.peers import PEERS, measure_peers
from sim import run

from .command_line import ROOT, RunCommand
from .json_page import assert_documented

LAW = Law()
K = 4.0
"""Standard errors; a correct peer would be further off once in 16,000 numbers."""
CUSTOMERS = {"mesa": 5_000}
FIELDS = {
    "schema", "live_customer_days", "seconds", "ns_per_live_customer_day", "threads", "versus", "machine",
    "all_threads", "simpy", "bare", "year", "first_compilation_seconds", "small_run", "idle_day_ms",
    "compile_cpu_seconds", "scaling", "same_law",
}  # fmt: skip
"""Promised to those who read the JSON answer."""


# --- the same law ----------------------------------------------------------------------------------


@pytest.fixture(params=PEERS, scope="module")
def result(request: pytest.FixtureRequest) -> tuple[int, LawResult]:
    """Customers, and what a peer counts."""
    peer, people = PEERS[request.param], CUSTOMERS.get(request.param, 20_000)
    simulate = peer.load()
    if simulate is None:
        pytest.skip(f"{peer.package} is not installed")
    return people, simulate(LAW, people, 3)


def test_a_peer_simulates_the_law(result: tuple[int, LawResult]) -> None:
    people, counts = result
    errors = standard_errors(counts, people, LAW)
    assert abs(errors.orders) < K
    assert abs(errors.leavers) < K
    assert abs(errors.live_days) < K * 0.51 / people**0.5  # live days of one customer have a spread of half their mean


@pytest.mark.parametrize(
    "wrong", [{"order_mean": 1.2 * LAW.order_mean}, {"leaving": 1.2 * LAW.leaving}, {"days": 300}], ids=str
)
def test_another_law_is_refused(result: tuple[int, LawResult], wrong: dict[str, Any]) -> None:
    people, counts = result
    errors = standard_errors(counts, people, replace(LAW, **wrong))
    assert max(abs(errors.orders), abs(errors.leavers)) > K


def test_standard_errors_are_those_of_the_law() -> None:
    """Over 300 repeats orders and leavers lie about 0 with a spread of 1, within 4 standard errors of both."""
    many = [standard_errors(numpy_arrays.simulate(LAW, 300, seed), 300, LAW)[:2] for seed in range(300)]
    assert np.abs(np.mean(many, axis=0)).max() < K / 300**0.5
    assert np.abs(np.std(many, axis=0) - 1.0).max() < K * 1.3 / 600**0.5  # orders are skewed, hence 1.3


def test_a_law_without_leavers_is_poisson_in_the_end() -> None:
    one = expected_result(Law(order_mean=0.01, order_shape=1e9, leaving=1e-6, days=100))
    assert (one.orders, one.orders_variance, one.live_days) == pytest.approx((1.0, 1.0, 100.0), rel=1e-3)


def test_a_peer_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks.same_law.mesa_agents", raising=False)
    monkeypatch.setitem(sys.modules, "mesa", None)  # type: ignore[arg-type]
    some = {name: PEERS[name] for name in ("rehearse", "numpy", "mesa")}
    monkeypatch.setattr("benchmarks.same_law.peers.PEERS", some)
    times = measure_peers(replace(LAW, days=20), 2, 0.002, Steps(2))
    assert times.missing == ["mesa"]
    assert list(times.ns) == list(times.ratios) == ["rehearse", "numpy"]
    assert times.ratios["rehearse"] == 1.0
    assert times.people == {"rehearse": 200, "numpy": 200, "mesa": 10}


def test_peers_are_an_extra_with_lowest_and_pinned_versions() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    floors = dict(line.split(">=") for line in extras["peers"])
    pins = [line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]
    pinned = {name.lower(): version for name, version in pins}
    assert floors.keys() == {"mesa", "starsim"}
    assert all(Version(floor) <= Version(pinned[name]) for name, floor in floors.items())


# --- how time is measured --------------------------------------------------------------------------


def test_calls_take_turns_and_waiting_does_not_count() -> None:
    order: list[str] = []

    def call(name: str, seconds: float) -> int:
        order.append(name)
        time.sleep(seconds)
        return 10

    calls = {"a": lambda: call("a", 0.0), "b": lambda: call("b", 0.1)}
    shown: list[tuple[int, int, str]] = []
    times = alternate(calls, 2, Steps(2, lambda done, total, what, _: shown.append((done, total, what))), "two")
    assert order == ["a", "b", "a", "b"]
    assert shown == [(0, 2, "measuring: two"), (1, 2, "measuring: two")]
    assert all(one.wall_ns >= 0.1 / 10 * 1e9 > 10 * one.cpu_ns for one in times["b"])


def test_threads_count() -> None:
    """A call that works in a child thread has taken its processor time."""
    import threading

    def work() -> int:
        thread = threading.Thread(target=lambda: sum(range(2_000_000)))
        thread.start()
        thread.join()
        return 1

    assert timed(work).cpu_ns > 1e6


def test_a_ratio_is_within_rounds() -> None:
    """A machine that becomes slower from round to round changes no ratio, a disturbed round at most a little."""
    slower = [1.0, 5.0, 2.0]
    a, b = [Timing(6.0 * s, 1.0) for s in slower], [Timing(2.0 * s, s) for s in slower]
    assert median_ratio(a, b) == 3.0
    assert median_ratio(b, a, wall=True) == 2.0


def test_a_process_that_fails_is_an_error() -> None:
    assert list(child_lines(["-c", "print(1); print(2); raise SystemExit(3)"])) == ["1\n", "2\n"]
    with pytest.raises(Exception, match="exit status 3"):
        next(child_lines(["-c", "raise SystemExit(3)"]))


# --- scaling and small runs ------------------------------------------------------------------------


def test_the_slope_of_a_power_is_its_exponent() -> None:
    linear = [{"people": n, "ns": 70.0} for n in (1e3, 1e5, 1e7)]
    assert scaling.slope(linear) == pytest.approx(1.0)
    assert scaling.slope([{"people": n, "ns": n**-0.25} for n in (1e3, 1e5, 1e7)]) == pytest.approx(0.75)
    assert scaling.slope(linear[:1]) is None


def test_sizes_without_memory_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "ROUNDS", 1)
    held: Iterator[float] = iter([0.0, 100.0, 180.0])
    monkeypatch.setattr(scaling, "peak_mebibytes", lambda: next(held))
    rows = list(scaling.measure_sizes((2000, 1000, 10**7), free=lambda: 10_000.0))
    assert [row["people"] for row in rows] == [1000, 2000, 10**7]
    assert [row.get("mebibytes_above_imports") for row in rows] == [100.0, 180.0, None]
    assert rows[2] == {"people": 10**7}
    assert all(row["ns"] > 0.0 and row["first_day_ns"] > 0.0 for row in rows[:2])


def test_the_worlds_are_what_the_table_says() -> None:
    shop = small_runs.shipped_shop(3200)
    assert (shop.market.start_with, shop.run.days) == (3200, 390)
    assert shop.strategy.acquisition
    ledger = run(small_runs.idle_shop(), threads=1)
    assert set(ledger.series["live"]) == {1}
    assert not any(ledger.series[name].any() for name in ("orders", "first_orders", "added", "drifts", "optouts"))
    assert ledger.series["touches"].any()


# --- the whole -------------------------------------------------------------------------------------


def test_a_small_bench_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts but the compilation, on few people: promised fields, each a number above 0; steps; the table."""

    def compiled(steps: Steps) -> float:
        steps.begin("the first compilation")
        return 30.0

    monkeypatch.setattr(speed, "first_compilation", compiled)
    sizes = speed.BenchSizes(
        people=500, days=10, reference_people=20, reference_days=5, small_people=50, year_people=500,
        scaling=(300, 600), peer_share=0.001, rounds=2, peer_rounds=1,
    )  # fmt: skip
    shown: list[tuple[int, int]] = []
    answer = speed.bench(sizes, lambda done, total, *_: shown.append((done, total)))
    assert shown == [(done, sizes.steps) for done in range(sizes.steps)]
    assert answer.keys() >= FIELDS
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert_documented(answer, "rehearse bench")
    assert answer["small_run"].keys() == {"people", "days", "cpu_seconds", "ns_per_live_customer_day"}
    assert (answer["small_run"]["people"], answer["small_run"]["days"]) == (50, 390)
    assert [row["people"] for row in answer["scaling"]] == [300, 600]
    assert answer["all_threads"].keys() >= {"threads", "ns_per_live_customer_day", "speed_up", "cpu_ratio"}
    assert set(answer["same_law"]) == PEERS.keys() - set(answer["same_law_missing"])
    positive = [answer["idle_day_ms"], *answer["versus"].values(), *answer["small_run"].values()]
    positive += [*answer["bare"].values(), *answer["same_law"].values(), *(row["ns"] for row in answer["scaling"])]
    assert min(positive) > 0.0
    console = Console(file=StringIO(), width=200)
    missing = sorted({"mesa", *answer["same_law_missing"]})
    speed_table.print_bench(answer | {"scaling_left_out": [10**7], "same_law_missing": missing}, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "10,000,000 people" in text
    assert "not installed" in text
    assert all(name in text for name in ("small run", "wall time", "log-log slope", *PEERS))


def test_the_command_prints_and_writes(command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measurement and the table are planted; the options are the command's own."""
    monkeypatch.setattr(speed, "bench", lambda show: show(0, 1, "measuring: x", None) or {"schema": 1})
    monkeypatch.setattr(speed_table, "print_bench", lambda answer, console: console.print("a table"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    done = command("bench", "--json", "-")
    assert (done.code, done.json) == (0, {"schema": 1})
    assert done.err.splitlines() == ["measuring: x", "a table"]
