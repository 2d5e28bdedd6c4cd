"""Whether a day has become slower: the verdict on numbers, the file, the messages, and one small real measurement."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pytest

from benchmarks import score, speed_check as speed
from benchmarks.worlds import bare_world
from experiments.runs.provenance import processor
from scenarios import InputError

from .command_line import ROOT, RunCommand
from .json_page import assert_documented

BASE = speed.SpeedBaseline(1.0, 0.02, "a test", "0" * 16, numba.__version__, processor())
OURS = ROOT / "tests" / "baselines" / "speed.baseline"


def measured(low: float, ratio: float, high: float) -> speed.SpeedMeasurement:
    return speed.SpeedMeasurement(ratio, low, high, 0.02, 31, 100.0, 90.0)


@pytest.mark.parametrize(
    ("ends", "verdict", "notes"),
    [
        ((0.98, 1.0, 1.02), "pass", 0),
        ((1.1, 1.12, 1.149), "pass", 0),
        ((1.1, 1.14, 1.16), "inconclusive", 0),
        ((1.149, 1.2, 1.3), "inconclusive", 0),
        ((1.16, 1.2, 1.3), "fail", 0),
        ((0.86, 0.87, 0.88), "pass", 0),
        ((0.7, 0.75, 0.86), "pass", 1),
    ],
)
def test_the_interval_is_compared_with_the_band(ends: tuple[float, float, float], verdict: str, notes: int) -> None:
    answer = speed.judge(measured(*ends), BASE)
    assert (answer.verdict, len(answer.notes)) == (verdict, notes)
    assert answer.slower == pytest.approx(ends[1] - 1.0)
    assert all(note.startswith("faster than the band: update the baseline") for note in answer.notes)
    answered = answer.to_json()
    assert json.loads(json.dumps(answered)) == answered | {"notes": list(answer.notes)}
    assert (answered["schema"], answered["band"]) == (1, 0.15)
    assert_documented(json.loads(json.dumps(answered)), "rehearse bench --baseline")


def test_another_processor_and_another_numba_are_named() -> None:
    answer = speed.judge(measured(0.98, 1.0, 1.02), replace(BASE, cpu="Other", numba="0.1"))
    assert answer.verdict == "pass"
    assert answer.notes == (
        f"the baseline was made on another processor (Other; this is {processor()})",
        f"the baseline was made with numba 0.1 (this is {numba.__version__})",
    )


def test_the_machine_is_not_in_the_ratio() -> None:
    """A machine twice as fast, and one that becomes slower from round to round, give the same ratio."""
    rng = np.random.default_rng(3)
    days, units = 100.0 * (1.0 + 0.02 * rng.standard_normal(31)), np.full(32, 50.0)
    plain = speed.measurement(list(days), list(units))
    assert plain.ratio == pytest.approx(2.0, rel=0.01)
    fast = speed.measurement(list(days / 2), list(units / 2))
    assert (fast.ratio, fast.low, fast.high, fast.spread) == pytest.approx(
        (plain.ratio, plain.low, plain.high, plain.spread)
    )
    drift = np.linspace(1.0, 1.6, 32)
    drifting = speed.measurement(list(days * (drift[:-1] + drift[1:]) / 2), list(units * drift))
    assert drifting.ratio == pytest.approx(plain.ratio)
    assert plain.low < plain.ratio < plain.high
    assert 0.01 < plain.spread < 0.04


def test_intervals_keep_their_confidence() -> None:
    """Medians of skewed rounds lie in the interval in 99 % of 1,000 repeats, or more, within 3 standard errors."""
    rng = np.random.default_rng(5)
    units = [1.0] * 32
    held = 0
    for _ in range(1000):
        now = speed.measurement(list(rng.lognormal(0.0, 0.3, 31)), units)
        held += now.low <= 1.0 <= now.high
    assert held >= 990 - 3 * (1000 * 0.99 * 0.01) ** 0.5


def test_the_fixed_work_does_not_change() -> None:
    """Where these numbers change, recorded ratios have lost their meaning: raise the format of the file."""
    done = score.work(*score.tables())
    assert done.mixed == 2625660692482898672
    assert done.summed == pytest.approx(5653491.695108634, rel=1e-12)
    assert (speed.FORMAT, speed.PEOPLE, speed.DAYS) == (1, 100_000, 45)


def test_a_small_world_is_measured() -> None:
    steps: list[tuple[int, int]] = []
    now = speed.measure(bare_world(500, 5), 5, lambda done, total, *_: steps.append((done, total)))
    assert steps == [(done, 5) for done in range(1, 6)]
    assert 0.0 < now.low <= now.ratio <= now.high
    assert now.ratio == pytest.approx(now.ns / now.unit_ns, rel=0.5)


def test_a_baseline_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "speed.baseline"
    speed.write_baseline(path, measured(1.0, 1.23456789, 1.4), 'a "why"')
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 15
    read = speed.read_baseline(path)
    assert (read.ratio, read.spread, read.why, read.cpu) == (1.2346, 0.02, 'a "why"', processor())


@pytest.mark.parametrize(
    "edit",
    [(r"ratio = 1.23", "ratio = 1.43"), ("spread = 0.0", "spread = 0.1"), ('model = "', 'model = "0'), ("sum", "s")],
)
def test_a_baseline_that_was_edited_is_noticed(tmp_path: Path, edit: tuple[str, str]) -> None:
    path = tmp_path / "speed.baseline"
    speed.write_baseline(path, measured(1.0, 1.23456789, 1.4), "why")
    text = path.read_text(encoding="utf-8")
    assert edit[0] in text
    path.write_text(text.replace(*edit), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        speed.read_baseline(path)
    assert refusal.value.place == f"{path}: sum"
    path.write_text(text.replace('why = "why"', 'why = "other words"'), encoding="utf-8")
    assert speed.read_baseline(path).why == "other words"


def test_our_own_baseline_can_be_read() -> None:
    assert 0.1 < speed.read_baseline(OURS).ratio < 10.0


GOOD = 'format = 1\nwhy = "x"\nratio = 1.5\nspread = 0.1\n[made]\n'
WRONG = {
    "no file": (None, "", "No such file or directory"),
    "no TOML": ("a = =", "", "a file that is not TOML: "),
    "bytes": ("\udcff", "", "a file that is not TOML: "),
    "older": (GOOD.replace("format = 1", "format = 0"), ": format", "0"),
    "no format": (GOOD.replace("format = 1\n", ""), ": format", "none"),
    "a text": (GOOD.replace("1.5", '"fast"'), ": ratio", "'fast'"),
    "no spread": (GOOD.replace("spread = 0.1\n", ""), ": spread", "none"),
    "nothing": (GOOD.replace("1.5", "0.0"), ": ratio", "0.0"),
    "nan": (GOOD.replace("1.5", "nan"), ": ratio", "nan"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_baseline_that_cannot_be_used_is_one_line(tmp_path: Path, name: str) -> None:
    text, place, got = WRONG[name]
    path = tmp_path / "speed.baseline"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as refusal:
        speed.read_baseline(path)
    assert refusal.value.place == f"{path}{place}"
    assert refusal.value.got.startswith(got)
    assert "--update --why" in refusal.value.expected


CALLS = {
    ("--baseline", "none.baseline"): "none.baseline: ",
    ("--update", "--why", "x"): "--update alone",
    ("--why", "x"): "--why alone",
    ("--baseline", "f", "--update"): "--update without a reason",
    ("--baseline", "f", "--update", "--why", " "): "--update without a reason",
    ("--baseline", "f", "--why", "x"): "--why alone",
}


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_wrong_call_is_one_line(command: RunCommand, words: tuple[str, ...]) -> None:
    done = command("bench", *words)
    assert done.code == 2
    assert done.err.startswith("rehearse: ")
    assert CALLS[words] in done.err
    assert done.err.count("\n") == 1


def test_the_command_writes_and_judges(command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measurement is planted; exit codes and words are the command's own."""
    now = measured(1.0, 1.01, 1.02)
    monkeypatch.setattr(speed, "measure", lambda progress: now)
    monkeypatch.setattr(sys, "path", [*sys.path])
    done = command("bench", "--baseline", "s.baseline", "--update", "--why", "first")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "written: s.baseline"
    for ends, code, word in (
        ((1.0, 1.1, 1.11), 0, "pass"),
        ((1.2, 1.3, 1.4), 1, "fail"),
        ((1.1, 1.2, 1.3), 3, "incon"),
    ):
        now = measured(*ends)
        done = command("bench", "--baseline", "s.baseline", "--json", "-")
        assert (done.code, done.json["verdict"].startswith(word)) == (code, True)
        assert f"{word}" in done.err.splitlines()[-1]
        assert "baseline 1.01 (first)" in done.err
