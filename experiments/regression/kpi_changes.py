"""The KPIs of a question's runs against the same runs of its baseline: which moved, and by how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.comparison.statistics import Floats
from experiments.regression.baseline_files import Baseline, BaselineRuns
from experiments.regression.change_test import ALARM, ChangeRules, judge_move, runs_needed, sign_bound
from experiments.regression.expected_changes import ExpectedChanges
from experiments.regression.regression import Answer, KpiChange, kpis_of
from scenarios import Question


def moves(
    question: Question, baseline: Baseline, lives: Mapping[str, BaselineRuns], rules: ChangeRules, intended: ExpectedChanges,
    before: Sequence[KpiChange] = (),
) -> tuple[KpiChange, ...]:  # fmt: skip
    """Every KPI of every arm that both have, over the runs that were lived, which are the first of the baseline's.

    `before` are the same at the look before.
    """
    earlier = {(one.arm, one.kpi): one.p_value for one in before}
    found = []
    for arm, own in lives.items():
        for kpi in kpis_of(question) if arm in baseline.arms else ():
            if kpi not in baseline.arms[arm].values:
                continue
            then = baseline.arms[arm].values[kpi][: len(own.events)]
            smallest = question.tolerances.smallest_of(kpi)
            sides = _Sides(arm, kpi, then, own.values[kpi], smallest.of(_mean(then)))
            found.append(intended.judged(_moved(sides, rules, earlier.get((arm, kpi), 1.0))))
    return tuple(found)


@dataclass(frozen=True)
class _Sides:
    arm: str
    kpi: str
    then: Floats
    now: Floats
    smallest: float


def _moved(sides: _Sides, rules: ChangeRules, before: float) -> KpiChange:
    from sim.output.measures import MEASURES

    appeared = np.isfinite(sides.now).astype(np.float64) - np.isfinite(sides.then)
    if appeared.any():  # two tests of one KPI; swapping the sides of pairs does not change whether there are
        rules = replace(rules, tests=2 * rules.tests)
    both = np.isfinite(sides.then) & np.isfinite(sides.now)
    known = KpiChange(
        sides.arm, sides.kpi, MEASURES[sides.kpi].unit, _mean(sides.then), _mean(sides.now), math.nan, math.nan,
        math.nan, None, sides.smallest, 1.0, "pass", "has no value in any run", int(both.sum()),
        int(np.abs(appeared).sum()),
    )  # fmt: skip
    return _by_presence(known, appeared, rules) or _by_values(known, sides.then[both], sides.now[both], rules, before)


def _by_presence(known: KpiChange, appeared: Floats, rules: ChangeRules) -> KpiChange | None:
    """What follows from the runs in which a KPI has a value on one side only, if anything does.

    `appeared` is 1 where only the run now has a value, -1 where only the baseline's has. By luck alone the signs are
    fair. A KPI that lost its values passes for no other reason than that the rest are the same.
    """
    bound = sign_bound(appeared)
    p_value = min(1.0, rules.tests * rules.looks * bound)
    words = f"has a value on one side only in {known.left_out} of {appeared.size} runs"
    if p_value < ALARM:
        return replace(known, p_value=p_value, verdict="fail", reason=words)
    few = known.runs < 2 and known.left_out > 0
    if few or bound < (1.0 - rules.power) / rules.looks:
        return replace(known, p_value=p_value, verdict="inconclusive", reason=f"open; {words}")
    return None


def _by_values(known: KpiChange, then: Floats, now: Floats, rules: ChangeRules, before: float) -> KpiChange:
    """What follows from the runs in which a KPI has a value on both sides."""
    if not known.runs:
        return known
    difference = _without_rounding(now - then, then)
    if known.runs == 1:
        same = not difference.any()
        reason = "the same in every run" if same else "open; has one value alone"
        return replace(known, verdict="pass" if same else "inconclusive", reason=reason)
    spread = float(then.std(ddof=1))
    move = judge_move(difference, known.smallest, rules, before)
    needed = runs_needed(difference, known.smallest, rules) if move.standing == "open" else None
    verdict, reason = _SAID[move.standing]
    if not difference.any():
        reason = "the same in every run"
    elif needed is not None:
        reason = f"open; about {needed} runs would tell"
    return replace(
        known,
        baseline=_mean(then),
        now=_mean(now),
        change=move.mean,
        low=move.low,
        high=move.high,
        sds=move.mean / spread if spread > 1e-12 * abs(_mean(then)) else None,
        p_value=move.p_value,
        verdict=verdict,
        reason=reason,
        needed=needed,
    )


_SAID: dict[str, tuple[Answer, str]] = {
    "same": ("pass", "no change that matters"),
    "small": ("pass", "moved, by less than matters"),
    "moved": ("fail", "moved"),
    "open": ("inconclusive", "open"),
}


def _mean(values: Floats) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else math.nan


def _without_rounding(differences: Floats, then: Floats) -> Floats:
    """A baseline holds ten digits of a number, so what differs in the last one does not differ."""
    return np.where(np.abs(differences) <= 1e-9 * np.abs(then), 0.0, differences)
