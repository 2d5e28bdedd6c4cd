"""A record is whole or absent, and is read as it was written."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from experiments.execution.store import RunRecord, Store, make_store, read_header, warn_of_others
from experiments.execution.store_admin import prune, stored_runs

KEY = "ab12" * 8
WINDOWS = {"horizon": (0, 3), "short_run": (0, 1)}


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        key=KEY,
        fingerprint="f00",
        seconds=0.25,
        spans=WINDOWS,
        measures=[("gmv", "horizon", 12.5, 12.5, 1.0), ("aov", "horizon", float("nan"), 0.0, 0.0)],
        series={"orders": np.array([1, 2, 3, 4]), "paid": np.array([10, 0, 2**60, -5])},
        sent={"outreach.care": 7},
        ledger=bytes(range(200)),
    )


def test_a_record_is_read_as_it_was_written(tmp_path: Path, record: RunRecord) -> None:
    store = Store(tmp_path / "runs")
    store.put(record)
    back = store.get(KEY)
    assert back is not None
    assert dataclasses.replace(back, series={}, measures=[]) == dataclasses.replace(record, series={}, measures=[])
    np.testing.assert_equal(back.measures, record.measures)
    np.testing.assert_equal(back.series, record.series)
    assert store.keys() == {KEY}


def test_another_key_is_absent(tmp_path: Path, record: RunRecord) -> None:
    store = Store(tmp_path)
    store.put(record)
    assert store.get(KEY[::-1]) is None


def test_half_a_file_is_absent_and_can_be_replaced(tmp_path: Path, record: RunRecord) -> None:
    store = Store(tmp_path)
    store.put(record)
    whole = store.path(KEY).read_bytes()
    store.path(KEY).write_bytes(whole[: len(whole) // 2])
    assert store.get(KEY) is None
    store.put(record)
    assert store.get(KEY) is not None


def test_a_file_with_a_wrong_byte_anywhere_is_absent_or_as_it_was(tmp_path: Path, record: RunRecord) -> None:
    """Zip, deflate and array readers each fail in ways of their own; none of these errors may reach the user."""
    store = Store(tmp_path)
    store.put(record)
    path = store.path(record.key)
    whole, random = path.read_bytes(), np.random.default_rng(1)
    absent = 0
    for place in random.choice(len(whole), 300, replace=False):
        wrong = bytearray(whole)
        wrong[place] ^= random.integers(1, 256)
        path.write_bytes(wrong)
        header, back = read_header(path), store.get(record.key)
        assert header is None or header["key"] == record.key
        absent += back is None
        if back is not None:
            np.testing.assert_equal(back.series, record.series)
    assert absent > 100


def test_a_number_that_was_changed_is_noticed(
    tmp_path: Path, record: RunRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever writes the file again with another value, as a valid archive, does not give it the checksum of that."""
    store = Store(tmp_path)
    store.put(record)
    path = store.path(KEY)
    with np.load(path) as parts:
        whole = dict(parts)
    measures = [("gmv", "horizon", 2e6, 12.5, 1.0)]
    other = Store(tmp_path / "other")
    for change in ({"measures": measures}, {"key": KEY[::-1]}, {"seconds": 1.0}, {"ledger": b"x"}, {"model": "other"}):
        changed = dataclasses.replace(record, **change)
        other.put(changed)
        with np.load(other.path(changed.key)) as parts:
            np.savez(path, **{**parts, "sum": whole["sum"]})
        assert read_header(path) is None
        assert store.get(KEY) is None
        assert [entry.origin for entry in stored_runs(store)] == ["damaged"]
        said = capsys.readouterr().err
        assert said.startswith(f"rehearse: {path}: ")
        assert f"{path.name}.damaged" in said
        assert store.get(KEY) is None
        assert not capsys.readouterr().err, "it is said once"
        store.put(record)
        assert store.get(KEY) is not None
        assert {entry.origin for entry in stored_runs(store)} == {"damaged", "a function"}
    prune(store, stored_runs(store))
    assert list(store.paths()) == [path]
    assert list(store.set_aside()) == []


def test_a_record_under_the_key_of_another_is_not_used(tmp_path: Path, record: RunRecord) -> None:
    store, other = Store(tmp_path), KEY[::-1]
    store.put(record)
    store.path(other).parent.mkdir()
    store.path(KEY).rename(store.path(other))
    assert store.get(other) is None
    assert [path.name for path in store.set_aside()] == [f"{other}.npz.damaged"]


def test_a_store_of_others_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store(tmp_path / "own")
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    for name, said in (("own", ""), ("none", ""), ("open", "can be written by every user")):
        for words in (said, ""):
            warn_of_others(tmp_path / name)
            assert words in capsys.readouterr().err if words else not capsys.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 4_321)
    make_store(tmp_path / "another")
    warn_of_others(tmp_path / "another")
    assert "another user's" in capsys.readouterr().err


def test_nothing_half_written_stays_behind(tmp_path: Path, record: RunRecord) -> None:
    store = Store(tmp_path)
    bad = dataclasses.replace(record, series={"orders": np.array([1, 2]), "paid": np.array([1])})
    with pytest.raises(Exception, match="inhomogeneous"):
        store.put(bad)
    store.put(record)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{KEY}.npz"]
