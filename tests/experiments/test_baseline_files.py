"""The file of a baseline: what goes in comes out, it reads well, and whatever is wrong with it is one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion, read_baseline, write_baseline
from scenarios import InputError

AGAIN = 'get the file back from version control, or delete it and write it again with --update --why "..."'
ANEW = 'delete it and write it again with --update --why "...", on the model as it was before the change'
WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


def lives(runs: int = 3, shift: float = 0.0) -> BaselineRuns:
    events = tuple(f"{run:016x}" for run in range(runs))
    totals = {"orders": tuple(range(10, 10 + runs)), "paid": tuple(1000 * run for run in range(runs))}
    return BaselineRuns(events, totals, {"ltv": np.linspace(100.0, 120.0, runs) + shift, "aov": np.full(runs, np.nan)})


def baseline(**changes: object) -> Baseline:
    told = {
        "scenario": "small.toml",
        "why": "first",
        "may": ("ltv:down",),
        "made": {"model": "0123", "numpy": "2.4.6", "processor": "One"},
        "size": {"start": "2026-01-01", "seed": 1, "horizon": 60, "draws": 3, "replications": 1},
        "conclusion": Conclusion("ltv", "a", "winner", ("a", "b")),
        "arms": {"a": lives(), "b": lives(shift=-5.0)},
    }
    return Baseline(**(told | changes))  # type: ignore[arg-type]


def same(one: Baseline, other: Baseline) -> bool:
    plain = ("scenario", "why", "may", "made", "size", "conclusion")
    arms = one.arms.keys() == other.arms.keys() and all(own.equal(other.arms[arm]) for arm, own in one.arms.items())
    return arms and all(getattr(one, name) == getattr(other, name) for name in plain)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.baseline"
    for told in (baseline(), baseline(conclusion=None, may=()), baseline(conclusion=Conclusion("ltv", None, "x", ()))):
        write_baseline(path, told)
        assert same(read_baseline(path), told)
    assert read_baseline(path).runs == 3


@given(name=WORDS, why=WORDS, values=st.lists(st.floats(-1e15, 1e15) | st.just(float("nan")), min_size=1, max_size=5))
def test_any_name_and_number_survives(
    tmp_path_factory: pytest.TempPathFactory, name: str, why: str, values: list[float]
) -> None:
    runs = len(values)
    own = BaselineRuns(("0" * 16,) * runs, {"orders": (2**62,) * runs}, {"ltv": np.array(values)})
    path = tmp_path_factory.mktemp("base") / "x.baseline"
    told = baseline(arms={name: own}, why=why, conclusion=Conclusion("ltv", name, "winner", (name,)))
    write_baseline(path, told)
    back = read_baseline(path)
    assert (back.why, back.conclusion, list(back.arms)) == (why, told.conclusion, [name])
    assert back.arms[name].totals == own.totals
    assert np.allclose(back.arms[name].values["ltv"], own.values["ltv"], rtol=1e-9, atol=0.0, equal_nan=True)


def test_equal_is_to_the_integer_and_to_the_digits_that_are_written() -> None:
    one = lives()
    assert one.equal(lives(shift=1e-9))
    assert not one.equal(lives(shift=1e-5))
    assert not one.equal(BaselineRuns(one.events, one.totals | {"paid": (0, 1000, 2001)}, one.values))
    assert not one.equal(BaselineRuns((*one.events[:2], "other"), one.totals, one.values))
    assert one.equal(BaselineRuns(one.events, one.totals, {"ltv": one.values["ltv"]})), (
        "what one side alone has is apart"
    )
    assert one.first(2).equal(lives().first(2))


def test_a_change_of_one_run_is_a_change_of_few_lines(tmp_path: Path) -> None:
    paths = tmp_path / "one", tmp_path / "two"
    other = lives()
    changed = BaselineRuns(other.events, other.totals, other.values | {"ltv": other.values["ltv"] + [0.0, 3.0, 0.0]})
    write_baseline(paths[0], baseline())
    write_baseline(paths[1], baseline(why="second", arms={"a": changed, "b": lives(shift=-5.0)}))
    one, two = (path.read_text(encoding="utf-8").splitlines() for path in paths)
    differ = [new for old, new in zip(one, two, strict=True) if old != new]
    assert [line.split(" = ")[0].strip()[:6] for line in differ] == ["why", "sum", "ltv", '["0000']


def test_the_header_may_be_put_right_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "small.baseline"
    write_baseline(path, baseline())
    text = path.read_text(encoding="utf-8").replace('why = "first"', 'why = "the first of all"')
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8")
    assert read_baseline(path).why == "the first of all"


def test_whatever_is_wrong_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("small.baseline")
    write_baseline(path, baseline())
    text = path.read_text(encoding="utf-8")
    sum_ = f"sum: does not fit the lines below it; allowed a file as it was written: {AGAIN}; got other lines"
    cut = text[: text.rindex("rows")]
    for wrong, message in (
        (text.replace("1000", "1001"), sum_),
        (cut, sum_),
        (text[:-3], f"is no baseline; allowed a file as it was written: {AGAIN}; got "),
        ("", f"format: is not a version that is known; allowed 1: {ANEW}; got none"),
        (
            text.replace("format = 1", "format = 0"),
            f"format: is not a version that is known; allowed 1: {ANEW}; got 0",
        ),
        ("\ufeff" + text, f"is no baseline; allowed a file as it was written: {AGAIN}; got "),
        ("[" * 100_000, f"is no baseline; allowed a file as it was written: {AGAIN}; got "),
        (text.replace("  # of all lines below", ""), sum_),
        ("[x]\n" + text, f"format: is not a version that is known; allowed 1: {ANEW}; got none"),
        ("<<<<<<< HEAD\n" + text, f"is no baseline; allowed a file as it was written: {AGAIN}; got "),
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError) as told:
            read_baseline(path)
        assert str(told.value).startswith(f"small.baseline: {message}")
        assert "\n" not in str(told.value)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"small.baseline: is no baseline; allowed a file as it was written"):
        read_baseline(path)
    path.unlink()
    with pytest.raises(InputError) as told:
        read_baseline(path)
    missing = 'there is no such file; allowed a baseline; write it with --update --why "..."; got none'
    assert str(told.value) == f"small.baseline: {missing}"
    path.mkdir()
    with pytest.raises(InputError, match=r"small.baseline: cannot be read; allowed a baseline; got Is a directory"):
        read_baseline(path)
