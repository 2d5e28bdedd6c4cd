"""A comparison in several processes is stopped, or killed: what was finished is whole and is not repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from experiments import compare
from experiments.execution.store import Store

from .conftest import question_in

SCRIPT = """
import sys
from experiments import compare
from scenarios import load
if __name__ == "__main__":
    try:
        compare(load(sys.argv[1]), draws=20, replications=2, jobs=2, out=sys.argv[2])
    except KeyboardInterrupt:
        sys.exit(130)
"""
ROOT = Path(__file__).parents[2]


def started(*command: str | Path) -> subprocess.Popen[bytes]:
    """A process of its own that hears Ctrl-C, also where a shell has started these tests in the background."""
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_what_was_finished_is_stored_and_not_repeated(tmp_path: Path, how: signal.Signals) -> None:
    """In the default suite only by Ctrl-C: `test_killed` kills sweeps."""
    question = question_in(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    out = tmp_path / "out"
    process = started(tmp_path / "script.py", tmp_path / "small.toml", out)
    store = Store(out.parent / ".runs")
    deadline = time.monotonic() + 120
    while len(store.keys()) < 5 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, how)
    code = process.wait(timeout=60)
    stored = len(store.keys())
    assert 5 <= stored < 160, "it must be stopped on its way"
    assert code == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert not (out / "report.html").exists()
    resumed = compare(question, draws=2, replications=2, jobs=1, out=out)
    assert resumed.results.reused >= 4
    undisturbed = compare(question, draws=2, replications=2, jobs=1)
    pd.testing.assert_frame_equal(resumed.results.runs, undisturbed.results.runs)


SLEEPERS = """
import sys, time
from pathlib import Path
from experiments import sweep
from tests.experiments.test_interruption import sleeper
if __name__ == "__main__":
    vary = {"x": {"values": [0, 1, 2, 3, 4]}, "folder": {"values": [sys.argv[1]]}}
    plan = {"sweep": {"design": "grid", "vary": vary}}
    try:
        sweep(plan, model=sleeper, version="1", jobs=2, store=sys.argv[2])
    except KeyboardInterrupt:
        sys.exit(130)
"""


def sleeper(x: float, folder: str) -> float:
    """Says that it is at work and, but for the first, stays there."""
    (Path(folder) / str(x)).touch()
    time.sleep(300.0 * (x > 0))
    return x


def test_a_second_interruption_waits_for_no_run(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SLEEPERS)
    at_work = tmp_path / "at_work"
    at_work.mkdir()
    process = started(tmp_path / "script.py", at_work, tmp_path / "runs")
    try:
        deadline = time.monotonic() + 60
        while len(list(at_work.iterdir())) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for _ in range(2):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(1.0)
        assert process.wait(timeout=20) == 130
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert len(Store(tmp_path / "runs").keys()) == 1
