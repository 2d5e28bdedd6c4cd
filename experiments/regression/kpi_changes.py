"""The KPIs of a question's runs compared with the same runs of its baseline: which changed, and by how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.comparison.statistics import Floats
from experiments.regression.baseline_files import Baseline, BaselineRuns
from experiments.regression.baseline_runs import baseline_kpis
from experiments.regression.change_test import ALARM, ChangeRules, judge_change, runs_needed, sign_bound
from experiments.regression.regression_result import CheckVerdict, KpiChange
from scenarios import Question


def changes_of_kpis(
    question: Question,
    baseline: Baseline,
    arms: Mapping[str, BaselineRuns],
    rules: ChangeRules,
    before: Sequence[KpiChange] = (),
) -> list[KpiChange]:
    """Every KPI of every arm that both have. `arms` are new runs, as many as were simulated, which are the first of the
    baseline's; `before` are the changes at the previous analysis."""
    earlier = {(one.arm, one.kpi): one.p_value for one in before}
    found, measures = [], question.measures
    for arm, runs in arms.items():
        for kpi in baseline_kpis(question) if arm in baseline.arms else ():
            if kpi not in baseline.arms[arm].values:
                continue
            then = baseline.arms[arm].values[kpi][: len(runs.events)]
            smallest = question.tolerances.smallest_of(kpi)
            pairs = _Pairs(arm, kpi, measures[kpi].unit, then, runs.values[kpi], smallest.of(_mean(then)))
            found.append(_changed(pairs, rules, earlier.get((arm, kpi), 1.0)))
    return found


@dataclass(frozen=True)
class _Pairs:
    """One KPI of one arm in the baseline's runs and in the new ones, shape (runs,) each, nan without a value."""

    arm: str
    kpi: str
    unit: str
    then: Floats
    now: Floats
    smallest: float


def _changed(pairs: _Pairs, rules: ChangeRules, before: float) -> KpiChange:
    appeared = np.isfinite(pairs.now).astype(np.float64) - np.isfinite(pairs.then)
    if appeared.any():  # two tests of one KPI; exchanging the two runs of pairs does not change whether there are two
        rules = replace(rules, tests=2 * rules.tests)
    both = np.isfinite(pairs.then) & np.isfinite(pairs.now)
    known = KpiChange(
        pairs.arm, pairs.kpi, pairs.unit, _mean(pairs.then), _mean(pairs.now), math.nan, math.nan,
        math.nan, None, pairs.smallest, 1.0, "pass", "has no value in any run", int(both.sum()),
        int(np.abs(appeared).sum()),
    )  # fmt: skip
    return _by_presence(known, appeared, rules) or _by_values(known, pairs.then[both], pairs.now[both], rules, before)


def _by_presence(known: KpiChange, appeared: Floats, rules: ChangeRules) -> KpiChange | None:
    """The verdict by the runs in which a KPI has a value on one side only; None where they do not decide it.

    `appeared` is 1 where only the new run has a value, -1 where only the baseline's has. Without a change both signs
    are equally likely. So a KPI that lost its values does not pass because the remaining ones are equal.
    """
    bound = sign_bound(appeared)
    p_value = rules.adjusted(bound)
    words = f"has a value on one side only in {known.left_out} of {appeared.size} runs"
    if p_value < ALARM:
        return replace(known, p_value=p_value, verdict="fail", reason=words)
    few = known.runs < 2 and known.left_out > 0
    if few or bound < rules.error:
        return replace(known, p_value=p_value, verdict="inconclusive", reason=f"open; {words}")
    return None


def _by_values(known: KpiChange, then: Floats, now: Floats, rules: ChangeRules, before: float) -> KpiChange:
    """The verdict by the runs in which a KPI has a value on both sides."""
    if not known.runs:
        return known
    difference = _without_rounding(now - then, then)
    if known.runs == 1:
        equal = not difference.any()
        reason = _EQUAL if equal else "open; has only one value"
        return replace(known, verdict="pass" if equal else "inconclusive", reason=reason)
    spread = float(then.std(ddof=1))
    found = judge_change(difference, known.smallest, rules, before)
    needed = runs_needed(difference, known.smallest, rules) if found.kind == "open" else None
    verdict, reason = _VERDICTS[found.kind]
    if not difference.any():
        reason = _EQUAL
    elif needed is not None:
        reason = f"open; about {needed} runs would decide"
    return replace(
        known,
        baseline=_mean(then),
        now=_mean(now),
        change=found.mean,
        low=found.low,
        high=found.high,
        sds=found.mean / spread if spread > 1e-12 * abs(_mean(then)) else None,
        p_value=found.p_value,
        verdict=verdict,
        reason=reason,
        needed=needed,
    )


_EQUAL = "equal in every run"
_VERDICTS: dict[str, tuple[CheckVerdict, str]] = {
    "none": ("pass", "no change that matters"),
    "small": ("pass", "changed, by less than matters"),
    "changed": ("fail", "changed"),
    "open": ("inconclusive", "open"),
}


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else math.nan


def _without_rounding(differences: Floats, then: Floats) -> Floats:
    """A baseline has ten digits of a number, so a difference in the last one counts as none."""
    return np.where(np.abs(differences) <= 1e-9 * np.abs(then), 0.0, differences)
