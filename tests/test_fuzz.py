"""Two hundred damaged files: no traceback, one plain line for a mistake, and each file comes again by its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.damaged_files import damaged_file, shapes_of
from benchmarks.fuzz_judge import BROKEN, LONGEST, FuzzOutcome, faults_of, outcome_of

ORDERS, SCENARIOS = 30, 170
"""Files of the default suite, which are the first of each kind in a night."""


@pytest.mark.parametrize("piece", range(5))
def test_no_damaged_file_gives_more_than_one_line(piece: int, tmp_path: Path) -> None:
    codes = []
    for kind, count in (("orders", ORDERS), ("scenarios", SCENARIOS)):
        for number in range(piece * count // 5, (piece + 1) * count // 5):
            run = kind == "scenarios" and number == 14  # which is whole
            outcome = outcome_of(damaged_file(kind, number), tmp_path, run=run)
            assert not run or "refund share" in outcome.out
            assert faults_of(outcome) == [], (kind, number, outcome.err)
            codes.append(outcome.code)
    assert set(codes) == {0, 2}


def test_a_file_comes_again_by_its_number() -> None:
    shapes = {damaged_file("orders", number).shape for number in range(200)}
    assert shapes == shapes_of("orders").keys()
    for kind in ("orders", "scenarios"):
        files = [damaged_file(kind, number) for number in range(60)]
        again = [damaged_file(kind, number) for number in reversed(range(60))]
        texts = [one.content for one in files if "packed as xlsx" not in one.damages]  # a workbook has its time in it
        assert texts == [one.content for one in reversed(again) if "packed as xlsx" not in one.damages]
        assert len({one.content for one in files}) > 50


def test_the_judge_finds_what_is_wrong() -> None:
    line = "rehearse: x.toml:1: a mistake\n"
    assert faults_of(FuzzOutcome(2, "", line, 1.0)) == faults_of(FuzzOutcome(0, "all good", "", 1.0)) == []
    for outcome in (
        FuzzOutcome(2, "", line + line, 1.0),
        FuzzOutcome(2, "", "", 1.0),
        FuzzOutcome(2, "", "x.toml: a mistake", 1.0),
        FuzzOutcome(2, "", line.replace("a mis", "a\u200bmis"), 1.0),
        FuzzOutcome(2, "", "rehearse: " + "x" * LONGEST, 1.0),
        FuzzOutcome(0, "all good", "RuntimeWarning: divide by zero", 1.0),
        FuzzOutcome(0, "", "", 31.0),
        FuzzOutcome(1, "", line, 1.0),
        FuzzOutcome(BROKEN, "", "Traceback (most recent call last):", 1.0),
        FuzzOutcome(-9, "", "the process ended with -9", 1.0),
    ):
        assert faults_of(outcome), outcome


def test_an_exception_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("benchmarks.fuzz_judge.main", broken)
    outcome = outcome_of(damaged_file("orders", 0), tmp_path)
    assert outcome.code == BROKEN
    assert "a traceback" in faults_of(outcome)
