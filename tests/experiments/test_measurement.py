"""A stored run is measured again from its ledger as it was measured at first, by other KPIs and over other days."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from experiments.execution.store import RunRecord, Store
from experiments.runs.executed_runs import execute
from experiments.runs.measurement import measured, measured_again
from experiments.runs.planned_runs import PlannedRun, measured_over
from sim.output.ledger import Ledger
from sim.output.measures import MEASURES
from sim.output.watch import Watch
from sim.scenario import Who

from .conftest import Ask, Plant
from .test_executed_runs import runs_of

WINDOWS = {"horizon": (0, 60), "late": (30, 65)}
WATCHES = {"everyone": Watch(Who(), 5, 50)}


@pytest.fixture
def run(ask: Ask) -> PlannedRun:
    return measured_over(runs_of(ask())[0], WINDOWS, WATCHES)


def test_a_ledger_is_read_as_it_was_written(run: PlannedRun, tmp_path: Path) -> None:
    record = run.run(None, 1)
    assert isinstance(record, RunRecord)
    store = Store(tmp_path)
    store.put(record)
    stored = store.get(run.ledger_key)
    assert stored is not None
    again = measured_again(stored, WINDOWS, WATCHES)
    for one in (stored, again):
        np.testing.assert_equal(vars(one), vars(record))
    assert again.curves
    assert {where for _, where, value, *_ in again.measures if np.isfinite(value)} == {*WINDOWS, *WATCHES}


def test_other_days_are_measured_from_the_stored_ledger(run: PlannedRun) -> None:
    record = run.run(None, 1)
    assert isinstance(record, RunRecord)
    other = {"early": (3, 20)}
    ledger = sim.run(run.scenario, run.draw, run.replication, watches=tuple(WATCHES.values()))
    assert ledger.tickets["seconds"].size > 0
    direct = measured(run.ledger_key, ledger, other, WATCHES)
    np.testing.assert_equal(measured_again(record, other, WATCHES).measures, direct.measures)


def test_one_run_serves_all_days_that_are_asked_for(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1000.0 * draw + replication)
    runs = runs_of(ask())
    others = [measured_over(run, {"first": (0, 10)}, {}) for run in runs]
    together = execute([*runs, *others], jobs=1, store=Store(tmp_path))
    assert (len(done), together.reused) == (12, 12)
    assert set(together.runs["window"]) == {"horizon", "short_run", "with_cool_down", "first"}
    shorter = execute(runs_of(ask(('"20 d"', '"30 d"'))), jobs=1, store=Store(tmp_path))
    assert (len(done), shorter.reused) == (12, 12)
    orders = shorter.runs[(shorter.runs["kpi"] == "orders") & (shorter.runs["window"] == "short_run")]
    assert set(orders["value"]) == {30.0}


def test_a_watched_group_needs_a_run_of_its_own(run: PlannedRun, ask: Ask) -> None:
    plain = runs_of(ask())[0]
    assert run.ledger_key != plain.ledger_key
    assert measured_over(plain, WINDOWS, {}).ledger_key == plain.ledger_key
    assert measured_over(plain, WINDOWS, {}).key != plain.key
    fewer = {"everyone": replace(WATCHES["everyone"], last=40)}
    assert measured_over(plain, WINDOWS, fewer).ledger_key != run.ledger_key


def test_an_edited_kpi_is_computed_again(
    ask: Ask, plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    runs, store, computed = runs_of(ask()), Store(tmp_path), list[Ledger]()
    execute(runs, jobs=1, store=store)

    def doubled(window: object) -> tuple[float, float]:
        computed.append(window.ledger)  # type: ignore[attr-defined]
        return 2.0, 1.0

    monkeypatch.setitem(MEASURES, "orders", replace(MEASURES["orders"], compute=doubled))
    unchanged = execute(runs, jobs=1, store=store).runs
    assert not computed
    for module in ("measurement", "planned_runs"):
        monkeypatch.setattr(f"experiments.runs.{module}.kpi_fingerprint", lambda: "another")
    for _ in range(2):
        results = execute(runs, jobs=1, store=store)
        assert results.reused == len(done) == 12
        assert set(results.runs.loc[results.runs["kpi"] == "orders", "value"]) == {2.0}
        assert len(computed) == 12 * 3, "the second time the new values are stored"
    others = results.runs["kpi"] != "orders"
    assert results.runs[others].equals(unchanged[others])


def test_a_kpi_that_fails_is_a_failed_run(
    ask: Ask, plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    runs, store = runs_of(ask()), Store(tmp_path)
    execute(runs, jobs=1, store=store)
    monkeypatch.setattr("experiments.runs.planned_runs.kpi_fingerprint", lambda: "another")
    monkeypatch.setitem(MEASURES, "orders", replace(MEASURES["orders"], compute=lambda window: 1 / 0))  # type: ignore
    results = execute(runs, jobs=1, store=store)
    assert len(done) == 12
    assert {failure.stage for failure in results.failures} == {"measure"}
