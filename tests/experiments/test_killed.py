"""Sweeps that are killed, doubled or short of room end with the table of an undisturbed one, and repeat nothing."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments import sweep
from experiments.execution.store import Store

ROOT = Path(__file__).parents[2]
PLAN = """
name     = "Small sweep"
scenario = "small.toml"

[sweep]
design       = "latin"
points       = POINTS
draws        = 1
replications = 2
variants     = ["mild"]
kpis         = ["contribution_profit", "orders"]

[sweep.vary]
"strategy.campaigns.rhythm.offer.depth" = { low = "5 %", high = "25 %" }
"market.fatigue.half_life"              = "belief"
"market.start_with"                     = { values = [30] }
"""


def plan_in(folder: Path, points: int) -> Path:
    from .conftest import question_in

    question_in(folder, ('horizon      = "60 d"', 'horizon      = "30 d"'))
    plan = folder / "plan.toml"
    plan.write_text(PLAN.replace("POINTS", str(points)))
    return plan


def start(plan: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rehearse", "sweep", str(plan), "--out", str(out), *options]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, env=env, cwd=plan.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def finished(store: Store) -> dict[str, int]:
    """When each run was stored."""
    return {path.stem: path.stat().st_mtime_ns for path in store.paths()}


def table_hash(out: Path) -> str:
    table = pd.read_parquet(out / "runs.parquet").sort_values(["point", "variant", "draw", "replication"])
    return hashlib.sha256(table.to_csv(index=False).encode()).hexdigest()


def undisturbed(plan: Path) -> str:
    """The table of the same plan, run in this process."""
    out = plan.parent / "alone" / "out"
    sweep(plan, jobs=1, out=out)
    return table_hash(out)


def killed_and_resumed(plan: Path, kills: int, most: int, seed: int, jobs: int = 2) -> tuple[int, int]:
    """Kill a sweep at random moments, then let it end. Returns runs stored before the last start, and kills that hit.

    A moment is a short while after up to `most` more runs: at the start, before the second process, in the midst. Only
    the parent is killed: what it has started must end by itself. The last start has `jobs` processes.
    """
    out, chance = plan.parent / "out", random.Random(seed)
    store, hits = Store(plan.parent / ".runs"), 0
    for _ in range(kills):
        before = finished(store)
        process = start(plan, out, "--jobs", "2")
        until, wanted = time.monotonic() + 60, len(before) + chance.randrange(most)
        while len(finished(store)) < wanted and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.3))
        hits += process.poll() is None
        process.kill()
        process.communicate(timeout=60)
        after = finished(store)
        assert {key: after.get(key) for key in before} == before, "what was finished is done again, or lost"
    before = finished(store)
    process = start(plan, out, "--jobs", str(jobs), "--json", str(plan.parent / "answer.json"))
    printed, _ = process.communicate(timeout=280)
    assert process.returncode == 0, printed
    after = finished(store)
    assert {key: after[key] for key in before} == before
    answer = json.loads((plan.parent / "answer.json").read_text())
    assert answer["reused"] == len(before)
    assert answer["runs"] == len(after)
    return len(before), hits


def test_a_killed_sweep_goes_on_and_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, 12)
    stored, hits = killed_and_resumed(plan, 1, 12, seed=5, jobs=1)
    assert stored > 0
    assert hits > 0
    assert table_hash(tmp_path / "out") == undisturbed(plan)


@pytest.mark.slow
def test_twenty_kills_of_five_hundred_runs(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, 250)
    stored, hits = killed_and_resumed(plan, 20, 22, seed=1)
    assert hits == 20
    assert 100 < stored < 500
    assert table_hash(tmp_path / "out") == undisturbed(plan)


def test_two_sweeps_at_once_share_the_work(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, 30)
    answers = [tmp_path / "one.json", tmp_path / "two.json"]
    both = [start(plan, tmp_path / "out", "--jobs", "1", "--json", str(answer)) for answer in answers]
    for process in both:
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0, printed
    answered = [json.loads(answer.read_text()) for answer in answers]
    assert [one["runs"] for one in answered] == [60, 60]
    assert sum(one["runs"] - one["reused"] for one in answered) == 60, "every run is done once, by one of them"
    assert all(one["reused"] > 0 for one in answered), "otherwise they did not run at the same time"
    assert len(finished(Store(tmp_path / ".runs"))) == 60
    assert table_hash(tmp_path / "out") == undisturbed(plan)
