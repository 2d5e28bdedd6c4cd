"""What a user of Python meets: mistakes in one line, answers that show themselves, progress, speed of import, types."""

from __future__ import annotations

import io
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import rehearse as rh
from benchmarks.import_graph import PACKAGES
from experiments import who_gained
from experiments.differences.kpi_differences import KpiDifference, KpiDifferences
from experiments.output.market_words import MarketWords
from experiments.report.page import page
from scenarios import InputError
from scenarios.progress_bar import bar
from sim.output.shown import Drawn
from sim.scenario import Rhythm
from tests.command_line import SMALL, RunCommand

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> rh.Question:
    folder = tmp_path_factory.mktemp("python")
    (folder / "shop.toml").write_text('extends = "library:shop"\n', encoding="utf-8")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    return rh.load(folder / "small.toml")


# --- mistakes --------------------------------------------------------------------------------------

EVERY = "strategy.campaigns.rhythm.every"
MISTAKES: dict[str, tuple[Callable[[rh.Question], Any], str]] = {
    "a file for a question": (lambda q: rh.compare("shop.toml"), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a file for a run": (lambda q: rh.run("shop.toml"), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a list of questions": (lambda q: rh.compare([q]), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a number for an arm": (lambda q: rh.compare({"a": 3}), "questions or scenarios by"),  # type: ignore[dict-item]
    "no arm": (lambda q: rh.compare({}), "at least two arms"),
    "no processes": (lambda q: rh.compare(q, jobs=0), "a whole number from 1, got 0"),
    "fewer processes": (lambda q: rh.check([q], jobs=-1), "a whole number from 1, got -1"),
    "some processes": (lambda q: rh.compare(q, jobs=2.7), "a whole number from 1, got 2.7"),  # type: ignore[arg-type]
    "true processes": (lambda q: rh.compare(q, jobs=True), "a whole number from 1, got True"),
    "draws of nan": (lambda q: rh.compare(q, draws=float("nan")), "a whole number"),  # type: ignore[arg-type]
    "draws true": (lambda q: rh.compare(q, draws=True), "a whole number, got True"),
    "replications less": (lambda q: rh.compare(q, replications=-1), "from 1 to 65535"),
    "a seed in words": (lambda q: rh.compare(q, seed="a"), "a whole number, got 'a'"),  # type: ignore[arg-type]
    "a list for precision": (
        lambda q: rh.compare(q, replications="auto", precision=[1]),  # type: ignore[arg-type]
        "a number, or a text such as",
    ),
    "a number for a folder": (lambda q: rh.compare(q, out=3), "the name of a folder, got 3"),  # type: ignore[arg-type]
    "progress in words": (lambda q: rh.compare(q, progress="yes"), "True, False, or a function"),  # type: ignore[arg-type]
    "a number for a file": (lambda q: rh.load(3), "the name of a file"),  # type: ignore[arg-type]
    "a number for a market": (lambda q: rh.load(q.path, market=3), "library:NAME"),  # type: ignore[arg-type]
    "a list for a plan": (lambda q: rh.sweep([1]), "a file, or a mapping"),  # type: ignore[arg-type]
    "a text for a person": (lambda q: rh.timeline(q, "7"), "a whole number from 0, got '7'"),  # type: ignore[arg-type]
    "a file for a timeline": (lambda q: rh.timeline("shop.toml", 3), 'load("FILE.toml")'),  # type: ignore[arg-type]
    "a number for a check": (lambda q: rh.check(3), "a file or folder, a loaded question"),  # type: ignore[arg-type]
    "numbers for folders": (lambda q: rh.diff(1, 2), "a folder's name, got 1"),  # type: ignore[arg-type]
    "a number for orders": (lambda q: rh.calibrate(3), "a file name, or a list of them, got 3"),  # type: ignore[arg-type]
    "draws of orders": (lambda q: rh.calibrate("orders.csv", draws="many"), "a whole number"),  # type: ignore[arg-type]
    "columns in a list": (lambda q: rh.calibrate("orders.csv", mapping=["a"]), "names of columns"),  # type: ignore[arg-type]
    "a day before": (lambda q: rh.run(q, "mild", draw=-1), "a whole number from 0, got -1"),
    "no arm is named": (lambda q: rh.run(q), "one of mild, deep"),
    "another arm": (lambda q: rh.run(q, "mld"), "did you mean 'mild'"),
    "values in a list": (lambda q: q.with_values([1]), "values by path"),  # type: ignore[arg-type]
    "a value of nan": (lambda q: q.with_values({"market.fatigue.half_life": float("nan")}), "half_life"),
    "a list of arms": (lambda q: q.with_variants(["a"]), "by the name of an arm, got ['a']"),  # type: ignore[arg-type]
    "no number of days": (lambda q: q.with_variants({"a": {EVERY: -1}}), f"variants.a.{EVERY}: "),
    "days of nan": (lambda q: q.with_variants({"a": {EVERY: float("nan")}}), f"variants.a.{EVERY}: "),
    "a market beyond all": (
        lambda q: rh.run(q, "mild", draw=10**9),
        "run: draw: expected a whole number from 0 to 99999",
    ),
    "a file for the answers": (lambda q: rh.compare(q, out=q.path), "expected a folder, got the file "),
    "a number for a programme": (lambda q: q.with_programme(3, print), "with_programme: expected a name"),  # type: ignore[arg-type]
    "a number for a mechanism": (lambda q: q.with_mechanism(3), "with_mechanism: expected a Mechanism, got 3"),  # type: ignore[arg-type]
    "one function for KPIs": (lambda q: rh.load(q.path, kpis=len), "kpis: expected a list of functions"),  # type: ignore[arg-type]
    "options in a table": (lambda q: rh.calibrate("a.csv", options={}), "options: expected ReadingOptions, got {}"),  # type: ignore[arg-type]
    "a day in words": (lambda q: rh.ReadingOptions(until="2026-01-31"), "options: until: expected a date"),  # type: ignore[arg-type]
    "half a person": (lambda q: q.with_values({"market.start_with": 2.7}), "a whole number of count, got 2.7"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_that_says_what_was_expected(name: str, question: rh.Question) -> None:
    call, expected = MISTAKES[name]
    with pytest.raises(InputError) as mistake:
        call(question)
    assert expected in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_an_argument_of_another_name_is_said_of_its_verb(question: rh.Question) -> None:
    with pytest.raises(TypeError, match="compare: got an unexpected keyword argument 'drawz'"):
        rh.compare(question, drawz=3)  # type: ignore[call-arg]


def test_a_bare_number_for_a_rhythm_counts_what_the_rhythm_counts(question: rh.Question) -> None:
    """As in `with_values` and in plans: days, or the cycles that the strategy of today has there."""

    def every(asked: rh.Question) -> rh.Question:
        return asked.with_variants({"a": {EVERY: 15}, "b": {"strategy": {"campaigns": {"rhythm": {"every": 4.5}}}}})

    for unit, of in (("d", "day"), ("shop cycles", "shop_cycle")):
        asked = every(question.with_values({EVERY: f"3 {unit}"}))
        found = [arm.strategy.campaigns["rhythm"].every for arm in asked.arms.values()]
        assert found == [Rhythm(15.0, of), Rhythm(4.5, of)]  # type: ignore[arg-type]
    new = {"strategy.campaigns.more": {"every": 20, "offer": rh.Offer.percent(0.1), "channel": "direct"}}
    assert question.with_variants({"a": new}).arms["a"].strategy.campaigns["more"].every == Rhythm(20.0)


def test_whole_numbers_of_numpy_are_whole_numbers(question: rh.Question) -> None:
    with pytest.raises(InputError, match="expected at least two arms"):
        rh.compare({"mild": question.arms["mild"]}, draws=np.int64(2), seed=np.int32(3))  # type: ignore[arg-type]


def test_chance_of_its_own_in_a_strategy_is_refused(question: rh.Question) -> None:
    """Seen at the second call, and by the states of `random` and `numpy.random`."""
    own, calls = np.random.default_rng(1), 0

    def by_own(view: Any, memory: dict[str, Any]) -> tuple[rh.Actions, dict[str, Any]]:
        chosen = view.person[own.random(view.person.size) < 0.5]
        return rh.Actions.touch(chosen, channel="direct", content="care"), memory

    def by_global(view: Any, memory: dict[str, Any]) -> tuple[rh.Actions, dict[str, Any]]:
        if view.day == 3:
            random.random()
        return pure(view, memory)

    def pure(view: Any, memory: dict[str, Any]) -> tuple[rh.Actions, dict[str, Any]]:
        nonlocal calls
        calls += 1
        return rh.Actions.touch(view.person[:1], channel="direct", content="care"), {}

    with pytest.raises(InputError, match=r"programme 'own', day 0 .*the same actions for an equal view and memory"):
        rh.run(question.with_programme("own", by_own), "mild")
    with pytest.raises(InputError, match=r"programme 'global', day 3 .*numbers from random or numpy.random"):
        rh.run(question.with_programme("global", by_global), "mild")
    with pytest.raises(InputError, match=r"programme 'fails', day 0 .*ZeroDivisionError"):
        rh.timeline(question.with_programme("fails", lambda view, memory: 1 / 0), 3, arms=["mild"])  # type: ignore[arg-type,return-value]
    days, calls = question.arms["mild"].run.days, 0
    rh.run(question.with_programme("pure", pure), "mild")
    assert calls == days + 1, "twice on the first day on which it acts, and once on each other day"


# --- answers ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer(question: rh.Question) -> rh.Comparison:
    changes = {"<b>as it is</b>": {}, "weekly": {"strategy.campaigns.rhythm.every": "7 d"}}
    return rh.compare(question.with_variants(changes), draws=2, replications=2)


def shows_itself(answer: Any, *, lines: int, words: str) -> None:
    """A short repr; the command's tables as HTML of the same words; a picture, where its class has one."""
    text, page = repr(answer), answer._repr_html_()
    assert len(text.splitlines()) <= lines
    assert all(word in text for word in words.split())
    assert page.startswith("<pre style=")
    assert page.endswith("</pre>")
    assert "http" not in page
    if isinstance(answer, Drawn):
        assert isinstance(answer.plot(), Figure)
        assert answer.plot()._repr_png_().startswith(b"\x89PNG")


def test_a_question_and_its_answers_show_themselves(
    question: rh.Question, answer: rh.Comparison, tmp_path: Path
) -> None:
    assert repr(question).splitlines()[0] == "Question 'Small' (small.toml): 'mild', 'deep'"
    shows_itself(answer, lines=2, words="Comparison 'Small' contribution_profit 2 draws replications")
    assert len(repr(replace(answer, reason=9 * f"{answer.reason} "))) < 250
    page = answer._repr_html_()
    assert page is not None
    assert "&lt;b&gt;as it is&lt;/b&gt;" in page
    assert "<b>" not in page
    shows_itself(rh.run(question, "mild"), lines=1, words="Ledger 40 days 200 contacts orders")
    person = int(who_gained(question, count=1)["person"].iloc[0])
    shows_itself(rh.timeline(question, person, arms=["mild"]), lines=1, words=f"Timelines {person} 'mild' paid")
    shows_itself(rh.check(question, store=tmp_path), lines=1, words="CheckResult pass 0 expectations 1 question")


def test_a_picture_of_what_moved_between_two_results() -> None:
    """Per cent of the mean in A, the first on top; without an interval a point alone, and nothing without a mean."""
    moved = (
        KpiDifference("mild", "orders", "count", -10.0, -8.0, 2.0, 1.0, 3.0, 0.5, 3.5),
        KpiDifference("mild", "gmv", "money", 100.0, 90.0, -10.0, None, None, None, None),
        KpiDifference("mild", "refunds", "money", 0.0, 5.0, 5.0, None, None, None, None),
    )
    kpis = KpiDifferences(moved, 1, 4, True, 2)
    one = rh.Diff(Path("a"), Path("b"), ("mild",), ((), ()), (), (), kpis, (0, 2), "CNY")
    figure = one.plot()
    assert isinstance(figure, Figure)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["sales (GMV)", "orders"]
    drawn = [list(map(float, line.get_xdata())) for line in axes.lines]  # type: ignore[arg-type]
    assert drawn == [[-10.0], [5.0, 35.0], [20.0], [0.0, 0.0]]
    assert axes.get_title(loc="left") == "3 of 4 KPIs moved; the first 2"


def test_without_the_package_that_shows_it_an_answer_is_its_repr() -> None:
    class Unknown(Drawn):
        pass

    assert Unknown()._repr_html_() is None
    with pytest.raises(NotImplementedError, match=r"Unknown are drawn after `import rehearse\.showing`"):
        Unknown().plot()


@pytest.mark.slow
def test_the_answers_of_folders_and_orders_show_themselves(
    question: rh.Question, cdnow_file: Path, tmp_path: Path
) -> None:
    for name, deep in (("a", 0.1), ("b", 0.2)):
        changed = question.with_values({"strategy.campaigns.rhythm.offer.depth": deep})
        rh.compare(changed.with_compare(references=[]), draws=2, replications=1, out=tmp_path / name)
    shows_itself(rh.diff(tmp_path / "a", tmp_path / "b"), lines=1, words="Diff KPIs moved runs")
    shows_itself(rh.calibrate(cdnow_file, draws=50), lines=2, words="Calibration customers market: not written")


def test_a_verdict_from_one_market_does_not_speak_of_several(question: rh.Question, answer: rh.Comparison) -> None:
    """Neither with one draw nor where nothing is uncertain, in text, HTML and report; several draws do."""
    arms = {"mild": question.arms["mild"], "deep": question.arms["deep"]}
    one = rh.compare(question, draws=1, replications=3)
    plain = rh.compare(arms, draws=2, replications=2)
    bound = question.with_compare(subject_to={"gmv": "< 1 CNY"})
    barred = rh.compare(bound, draws=1, replications=2)
    pages = [page(one), page(plain)]
    for text in (*pages, *(repr(single) + (single._repr_html_() or "") for single in (one, plain, barred))):
        assert "plausible market" not in text
        assert "of markets" not in text
    assert "does not keep sales (GMV) < 1 CNY in the one market that was simulated" in repr(barred)
    said = "the answer is of one market: no market number is uncertain; plain scenarios have no beliefs"
    assert any(warning.startswith(said) for warning in plain.warnings)
    assert "plausible market" in page(answer)
    assert "90 % of markets" in (answer._repr_html_() or "")


def test_shares_are_of_markets_of_draws_or_of_chance() -> None:
    assert MarketWords(20, one=False).share(0.9) == "in 90 % of plausible markets"
    assert MarketWords(20, one=True).share(0.9, only=True) == "in only 90 % of the draws, which are all of one market"
    assert MarketWords(1, one=True).share(0.9) == "with a chance of 90 % in the one market that was simulated"


# --- progress --------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_in_a_terminal_and_where_work_takes_long(
    question: rh.Question, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[Any] = []
    rh.compare(question, draws=2, replications=1, progress=states.append)
    assert [state.done for state in states][-1] == states[-1].total
    rh.run(question, "mild")
    assert capfd.readouterr().err == ""
    with bar(True) as nowhere, bar(False) as quiet:
        assert (nowhere, quiet) == (None, None)
    monkeypatch.setattr("sys.stderr", Terminal())
    for expected, seen in ((1.0, False), (90.0, True)):
        with bar(True) as show:
            assert show is not None
            show(1, 20, "simulating", expected)
        assert ("about 90 s left" in sys.stderr.getvalue()) == seen  # type: ignore[attr-defined]


# --- the package -----------------------------------------------------------------------------------


def seconds_of(*arguments: str) -> float:
    """Processor time of a Python process, the least of two."""
    found = []
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def test_help_and_import_are_quick() -> None:
    assert seconds_of("-m", "rehearse", "--help") < 0.5
    assert seconds_of("-c", "import rehearse") < 0.2


def test_every_package_is_typed_and_every_name_completed() -> None:
    assert all((ROOT / package / "py.typed").exists() for package in PACKAGES)
    names = {"load", "run", "compare", "sweep", "timeline", "check", "diff", "calibrate", "Question", "InputError"}
    assert names <= set(dir(rh))
    assert all(getattr(rh, name) is not None for name in dir(rh) if not name.startswith("_"))
    completed = pytest.importorskip("IPython.utils.dir2")
    assert names <= set(completed.dir2(rh))


PROJECT = """
from pathlib import Path

import numpy as np

import rehearse as rh


def write(view: rh.PublicView, memory: dict[str, object]) -> tuple[rh.Actions, dict[str, object]]:
    return rh.Actions.touch(view.person[:3], channel="direct", content="care"), memory


question: rh.Question = rh.load("library:campaign_rhythm", market=None).with_values({"run.horizon": "30 d"})
question = question.with_variants({"deep": {"strategy.campaigns.rhythm.offer": rh.Offer.percent(0.3)}})
question = question.with_compare(kpi="ltv").with_programme("write", write)
ledger: rh.Ledger = rh.run(question, "deep", draw=1, progress=False)
orders: int = int(ledger.series["orders"].sum())
answer: rh.Comparison = rh.compare(question, replications="auto", precision="5 CNY", progress=print)
answer.plot().savefig("a.png")
swept: rh.Sweep = rh.sweep({"scenario": question, "sweep": {"design": "grid", "vary": {"x": np.arange(3)}}})
people: rh.Timelines = rh.timeline(question, 3, arms=["deep"])
checked: rh.CheckResult = rh.check([question, Path("folder")], may=["ltv:down"])
differences: rh.Diff = rh.diff("out/a", Path("out/b"))
market: rh.Calibration = rh.calibrate("orders.csv", holdout="13w", progress=print)
rh.compare("file.toml")  # type: ignore[arg-type]
rh.run(question, drawz=3)  # type: ignore[call-arg]
"""


@pytest.mark.slow
def test_a_project_outside_the_checkout_is_checked_by_its_types(tmp_path: Path) -> None:
    """Mistakes are seen, too: an ignored error that is none would be reported.

    Errors inside the packages, which are not installed here, are those of libraries without types.
    """
    pytest.importorskip("mypy")
    (tmp_path / "shop.py").write_text(PROJECT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "shop.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "1 source file" in done.stdout, done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("shop.py")] == []


# --- one question, three ways ----------------------------------------------------------------------

PLAN = """
scenario = "small.toml"

[sweep]
design       = "grid"
levels       = 2
draws        = 1
replications = 1
variants     = ["mild"]
kpis         = ["orders"]

[sweep.vary]
"market.fatigue.half_life"         = { low = "5 d", high = "30 d" }
"strategy.campaigns.rhythm.every"  = { values = ["7 d", "14 d"] }
"""


def test_a_sweep_is_the_same_from_python_a_file_and_the_command_line(command: RunCommand) -> None:
    Path("plan.toml").write_text(PLAN, encoding="utf-8")
    vary = {
        "market.fatigue.half_life": {"low": 5, "high": 30.0},
        "strategy.campaigns.rhythm.every": {"values": np.array([7, 14])},
    }
    few = {"levels": 2, "draws": 1, "replications": 1, "variants": ["mild"], "kpis": ["orders"]}
    stated = rh.sweep(
        {"scenario": rh.load("small.toml"), "sweep": {"design": "grid", **few, "vary": vary}}, store="kept"
    )
    read = rh.sweep("plan.toml", store="kept")
    done = command("sweep", "plan.toml", "--store", "kept", "--json", "-", "--out", "out")
    assert done.code == 0, done.err
    pd.testing.assert_frame_equal(stated.runs, read.runs)
    pd.testing.assert_frame_equal(stated.design.table, read.design.table)
    pd.testing.assert_frame_equal(pd.read_parquet("out/runs.parquet"), read.runs, check_dtype=False)
    assert (stated.reused, read.reused, done.json["reused"]) == (0, len(read.runs), len(read.runs))
    assert sorted(stated.design.table["market.fatigue.half_life"].unique()) == [5.0, 30.0]
    shows_itself(stated, lines=1, words="Sweep orders 1 arm 2 paths 4 points")
