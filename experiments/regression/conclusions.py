"""What follows from a question's runs, the verdict and the order of the arms, and whether it is as in its baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion
from experiments.regression.change_test import ALARM, ChangeRules, sign_bound
from experiments.regression.regression import ConclusionChange, KpiChange
from experiments.runs.question_setup import resized
from scenarios import InputError, Question


def conclusion_of(question: Question, lives: Mapping[str, BaselineRuns]) -> Conclusion | None:
    """The conclusion from these runs of every arm, equal arms by name; None for one arm, or with no value to judge."""
    import pandas as pd

    from experiments.comparison.comparison_plan import comparison_plan
    from experiments.comparison.judgement import judge
    from sim.output.measures import MEASURES

    how, count = question.compare, len(next(iter(lives.values())).events)
    if len(lives) < 2 or MEASURES[how.kpi].better == 0:
        return None
    several = next(iter(question.arms.values())).run.draws > 1
    sized = resized(question, count if several else 1, 1 if several else count)
    unit, other = ("draw", "replication") if several else ("replication", "draw")
    rows = [
        pd.DataFrame({"variant": arm, unit: range(count), other: 0, "kpi": kpi, "window": "horizon", "value": column})
        for arm, own in lives.items()
        for kpi, column in own.values.items()
    ]
    try:
        found = judge(comparison_plan(sized), pd.concat(rows, ignore_index=True))
    except InputError:
        return None
    means = found.table.values.mean(axis=(1, 2)) * MEASURES[how.kpi].better
    order = tuple(arm for _, arm in sorted(zip(-means, found.table.arms, strict=True)))
    return Conclusion(how.kpi, found.verdict.arm, found.verdict.kind, order)


def conclude(
    question: Question,
    baseline: Baseline,
    lives: Mapping[str, BaselineRuns],
    rules: ChangeRules,
    moved: Sequence[KpiChange],
) -> ConclusionChange:
    """Whether the verdict or the order of the arms that both have is another than from the same runs of the baseline.

    Fail where a difference of arms has moved, or one of the `moved` KPIs that bounds are set on, so that the change is
    the model's; inconclusive where a change of verdict may be luck. An order that changes between arms that are alike
    is none of these.
    """
    count = len(next(iter(lives.values())).events)
    shared = _shared(question, baseline)
    if len(shared.arms) < min(2, len(question.arms)):
        return ConclusionChange(baseline.conclusion, None, "pass", "there are other arms")
    then = conclusion_of(shared, {arm: baseline.arms[arm].first(count) for arm in shared.arms})
    now = conclusion_of(shared, {arm: lives[arm] for arm in shared.arms})
    if then == now or then is None or now is None:
        return ConclusionChange(then, now, "pass" if then == now else "inconclusive", _same(then, now))
    words = _change(then, now)
    bounded = any(one.kpi in question.compare.subject_to and one.p_value < ALARM for one in moved)
    if bounded and (then.verdict, then.kind) != (now.verdict, now.kind):
        return ConclusionChange(then, now, "fail", f"{words}, and what a bound is set on has moved")
    if any(_parted(pair, baseline, lives, question.compare.kpi, rules) for pair in _changed_pairs(then, now)):
        return ConclusionChange(then, now, "fail", f"{words}, and a difference between arms has moved")
    if (then.verdict, then.kind) != (now.verdict, now.kind):
        reason = f"{words}, though no difference between arms is shown to have moved: it was close"
        return ConclusionChange(then, now, "inconclusive", reason)
    return ConclusionChange(then, now, "pass", f"{words}; luck is enough for that")


def _shared(question: Question, baseline: Baseline) -> Question:
    """The question of the arms that the baseline has, too."""
    return replace(question, arms={arm: own for arm, own in question.arms.items() if arm in baseline.arms})


def rule_moved(question: Question, baseline: Baseline) -> ConclusionChange | None:
    """What the baseline's own runs come to now, where that is not what it says: the rule was changed, not the model."""
    if baseline.conclusion is None or set(question.arms) != set(baseline.arms):
        return None
    now = conclusion_of(question, baseline.arms)
    if now == baseline.conclusion:
        return None
    words = _change(baseline.conclusion, now) if now is not None else "there is nothing to compare now"
    return ConclusionChange(baseline.conclusion, now, "fail", f"{words} from the very runs of the baseline")


def _same(then: Conclusion | None, now: Conclusion | None) -> str:
    if then == now:
        return "" if then is None else "the same"
    return "there is a value to judge by on one side only"


def _change(then: Conclusion, now: Conclusion) -> str:
    if then.kpi != now.kpi:
        return f"the verdict was {_told(then)} by {then.kpi} and is {_told(now)} by {now.kpi}"
    if (then.verdict, then.kind) != (now.verdict, now.kind):
        return f"the verdict was {_told(then)} and is {_told(now)}"
    return f"the order of the arms was {', '.join(then.order)} and is {', '.join(now.order)}"


def _told(end: Conclusion) -> str:
    return end.verdict if end.verdict is not None else end.kind


def _changed_pairs(then: Conclusion, now: Conclusion) -> list[tuple[str, str]]:
    """Pairs that changed places; all of them where the verdict is another."""
    pairs = list(combinations(then.order, 2))
    if (then.verdict, then.kind) != (now.verdict, now.kind):
        return pairs
    return [(a, b) for a, b in pairs if now.order.index(a) > now.order.index(b)]


def _parted(
    pair: tuple[str, str], baseline: Baseline, lives: Mapping[str, BaselineRuns], kpi: str, rules: ChangeRules
) -> bool:
    """Whether the difference between two arms has moved."""
    a, b = pair
    count = len(lives[a].events)
    now = lives[a].values[kpi] - lives[b].values[kpi]
    then = baseline.arms[a].values[kpi][:count] - baseline.arms[b].values[kpi][:count]
    difference = (now - then)[np.isfinite(now - then)]
    return rules.tests * rules.looks * sign_bound(difference) < ALARM
