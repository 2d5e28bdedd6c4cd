"""KPIs of one's own: measured, stored, judged and refused."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rehearse as rh
from experiments import check, compare, run_arm
from experiments.comparison.comparison_plan import comparison_plan
from experiments.execution.store import Store
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import plan_from
from scenarios import InputError, OwnKpi, Question, additions_of_files, load
from sim.output.kpi_window import Window
from sim.output.measures import MEASURES
from sim.scenario import Range

from ..command_line import RunCommand
from .conftest import Ask, Plant

MONEY = partial(rh.kpi, unit="money", better="higher", numerator="paid less goods", denominator="contacts")


@MONEY(version="1")
def margin(ledger: Window) -> float | None:
    return (ledger.total("paid") - ledger.total("goods")) / ledger.people if ledger.people else None


@rh.kpi(unit="share", better="higher", numerator="who ordered twice", denominator="who ordered", version="1")
def twice(ledger: Window, events: Any) -> float | None:
    assert events.orders["person"].size == ledger.ledger.series["orders"].sum()
    times = np.unique(events.orders["person"], return_counts=True)[1]
    return float((times > 1).mean()) if times.size else None


@MONEY(version="1", where=rh.Who(stage=("first_buyer", "repeater")))
def buyers_spend(ledger: Window, people: Any) -> float | None:
    assert people.people < ledger.people
    return people.paid / people.people if people.people else None


def made(function: Callable[..., Any], version: str | None = "1", **more: Any) -> OwnKpi:
    return MONEY(version=version, **more)(function)


def earning(arm: str, draw: int, replication: int) -> float:
    return {"mild": 6e6, "deep": 3e6}[arm] + 1e5 * draw + 1e4 * replication


@pytest.fixture
def asked(ask: Ask) -> Question:
    return ask().with_kpis(margin).with_compare(kpi="margin", also=["gmv"], subject_to={"margin": "> 100 CNY"})


def values(answer: Any, kpi: str, window: str = "horizon") -> list[float]:
    runs = answer.results.runs
    return list(runs.loc[(runs["kpi"] == kpi) & (runs["window"] == window), "value"])


def test_a_rate_is_bounded_per_so_many_days(ask: Ask) -> None:
    def leaving(ledger: Window) -> float:
        return 0.1

    rate = rh.kpi(unit="share", better="lower", numerator="events", denominator="people", version="1", rate=True)
    orders = rh.kpi(unit="count", better="higher", numerator="orders", denominator="people", version="1", rate=True)
    asked = ask().with_kpis(rate(leaving), orders(count_of_orders))
    bounds = {"leaving": "< 2 % per 10 d", "count_of_orders": "> 2 per 10 d"}
    limits = comparison_plan(asked.with_compare(subject_to=bounds)).limits
    assert limits["leaving"].value == pytest.approx(1.0 - 0.98**3)
    assert limits["count_of_orders"].value == pytest.approx(6.0)
    plain = ask().with_kpis(made(leaving)).with_compare(subject_to={"leaving": "< 2 CNY per 10 d"})
    for question, words in ((asked.with_compare(subject_to={"leaving": "< 2 %"}), "is a rate"), (plain, "not a rate")):
        with pytest.raises(InputError, match=words):
            comparison_plan(question)
    with pytest.raises(InputError, match="rate: expected True or False, got 'yes'"):
        made(leaving, rate="yes")


def count_of_orders(ledger: Window) -> float:
    return ledger.total("orders")


# --- measured and stored ---------------------------------------------------------------------------


def test_it_decides_and_bounds_a_comparison(asked: Question, plant: Plant) -> None:
    plant(earning)
    answer = compare(asked.with_compare(confidence=0.6, chance=0.7))  # three draws can name an arm, and show a bound
    assert (answer.verdict, answer.plan.unit) == ("mild", "money")
    paid = values(answer, "gmv")
    assert values(answer, "margin") == [one / 100.0 for one in paid], "of 100 contacts, and without goods"
    assert values(answer, "margin", "short_run") == [one / 300.0 for one in paid], "20 of 60 days"
    assert answer.checks[0].kpi == "margin"


def test_stored_runs_are_measured_again_where_kpis_change(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    done, plain, called = plant(earning), ask(), list[int]()

    def counting(ledger: Window) -> float:
        called.append(1)
        return ledger.total("paid")

    first, other = plain.with_kpis(made(counting)), plain.with_kpis(made(counting, "2"))
    asked = (plain, 0), (first, 36), (first, 36), (plain, 36), (first, 72), (plain.with_kpis(margin), 72), (other, 108)
    for place, (question, times) in enumerate(asked):
        results = execute(plan_from(question), jobs=1, store=Store(tmp_path))
        assert (len(done), results.reused, len(called)) == (12, 12 * bool(place), times)
        assert set(results.runs["kpi"]) - set(MEASURES) == {one.name for one in question.kpis}


def test_what_a_run_does_not_keep_is_run_again(ask: Ask, tmp_path: Path) -> None:
    """The real simulator: events are not stored, and nobody was watched in the runs without these KPIs."""
    plain = ask(('"60 d"', '"25 d"'))
    one, store = ("mild",), tmp_path / "out"
    size: dict[str, Any] = {"draws": 1, "replications": 1, "out": store, "jobs": 1}
    run_arm(plain, *one, **size)
    both = plain.with_kpis(margin, twice, buyers_spend)
    first = run_arm(both, *one, **size)
    again, without = run_arm(both, *one, **size), run_arm(plain, *one, **size)
    assert [answer.results.reused for answer in (first, again, without)] == [0, 1, 1]
    assert first.results.runs.equals(again.results.runs)
    found = {name: first.kpis[name].mean for name in ("margin", "twice", "buyers_spend")}
    assert found == {name: again.kpis[name].mean for name in found}
    assert 0 < found["twice"] < 1
    assert found["buyers_spend"] > first.kpis["spend_per_customer"].mean

    def other(ledger: Window, people: Any) -> float:
        return 2.0 * people.paid / people.people

    for version in "12":
        counted = run_arm(plain.with_kpis(twice, made(other, version, where=buyers_spend.where)), *one, **size)
        assert counted.results.reused == 1, "the same people are watched, and the same events are read"
        assert counted.kpis["other"].mean == 2.0 * found["buyers_spend"]


# --- from files, on the command line, in several processes -----------------------------------------

KPIS = """
import rehearse as rh


@rh.kpi(unit="money", better="higher", numerator="paid less goods", denominator="contacts", version="1")
def margin(ledger):
    return (ledger.total("paid") - ledger.total("goods")) / ledger.people


@rh.kpi(unit="count", better="higher", numerator="orders of the event log", version="1")
def logged(ledger, events):
    return len(events.orders["person"])
"""
EXPECT = """
[expect.margin]
kpi     = "margin"
variant = "mild"
between = ["-1000 CNY", "1000 CNY"]
"""
CRITERIA = f"""
[compare]
kpi        = "margin"
also       = ["logged"]
subject_to = {{ margin = "> -1000 CNY" }}
references = []
{EXPECT}
"""
SWEEP = """
scenario = "small.toml"
[sweep]
design       = "grid"
levels       = 2
draws        = 2
replications = 1
kpis         = ["margin", "logged"]
[sweep.vary]
"strategy.campaigns.rhythm.lasts" = { low = "3 d", high = "9 d" }
"""


@pytest.fixture
def importing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules that a test imports from files are forgotten."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield
    for name in set(sys.modules) - known:
        if name.startswith("kpis_"):
            del sys.modules[name]


@pytest.fixture
def project(command: RunCommand, importing: None) -> RunCommand:
    """A project with KPIs of its own in a Python file."""
    small = Path("small.toml").read_text(encoding="utf-8").replace("[compare]\nreferences = []\n", CRITERIA)
    Path("small.toml").write_text(small.replace('"40 d"', '"20 d"'), encoding="utf-8")
    Path("kpis_one.py").write_text(KPIS, encoding="utf-8")
    return command


def test_a_command_learns_of_a_file_of_kpis(project: RunCommand) -> None:
    """Two processes, and then a store that is filled: a report needs no file."""
    done = project("compare", "small.toml", "--python", "kpis_one.py", "--draws", 2, "--jobs", 2, "--out", "out/first")
    assert (done.code, "mean margin (CNY)" in done.out) == (0, True), done.err
    Path("kpis_one.py").unlink()
    assert project("report", "out/first").code == 0
    page = Path("out/first/report.html").read_text(encoding="utf-8")
    assert "8 runs taken from the store" in page
    assert "logged: orders of the event log, per one shop; version 1" in page
    missing = project("compare", "small.toml")
    assert (missing.code, "compare.kpi" in missing.err, "--python FILE" in missing.err) == (2, True, True)


@pytest.mark.slow
def test_every_command_learns_of_it(project: RunCommand) -> None:
    """The same in a sweep, a run, a check against a baseline, and a diff, with two processes."""
    Path("plan.toml").write_text(SWEEP, encoding="utf-8")
    own = ("--python", "kpis_one.py", "--store", "kept", "--jobs", 2)
    compared = [project("compare", "small.toml", *own, "--json", "-").json for _ in range(2)]
    assert compared[0]["strategies"] == compared[1]["strategies"]
    swept = [project("sweep", "plan.toml", *own, "--json", "-").json for _ in range(2)]
    assert {row["kpi"] for row in swept[0]["sensitivity"]} == {"margin", "logged"}
    assert swept[1]["reused"] == swept[1]["runs"] > 0
    shown = project("run", "small.toml", *own, "--out", "first", "--json", "-").json["kpis"]
    assert shown["logged"]["mean"] == shown["orders"]["mean"] > 0
    project("run", "small.toml", *own, "--out", "second")
    assert "KPIs are equal" in project("diff", "first", "second").out
    check = ("check", "small.toml", *own, "--baseline", "baselines")
    assert project(*check, "--update", "--why", "the first").code == 0
    assert project(*check).code == 0
    assert project("validate", "small.toml", "--python", "kpis_one.py").code == 0


def test_a_baseline_holds_it(ask: Ask, plant: Plant, tmp_path: Path) -> None:
    plant(earning)
    small = '[check]\nsmallest = { margin = "2 CNY" }\nruns = 32\n[run]'
    path = ask().path
    text = path.read_text(encoding="utf-8").replace("[run]", EXPECT + small)
    path.write_text(text, encoding="utf-8")
    how: dict[str, Any] = {"baseline": tmp_path / "baselines", "store": tmp_path / "kept"}

    def verdict(kpis: Sequence[OwnKpi], **more: Any) -> tuple[str, list[str]]:
        (one,) = check(path, kpis=kpis, **how, **more).scenarios
        assert one.regression is not None
        return one.verdict, [change.kpi for change in one.regression.kpis if change.verdict == "fail"]

    def dearer(ledger: Window) -> float:
        return ledger.total("paid") / ledger.people + 1000.0

    dearer.__name__ = "margin"
    assert verdict([margin], update=True, why="the first")[0] == "pass"
    assert verdict([margin]) == ("pass", [])
    assert verdict([made(dearer, "2")]) == ("fail", ["margin", "margin"]), "of both arms, and no other"
    assert verdict([made(dearer, "2")], may=["margin:up"]) == ("pass", [])
    with pytest.raises(InputError, match="--python FILE"):
        check(path, **how)


@pytest.mark.usefixtures("importing")
@pytest.mark.parametrize(
    ("name", "text", "place", "got"),
    [
        ("kpis_none.py", "x = 1", "kpis_none.py", "none"),
        ("kpis_wrong.py", "x = 1\n1 / 0", "kpis_wrong.py:2", "ZeroDivisionError: division by zero"),
        ("kpis_text.py", "x = (", "kpis_text.py:1", "SyntaxError: '(' was never closed (kpis_text.py, line 1)"),
        ("kpis_bad.py", KPIS.replace("money", "cash"), "kpis_bad.py: kpi margin: unit", "'cash'"),
        ("json.py", KPIS, "json.py", None),
        ("my-kpis.py", KPIS, "my-kpis.py", ""),
    ],
)
def test_a_file_that_is_no_file_of_kpis(
    name: str, text: str, place: str, got: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as mistake:
        additions_of_files([name])
    assert mistake.value.place == place
    assert got is None or mistake.value.got == got


# --- mistakes --------------------------------------------------------------------------------------


def spoiling_series(ledger: Window) -> float:
    ledger.by_day("paid")[:] = 0
    return 1.0


def spoiling_ledger(ledger: Window) -> float:
    ledger.ledger.series["paid"] = ledger.by_day("orders")
    return 1.0


FAILING: list[tuple[Callable[..., Any], str, str]] = [
    (lambda ledger: 1 / 0, "it failed", "ZeroDivisionError: division by zero"),
    (lambda ledger: ledger.total("payed"), "it failed", "KeyError: 'payed'"),
    (lambda ledger: "many", "", "'many'"),
    (lambda ledger: ledger.by_day("paid")[:2], "", "[100000 100000]"),
    (lambda ledger: float("nan"), "", "nan"),
    (lambda ledger: True, "", "True"),
    (spoiling_series, "it changes the ledger", "ValueError: assignment destination is read-only"),
    (spoiling_ledger, "it changes the ledger", "other parts of it than before"),
]


@pytest.mark.parametrize(("function", "problem", "got"), FAILING)
def test_one_that_fails_stops_the_question(
    function: Callable[..., Any], problem: str, got: str, ask: Ask, plant: Plant, tmp_path: Path
) -> None:
    done = plant(lambda arm, draw, replication: 6e6)
    function.__name__ = "failing"
    runs, store = plan_from(ask().with_kpis(made(function))), Store(tmp_path)
    for times in (1, 12):
        with pytest.raises(InputError) as mistake:
            execute(runs, jobs=1, store=store)
        assert mistake.value.place == "kpi failing, arm 'mild', draw 0, replication 0"
        assert (mistake.value.problem, mistake.value.got) == (problem, got)
        assert len(done) == times
        done.clear()
        execute(plan_from(ask()), jobs=1, store=store)  # the second time, its runs are stored


def test_no_value_is_none(ask: Ask, plant: Plant) -> None:
    plant(earning)

    def nothing(ledger: Window) -> None:
        return None

    results = execute(plan_from(ask().with_kpis(made(nothing))), jobs=1)
    assert results.runs.loc[results.runs["kpi"] == "nothing", "value"].isna().sum() == 36
    assert not results.failures


def takes_two(ledger: Window, more: Any) -> float:
    return 1.0


def gmv(ledger: Window) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: made(lambda ledger: 1.0), "kpi"),
        (lambda: made(takes_two), "kpi takes_two"),
        (lambda: made(margin.function, where=rh.Who()), "kpi margin"),
        (lambda: made(buyers_spend.function), "kpi buyers_spend"),
        (lambda: made(buyers_spend.function, where={"orders": 2}), "kpi buyers_spend: where"),
        (lambda: made(buyers_spend.function, where=rh.Who(orders=(2, None))), "kpi buyers_spend: where"),  # type: ignore
        (lambda: made(margin.function, version=1), "kpi margin: version"),  # type: ignore[arg-type]
        (lambda: made(margin.function, better="up"), "kpi margin: better"),
        (lambda: made(margin.function, numerator=""), "kpi margin: numerator"),
    ],
)
def test_what_is_no_kpi(make: Callable[[], OwnKpi], place: str) -> None:
    with pytest.raises(InputError) as mistake:
        make()
    assert mistake.value.place == place


def test_names_and_people_must_fit_the_question(ask: Ask) -> None:
    question = ask()
    elsewhere = made(buyers_spend.function, where=rh.Who(source=("nowhere",), tenure=Range(high=30.0)))
    for kpis, place in (
        ((margin, made(margin.function, "2")), "kpi margin"),
        ((made(gmv),), "kpi gmv"),
        ((gmv,), "kpis"),
        ((elsewhere,), "kpi buyers_spend: where.source"),
    ):
        for adding in (partial(question.with_kpis, *kpis), partial(load, question.path, kpis=kpis)):
            with pytest.raises(InputError) as mistake:
                adding()
            assert mistake.value.place == place
    assert question.with_kpis(margin, margin).kpis == (margin,)
    with pytest.raises(InputError, match="different KPIs"):
        compare(
            {
                name: replace(question, arms={"base": arm}, kpis=(margin,) * (name == "mild"))
                for name, arm in question.arms.items()
            }
        )


def test_without_a_version_runs_are_not_kept(
    ask: Ask, plant: Plant, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.execution.python_functions._warned_of", set())
    done = plant(earning)
    for times in (12, 24):
        results = execute(plan_from(ask().with_kpis(made(margin.function, None))), jobs=1, store=Store(tmp_path))
        assert (len(done), int((results.runs["kpi"] == "margin").sum())) == (times, 36)
    assert capsys.readouterr().err.count("kpi margin: without a version") == 1
    assert not Store(tmp_path).keys()


def test_other_processes_must_find_it(ask: Ask) -> None:
    def local(ledger: Window) -> float:
        return 1.0

    with pytest.raises(InputError) as mistake:
        compare(ask().with_kpis(made(local)), jobs=2)
    assert mistake.value.place == "kpi local"
    assert pickle.loads(pickle.dumps(margin)) is margin


def test_a_cut_run_has_no_events(ask: Ask) -> None:
    with pytest.raises(InputError) as mistake:
        run_arm(ask().with_kpis(margin, twice), shards=2)
    assert (mistake.value.place, mistake.value.got) == ("--shards", "kpi twice")
