"""Runs are done once, in any number of processes, and a fault in one takes nothing from the others."""

from __future__ import annotations

import errno
import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.execution.scheduler import Progress
from experiments.execution.store import Store
from experiments.runs.executed_runs import by_turns, execute
from experiments.runs.planned_runs import PlannedRun, plan
from scenarios import InputError, Question, belief_table

from .conftest import Ask, Plant

DEEP = "deep & <i>wide</i>"


def runs_of(question: Question, draws: int = 3, replications: int = 2) -> list[PlannedRun]:
    return plan(question, belief_table(question, draws), draws, replications)


def test_a_key_names_what_can_change_a_ledger_and_nothing_else(ask: Ask) -> None:
    question = ask()
    keys = {run.key for run in runs_of(question)}
    assert len(keys) == 12
    renamed = ask(("Small", "Another"), ("Does a deeper discount pay?", "Is it worth it?"))
    assert {run.key for run in runs_of(renamed)} == keys
    assert not keys & {run.key for run in runs_of(ask(("12 %", "13 %"))) if run.arm != "mild"}
    assert not keys & {run.key for run in runs_of(ask(("replications = 2", "replications = 2\nseed = 7")))}
    assert {run.key for run in runs_of(question, 2, 1)} < keys


def test_draws_place_beliefs_in_the_market_and_arms_share_them(ask: Ask) -> None:
    runs = runs_of(ask())
    rates = {(run.draw, run.arm): run.scenario.market.need.order_rate.mean for run in runs}
    assert len(set(rates.values())) == 3
    assert all(rates[draw, "mild"] == rates[draw, DEEP] for draw in range(3))


def test_two_processes_give_the_table_of_one(ask: Ask) -> None:
    runs = runs_of(ask(), 2, 2)
    alone, together = execute(runs, jobs=1), execute(runs, jobs=2)
    assert not alone.failures
    pd.testing.assert_frame_equal(alone.runs, together.runs)
    pd.testing.assert_frame_equal(alone.series, together.series)
    prints = [[results.records[run.key].fingerprint for run in runs] for results in (alone, together)]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 8, "arms, draws and replications must differ, or equality says nothing"


def test_finished_runs_are_never_repeated(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1000.0 * draw + replication)
    store = Store(tmp_path / "runs")
    runs = runs_of(ask())
    execute(runs[:5], jobs=1, store=store)
    assert len(done) == 5
    whole = execute(runs, jobs=1, store=store)
    assert len(done) == 12
    assert len(set(done)) == 12
    assert whole.reused == 5
    again = execute(runs, jobs=1, store=store)
    assert len(done) == 12
    assert again.reused == 12
    pd.testing.assert_frame_equal(whole.runs, again.runs)
    pd.testing.assert_frame_equal(whole.series, again.series)


def test_an_interruption_keeps_what_is_finished(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    store = Store(tmp_path / "runs")

    def stop(progress: Progress) -> None:
        if progress.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^4 of 12 runs are kept in .*runs; the same command goes on"):
        execute(runs_of(ask()), jobs=1, store=store, progress=stop)
    assert len(store.keys()) == 4
    execute(runs_of(ask()), jobs=1, store=store)
    assert len(done) == 12


def test_an_interruption_promises_nothing_of_runs_that_are_not_kept(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    plant(lambda arm, draw, replication: 1.0)

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    unkept = [replace(run, storable=False) for run in runs_of(ask())]
    with pytest.raises(KeyboardInterrupt, match=r"^0 of 12 runs are kept"):
        execute(unkept, jobs=1, store=Store(tmp_path / "runs"), progress=stop)


def test_a_fault_that_is_not_the_store_s_is_not_said_to_be(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    plant(lambda arm, draw, replication: 1.0)

    def closed(progress: Progress) -> None:
        raise BrokenPipeError("no reader")

    with pytest.raises(BrokenPipeError):
        execute(runs_of(ask()), jobs=1, store=Store(tmp_path / "runs"), progress=closed)


def test_a_failed_run_is_recorded_and_not_kept(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    def profit(arm: str, draw: int, replication: int) -> float:
        if (arm, draw) == ("deep", 1):
            raise ValueError("no such\nvalue")
        return 1.0

    plant(profit)
    store = Store(tmp_path / "runs")
    results = execute(runs_of(ask()), jobs=1, store=store)
    assert [(f.arm, f.draw, f.replication) for f in results.failures] == [(DEEP, 1, 0), (DEEP, 1, 1)]
    assert {(f.stage, f.message) for f in results.failures} == {("run", "ValueError: no such value")}
    assert len(store.keys()) == 10
    assert not ((results.runs["variant"] == DEEP) & (results.runs["draw"] == 1)).any()


def test_progress_counts_and_announces_long_work(ask: Ask, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(lambda arm, draw, replication: 1.0)
    monkeypatch.setattr("experiments.execution.progress.SAY_ABOVE", 0.0)
    seen: list[Progress] = []
    execute(runs_of(ask()), jobs=1, progress=seen.append)
    assert [p.done for p in seen] == list(range(1, 13))
    assert seen[0].message.endswith("for 11 more runs")
    assert all(not p.message for p in seen[1:])


def test_a_store_that_cannot_be_written_is_one_line(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    plant(lambda arm, draw, replication: 1.0)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="Not a directory") as caught:
        execute(runs_of(ask()), jobs=1, store=Store(tmp_path / "file" / "runs"))
    assert caught.value.place == str(tmp_path / "file" / "runs")


def test_the_short_run_is_measured_beside_the_whole(ask: Ask) -> None:
    results = execute(runs_of(ask(), 1, 1), jobs=1)
    table = results.runs[results.runs["variant"] == "mild"].pivot(index="kpi", columns="window", values="value")
    assert list(table.columns) == ["horizon", "short_run", "with_cool_down"]
    orders = results.series[results.series["variant"] == "mild"]["orders"]
    assert table.loc["orders", "short_run"] == orders[:20].sum()
    assert table.loc["orders", "horizon"] == orders[:60].sum()
    assert table.loc["orders", "with_cool_down"] == orders[:65].sum()
    ledger = sim.run(runs_of(ask(), 1, 1)[0].scenario, 0, 0)
    assert table.loc["contribution_profit", "horizon"] == ledger.contribution()[:60].sum()


def test_a_full_disk_is_one_line_and_takes_nothing(
    ask: Ask, plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    store = Store(tmp_path / "runs")
    write, left = np.savez, [7]

    def filling(file: BinaryIO, **arrays: Any) -> None:
        on_disk = not isinstance(file, io.BytesIO)
        if on_disk and not left[0]:
            file.write(b"half a")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= on_disk
        write(file, **arrays)

    monkeypatch.setattr(np, "savez", filling)
    with pytest.raises(InputError) as caught:
        execute(runs_of(ask()), jobs=1, store=store)
    assert caught.value.place == str(store.folder)
    assert "No space left on device" in caught.value.problem
    assert len(store.keys()) == 7
    assert not list((tmp_path / "runs").glob("??/.*")), "half a file must not take up room"
    left[0] = 99
    results = execute(runs_of(ask()), jobs=1, store=store)
    assert results.reused == 7
    assert len(done) == 13, "only the run that could not be kept is done twice"


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    plant(lambda arm, draw, replication: 1.0)

    def stop(progress: Progress) -> None:
        if progress.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^4 of 12 runs are kept in .*/runs; the same command goes on from"):
        execute(runs_of(ask()), jobs=1, store=Store(tmp_path / "runs"), progress=stop)
    with pytest.raises(KeyboardInterrupt, match=r"^nothing is kept without a folder for it$"):
        execute(runs_of(ask()), jobs=1, progress=stop)


def test_processes_that_take_turns_have_one_address_each(ask: Ask) -> None:
    """The arms of one draw and replication have the same people, who are made once in a process."""
    runs = runs_of(ask(), 3, 1)
    in_turn = by_turns(runs, 2)
    assert [run.draw for run in in_turn] == [0, 1, 0, 1, 2, 2]
    assert sorted(run.key for run in in_turn) == sorted(run.key for run in runs)
    assert by_turns(runs, 1) == runs
