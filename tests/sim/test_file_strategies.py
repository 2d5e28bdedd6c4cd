"""Strategies that a file may state, in markets of the prior: every run comes to its end, and its books are in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.random_files import cases, extremes
from benchmarks.random_strategies import survey


def test_random_strategies_in_random_markets(tmp_path: Path) -> None:
    counts, first, _ = survey(cases(1, 6, 6, tmp_path), tmp_path)
    assert not counts, first


@pytest.mark.slow
def test_many_random_strategies_in_many_markets(tmp_path: Path) -> None:
    counts, first, _ = survey(cases(2, 200, 100, tmp_path), tmp_path)
    assert not counts, first


@pytest.mark.slow
def test_extremes(tmp_path: Path) -> None:
    counts, first, _ = survey(((case, 0) for case in extremes()), tmp_path)
    assert not counts, first
