"""A piece is whole or absent, and comes back as it was."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from experiments.execution.store import RunRecord, Store, read_header

KEY = "ab12" * 8
WINDOWS = {"horizon": (0, 3), "short_run": (0, 1)}


@pytest.fixture
def piece() -> RunRecord:
    return RunRecord(
        key=KEY,
        fingerprint="f00",
        seconds=0.25,
        days=WINDOWS,
        measures=[("gmv", "horizon", 12.5, 12.5, 1.0), ("aov", "horizon", float("nan"), 0.0, 0.0)],
        series={"orders": np.array([1, 2, 3, 4]), "paid": np.array([10, 0, 2**60, -5])},
        sent={"outreach.care": 7},
    )


def test_a_piece_comes_back_as_it_was(tmp_path: Path, piece: RunRecord) -> None:
    store = Store(tmp_path / "runs")
    store.put(piece)
    back = store.get(KEY, WINDOWS)
    assert back is not None
    assert dataclasses.replace(back, series={}, measures=[]) == dataclasses.replace(piece, series={}, measures=[])
    np.testing.assert_equal(back.measures, piece.measures)
    np.testing.assert_equal(back.series, piece.series)
    assert store.keys() == {KEY}


def test_another_window_or_key_is_absent(tmp_path: Path, piece: RunRecord) -> None:
    store = Store(tmp_path)
    store.put(piece)
    assert store.get(KEY, {"horizon": (0, 2)}) is None
    assert store.get(KEY[::-1], WINDOWS) is None


def test_half_a_file_is_absent_and_can_be_replaced(tmp_path: Path, piece: RunRecord) -> None:
    store = Store(tmp_path)
    store.put(piece)
    whole = store.path(KEY).read_bytes()
    store.path(KEY).write_bytes(whole[: len(whole) // 2])
    assert store.get(KEY, WINDOWS) is None
    store.put(piece)
    assert store.get(KEY, WINDOWS) is not None


def test_a_file_with_a_wrong_byte_anywhere_is_absent_or_as_it_was(tmp_path: Path, piece: RunRecord) -> None:
    """Zip, deflate and array readers each fail in ways of their own; none of them may reach the user."""
    store = Store(tmp_path)
    store.put(piece)
    path = store.path(piece.key)
    whole, luck = path.read_bytes(), np.random.default_rng(1)
    absent = 0
    for place in luck.choice(len(whole), 300, replace=False):
        wrong = bytearray(whole)
        wrong[place] ^= luck.integers(1, 256)
        path.write_bytes(wrong)
        header, back = read_header(path), store.get(piece.key, WINDOWS)
        assert header is None or header["key"] == piece.key
        absent += back is None
        if back is not None:
            np.testing.assert_equal(back.series, piece.series)
    assert absent > 100


def test_nothing_half_written_stays_behind(tmp_path: Path, piece: RunRecord) -> None:
    store = Store(tmp_path)
    bad = dataclasses.replace(piece, series={"orders": np.array([1, 2]), "paid": np.array([1])})
    with pytest.raises(Exception, match="inhomogeneous"):
        store.put(bad)
    store.put(piece)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{KEY}.npz"]
