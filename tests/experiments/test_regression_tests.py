"""Regression tests on planted runs: which runs are simulated, what changed, the verdict, and what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from experiments import check
from experiments.regression.baseline_files import read_baseline, write_baseline
from experiments.regression.regression_result import KpiChange, Regression
from scenarios import InputError, Question, load
from sim.output.measures import MEASURES
from tests.experiments.conftest import QUESTION, Plant

DEEP = "deep & <i>wide</i>"
Profit = Callable[[str, int, int], float]


def at(mild: float, deep: float, spread: float = 6_000.0, seed: int = 1) -> Profit:
    """Profits by arm around these means, whole numbers of 60 cents, with the same random numbers for every model."""
    noise = np.rint(np.random.default_rng(seed).normal(0.0, spread / 60.0, 64)) * 60.0
    return lambda arm, draw, replication: (mild if arm == "mild" else deep) + float(noise[draw])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Question]:
    """The small question written into the working directory, with additions and changes."""
    monkeypatch.chdir(tmp_path)

    def written(added: str = "", *changes: tuple[str, str], name: str = "small.toml") -> Question:
        text = QUESTION.replace("LIMITS", 'confidence = "90 %"')  # at which half of the runs can name an arm
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        Path(name).write_text(text + added, encoding="utf-8")
        return load(name)

    return written


def compared(question: Question, **options: object) -> Regression:
    found = check([question], baseline="base", jobs=1, **options).scenarios[0].regression  # type: ignore[arg-type]
    assert found is not None
    return found


def kpi(found: Regression, arm: str = "mild", name: str = "contribution_profit") -> KpiChange:
    return next(one for one in found.kpis if (one.arm, one.kpi) == (arm, name))


def test_four_runs_of_each_arm_show_that_a_question_is_equal(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    done = plant(at(1.2e6, 1.3e6))
    first = compared(question, update=True, why="first")
    assert (first.reason, first.runs, len(done)) == ("written: base/small.baseline", 64, 128)
    done.clear()
    found = compared(question)
    assert (found.verdict, found.equal, found.simulated, found.runs) == ("pass", True, 4, 64)
    assert (found.reason, found.kpis, found.versions) == ("equal to the integer", (), ())
    assert sorted(done) == sorted((arm, draw, 0) for arm in ("mild", "deep") for draw in range(4))
    assert check([question], baseline="base", jobs=1).verdict == "pass"


def test_a_change_that_matters_fails_at_the_first_analysis_and_is_named(
    plant: Plant, project: Callable[..., Question]
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    done = plant(at(1.2e6 - 24_000.0, 1.3e6))
    found = compared(question)
    assert (found.verdict, found.equal, found.simulated) == ("fail", False, 32)
    assert found.reason == "contribution_profit changed"
    change = kpi(found)
    assert (change.change, change.verdict, change.reason, change.runs) == (-24_000.0, "fail", "changed", 32)
    assert change.smallest == pytest.approx(0.01 * change.baseline)
    assert change.sds == pytest.approx(-4.0, rel=0.4)
    assert change.p_value < 1e-6
    assert kpi(found, DEEP).reason == "equal in every run"
    assert len(done) == 2 * (4 + 32)


def test_a_change_that_is_certain_and_small_passes_and_is_named(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    plant(at(1.2e6 + 600.0, 1.3e6))
    found = compared(question)
    assert (found.verdict, found.simulated) == ("pass", 32)
    assert (kpi(found).verdict, kpi(found).reason) == ("pass", "changed, by less than matters")


def test_another_definition_of_a_kpi_is_a_change_though_no_event_differs(
    plant: Plant, project: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    profit = MEASURES["contribution_profit"]
    dearer = replace(profit, compute=lambda w: (0.98 * profit.compute(w)[0], 1.0))
    monkeypatch.setitem(MEASURES, "contribution_profit", dearer)
    found = compared(question)
    assert (found.equal, found.verdict, found.reason) == (False, "fail", "contribution_profit changed")


def test_a_smallest_change_may_be_an_amount_of_money(plant: Plant, project: Callable[..., Question]) -> None:
    question = project('[check]\nsmallest = { contribution_profit = "4 CNY" }\n')
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    plant(at(1.2e6 + 600.0, 1.3e6))
    found = compared(question)
    assert (found.verdict, kpi(found).smallest) == ("fail", 400.0)


def test_other_random_numbers_are_open_after_all_runs(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6, spread=120_000.0))
    compared(question, update=True, why="first")
    plant(at(1.2e6, 1.3e6, spread=120_000.0, seed=2))
    found = compared(question)
    assert (found.verdict, found.simulated) == ("inconclusive", 64)
    change = kpi(found)
    assert change.verdict == "inconclusive"
    assert change.needed is not None
    assert change.needed > 64
    assert change.reason == f"open; about {change.needed} runs would decide"
    assert found.reason == "contribution_profit may have changed"


def test_a_conclusion_can_change_where_no_kpi_does(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.206e6))
    compared(question, update=True, why="first")
    plant(at(1.2e6 + 6_000.0, 1.206e6 - 6_000.0))
    found = compared(question)
    assert [change.verdict for change in found.kpis if change.kpi == "contribution_profit"] == ["pass", "pass"]
    assert (found.verdict, found.conclusion.verdict) == ("fail", "fail")
    expected = f"the verdict was {DEEP} and is mild, and a difference between arms has changed"
    assert found.reason == found.conclusion.reason == expected
    assert compared(question, may=["verdict"]).verdict == "pass"


def test_a_verdict_that_chance_may_have_changed_is_inconclusive(plant: Plant, project: Callable[..., Question]) -> None:
    question = project("", ("[compare]\n", '[compare]\nindifference = "10 CNY"\n'))
    plant(at(1.2e6, 1.2e6 + 1_020.0))
    compared(question, update=True, why="first")

    def one_run_differs(arm: str, draw: int, replication: int) -> float:
        return at(1.2e6, 1.2e6 + 1_020.0)(arm, draw, replication) - (9_000.0 if (arm, draw) == ("deep", 3) else 0.0)

    plant(one_run_differs)
    found = compared(question)
    assert (found.verdict, found.conclusion.verdict) == ("inconclusive", "inconclusive")
    assert found.reason.endswith(
        "though no difference between arms is shown to have changed: the verdict was a close one"
    )


def test_another_rule_on_the_same_runs_is_a_changed_conclusion(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.206e6))
    compared(question, update=True, why="first")
    stricter = replace(question, compare=replace(question.compare, indifference=1_000_000))
    found = compared(stricter)
    assert (found.equal, found.verdict) == (True, "fail")
    expected = f"the verdict was {DEEP} and is no difference, both from the runs of the baseline"
    assert found.conclusion.reason == expected


@pytest.mark.parametrize(
    ("may", "verdict", "reason"),
    [
        (["contribution_profit:down"], "pass", "changed, as expected"),
        (["contribution_profit"], "pass", "changed, as expected"),
        (["all"], "pass", "changed, as expected"),
        (["contribution_profit:up"], "fail", "changed"),
        (["optout_rate:down"], "fail", "changed"),
    ],
)
def test_an_expected_change_passes(
    plant: Plant, project: Callable[..., Question], may: list[str], verdict: str, reason: str
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    found = compared(question, may=may)
    assert (found.verdict, kpi(found).reason) == (verdict, reason)
    unseen = [] if reason == "changed, as expected" or may[0].startswith("contribution") else may
    assert found.notes == tuple(f"{entry} was expected, but no such change is shown" for entry in unseen)


def test_expected_changes_are_noted_and_written_for_questions_that_test_them(
    plant: Plant, project: Callable[..., Question]
) -> None:
    both = [project("", ('"campaign_share", ', "")), project(name="other.toml")]
    plant(at(1.2e6, 1.3e6))
    check(both, baseline="base", jobs=1, update=True, why="first")
    plant(at(1.2e6 + 600.0, 1.3e6))
    answer = check(both, baseline="base", jobs=1, update=True, why="dearer", may=["campaign_share:up", "verdict"])
    notes = [one.regression.notes for one in answer.scenarios if one.regression]
    assert notes == [(), ("campaign_share:up was expected, but no such change is shown",)]
    written = [read_baseline(Path(f"base/{name}.baseline")).may for name in ("small", "other")]
    assert written == [("verdict",), ("campaign_share:up", "verdict")]


def test_an_update_accepts_expected_changes_and_no_others(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    path = Path("base/small.baseline")
    first = path.read_bytes()
    assert compared(question, update=True, why="again").reason == "equal to the integer; the baseline stays as it is"
    assert path.read_bytes() == first
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    refused = compared(question, update=True, why="cheaper", may=["contribution_profit:up"])
    assert (refused.verdict, refused.reason) == ("fail", "not written: contribution_profit changed")
    assert path.read_bytes() == first
    taken = compared(question, update=True, why="cheaper", may=["contribution_profit:down"])
    assert (taken.verdict, taken.reason) == ("pass", "written: base/small.baseline")
    text = path.read_text(encoding="utf-8")
    assert 'why = "cheaper"\nmay = ["contribution_profit:down"]\n' in text
    assert compared(question).equal


def test_one_unexpected_change_prevents_every_update(plant: Plant, project: Callable[..., Question]) -> None:
    one = project()
    plant(at(1.2e6, 1.3e6))
    compared(one, update=True, why="first")
    two = project(name="other.toml")
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    answer = check([one, two], baseline="base", update=True, why="second", jobs=1)
    assert answer.verdict == "fail"
    assert not Path("base/other.baseline").exists()


def test_runs_of_another_size_replace_a_baseline_with_a_note(plant: Plant, project: Callable[..., Question]) -> None:
    plant(at(1.2e6, 1.3e6))
    compared(project(), update=True, why="first")
    longer = project("", ('horizon      = "60 d"', 'horizon      = "30 d"'))
    found = compared(longer, update=True, why="shorter")
    assert (found.reason, found.comparable) == ("written: base/small.baseline", False)
    other = "run.horizon 60 d, here 30 d"
    assert found.notes == (f"the old baseline is of other runs, so changes are unknown ({other})",)
    assert compared(longer).equal


@pytest.mark.parametrize("runs", [40, 96])
def test_more_or_fewer_of_the_same_runs_hide_no_change(
    plant: Plant, project: Callable[..., Question], runs: int
) -> None:
    profit = at(1.2e6, 1.3e6)
    plant(lambda arm, draw, replication: profit(arm, draw % 64, replication))
    compared(project(), update=True, why="first")
    first = Path("base/small.baseline").read_bytes()
    other = project(f"[check]\nruns = {runs}\n")
    less = at(1.2e6 - 24_000.0, 1.3e6)
    plant(lambda arm, draw, replication: less(arm, draw % 64, replication))
    refused = compared(other, update=True, why="more runs")
    assert refused.reason == "not written: contribution_profit changed"
    assert Path("base/small.baseline").read_bytes() == first
    plant(lambda arm, draw, replication: profit(arm, draw % 64, replication))
    taken = compared(other, update=True, why="more runs")
    assert (taken.reason, taken.equal) == ("written: base/small.baseline", True)
    assert compared(other).runs == runs


def test_a_possible_change_is_not_written_unless_it_is_expected(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6, spread=120_000.0))
    compared(question, update=True, why="first")
    plant(at(1.2e6, 1.3e6, spread=120_000.0, seed=2))
    refused = compared(question, update=True, why="another library")
    assert (refused.verdict, refused.reason) == ("inconclusive", "not written: contribution_profit may have changed")
    taken = compared(question, update=True, why="another library", may=["contribution_profit", "verdict"])
    assert (taken.verdict, taken.reason) == ("pass", "written: base/small.baseline")
    assert kpi(taken).reason == "may have changed, as expected"


def test_arms_and_kpis_that_are_gone_are_noted_and_the_others_are_tested(
    plant: Plant, project: Callable[..., Question]
) -> None:
    plant(at(1.2e6, 1.3e6))
    compared(project(), update=True, why="first")
    fewer = project("", (', "optout_rate"]', "]"), ("[variants.mild]", "[variants.gentle]"))
    found = compared(fewer, update=True, why="renamed")
    assert found.notes == ("variant mild is no longer tested", "optout_rate is no longer tested")
    assert found.reason == "written: base/small.baseline"


def test_arms_in_another_order_are_the_same(plant: Plant, project: Callable[..., Question]) -> None:
    plant(at(1.2e6, 1.2e6))
    question = project()
    compared(question, update=True, why="first")
    turned = replace(question, arms=dict(reversed(question.arms.items())))
    assert (compared(turned).verdict, compared(turned).equal) == ("pass", True)


def test_a_folder_that_cannot_be_written_is_an_error_before_any_run(
    plant: Plant, project: Callable[..., Question]
) -> None:
    question, done = project(), plant(at(1.2e6, 1.3e6))
    Path("base").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        compared(question, update=True, why="first")
    assert (refusal.value.place, refusal.value.got, done) == ("--baseline base", "the file base", [])


def test_an_update_that_is_interrupted_leaves_each_baseline_whole(
    plant: Plant, project: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were written stay, and the same command writes the others."""
    files = [project(name=f"{name}.toml") for name in ("one", "two", "three")]
    plant(at(1.2e6, 1.3e6))

    def stopped(path: Path, baseline: object) -> None:
        if path.stem == "two":
            raise KeyboardInterrupt
        write_baseline(path, baseline)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("experiments.regression.regression_tests.write_baseline", stopped)
        with pytest.raises(KeyboardInterrupt):
            check(files, baseline="base", update=True, why="first", jobs=1)
    assert [path.name for path in Path("base").iterdir()] == ["one.baseline"]
    answer = check(files, baseline="base", update=True, why="first", jobs=1)
    reasons = [one.regression.reason.partition(":")[0] for one in answer.scenarios if one.regression]
    assert reasons == ["equal to the integer; the baseline stays as it is", "written", "written"]


def test_one_more_arm_or_kpi_does_not_excuse_other_changes(plant: Plant, project: Callable[..., Question]) -> None:
    plant(at(1.2e6, 1.3e6))
    compared(project(), update=True, why="first")
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    more = (('"optout_rate"]', '"optout_rate", "ltv"]'), ("[variants.mild]", "[variants.third]\n[variants.mild]"))
    for change in more:
        found = compared(project("", change), update=True, why="more")
        assert found.verdict == "fail"
        assert found.reason.startswith("not written: contribution_profit changed")
    wider = project("", *more)
    assert (
        compared(wider, update=True, why="more", may=["contribution_profit"]).reason == "written: base/small.baseline"
    )
    assert compared(wider).equal


def test_a_run_that_fails_is_a_failure(
    plant: Plant, project: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("day 3: leavers do not balance")

    monkeypatch.setattr(sim, "run", broken, raising=False)
    found = compared(question)
    assert (found.verdict, found.equal, found.simulated) == ("fail", False, 0)
    assert found.reason.startswith("8 runs failed; the first at stage run: ")
    assert "leavers do not balance" in found.reason
    with pytest.raises(InputError) as refusal:
        compared(question, update=True, why="again")
    assert refusal.value.place == "small.toml"
    assert "leavers do not balance" in refusal.value.problem


def test_a_baseline_of_other_versions_is_named(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    path = Path("base/small.baseline")
    baseline = read_baseline(path)
    made = dict(baseline.made) | {"numpy": "1.0.0", "model": "another"}
    write_baseline(path, replace(baseline, made=made))
    found = compared(question)
    assert (found.verdict, found.equal) == ("pass", True)
    assert found.versions == (("numpy", "1.0.0", baseline.made["numpy"]),)
    plant(lambda arm, draw, replication: at(1.2e6, 1.3e6)(arm, draw, replication) + (60.0 if draw == 2 else 0.0))
    rounded = compared(question)
    assert (rounded.verdict, rounded.equal, rounded.simulated) == ("pass", False, 32)
    assert rounded.versions == found.versions
    assert kpi(rounded).reason == "no change that matters"


@pytest.mark.parametrize(
    ("change", "place", "expected", "got"),
    [
        (('horizon      = "60 d"', 'horizon      = "30 d"'), "run.horizon", "60 d, ", "30 d"),
        (("draws        = 3", "draws        = 1"), "check.runs", "64, ", "1"),
        (("[variants.mild]", "[variants.gentle]"), "variants", f"mild, {DEEP}, ", f"gentle, {DEEP}"),
        (('"optout_rate"]', '"ltv"]'), "ltv", "", ""),
        ((', "optout_rate"]', "]"), "optout_rate", "", ""),
    ],
)
def test_other_runs_are_no_pairs(
    plant: Plant, project: Callable[..., Question], change: tuple[str, str], place: str, expected: str, got: str
) -> None:
    done = plant(at(1.2e6, 1.3e6))
    compared(project(), update=True, why="first")
    other = project("", change)
    done.clear()
    with pytest.raises(InputError) as refusal:
        compared(other)
    assert (refusal.value.place, refusal.value.got) == (f"small.toml: {place}", got)
    assert refusal.value.expected.startswith(expected)
    assert '--update --why "..."' in refusal.value.expected
    assert not done


def test_another_seed_is_judged_by_statistics(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    compared(question, update=True, why="first")
    plant(at(1.2e6, 1.3e6, seed=9))
    assert compared(question, seed=9).simulated == 32


@pytest.mark.parametrize(
    ("options", "place", "got"),
    [
        ({"update": True, "why": "x"}, "--update", "none"),
        ({"may": ["ltv"]}, "--may", "none"),
        ({"baseline": "b", "update": True}, "--why", "none"),
        ({"baseline": "b", "update": True, "why": "a\nb"}, "--why", r"'a\nb'"),
        ({"baseline": "b", "why": "x"}, "--why", "none"),
        ({"baseline": "b", "update": True, "why": "x", "seed": 3}, "--seed", ""),
        ({"baseline": "b", "may": ["ltv:sideways"]}, "--may", "'ltv:sideways'"),
        ({"baseline": "b", "may": ["ltw:up"]}, "--may", "'ltw:up'"),
        ({"baseline": "b", "may": ["verdict", "ltv:up"]}, "--may", "'ltv:up'"),
        ({"baseline": "small.toml"}, "--baseline small.toml", "{}small.toml"),
        ({"baseline": "small.toml/b", "update": True, "why": "x"}, "--baseline small.toml/b", "{}small.toml"),
    ],
)
def test_options_that_cannot_be_combined(
    project: Callable[..., Question], options: dict[str, object], place: str, got: str
) -> None:
    question = project()
    with pytest.raises(InputError) as refusal:
        check([question], **options)  # type: ignore[arg-type]
    assert refusal.value.place == place
    assert refusal.value.got.endswith(got.removeprefix("{}"))


def test_a_kpi_that_is_nearly_a_measure_is_suggested(project: Callable[..., Question]) -> None:
    with pytest.raises(InputError) as refusal:
        check([project()], baseline="b", may=["ltw:up"])
    assert "ltv" in refusal.value.expected
    with pytest.raises(InputError) as refusal:
        check([project()], baseline="b", may=["ltv:up"])
    assert "campaign_share, contribution_profit, optout_rate, verdict, all" in refusal.value.expected


def test_two_files_of_one_name_cannot_share_a_baseline(project: Callable[..., Question]) -> None:
    one = project()
    Path("sub").mkdir()
    two = project(name="sub/small.toml")
    with pytest.raises(InputError) as refusal:
        check([one, two], baseline="base")
    assert (refusal.value.place, refusal.value.got) == ("base", "small.toml and sub/small.toml")
