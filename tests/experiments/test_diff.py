"""Differences between two results: on folders with a known difference, and once more by brute force."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import compare, diff, run_arm
from experiments.differences.event_differences import Events, compare_events
from experiments.differences.kpi_differences import CONFIDENCE, compare_kpis
from experiments.traces.timeline_entries import TimelineFormat
from scenarios import InputError
from sim.fingerprint import model_fingerprint
from sim.stages import Event
from tests.experiments.conftest import Ask, question_in

Change = Callable[[Path], object]
FORMATS = TimelineFormat(date(2026, 1, 1), "CNY")
REFUNDS = ("[market]\n", '[market]\nservice.refund_resolved = "90 %"\n')
SIZE: dict[str, Any] = {"draws": 1, "replications": 2, "jobs": 1}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders `before` and `after`, of comparisons of both arms: after, more complaints are refunded."""
    there = tmp_path_factory.mktemp("folders")
    for name, changes in (("before", ()), ("after", (REFUNDS,))):
        compare(question_in(there, *changes), out=there / name, **SIZE)
    return there


@pytest.fixture
def before(folders: Path, tmp_path: Path) -> Path:
    """A folder of both arms, to be looked at or damaged."""
    return Path(shutil.copytree(folders / "before", tmp_path / "before"))


@pytest.fixture
def after(folders: Path, tmp_path: Path) -> Path:
    """The same with another number."""
    return Path(shutil.copytree(folders / "after", tmp_path / "after"))


def events(*rows: tuple[int, int, int, int, float]) -> Events:
    """Rows person, day, kind, cents, instant as arrays."""
    table = np.array(rows, dtype=object).reshape(-1, 5)
    types = (np.uint64, np.int32, np.int8, np.int64, np.float64)
    names = ("person", "day", "kind", "cents", "instant")
    return {name: table[:, place].astype(kind) for place, (name, kind) in enumerate(zip(names, types, strict=True))}


def brute(a: pd.DataFrame, b: pd.DataFrame) -> tuple[int, int, set[int], Counter[int]]:
    """Person and day of the earliest event that one side lacks; all people and kinds of events that differ."""
    firsts: list[Any] = []
    different, kinds = set[int](), Counter[int]()
    of = [dict(list(table.groupby("person"))) for table in (a, b)]
    for person in {*a["person"].tolist(), *b["person"].tolist()}:
        own = [of[side].get(person, table.iloc[:0]) for side, table in enumerate((a, b))]
        sides = [Counter(zip(t["day"], t["kind"], t["cents"], strict=True)) for t in own]
        alone = (sides[0] - sides[1]) + (sides[1] - sides[0])
        if alone:
            different.add(person)
            kinds.update(kind for _, kind, _ in alone)
            firsts += [
                (row.instant, row.day, person)
                for row in pd.concat(own).itertuples()
                if (row.day, row.kind, row.cents) in alone
            ]
    _, day, person = min(firsts)
    return person, day, different, kinds


# --- whole folders ---------------------------------------------------------------------------------


def test_a_folder_is_itself(before: Path) -> None:
    answer = diff(before, before)
    assert answer.inputs == ()
    assert [first_run.same for first_run in answer.first_runs] == [True, True]
    assert answer.kpis.moved == ()
    assert answer.kpis.equal == answer.kpis.compared > 80
    assert answer.same_runs == (4, 4)
    assert answer.to_frame().empty


def test_titles_and_questions_are_no_inputs(ask: Ask, before: Path, tmp_path: Path) -> None:
    other = ask(("Does a deeper discount pay?", "Does it?"), ('"Small <b>question</b>"', '"Other"'))
    compare(other, out=tmp_path / "titled", **SIZE)
    assert diff(before, tmp_path / "titled").inputs == ()


@pytest.mark.parametrize("kept", [True, False], ids=["events.parquet", "simulated again"])
def test_one_number_and_the_first_person_it_touches(ask: Ask, tmp_path: Path, kept: bool) -> None:
    """A larger share of closed complaints is refunded: refunds alone differ, and brute force finds the same person."""
    a, b = tmp_path / "a", tmp_path / "b"
    tables = []
    for folder, changes in ((a, ()), (b, (REFUNDS,))):
        run_arm(ask(*changes), "mild", events=True, out=folder, **SIZE)
        tables.append(pd.read_parquet(folder / "events.parquet"))
        if not kept:
            (folder / "events.parquet").unlink()
    person, day, different, kinds = brute(*tables)
    assert set(kinds) == {Event.REFUND}, "the planted number touches refunds alone"
    answer = diff(a, b)
    ((change,), (first_run,)) = answer.inputs, answer.first_runs
    assert change.path == "market.service.refund_resolved"
    assert (change.a, change.b, change.arms) == ("30 % (10 % to 60 %)", "90 %", ("mild",))
    assert first_run.known == ("events.parquet" if kept else "simulated again",)
    assert first_run.events is not None
    first = first_run.events.first
    assert first is not None
    assert (first.person, first.day) == (person, day)
    assert first_run.events.differing == len(different)
    assert first_run.events.people == len({*tables[0]["person"], *tables[1]["person"]})
    assert (first.a, first.b.startswith("gets "), first.b.endswith(" CNY back")) == ("no refund", True, True)
    moved = {one.kpi: one for one in answer.kpis.moved}
    assert moved["refunds"].difference > 0
    assert "orders" not in moved
    assert answer.kpis.paired
    assert answer.kpis.runs == 2


def test_the_order_of_rows_is_no_difference(ask: Ask, tmp_path: Path) -> None:
    """The twin: the same events in another order; fingerprints are made to differ so that the rows are looked at."""
    a, b = tmp_path / "a", tmp_path / "b"
    run_arm(ask(), "mild", events=True, out=a, **SIZE)
    shutil.copytree(a, b)
    table = pd.read_parquet(b / "events.parquet")
    table.sample(frac=1.0, random_state=4).to_parquet(b / "events.parquet", index=False)
    runs = pd.read_parquet(b / "runs.parquet")
    runs.assign(fingerprint="0" * 64).to_parquet(b / "runs.parquet", index=False)
    (first_run,) = diff(a, b).first_runs
    assert first_run.same
    assert first_run.known == ("events.parquet",)
    table.iloc[1:].to_parquet(b / "events.parquet", index=False)
    (first_run,) = diff(a, b).first_runs
    assert first_run.events is not None
    assert first_run.events.first is not None
    assert (first_run.events.first.person, first_run.events.differing) == (int(table["person"].iloc[0]), 1)


def test_another_seed_is_not_paired(ask: Ask, before: Path, tmp_path: Path) -> None:
    compare(ask(), out=tmp_path / "seed", seed=7, **SIZE)
    answer = diff(before, tmp_path / "seed")
    assert [(one.path, one.a, one.b) for one in answer.inputs] == [("run.seed", "1", "7")]
    assert not answer.kpis.paired
    assert {first_run.why for first_run in answer.first_runs} == {
        "seed 1 in A, 7 in B: other people and random numbers"
    }
    assert {one.low is not None for one in answer.kpis.moved if one.t is not None} == {True}


def test_medians_and_draws_are_not_paired(ask: Ask, before: Path, tmp_path: Path) -> None:
    compare(ask(), out=tmp_path / "draws", draws=2, replications=1, jobs=1)
    answer = diff(before, tmp_path / "draws")
    assert {one.path for one in answer.inputs} == {"run.draws", "run.replications"}
    assert not answer.kpis.paired


def test_more_draws_are_paired_where_both_have_them(ask: Ask, tmp_path: Path) -> None:
    for draws in (2, 3):
        run_arm(ask(), "mild", draws=draws, replications=1, jobs=1, out=tmp_path / str(draws))
    answer = diff(tmp_path / "2", tmp_path / "3")
    assert answer.kpis.paired
    assert (answer.kpis.runs, answer.same_runs, answer.kpis.moved) == (2, (2, 2), ())


def test_an_arm_that_one_has(ask: Ask, before: Path, tmp_path: Path) -> None:
    run_arm(ask(), "mild", out=tmp_path / "one", **SIZE)
    answer = diff(before, tmp_path / "one")
    assert (answer.arms, answer.only) == (("mild",), (("deep & <i>wide</i>",), ()))
    assert (answer.inputs, answer.same_runs) == ((), (2, 2))


def test_two_runs_are_compared_whatever_their_arms(ask: Ask, tmp_path: Path) -> None:
    for name, arm in (("a", "mild"), ("b", "deep & <i>wide</i>")):
        run_arm(ask(), arm, out=tmp_path / name, **SIZE)
    answer = diff(tmp_path / "a", tmp_path / "b")
    assert answer.arms == ("mild | deep & <i>wide</i>",)
    assert [one.path for one in answer.inputs] == ["strategy.campaigns.rhythm.offer.depth"]


def test_no_arm_in_common(ask: Ask, before: Path, tmp_path: Path) -> None:
    text = ask().path.read_text(encoding="utf-8")
    names = ("[variants.mild]", "[variants.soft]"), ('[variants."deep & <i>wide</i>"]', "[variants.hard]")
    assert all(old in text for old, _ in names)
    compare(ask(*names), out=tmp_path / "other", **SIZE)
    answer = diff(before, tmp_path / "other")
    assert (answer.arms, answer.only[1]) == ((), ("soft", "hard"))
    assert (answer.inputs, answer.first_runs, answer.kpis.compared) == ((), (), 0)


def edited(folder: Path, **changes: Any) -> Path:
    """The folder with other entries in its manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return folder


def test_another_model_is_an_input_and_is_not_simulated_again(before: Path, after: Path) -> None:
    edited(after, model_fingerprint="0123456789abcdef", versions={"numba": "0.1"})
    answer = diff(before, after)
    changes = {one.path: (one.a, one.b) for one in answer.inputs}
    assert changes["model fingerprint"] == (model_fingerprint(), "0123456789abcdef")
    assert changes["version of numba"][1] == "0.1"
    for first_run in answer.first_runs:
        assert first_run.same is None
        assert f"model 0123456789abcdef simulated it, and this is {model_fingerprint()}" in first_run.why
        assert "`rehearse run FILE --variant ARM --events --out FOLDER` under each model" in first_run.why
    assert answer.kpis.moved


def test_a_run_that_cannot_be_repeated_has_no_events(before: Path, after: Path, tmp_path: Path) -> None:
    """A scenario that was edited after the runs, and one that gives other events than it recorded."""
    for path in (after / "scenarios").glob("*.toml"):
        path.write_text(path.read_text().replace('"90 %"', '"91 %"'))
    (first_run, _) = diff(before, after).first_runs
    assert "its scenario file is not the whole input" in first_run.why
    shutil.copytree(before, tmp_path / "copy")
    runs = pd.read_parquet(tmp_path / "copy" / "runs.parquet")
    runs.assign(fingerprint="0" * 64).to_parquet(tmp_path / "copy" / "runs.parquet", index=False)
    (first_run, _) = diff(before, tmp_path / "copy").first_runs
    assert "its scenario now gives other events than it recorded" in first_run.why


def test_a_table_that_is_named_differs_by_its_bytes(before: Path, tmp_path: Path) -> None:
    after = tmp_path / "after"
    shutil.copytree(before, after)
    for folder, path, digest in ((before, "/x/p.parquet", "a" * 64), (after, "/y/p.parquet", "b" * 64)):
        edited(folder, files={path: digest})
        for scenario in (folder / "scenarios").glob("*.toml"):
            text = scenario.read_text()
            assert "[market]\n" in text
            scenario.write_text(text.replace("[market]\n", f'[market]\nposterior = "{path}"\n', 1))
    (change,) = diff(before, after).inputs
    assert (change.path, change.a, change.b) == (
        "market.posterior", "/x/p.parquet (aaaaaaaaaaaa)", "/y/p.parquet (bbbbbbbbbbbb)",
    )  # fmt: skip
    edited(after, files={"/y/p.parquet": "a" * 64})
    assert diff(before, after).inputs == ()


def test_events_of_other_runs_do_not_stay(ask: Ask, tmp_path: Path) -> None:
    run_arm(ask(), "mild", events=True, out=tmp_path / "out", **SIZE)
    assert (tmp_path / "out" / "events.parquet").exists()
    run_arm(ask(), "mild", out=tmp_path / "out", **SIZE)
    assert not (tmp_path / "out" / "events.parquet").exists()


def test_the_answer_is_plain_json(folders: Path) -> None:
    answer = diff(folders / "before", folders / "after")
    data = answer.to_json()
    assert json.loads(json.dumps(data, allow_nan=False)) == json.loads(json.dumps(data))
    assert {"schema", "a", "b", "arms", "inputs", "events", "runs", "currency", "kpis"} == data.keys()
    assert data["schema"] == 1
    assert {"arm", "same", "known", "why", "first", "people", "differing", "events", "instants"} == data["events"][
        0
    ].keys()
    assert {"person", "day", "date", "instant", "a", "b"} == data["events"][0]["first"].keys()
    frame = answer.to_frame()
    assert list(frame["kpi"]) == [one["kpi"] for one in data["kpis"]["moved"]]


# --- tables of events ------------------------------------------------------------------------------

ORDER, REFUND, DELETE = int(Event.ORDER), int(Event.REFUND), int(Event.DELETE)


def test_instants_alone_are_no_difference() -> None:
    a = events((7, 3, ORDER, 100, 3.25), (7, 3, ORDER, 100, 3.5))
    b = events((7, 3, ORDER, 100, 3.5), (7, 3, ORDER, 100, 3.25 + 1e-9))
    found = compare_events(a, b, FORMATS)
    assert found.first is None
    assert found.instants == pytest.approx(1e-9)


def test_what_comes_twice_is_not_what_comes_once() -> None:
    a = events((7, 3, ORDER, 100, 3.25), (7, 3, ORDER, 100, 3.5), (9, 1, ORDER, 5, 1.5))
    found = compare_events(a, events((7, 3, ORDER, 100, 3.5), (9, 1, ORDER, 5, 1.5)), FORMATS)
    assert found.first is not None
    assert (found.first.person, found.first.day, found.differing, found.people) == (7, 3, 1, 2)
    assert (found.first.a, found.first.b) == ("order 2, pays 1 CNY", "nothing of the kind")


def test_a_later_like_is_named_beside_the_first() -> None:
    a = events((7, 3, ORDER, 100, 3.25), (7, 5, ORDER, 10400, 5.25))
    b = events((7, 3, ORDER, 100, 3.25), (7, 8, ORDER, 10400, 8.5), (4, 6, DELETE, 0, 6.1))
    found = compare_events(a, b, FORMATS)
    assert found.first is not None
    assert (found.first.person, found.first.day, found.differing) == (7, 5, 2)
    assert found.first.a == "order 2, pays 104 CNY"
    assert found.first.b == "order 2, pays 104 CNY on day 8 (2026-01-09), 3 days later"


def test_large_identities_and_nothing_at_all() -> None:
    a = events((2**64 - 1, 3, REFUND, 100, 3.25))
    found = compare_events(a, events(), FORMATS)
    assert found.first is not None
    assert found.first.to_json()["person"] == str(2**64 - 1)
    assert found.first.a == "gets 1 CNY back"
    assert compare_events(events(), events(), FORMATS).first is None


def test_random_tables_agree_with_brute_force() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        a, b = (random_events(rng) for _ in range(2))
        person, day, different, _ = brute(pd.DataFrame(a), pd.DataFrame(b))
        found = compare_events(a, b, FORMATS)
        assert found.first is not None
        assert (found.first.person, found.first.day, found.differing) == (person, day, len(different))


def random_events(rng: np.random.Generator) -> Events:
    """At most sixty events of nine people on four days, in disorder, none twice."""
    rows = rng.integers(0, [9, 4, 3, 3], (60, 4))
    person, day, kind, cents = rng.permutation(np.unique(rows, axis=0)).T
    return {
        "person": person.astype(np.uint64),
        "day": day.astype(np.int32),
        "kind": np.array([ORDER, REFUND, DELETE], dtype=np.int8)[kind],
        "cents": cents,
        "instant": day + rng.random(day.size),
    }


# --- KPIs ------------------------------------------------------------------------------------------


def runs(values: list[list[float]], kpi: str = "orders") -> dict[str, pd.DataFrame]:
    """One arm's table of one KPI; values by draw and replication."""
    index = pd.MultiIndex.from_tuples(
        [(d, r) for d, row in enumerate(values) for r in range(len(row))], names=["draw", "replication"]
    )
    return {"arm": pd.DataFrame({kpi: np.concatenate(values)}, index=index)}


def test_paired_intervals_are_students() -> None:
    from scipy.stats import ttest_rel

    a, b = [3.0, 5.0, 4.0, 8.0], [3.5, 5.25, 5.0, 8.75]
    (one,) = compare_kpis(runs([a]), runs([b]), paired=True).moved
    test = ttest_rel(b, a)
    interval = test.confidence_interval(CONFIDENCE)
    assert (one.t, one.low, one.high) == pytest.approx((test.statistic, interval.low, interval.high))
    assert one.sds == pytest.approx((np.mean(b) - np.mean(a)) / np.std(a, ddof=1))
    assert one.clear


def test_draws_are_the_units_where_there_are_several() -> None:
    from scipy.stats import ttest_rel

    a, b = [[1.0, 3.0], [5.0, 6.0], [2.0, 2.5]], [[1.5, 3.5], [5.0, 8.0], [2.0, 4.5]]
    (one,) = compare_kpis(runs(a), runs(b), paired=True).moved
    interval = ttest_rel(np.mean(b, axis=1), np.mean(a, axis=1)).confidence_interval(CONFIDENCE)
    assert (one.low, one.high) == pytest.approx((interval.low, interval.high))


def test_unpaired_intervals_are_welchs() -> None:
    from scipy.stats import ttest_ind

    a, b = [3.0, 5.0, 4.0, 8.0], [13.5, 5.25, 5.0]
    (one,) = compare_kpis(runs([a]), runs([b]), paired=False).moved
    test = ttest_ind(b, a, equal_var=False)
    interval = test.confidence_interval(CONFIDENCE)
    assert (one.t, one.low, one.high) == pytest.approx((test.statistic, interval.low, interval.high))


def test_the_level_is_shared_by_all_kpis() -> None:
    rng = np.random.default_rng(1)
    a = {"arm": pd.concat([runs([list(rng.random(6))], f"k{n}")["arm"] for n in range(10)], axis=1)}
    b = {"arm": a["arm"] + rng.random((6, 10))}
    wide_, alone = (
        compare_kpis(a, b, paired=True),
        compare_kpis({"arm": a["arm"][["k3"]]}, {"arm": b["arm"][["k3"]]}, True),
    )
    (same,) = [one for one in wide_.moved if one.kpi == "k3"]
    assert same.low is not None
    assert alone.moved[0].low is not None
    assert same.low < alone.moved[0].low
    sizes = [abs(one.t) for one in wide_.moved if one.t is not None]
    assert all(x >= y for x, y in pairwise(sizes))


def test_one_unit_a_constant_shift_and_what_does_not_exist() -> None:
    (one,) = compare_kpis(runs([[3.0]]), runs([[4.0]]), paired=True).moved
    assert (one.difference, one.sds, one.t, one.low, one.clear) == (1.0, None, None, None, False)
    (one,) = compare_kpis(runs([[3.0, 4.0]]), runs([[4.0, 5.0]]), paired=True).moved
    assert (one.t, one.low, one.high, one.clear) == (None, 1.0, 1.0, True)
    found = compare_kpis(runs([[3.0, np.nan]]), runs([[3.0, np.nan]]), paired=True)
    assert (found.moved, found.equal) == ((), 1)
    (one,) = compare_kpis(runs([[3.0, 2.0, np.nan]]), runs([[3.0, 1.0, 7.0]]), paired=True).moved
    assert (one.mean_a, one.mean_b) == (2.5, 2.0)


# --- mistakes --------------------------------------------------------------------------------------


SEVERAL = "several, or a value that is not a number"


def drop(column: str) -> Change:
    """Remove a column of runs.parquet."""
    return edit_runs(lambda runs: runs.drop(columns=column))


def edit_runs(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Change:
    """Replace runs.parquet."""
    return lambda folder: change(pd.read_parquet(folder / "runs.parquet")).to_parquet(folder / "runs.parquet")


def write(name: str, text: str) -> Change:
    """Replace a file."""
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("change", "place", "got"),
    [
        (lambda folder: edited(folder, schema=0), "/manifest.json: schema", "0"),
        (lambda folder: edited(folder, seed="x"), "/manifest.json: seed", "str"),
        (lambda folder: (folder / "manifest.json").unlink(), "", "a folder without manifest.json"),
        (write("sweep.json", "{}"), "", "one of `rehearse sweep`, which has points instead of arms"),
        (lambda folder: (folder / "runs.parquet").unlink(), "/runs.parquet", "no such file"),
        (edit_runs(lambda runs: pd.concat([runs, runs[:1]])), "/runs.parquet", SEVERAL),
        (edit_runs(lambda runs: runs.assign(value="x")), "/runs.parquet", SEVERAL),
        (drop("kpi"), "/runs.parquet", "one without kpi"),
        (drop("fingerprint"), "/runs.parquet", "one without fingerprint (an older version wrote it: run it again)"),
        (write("scenarios/1-mild.toml", "[market]\n"), "/scenarios/1-mild.toml",
         "one without market.money.currency and run.start"),
        (write("scenarios/1-mild.toml", "market.money.currency = 'CNY'\nrun.start = 3\n"), "/scenarios/1-mild.toml",
         "one without a date as run.start"),
    ],
)  # fmt: skip
def test_damage_has_its_place_and_what_was_got(before: Path, change: Change, place: str, got: str) -> None:
    other = Path(shutil.copytree(before, before.with_name("broken")))
    change(other)
    with pytest.raises(InputError) as caught:
        diff(before, other)
    assert (caught.value.place, caught.value.got) == (f"{other}{place}", got)


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (write("manifest.json", "{"), ("manifest.json", "not JSON")),
        (lambda folder: (folder / "runs.parquet").write_bytes(b"PAR1 no"), ("runs.parquet",)),
        (lambda folder: next((folder / "scenarios").glob("1-*")).unlink(), ("scenarios", "2 arms", "got 1")),
        (write("scenarios/1-mild.toml", "a = ="), ("scenarios/1-mild.toml", "cannot be read")),
    ],
)
def test_a_file_that_cannot_be_read_is_named(before: Path, change: Change, parts: tuple[str, ...]) -> None:
    other = Path(shutil.copytree(before, before.with_name("broken")))
    change(other)
    with pytest.raises(InputError) as caught:
        diff(before, other)
    assert [part for part in parts if part not in str(caught.value)] == []


def test_a_failed_run_is_left_out(before: Path, after: Path) -> None:
    runs = pd.read_parquet(after / "runs.parquet")
    lost = (runs["variant"] == "mild") & (runs["replication"] == 0)
    runs[~lost].to_parquet(after / "runs.parquet", index=False)
    answer = diff(before, after)
    assert answer.first_runs[0].why == f"{after}: its run of draw 0, replication 0 failed"
    assert (answer.first_runs[1].same, answer.same_runs[1], answer.kpis.runs) == (False, 3, 3)


def test_damaged_events_are_one_line(ask: Ask, tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    run_arm(ask(), "mild", events=True, out=a, **SIZE)
    run_arm(ask(REFUNDS), "mild", events=True, out=b, **SIZE)
    table = pd.read_parquet(b / "events.parquet")
    for changed, place, got in (
        (table.drop(columns="cents"), "", ""),
        (table.assign(cents=0.5), ": cents", "float64"),
        (table.assign(kind=99), ": kind", "99 to 99"),
    ):
        changed.to_parquet(b / "events.parquet", index=False)
        with pytest.raises(InputError) as caught:
            diff(a, b)
        assert caught.value.place == f"{b}/events.parquet{place}"
        assert got in caught.value.got
