"""A run that one process has under way is waited for by another; a process that dies lets go of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from experiments.claims import claims_in
from experiments.executing import execute
from experiments.store import Store

from .conftest import Ask, Plant
from .test_execute import runs_of

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from experiments.claims import claims_in
with claims_in(Path(sys.argv[1])) as claims:
    print([claims.take(key) for key in sys.argv[2:]], flush=True)
    time.sleep(600)
"""


def holding(folder: Path, *keys: str) -> subprocess.Popen[str]:
    """Another process with claims on these runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), *keys],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == str([True] * len(keys))
    return process


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_claim_is_one_process_s_until_it_dies(tmp_path: Path) -> None:
    one, two = "0" * 32, "0" * 14 + "1" + "0" * 17
    other = holding(tmp_path, one)
    with claims_in(tmp_path) as claims:
        assert not claims.take(one)
        assert claims.take(two), "a neighbour's place is free"
        other.send_signal(signal.SIGKILL)
        other.wait(20)
        until(lambda: claims.take(one))


def test_what_another_process_has_under_way_is_taken_from_it(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    runs = runs_of(ask())
    whole = Store(tmp_path / "whole")
    execute(runs, jobs=1, store=whole)
    theirs, done[:] = runs[3], []
    store = Store(tmp_path / "runs")
    other = holding(store.folder, theirs.key)
    looks: list[int] = []

    def look(*_: object) -> None:
        looks.append(len(done))
        if len(done) == 11 and other.poll() is None:
            piece = whole.get(theirs.key, theirs.spans)
            assert piece is not None
            store.put(piece)
            other.kill()

    results = execute(runs, jobs=1, store=store, progress=look)
    other.wait(20)
    assert len(done) == 11, "theirs is not done again"
    assert results.reused == 1
    assert len(results.pieces) == 12


def test_what_a_dead_process_had_under_way_is_done(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done = plant(lambda arm, draw, replication: 1.0)
    runs = runs_of(ask())
    store = Store(tmp_path / "runs")
    other = holding(store.folder, *(run.key for run in runs[:4]))

    def look(*_: object) -> None:
        if len(done) == 8:
            other.kill()

    results = execute(runs, jobs=1, store=store, progress=look)
    other.wait(20)
    assert len(done) == len(set(done)) == 12
    assert results.reused == 0
