"""The conclusion from a question's runs, which is the verdict and the order of the arms, and whether it has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from experiments.comparison.comparison_plan import comparison_plan
from experiments.comparison.judgement import judge
from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion
from experiments.regression.baseline_runs import with_runs
from experiments.regression.change_test import ALARM, ChangeRules, sign_bound
from experiments.regression.regression_result import ConclusionChange, KpiChange
from scenarios import InputError, Question


def conclusion_of(question: Question, arms: Mapping[str, BaselineRuns]) -> Conclusion | None:
    """The conclusion from these runs of every arm, equal arms by name; None for one arm, or with no value to judge."""
    import pandas as pd

    how, count = question.compare, len(next(iter(arms.values())).events)
    better = question.measures[how.kpi].better
    if len(arms) < 2 or better == 0:
        return None
    several = next(iter(question.arms.values())).run.draws > 1
    unit, other = ("draw", "replication") if several else ("replication", "draw")
    rows = [
        pd.DataFrame({"variant": arm, unit: range(count), other: 0, "kpi": kpi, "window": "horizon", "value": column})
        for arm, runs in arms.items()
        for kpi, column in runs.values.items()
    ]
    try:
        found = judge(comparison_plan(with_runs(question, count)), pd.concat(rows, ignore_index=True))
    except InputError:
        return None
    means = found.table.values.mean(axis=(1, 2)) * better
    order = tuple(arm for _, arm in sorted(zip(-means, found.table.arms, strict=True)))
    return Conclusion(how.kpi, found.verdict.arm, found.verdict.kind, order)


def change_of_conclusion(
    question: Question,
    baseline: Baseline,
    arms: Mapping[str, BaselineRuns],
    rules: ChangeRules,
    changes: Sequence[KpiChange],
) -> ConclusionChange:
    """Whether the verdict or the order of the arms that both have differs from that of the same runs of the baseline.

    Fail where a difference of arms has changed, or one of the KPIs that have a bound (`changes`), so that the model is
    the cause; inconclusive where chance may have changed the verdict. A change of order between arms that are alike
    passes.
    """
    count = len(next(iter(arms.values())).events)
    shared = replace(question, arms={arm: own for arm, own in question.arms.items() if arm in baseline.arms})
    if len(shared.arms) < min(2, len(question.arms)):
        return ConclusionChange(baseline.conclusion, None, "pass", "the arms are others")
    then = conclusion_of(shared, {arm: baseline.arms[arm].first(count) for arm in shared.arms})
    now = conclusion_of(shared, {arm: arms[arm] for arm in shared.arms})
    if then == now:
        return ConclusionChange(then, now, "pass", "" if then is None else "the same")
    if then is None or now is None:
        return ConclusionChange(then, now, "inconclusive", "there is a value to judge by on one side only")
    words, other_verdict = _format_change(then, now), _verdict(then) != _verdict(now)
    if other_verdict and any(one.kpi in question.compare.subject_to and one.significant for one in changes):
        return ConclusionChange(then, now, "fail", f"{words}, and a KPI with a bound has changed")
    if any(_difference_changed(p, baseline, arms, question.compare.kpi, rules) for p in _changed_pairs(then, now)):
        return ConclusionChange(then, now, "fail", f"{words}, and a difference between arms has changed")
    if other_verdict:
        reason = f"{words}, though no difference between arms is shown to have changed: the verdict was a close one"
        return ConclusionChange(then, now, "inconclusive", reason)
    return ConclusionChange(then, now, "pass", f"{words}, which chance variation explains")


def change_of_rule(question: Question, baseline: Baseline) -> ConclusionChange | None:
    """The conclusion that is now drawn from the baseline's own runs, where it is not the one that the baseline states:
    then the rule of judging has changed, not the model."""
    if baseline.conclusion is None or set(question.arms) != set(baseline.arms):
        return None
    now = conclusion_of(question, baseline.arms)
    if now == baseline.conclusion:
        return None
    words = "there is nothing to compare now" if now is None else _format_change(baseline.conclusion, now)
    return ConclusionChange(baseline.conclusion, now, "fail", f"{words}, both from the runs of the baseline")


def _format_change(then: Conclusion, now: Conclusion) -> str:
    was, is_ = (end.verdict if end.verdict is not None else end.kind for end in (then, now))
    if then.kpi != now.kpi:
        return f"the verdict was {was} by {then.kpi} and is {is_} by {now.kpi}"
    if _verdict(then) != _verdict(now):
        return f"the verdict was {was} and is {is_}"
    return f"the order of the arms was {', '.join(then.order)} and is {', '.join(now.order)}"


def _verdict(end: Conclusion) -> tuple[str | None, str]:
    return end.verdict, end.kind


def _changed_pairs(then: Conclusion, now: Conclusion) -> list[tuple[str, str]]:
    """Pairs of arms whose order changed; all pairs where the verdict changed."""
    pairs = list(combinations(then.order, 2))
    if _verdict(then) != _verdict(now):
        return pairs
    return [(a, b) for a, b in pairs if now.order.index(a) > now.order.index(b)]


def _difference_changed(
    pair: tuple[str, str], baseline: Baseline, arms: Mapping[str, BaselineRuns], kpi: str, rules: ChangeRules
) -> bool:
    """Whether the difference between two arms is shown to have changed."""
    a, b = pair
    count = len(arms[a].events)
    now = arms[a].values[kpi] - arms[b].values[kpi]
    then = baseline.arms[a].values[kpi][:count] - baseline.arms[b].values[kpi][:count]
    difference = (now - then)[np.isfinite(now - then)]
    return rules.adjusted(sign_bound(difference)) < ALARM
