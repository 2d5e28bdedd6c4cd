"""What is shown until the first verdict: how far the compilation is, and the verdict before the report is drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numba
import pytest

import experiments
from experiments.output import console as ui
from experiments.output.compilation import FUNCTIONS, compile_model, compiled_functions
from scenarios import InputError, load
from sim.compiled import counted
from sim.engine import warm_up
from sim.fingerprint import cache_folder

from .command_line import RunCommand

ROOT = Path(__file__).resolve().parent.parent
NEAR = 0.9
"""An edit that adds or takes away a few functions leaves the bar right enough."""


def test_there_are_as_many_functions_as_are_announced() -> None:
    """Tests may have compiled some for other types besides, which only the slow test is free of."""
    warm_up(load("library:shop").arms["base"])
    assert compiled_functions() >= NEAR * FUNCTIONS


@pytest.mark.slow
def test_a_first_compilation_ends_at_the_number_announced(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rehearse", "machine-code", "--compile"],
        env={**os.environ, "REHEARSE_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    files = len(list(Path(done.stdout.strip()).glob("sim.*/*.nbc")))
    assert NEAR * FUNCTIONS <= files <= FUNCTIONS / NEAR
    shares = [line.rpartition(": ")[2].split(" %")[0] for line in done.stderr.splitlines()]
    assert shares[:4] == ["0", "25", "50", "75"]


@pytest.mark.parametrize("functions", [FUNCTIONS, FUNCTIONS + 7])
def test_a_compilation_says_how_far_it_is(
    functions: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def count_up(_: object, tell: Callable[[int], None]) -> None:
        for done in range(functions + 1):
            tell(done)

    monkeypatch.setattr("sim.fingerprint.is_compiled", lambda: False)
    monkeypatch.setattr("experiments.output.compilation.compile_model", count_up)
    ui.warm_up_for(load("library:shop"), None)
    start = "compiling the model for this machine, once: "
    shares = [f"{start}{quarter} % of {FUNCTIONS} functions" for quarter in (0, 25, 50, 75, 100)]
    assert capsys.readouterr().err.splitlines() == shares


def test_both_processes_do_what_is_compiled_for_a_run() -> None:
    """Where all is compiled, this takes no time; and nothing is left to be compiled after it."""
    question = load("library:shop")
    counts: list[int] = []
    compile_model(question.arms["base"], counts.append)
    assert counts
    assert set(counts) == {compiled_functions()}


def test_what_is_compiled_already_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    question = load("library:shop")
    warm_up(question.arms["base"])
    capsys.readouterr()
    ui.warm_up_for(question, None)
    assert capsys.readouterr().err == ""


def test_only_functions_of_ours_are_counted() -> None:
    def ours(x: float) -> float:
        return x + 1.0

    def anothers(x: float) -> float:
        return x + 2.0

    ours.__module__, anothers.__module__ = "sim.day.day", "another.package"
    seen: list[int] = []
    with counted(seen.append):
        numba.njit(ours)(1.0)
        numba.njit(anothers)(1.0)
        numba.njit(ours)(1)
    numba.njit(ours)(1.0)
    assert seen == [1, 2]


def test_the_verdict_is_shown_before_the_report_is_drawn(command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise InputError("no room for a report")

    monkeypatch.setattr(experiments, "write_report", no_room, raising=False)
    done = command("compare", "small.toml", "--draws", 2, "--replications", 1, "--jobs", 1)
    assert done.code == 2
    assert "mild − deep" in done.out
    assert done.err.splitlines()[-1] == "rehearse: no room for a report"


def test_the_folder_of_machine_code_is_shown(command: RunCommand) -> None:
    for words in (("machine-code",), ("machine-code", "--compile")):
        assert Path(command(*words).out.strip()) == cache_folder()
