"""The file of a baseline: what is written is read, differences are short, and every error is one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion, read_baseline, write_baseline
from scenarios import InputError

WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


def some_runs(runs: int = 3, shift: float = 0.0) -> BaselineRuns:
    events = tuple(f"{run:016x}" for run in range(runs))
    totals = {"orders": tuple(range(10, 10 + runs)), "paid": tuple(1000 * run for run in range(runs))}
    return BaselineRuns(events, totals, {"ltv": np.linspace(100.0, 120.0, runs) + shift, "aov": np.full(runs, np.nan)})


def baseline(**changes: object) -> Baseline:
    fields = {
        "scenario": "small.toml",
        "why": "first",
        "may": ("ltv:down",),
        "made": {"model": "0123", "numpy": "2.4.6", "processor": "One"},
        "size": {"start": "2026-01-01", "seed": 1, "horizon": 60, "draws": 3, "replications": 1},
        "conclusion": Conclusion("ltv", "a", "winner", ("a", "b")),
        "arms": {"a": some_runs(), "b": some_runs(shift=-5.0)},
    }
    return Baseline(**(fields | changes))  # type: ignore[arg-type]


def same(one: Baseline, other: Baseline) -> bool:
    plain = ("scenario", "why", "may", "made", "size", "conclusion")
    arms = one.arms.keys() == other.arms.keys() and all(own.equal(other.arms[arm]) for arm, own in one.arms.items())
    return arms and all(getattr(one, name) == getattr(other, name) for name in plain)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.baseline"
    for one in (baseline(), baseline(conclusion=None, may=()), baseline(conclusion=Conclusion("ltv", None, "x", ()))):
        write_baseline(path, one)
        assert same(read_baseline(path), one)
    assert read_baseline(path).runs == 3


@given(name=WORDS, why=WORDS, values=st.lists(st.floats(-1e15, 1e15) | st.just(float("nan")), min_size=1, max_size=5))
def test_any_name_and_number_survives(
    tmp_path_factory: pytest.TempPathFactory, name: str, why: str, values: list[float]
) -> None:
    runs = len(values)
    own = BaselineRuns(("0" * 16,) * runs, {"orders": (2**62,) * runs}, {"ltv": np.array(values)})
    path = tmp_path_factory.mktemp("base") / "x.baseline"
    one = baseline(arms={name: own}, why=why, conclusion=Conclusion("ltv", name, "winner", (name,)))
    write_baseline(path, one)
    back = read_baseline(path)
    assert (back.why, back.conclusion, list(back.arms)) == (why, one.conclusion, [name])
    assert back.arms[name].totals == own.totals
    assert np.allclose(back.arms[name].values["ltv"], own.values["ltv"], rtol=1e-9, atol=0.0, equal_nan=True)


def test_runs_are_equal_to_the_integer_and_in_the_digits_that_are_written() -> None:
    one = some_runs()
    assert one.equal(some_runs(shift=1e-9))
    assert not one.equal(some_runs(shift=1e-5))
    assert not one.equal(BaselineRuns(one.events, one.totals | {"paid": (0, 1000, 2001)}, one.values))
    assert not one.equal(BaselineRuns((*one.events[:2], "other"), one.totals, one.values))
    assert one.equal(BaselineRuns(one.events, one.totals, {"ltv": one.values["ltv"]})), (
        "a KPI that only one has is not compared"
    )
    assert one.first(2).equal(some_runs().first(2))


def test_a_change_of_one_run_is_a_change_of_few_lines(tmp_path: Path) -> None:
    paths = tmp_path / "one", tmp_path / "two"
    other = some_runs()
    changed = BaselineRuns(other.events, other.totals, other.values | {"ltv": other.values["ltv"] + [0.0, 3.0, 0.0]})
    write_baseline(paths[0], baseline())
    write_baseline(paths[1], baseline(why="second", arms={"a": changed, "b": some_runs(shift=-5.0)}))
    one, two = (path.read_text(encoding="utf-8").splitlines() for path in paths)
    differ = [new for old, new in zip(one, two, strict=True) if old != new]
    assert [line.split(" = ")[0].strip()[:6] for line in differ] == ["why", "sum", "ltv", '["0000']


def test_the_header_may_be_edited(tmp_path: Path) -> None:
    path = tmp_path / "small.baseline"
    write_baseline(path, baseline())
    text = path.read_text(encoding="utf-8").replace('why = "first"', 'why = "the first of all"')
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8")
    assert read_baseline(path).why == "the first of all"


def test_every_error_of_a_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("small.baseline")
    write_baseline(path, baseline())
    text = path.read_text(encoding="utf-8")
    damaged, edited = ("small.baseline", "not a baseline"), ("small.baseline: sum", "not the sum of the lines below it")
    for wrong, place_and_problem, got in (
        (text.replace("1000", "1001"), edited, ""),
        (text[: text.rindex("rows")], edited, ""),
        (text.replace("  # of all lines below", ""), edited, ""),
        (text[:-3], damaged, None),
        ("\ufeff" + text, damaged, None),
        ("[" * 100_000, damaged, None),
        ("<<<<<<< HEAD\n" + text, damaged, None),
        ("", ("small.baseline: format", "unknown format"), "none"),
        (text.replace("format = 1", "format = 0"), ("small.baseline: format", "unknown format"), "0"),
        ("[x]\n" + text, ("small.baseline: format", "unknown format"), "none"),
    ):
        path.write_text(wrong, encoding="utf-8")
        error = refused(path)
        assert (error.place, error.problem) == place_and_problem
        assert error.got if got is None else error.got == got
        assert '--update --why "..."' in error.expected, "what to do"
        assert "\n" not in str(error)
    path.write_bytes(b"\xff\xfe\x00")
    assert refused(path).problem == "not a baseline"
    path.unlink()
    assert (refused(path).place, refused(path).problem) == ("small.baseline", "no such file")
    path.mkdir()
    assert (refused(path).problem, refused(path).got) == ("cannot be read", "Is a directory")


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as refusal:
        read_baseline(path)
    return refusal.value
