"""Questions against their baselines, on planted runs: what is lived, what moved, what follows, what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from experiments import check
from experiments.regression.baseline_files import read_baseline, write_baseline
from experiments.regression.regression import KpiChange, Regression
from scenarios import InputError, Question, load
from sim.output.measures import MEASURES
from tests.experiments.conftest import QUESTION, Plant

DEEP = "deep & <i>wide</i>"
Profit = Callable[[str, int, int], float]


def at(mild: float, deep: float, spread: float = 6_000.0, seed: int = 1) -> Profit:
    """Profits by arm around these means, whole numbers of 60 cents, with luck that is the same for every model."""
    luck = np.rint(np.random.default_rng(seed).normal(0.0, spread / 60.0, 64)) * 60.0
    return lambda arm, draw, replication: (mild if arm == "mild" else deep) + float(luck[draw])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Question]:
    """The small question written into the working directory, with what is added to it."""
    monkeypatch.chdir(tmp_path)

    def written(added: str = "", *changes: tuple[str, str], name: str = "small.toml") -> Question:
        text = QUESTION.replace("LIMITS", "")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        Path(name).write_text(text + added, encoding="utf-8")
        return load(name)

    return written


def hold(question: Question, **options: object) -> Regression:
    against = check([question], baseline="base", jobs=1, **options).scenarios[0].against  # type: ignore[arg-type]
    assert against is not None
    return against


def kpi(against: Regression, arm: str = "mild", name: str = "contribution_profit") -> KpiChange:
    return next(one for one in against.moved if (one.arm, one.kpi) == (arm, name))


def test_the_same_is_seen_from_four_runs_of_each_arm(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    done = plant(at(1.2e6, 1.3e6))
    first = hold(question, update=True, why="first")
    assert (first.reason, first.runs, len(done)) == ("written: base/small.baseline", 64, 128)
    done.clear()
    found = hold(question)
    assert (found.verdict, found.equal, found.lived, found.runs) == ("pass", True, 4, 64)
    assert (found.reason, found.moved, found.versions) == ("the same to the integer", (), ())
    assert sorted(done) == sorted((arm, draw, 0) for arm in ("mild", "deep") for draw in range(4))
    assert check([question], baseline="base", jobs=1).verdict == "pass"


def test_a_move_that_matters_fails_at_the_first_look_and_is_named(
    plant: Plant, project: Callable[..., Question]
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    done = plant(at(1.2e6 - 24_000.0, 1.3e6))
    found = hold(question)
    assert (found.verdict, found.equal, found.lived) == ("fail", False, 32)
    assert found.reason == "contribution_profit moved"
    move = kpi(found)
    assert (move.change, move.verdict, move.reason, move.runs) == (-24_000.0, "fail", "moved", 32)
    assert move.smallest == pytest.approx(0.01 * move.baseline)
    assert move.sds == pytest.approx(-4.0, rel=0.4)
    assert move.p_value < 1e-6
    assert kpi(found, DEEP).reason == "the same in every run"
    assert len(done) == 2 * (4 + 32)


def test_a_move_that_is_sure_and_small_passes_and_is_told(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    plant(at(1.2e6 + 600.0, 1.3e6))
    found = hold(question)
    assert (found.verdict, found.lived) == ("pass", 32)
    assert (kpi(found).verdict, kpi(found).reason) == ("pass", "moved, by less than matters")


def test_a_kpi_of_another_meaning_is_a_move_though_no_event_differs(
    plant: Plant, project: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    profit = MEASURES["contribution_profit"]
    dearer = replace(profit, compute=lambda w: (0.98 * profit.compute(w)[0], 1.0))
    monkeypatch.setitem(MEASURES, "contribution_profit", dearer)
    found = hold(question)
    assert (found.equal, found.verdict, found.reason) == (False, "fail", "contribution_profit moved")


def test_a_smallest_change_in_money_is_taken_as_it_is(plant: Plant, project: Callable[..., Question]) -> None:
    question = project('[check]\nsmallest = { contribution_profit = "4 CNY" }\n')
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    plant(at(1.2e6 + 600.0, 1.3e6))
    found = hold(question)
    assert (found.verdict, kpi(found).smallest) == ("fail", 400.0)


def test_other_luck_is_open_until_more_runs_than_there_are(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6, spread=120_000.0))
    hold(question, update=True, why="first")
    plant(at(1.2e6, 1.3e6, spread=120_000.0, seed=2))
    found = hold(question)
    assert (found.verdict, found.lived) == ("inconclusive", 64)
    move = kpi(found)
    assert move.verdict == "inconclusive"
    assert move.needed is not None
    assert move.needed > 64
    assert move.reason == f"open; about {move.needed} runs would tell"
    assert found.reason == "contribution_profit may have moved"


def test_a_conclusion_can_move_where_no_kpi_does(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.206e6))
    hold(question, update=True, why="first")
    plant(at(1.2e6 + 6_000.0, 1.206e6 - 6_000.0))
    found = hold(question)
    assert [move.verdict for move in found.moved if move.kpi == "contribution_profit"] == ["pass", "pass"]
    assert (found.verdict, found.concluded.verdict) == ("fail", "fail")
    expected = f"the verdict was {DEEP} and is mild, and a difference between arms has moved"
    assert found.reason == found.concluded.reason == expected
    assert hold(question, may=["verdict"]).verdict == "pass"


def test_a_verdict_that_luck_may_have_turned_is_inconclusive(plant: Plant, project: Callable[..., Question]) -> None:
    question = project("", ("[compare]\n", '[compare]\nindifference = "10 CNY"\n'))
    plant(at(1.2e6, 1.2e6 + 1_020.0))
    hold(question, update=True, why="first")

    def one_run_differs(arm: str, draw: int, replication: int) -> float:
        return at(1.2e6, 1.2e6 + 1_020.0)(arm, draw, replication) - (9_000.0 if (arm, draw) == ("deep", 3) else 0.0)

    plant(one_run_differs)
    found = hold(question)
    assert (found.verdict, found.concluded.verdict) == ("inconclusive", "inconclusive")
    assert found.reason.endswith("though no difference between arms is shown to have moved: it was close")


def test_another_rule_on_the_same_runs_is_a_moved_conclusion(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.206e6))
    hold(question, update=True, why="first")
    stricter = replace(question, compare=replace(question.compare, indifference=1_000_000))
    found = hold(stricter)
    assert (found.equal, found.verdict) == (True, "fail")
    expected = f"the verdict was {DEEP} and is no difference from the very runs of the baseline"
    assert found.concluded.reason == expected


@pytest.mark.parametrize(
    ("may", "verdict", "reason"),
    [
        (["contribution_profit:down"], "pass", "moved, as intended"),
        (["contribution_profit"], "pass", "moved, as intended"),
        (["all"], "pass", "moved, as intended"),
        (["contribution_profit:up"], "fail", "moved"),
        (["optout_rate:down"], "fail", "moved"),
    ],
)
def test_what_is_intended_may_move(
    plant: Plant, project: Callable[..., Question], may: list[str], verdict: str, reason: str
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    found = hold(question, may=may)
    assert (found.verdict, kpi(found).reason) == (verdict, reason)
    idle = [] if reason == "moved, as intended" or may[0].startswith("contribution") else may
    assert found.notes == tuple(f"{word} was intended, and is not shown to have moved" for word in idle)


def test_what_is_intended_is_said_and_kept_of_questions_that_judge_it(
    plant: Plant, project: Callable[..., Question]
) -> None:
    both = [project("", ('"campaign_share", ', "")), project(name="other.toml")]
    plant(at(1.2e6, 1.3e6))
    check(both, baseline="base", jobs=1, update=True, why="first")
    plant(at(1.2e6 + 600.0, 1.3e6))
    answer = check(both, baseline="base", jobs=1, update=True, why="dearer", may=["campaign_share:up", "verdict"])
    notes = [one.against.notes for one in answer.scenarios if one.against]
    assert notes == [(), ("campaign_share:up was intended, and is not shown to have moved",)]
    written = [read_baseline(Path(f"base/{name}.baseline")).may for name in ("small", "other")]
    assert written == [("verdict",), ("campaign_share:up", "verdict")]


def test_an_update_writes_what_was_intended_and_nothing_else(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    path = Path("base/small.baseline")
    first = path.read_bytes()
    assert hold(question, update=True, why="again").reason == "the same to the integer; the baseline stays as it is"
    assert path.read_bytes() == first
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    refused = hold(question, update=True, why="cheaper", may=["contribution_profit:up"])
    assert (refused.verdict, refused.reason) == ("fail", "not written: contribution_profit moved")
    assert path.read_bytes() == first
    taken = hold(question, update=True, why="cheaper", may=["contribution_profit:down"])
    assert (taken.verdict, taken.reason) == ("pass", "written: base/small.baseline")
    text = path.read_text(encoding="utf-8")
    assert 'why = "cheaper"\nmay = ["contribution_profit:down"]\n' in text
    assert hold(question).equal


def test_one_move_keeps_every_baseline_from_being_written(plant: Plant, project: Callable[..., Question]) -> None:
    one = project()
    plant(at(1.2e6, 1.3e6))
    hold(one, update=True, why="first")
    two = project(name="other.toml")
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    answer = check([one, two], baseline="base", update=True, why="second", jobs=1)
    assert answer.verdict == "fail"
    assert not Path("base/other.baseline").exists()


def test_runs_of_another_size_take_the_place_of_a_baseline_and_it_is_said(
    plant: Plant, project: Callable[..., Question]
) -> None:
    plant(at(1.2e6, 1.3e6))
    hold(project(), update=True, why="first")
    longer = project("", ('horizon      = "60 d"', 'horizon      = "30 d"'))
    found = hold(longer, update=True, why="shorter")
    assert (found.reason, found.comparable) == ("written: base/small.baseline", False)
    other = "run.horizon 60 d, here 30 d"
    assert found.notes == (f"the old baseline is of other runs, so whether anything moved is not known ({other})",)
    assert hold(longer).equal


@pytest.mark.parametrize("runs", [40, 96])
def test_more_or_fewer_of_the_same_runs_hide_no_move(plant: Plant, project: Callable[..., Question], runs: int) -> None:
    profit = at(1.2e6, 1.3e6)
    plant(lambda arm, draw, replication: profit(arm, draw % 64, replication))
    hold(project(), update=True, why="first")
    first = Path("base/small.baseline").read_bytes()
    other = project(f"[check]\nruns = {runs}\n")
    less = at(1.2e6 - 24_000.0, 1.3e6)
    plant(lambda arm, draw, replication: less(arm, draw % 64, replication))
    refused = hold(other, update=True, why="more runs")
    assert refused.reason == "not written: contribution_profit moved"
    assert Path("base/small.baseline").read_bytes() == first
    plant(lambda arm, draw, replication: profit(arm, draw % 64, replication))
    taken = hold(other, update=True, why="more runs")
    assert (taken.reason, taken.equal) == ("written: base/small.baseline", True)
    assert hold(other).runs == runs


def test_what_may_have_moved_is_not_written_unless_it_is_intended(
    plant: Plant, project: Callable[..., Question]
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6, spread=120_000.0))
    hold(question, update=True, why="first")
    plant(at(1.2e6, 1.3e6, spread=120_000.0, seed=2))
    refused = hold(question, update=True, why="another library")
    assert (refused.verdict, refused.reason) == ("inconclusive", "not written: contribution_profit may have moved")
    taken = hold(question, update=True, why="another library", may=["contribution_profit", "verdict"])
    assert (taken.verdict, taken.reason) == ("pass", "written: base/small.baseline")
    assert kpi(taken).reason == "may have moved, as intended"


def test_what_is_no_longer_held_is_said_and_the_rest_is_held(plant: Plant, project: Callable[..., Question]) -> None:
    plant(at(1.2e6, 1.3e6))
    hold(project(), update=True, why="first")
    fewer = project("", (', "optout_rate"]', "]"), ("[variants.mild]", "[variants.gentle]"))
    found = hold(fewer, update=True, why="renamed")
    assert found.notes == ("variant mild is no longer held", "optout_rate is no longer held")
    assert found.reason == "written: base/small.baseline"


def test_arms_in_another_order_are_the_same(plant: Plant, project: Callable[..., Question]) -> None:
    plant(at(1.2e6, 1.2e6))
    question = project()
    hold(question, update=True, why="first")
    turned = replace(question, arms=dict(reversed(question.arms.items())))
    assert (hold(turned).verdict, hold(turned).equal) == ("pass", True)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_lived(
    plant: Plant, project: Callable[..., Question]
) -> None:
    question, done = project(), plant(at(1.2e6, 1.3e6))
    Path("base").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as told:
        hold(question, update=True, why="first")
    expected = "--baseline base: allowed a folder, there or to be made; got the file base"
    assert (str(told.value), done) == (expected, [])


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
        patched.setattr("experiments.regression.regression_test.write_baseline", stopped)
        with pytest.raises(KeyboardInterrupt):
            check(files, baseline="base", update=True, why="first", jobs=1)
    assert [path.name for path in Path("base").iterdir()] == ["one.baseline"]
    answer = check(files, baseline="base", update=True, why="first", jobs=1)
    told = [one.against.reason.partition(":")[0] for one in answer.scenarios if one.against]
    assert told == ["the same to the integer; the baseline stays as it is", "written", "written"]


def test_an_arm_or_kpi_more_does_not_let_the_others_move(plant: Plant, project: Callable[..., Question]) -> None:
    plant(at(1.2e6, 1.3e6))
    hold(project(), update=True, why="first")
    plant(at(1.2e6 - 24_000.0, 1.3e6))
    more = (('"optout_rate"]', '"optout_rate", "ltv"]'), ("[variants.mild]", "[variants.third]\n[variants.mild]"))
    for change in more:
        found = hold(project("", change), update=True, why="more")
        assert found.verdict == "fail"
        assert found.reason.startswith("not written: contribution_profit moved")
    wider = project("", *more)
    assert hold(wider, update=True, why="more", may=["contribution_profit"]).reason == "written: base/small.baseline"
    assert hold(wider).equal


def test_a_run_that_fails_is_a_failure(
    plant: Plant, project: Callable[..., Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("day 3: leavers do not balance")

    monkeypatch.setattr(sim, "run", broken, raising=False)
    found = hold(question)
    assert (found.verdict, found.equal, found.lived) == ("fail", False, 0)
    assert found.reason.startswith("8 runs failed; the first at stage run: ")
    assert "leavers do not balance" in found.reason
    with pytest.raises(InputError, match=r"small.toml: a run failed at stage run, and a baseline holds them all; got"):
        hold(question, update=True, why="again")


def test_a_baseline_of_other_versions_says_so(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    path = Path("base/small.baseline")
    baseline = read_baseline(path)
    made = dict(baseline.made) | {"numpy": "1.0.0", "model": "another"}
    write_baseline(path, replace(baseline, made=made))
    found = hold(question)
    assert (found.verdict, found.equal) == ("pass", True)
    assert found.versions == (("numpy", "1.0.0", baseline.made["numpy"]),)
    plant(lambda arm, draw, replication: at(1.2e6, 1.3e6)(arm, draw, replication) + (60.0 if draw == 2 else 0.0))
    rounded = hold(question)
    assert (rounded.verdict, rounded.equal, rounded.lived) == ("pass", False, 32)
    assert rounded.versions == found.versions
    assert kpi(rounded).reason == "no change that matters"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('horizon      = "60 d"', 'horizon      = "30 d"'), "run.horizon: the baseline was made with another; "
         'allowed 60 d, or write the baseline again with --update --why "..."; got 30 d'),
        (("draws        = 3", "draws        = 1"), "check.runs: the baseline was made with another; allowed 64, or"),
        (("[variants.mild]", "[variants.gentle]"), f"variants: the baseline has other arms; allowed mild, {DEEP}, or"),
        (('"optout_rate"]', '"ltv"]'), "ltv: is not in the baseline; allowed what it holds, or write the baseline "
         'again with --update --why "..."; got one more'),
        ((', "optout_rate"]', ']'), "optout_rate: is in the baseline; allowed all that it holds, or write the baseline "
         'again with --update --why "..."; got one less'),
    ],
)  # fmt: skip
def test_other_runs_are_no_pairs(
    plant: Plant, project: Callable[..., Question], change: tuple[str, str], message: str
) -> None:
    done = plant(at(1.2e6, 1.3e6))
    hold(project(), update=True, why="first")
    other = project("", change)
    done.clear()
    with pytest.raises(InputError) as told:
        hold(other)
    assert str(told.value).startswith(f"small.toml: {message}")
    assert not done


def test_another_seed_is_judged_as_other_luck(plant: Plant, project: Callable[..., Question]) -> None:
    question = project()
    plant(at(1.2e6, 1.3e6))
    hold(question, update=True, why="first")
    plant(at(1.2e6, 1.3e6, seed=9))
    assert hold(question, seed=9).lived == 32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"update": True, "why": "x"}, "--update: goes with --baseline DIR alone; got no --baseline"),
        ({"may": ["ltv"]}, "--may: goes with --baseline DIR alone; got no --baseline"),
        ({"baseline": "b", "update": True},
         "--why: says in a line why the baseline is another now; allowed with --update; got none"),
        ({"baseline": "b", "update": True, "why": "a\nb"},
         "--why: says in a line why the baseline is another now; allowed with --update; got 'a\\nb'"),
        ({"baseline": "b", "why": "x"}, "--why: goes with --update, which writes it; got no --update"),
        ({"baseline": "b", "update": True, "why": "x", "seed": 3},
         "--seed: a baseline holds the seed of its file; allowed without --update; got both"),
        ({"baseline": "b", "may": ["ltv:sideways"]},
         "--may: is no direction; allowed ltv:up, ltv:down, or ltv either way; got 'ltv:sideways'"),
        ({"baseline": "b", "may": ["ltw:up"]}, "--may: is not a measure; did you mean 'ltv'? allowed"),
        ({"baseline": "b", "may": ["verdict", "ltv:up"]}, "--may: is judged in none of these questions; "
         "allowed campaign_share, contribution_profit, optout_rate, verdict, all; got 'ltv:up'"),
        ({"baseline": "small.toml"}, "--baseline small.toml: allowed a folder, there or to be made; got the file "),
        ({"baseline": "small.toml/b", "update": True, "why": "x"},
         "--baseline small.toml/b: allowed a folder, there or to be made; got the file "),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(
    project: Callable[..., Question], options: dict[str, object], message: str
) -> None:
    question = project()
    with pytest.raises(InputError) as told:
        check([question], **options)  # type: ignore[arg-type]
    assert str(told.value).startswith(message)


def test_two_files_of_one_name_have_no_baseline_in_common(project: Callable[..., Question]) -> None:
    one = project()
    Path("sub").mkdir()
    two = project(name="sub/small.toml")
    with pytest.raises(InputError) as told:
        check([one, two], baseline="base")
    expected = "base: holds one baseline a name; allowed files of names of their own, or a folder for each; "
    assert str(told.value) == f"{expected}got small.toml and sub/small.toml"
