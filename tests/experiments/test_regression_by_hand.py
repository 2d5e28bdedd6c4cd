"""A question held against its baseline by hand: the whole change of a KPI, and the whole change of a conclusion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from experiments.comparison.statistics import Floats
from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion
from experiments.regression.change_test import ChangeRules, judge_change, runs_needed, sign_bound
from experiments.regression.conclusions import change_of_conclusion, change_of_rule, conclusion_of
from experiments.regression.kpi_changes import changes_of_kpis
from experiments.regression.regression_result import ConclusionChange, KpiChange
from scenarios import Question
from scenarios.values.conditions import parse_limit
from scenarios.values.criteria import Smallest
from tests.experiments.conftest import question_in

MILD, DEEP = "mild", "deep & <i>wide</i>"
RULES = ChangeRules(10, 0.9)
KPIS = ("contribution_profit", "campaign_share", "optout_rate")
NAN = float("nan")
UP_DOWN = np.resize([1.0, -1.0], 32)
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Question:
    return question_in(tmp_path_factory.mktemp("asked"))


def runs_of(count: int, **values: Floats) -> BaselineRuns:
    """Runs in which every KPI is 1 but those that are stated."""
    return BaselineRuns(("",) * count, {}, {**{kpi: np.full(count, 1.0) for kpi in KPIS}, **values})


def baseline_of(arms: Mapping[str, BaselineRuns], conclusion: Conclusion | None = None) -> Baseline:
    return Baseline("", "", (), {}, {}, conclusion, arms)


def change(asked: Question, then: Sequence[float], now: Sequence[float], rules: ChangeRules = RULES) -> KpiChange:
    """The change of the campaign share of one arm."""
    before = baseline_of({MILD: runs_of(len(then), campaign_share=np.array(then))})
    found = changes_of_kpis(asked, before, {MILD: runs_of(len(now), campaign_share=np.array(now))}, rules)
    assert [one.kpi for one in found] == list(KPIS)
    return found[1]


def known(**other: object) -> KpiChange:
    plain = KpiChange(MILD, "campaign_share", "share", NAN, NAN, NAN, NAN, NAN, None, NAN, 1.0, "pass", "", 0)
    return replace(plain, **other)  # type: ignore[arg-type]


def same(found: KpiChange, expected: KpiChange) -> None:
    """Equal field by field, numbers but for rounding, with nan for nan."""
    for name, value in vars(expected).items():
        wanted = pytest.approx(value, nan_ok=True) if isinstance(value, float) else value
        assert getattr(found, name) == wanted, name


# --- KPIs ----------------------------------------------------------------------------------------------------


def test_values_that_none_has(asked: Question) -> None:
    same(change(asked, [NAN] * 3, [NAN] * 3), known(reason="has no value in any run"))


def test_a_single_value(asked: Question) -> None:
    same(
        change(asked, [NAN, 2.0], [NAN, 2.0]),
        known(baseline=2.0, now=2.0, smallest=0.02, runs=1, reason="equal in every run"),
    )
    other = known(
        baseline=2.0, now=3.0, smallest=0.02, runs=1, verdict="inconclusive", reason="open; has only one value"
    )
    same(change(asked, [NAN, 2.0], [NAN, 3.0]), other)
    same(
        change(asked, [NAN, 2.0], [NAN, 2.0 + 1e-9]),
        replace(other, now=2.0, verdict="pass", reason="equal in every run"),
    )


def test_no_change(asked: Question) -> None:
    values = 2.0 + 0.5 * UP_DOWN
    found = change(asked, values.tolist(), values.tolist())
    expected = known(
        baseline=2.0,
        now=2.0,
        change=0.0,
        low=0.0,
        high=0.0,
        sds=0.0,
        smallest=0.02,
        reason="equal in every run",
        runs=32,
    )
    same(found, expected)
    same(change(asked, [2.0] * 32, [2.0] * 32), replace(expected, sds=None))
    large = (1e6 + 1e-7 * UP_DOWN).tolist()
    assert change(asked, large, large).sds is None, "a spread of 1e-13 of the mean is rounding"
    same(change(asked, values.tolist(), (values * (1.0 + 0.9e-9)).tolist()), expected)
    assert change(asked, values.tolist(), (values * (1.0 + 2e-9)).tolist()).reason == "changed, by less than matters"
    assert change(asked, (-values).tolist(), (-values * (1.0 + 0.9e-9)).tolist()).reason == "equal in every run"


@pytest.mark.parametrize(
    ("shift", "noise", "verdict", "reason"),
    [(0.0, 1e-3, "pass", "no change that matters"), (0.01, 1e-3, "pass", "changed, by less than matters"),
     (0.03, 1e-3, "fail", "changed"), (0.01, 0.1, "inconclusive", "open; about {needed} runs would decide"),
     (0.02, 900.0, "inconclusive", "open")],
)  # fmt: skip
def test_a_change(asked: Question, shift: float, noise: float, verdict: str, reason: str) -> None:
    then = 2.0 + 0.5 * np.sin(np.arange(32))
    now = then + shift + noise * UP_DOWN
    found = change(asked, then.tolist(), now.tolist())
    smallest = 0.01 * then.mean()
    judged = judge_change(now - then, smallest, RULES)
    needed = runs_needed(now - then, smallest, RULES) if verdict == "inconclusive" else None
    assert (needed is None) == ("{" not in reason)
    sds = judged.mean / then.std(ddof=1)
    same(
        found,
        known(
            baseline=float(then.mean()), now=float(now.mean()), change=judged.mean, low=judged.low, high=judged.high,
            sds=float(sds), smallest=float(smallest), p_value=judged.p_value, verdict=verdict,
            reason=reason.format(needed=needed), runs=32, needed=needed,
        ),
    )  # fmt: skip


def test_two_values_are_judged(asked: Question) -> None:
    found = change(asked, [2.0, 4.0], [2.0, 4.1])
    assert (found.runs, found.change, found.sds) == (2, pytest.approx(0.05), pytest.approx(0.05 / math.sqrt(2.0)))


def test_values_on_one_side_only(asked: Question) -> None:
    """Of 32 runs n have lost their value: 2^(1 - n) for each of two tests of ten KPIs."""
    then = [2.0] * 32
    for lost, verdict, reason in (
        (20, "fail", "has a value on one side only in 20 of 32 runs"),
        (8, "inconclusive", "open; has a value on one side only in 8 of 32 runs"),
        (5, "inconclusive", "open; has a value on one side only in 5 of 32 runs"),
        (4, "pass", "equal in every run"),
    ):
        for turned in (False, True):
            some, left = [NAN] * lost + then[lost:], then
            found = change(asked, *((some, left) if turned else (left, some)))
            p_value = min(1.0, 20 * 2.0 ** (1 - lost)) if verdict != "pass" else 1.0
            sides = (found.verdict, found.reason, found.left_out, found.runs, found.p_value)
            assert sides == (verdict, reason, lost, 32 - lost, pytest.approx(p_value))
            assert (found.baseline, found.now, found.smallest) == (2.0, 2.0, pytest.approx(0.02))
    few = change(asked, [2.0, 2.0, 2.0], [2.0, NAN, NAN])
    assert (few.verdict, few.reason) == ("inconclusive", "open; has a value on one side only in 2 of 3 runs")
    one = change(asked, [2.0, 2.0], [2.0, NAN])
    assert (one.verdict, one.reason) == ("inconclusive", "open; has a value on one side only in 1 of 2 runs")
    paired = change(asked, [2.0, 3.0, 9.0, NAN], [2.0, 3.0, NAN, 8.0])
    assert (paired.baseline, paired.now, paired.runs) == (2.5, 2.5, 2), "means over the runs that have both"
    both = change(asked, [2.0, NAN, 2.0, 2.0], [NAN, 2.0, 2.0, 2.0])
    assert (both.verdict, both.left_out, both.runs) == ("pass", 2, 2)


def test_a_kpi_with_two_tests_has_twice_as_many(asked: Question) -> None:
    then, now = 2.0 + 0.0 * UP_DOWN, 2.1 + 1e-3 * UP_DOWN
    now[0] = NAN
    found = change(asked, then.tolist(), now.tolist())
    assert found.p_value == pytest.approx(20 * sign_bound(now[1:] - then[1:]))
    assert change(asked, then[1:].tolist(), now[1:].tolist()).p_value == pytest.approx(found.p_value / 2.0)


def test_what_is_compared(asked: Question) -> None:
    """The baseline's first runs, as many as there are; arms and KPIs that both have; p-values from analyses before."""
    long = runs_of(8, campaign_share=np.array([2.0] * 4 + [9.0] * 4))
    less = BaselineRuns(("",) * 4, {}, {kpi: np.full(4, 2.0) for kpi in KPIS[1:]})
    found = changes_of_kpis(asked, baseline_of({MILD: less}), {DEEP: runs_of(4), MILD: runs_of(4)}, RULES)
    assert [(one.arm, one.kpi) for one in found] == [(MILD, "campaign_share"), (MILD, "optout_rate")]
    four = changes_of_kpis(asked, baseline_of({MILD: long}), {MILD: runs_of(4, campaign_share=np.full(4, 2.0))}, RULES)
    assert (four[1].runs, four[1].reason, four[1].unit, four[0].unit) == (4, "equal in every run", "share", "money")
    wide = replace(
        asked, tolerances=replace(asked.tolerances, smallest={"campaign_share": Smallest(0.25, relative=True)})
    )
    stated = changes_of_kpis(wide, baseline_of({MILD: long}), {MILD: runs_of(4)}, RULES)
    assert [one.smallest for one in stated] == [0.01, 0.5, 0.01]
    before = [known(p_value=0.01), known(kpi="optout_rate", p_value=0.02), known(arm=DEEP, p_value=0.03)]
    later = changes_of_kpis(asked, baseline_of({MILD: long}), {MILD: runs_of(4)}, RULES, before)
    assert [one.p_value for one in later] == [1.0, 0.01, 0.02]


# --- conclusions -----------------------------------------------------------------------------------------------


def arms_of(mild: float, deep: float, runs: int = 64, **more: Floats) -> dict[str, BaselineRuns]:
    """Two arms of which the one with the higher contribution leads in every run."""
    noise = np.resize([1.0, -1.0], runs)
    return {
        MILD: runs_of(runs, contribution_profit=1e6 * mild + noise, **more),
        DEEP: runs_of(runs, contribution_profit=1e6 * deep - noise, **more),
    }


def judged(
    asked: Question, then: Mapping[str, BaselineRuns], now: Mapping[str, BaselineRuns], **given: object
) -> ConclusionChange:
    settings = {"rules": RULES, "changes": (), **given}
    return change_of_conclusion(asked, baseline_of(then), now, **settings)  # type: ignore[arg-type]


WON = Conclusion("contribution_profit", DEEP, "winner", (DEEP, MILD))
LOST = Conclusion("contribution_profit", MILD, "winner", (MILD, DEEP))


def test_a_conclusion(asked: Question) -> None:
    assert conclusion_of(asked, arms_of(1.0, 2.0)) == WON
    assert conclusion_of(asked, arms_of(2.0, 1.0)) == LOST
    assert conclusion_of(asked, {MILD: runs_of(64)}) is None
    less = replace(asked, compare=replace(asked.compare, kpi="optout_rate"))
    noise = 1e-4 * np.resize([1.0, -1.0], 64)
    rates = {MILD: runs_of(64, optout_rate=0.02 + noise), DEEP: runs_of(64, optout_rate=0.01 - noise)}
    assert conclusion_of(less, rates) == Conclusion("optout_rate", DEEP, "winner", (DEEP, MILD))
    neither = replace(asked, compare=replace(asked.compare, kpi="campaign_share"))
    expected = None if asked.measures["campaign_share"].better == 0 else "some"
    assert (conclusion_of(neither, arms_of(1.0, 2.0)) is None) == (expected is None)
    empty = {arm: runs_of(64, contribution_profit=np.full(64, NAN)) for arm in (MILD, DEEP)}
    assert conclusion_of(asked, empty) is None
    one = replace(asked, arms={n: replace(arm, run=replace(arm.run, draws=1)) for n, arm in asked.arms.items()})
    assert conclusion_of(one, arms_of(1.0, 2.0)) == WON
    two = replace(asked, arms={n: replace(arm, run=replace(arm.run, draws=2)) for n, arm in asked.arms.items()})
    assert conclusion_of(two, arms_of(1.0, 2.0)) == WON
    assert conclusion_of(one, arms_of(1.0, 2.0, runs=12)) == WON, "replications of one market are not counted"
    few = conclusion_of(asked, arms_of(1.0, 2.0, runs=12))
    assert few == Conclusion("contribution_profit", None, "undecided", (DEEP, MILD))


def test_the_same_conclusion(asked: Question) -> None:
    assert judged(asked, arms_of(1.0, 2.0), arms_of(1.0, 2.0)) == ConclusionChange(WON, WON, "pass", "the same")
    alone = replace(asked, arms={MILD: asked.arms[MILD]})
    assert judged(alone, {MILD: runs_of(4)}, {MILD: runs_of(4)}) == ConclusionChange(None, None, "pass", "")
    other = change_of_conclusion(asked, baseline_of({MILD: runs_of(4)}, WON), arms_of(1.0, 2.0, runs=4), RULES, ())
    assert other == ConclusionChange(WON, None, "pass", "the arms are others")
    more = replace(asked, arms={**asked.arms, "third": asked.arms[MILD]})
    assert judged(more, arms_of(1.0, 2.0), {**arms_of(1.0, 2.0), "third": runs_of(64)}).reason == "the same"
    third = {**arms_of(1.0, 2.0), "third": runs_of(64)}
    assert judged(asked, third, arms_of(1.0, 2.0)).reason == "the same"
    long = judged(asked, arms_of(1.0, 2.0, runs=128), arms_of(1.0, 2.0))
    assert long == ConclusionChange(WON, WON, "pass", "the same")
    turned = arms_of(1.0, 2.0, runs=128)
    turned[MILD].values["contribution_profit"][64:] += 9e6
    assert judged(asked, turned, arms_of(1.0, 2.0)) == long, "the first runs of the baseline are compared"
    assert judged(asked, turned, arms_of(2.0, 1.0)).verdict == "fail"


def test_a_value_on_one_side_only(asked: Question) -> None:
    empty = {arm: runs_of(64, contribution_profit=np.full(64, NAN)) for arm in (MILD, DEEP)}
    reason = "there is a value to judge by on one side only"
    assert judged(asked, empty, arms_of(1.0, 2.0)) == ConclusionChange(None, WON, "inconclusive", reason)
    assert judged(asked, arms_of(1.0, 2.0), empty) == ConclusionChange(WON, None, "inconclusive", reason)


def test_another_verdict(asked: Question) -> None:
    words = f"the verdict was {DEEP} and is {MILD}"
    found = judged(asked, arms_of(1.0, 2.0), arms_of(2.0, 1.0))
    assert found == ConclusionChange(WON, LOST, "fail", f"{words}, and a difference between arms has changed")
    bounded = replace(
        asked, compare=replace(asked.compare, subject_to={"optout_rate": parse_limit("> 1 % per 30 d", "CNY")})
    )
    sure, unsure = known(kpi="optout_rate", p_value=1e-5), known(kpi="optout_rate", p_value=0.5)
    words_of_bound = f"{words}, and a KPI with a bound has changed"
    bound_changed = judged(bounded, arms_of(1.0, 2.0), arms_of(2.0, 1.0), changes=[unsure, sure])
    assert bound_changed == ConclusionChange(WON, LOST, "fail", words_of_bound)
    for one in ((unsure,), (known(kpi="campaign_share", p_value=1e-5),)):
        assert judged(bounded, arms_of(1.0, 2.0), arms_of(2.0, 1.0), changes=one).reason == found.reason


def test_a_close_verdict(asked: Question) -> None:
    """The arm that leads is behind in 5 of 64 runs now: too few signs for an alarm. Twenty are enough for ten tests."""
    then, now = arms_of(1.0, 2.0), arms_of(1.0, 2.0)
    now[DEEP].values["contribution_profit"][:5] -= 1.2e6
    found = judged(asked, then, now)
    undecided = Conclusion("contribution_profit", None, "undecided", (DEEP, MILD))
    assert (found.verdict, found.then, found.now) == ("inconclusive", WON, undecided)
    close = "though no difference between arms is shown to have changed: the verdict was a close one"
    assert found.reason == f"the verdict was {DEEP} and is undecided, {close}"
    now[DEEP].values["contribution_profit"][:20] -= 1.2e6
    assert judged(asked, then, now).verdict == "fail"
    assert judged(asked, then, now, rules=replace(RULES, tests=100)).verdict == "inconclusive"


def test_another_order_of_arms_that_are_alike(asked: Question) -> None:
    none = "contribution_profit", None, "no difference"
    wide = replace(asked, compare=replace(asked.compare, indifference=1e6))
    then, now = arms_of(1.0, 1.0 + 1e-6), arms_of(1.0 + 1e-6, 1.0)
    order = (Conclusion(*none, (DEEP, MILD)), Conclusion(*none, (MILD, DEEP)))
    words = f"the order of the arms was {DEEP}, {MILD} and is {MILD}, {DEEP}"
    half = {arm: runs_of(64, contribution_profit=own.values["contribution_profit"].copy()) for arm, own in then.items()}
    half[MILD].values["contribution_profit"][:9] += 20.0
    assert judged(wide, then, half) == ConclusionChange(*order, "pass", f"{words}, which chance variation explains")
    found = judged(wide, then, now)
    expected = ConclusionChange(*order, "fail", f"{words}, and a difference between arms has changed")
    assert found == expected
    some = {arm: runs_of(64, contribution_profit=own.values["contribution_profit"].copy()) for arm, own in now.items()}
    some[MILD].values["contribution_profit"][0] = NAN
    assert judged(wide, then, some).verdict == "fail", "a run without a value is left out"


def test_another_rule(asked: Question) -> None:
    arms = arms_of(1.0, 2.0)
    assert change_of_rule(asked, baseline_of(arms)) is None
    assert change_of_rule(asked, baseline_of(arms, WON)) is None
    assert change_of_rule(asked, baseline_of({MILD: arms[MILD]}, LOST)) is None
    found = change_of_rule(asked, baseline_of(arms, LOST))
    words = f"the verdict was {MILD} and is {DEEP}, both from the runs of the baseline"
    assert found == ConclusionChange(LOST, WON, "fail", words)
    empty = {arm: runs_of(64, contribution_profit=np.full(64, NAN)) for arm in (MILD, DEEP)}
    words = "there is nothing to compare now, both from the runs of the baseline"
    assert change_of_rule(asked, baseline_of(empty, WON)) == ConclusionChange(WON, None, "fail", words)
    other = change_of_rule(asked, baseline_of(arms, replace(WON, kpi="gmv", verdict=None, kind="undecided")))
    assert other is not None
    assert other.reason.startswith(f"the verdict was undecided by gmv and is {DEEP} by contribution_profit, both")
