"""From finished runs to an answer: intervals, plausible markets, constraints, the verdict and all other KPIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.assumptions.deciding_number import DecidingNumber, deciding_number
from experiments.comparison import plausible_markets as pm, statistics as st
from experiments.comparison.beside_references import loss_text, reference_results, references_text
from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.comparison_result import ArmResult, Comparison, ComparisonRuns, KpiEffect, PairDifference
from experiments.comparison.comparison_text import more_draws_text, warnings_of
from experiments.comparison.constraints import (
    ConstraintCheck,
    broken,
    check_limits,
    open_bounds,
    probability_admissible,
)
from experiments.comparison.panel import Panel, check_arms_finished, complete_panel, panel
from experiments.comparison.stop_rule import Pilot, staged_intervals
from experiments.comparison.verdict import Evidence, Verdict, decide
from experiments.output.format_values import format_amount
from scenarios.questions.belief_draws import belief_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Judgement:
    """The deciding KPI in complete draws, what it shows (more is better), and the verdict."""

    table: Panel
    rows: list[st.DifferenceInterval]
    markets: pm.PlausibleMarkets
    standing: pm.Standing
    checks: tuple[ConstraintCheck, ...]
    verdict: Verdict


def judge(plan: ComparisonPlan, runs: pd.DataFrame, pilot: Pilot | None = None) -> Judgement:
    """The verdict on a tidy table of runs; with the intervals of the stop rule where a pilot came first.

    Raises InputError where missing values leave nothing to compare.
    """
    table = panel(plan, runs)
    values = plan.sign * table.values
    rows = staged_intervals(pilot, st.unit_means(values)) if pilot else st.intervals(values, plan.confidence)
    markets, checks = pm.plausible(values), check_limits(plan, runs)
    evidence = Evidence(
        names=table.arms,
        values=values,
        intervals=tuple(rows),
        markets=markets,
        indifference=plan.indifference,
        confidence=plan.confidence,
        broken=broken(checks, plan.markets),
        amount=lambda value: format_amount(value, plan.unit, plan.currency),
        one_market=plan.markets.one,
        open_bounds=open_bounds(checks, plan.markets),
    )
    verdict, replayed = decide(evidence), plan.question.replayed
    if replayed is not None and not replayed.calibrated:
        verdict = not_calibrated(replayed.doubt, verdict)
    return Judgement(table, rows, markets, evidence.standing, checks, verdict)


def not_calibrated(doubt: str, verdict: Verdict) -> Verdict:
    """The verdict on a market of which there is this doubt: no arm, and what the rule would give without it."""
    return Verdict(None, "not calibrated", f"{doubt}. Leaving that aside: {verdict.reason}", enough=verdict.enough)


def judge_comparison(done: ComparisonRuns) -> Comparison:
    """The answer from finished runs. Raises InputError where failures or missing values leave nothing to compare."""
    plan, results = done.plan, done.results
    check_arms_finished(plan, results)
    found = judge(plan, results.runs, done.auto.pilot if done.auto else None)
    references = reference_results(plan, results.runs, _best(plan, found))
    return Comparison(
        plan=plan,
        strategies=_arm_results(plan, found),
        pairs=_pairs(plan, found),
        verdict=found.verdict.arm,
        kind=found.verdict.kind,
        reason=found.verdict.reason,
        leaders=found.verdict.leaders,
        either=found.verdict.either,
        draws_enough=found.verdict.enough,
        uncertainty=_shares(plan.sign * found.table.values),
        checks=found.checks,
        effects=_effects(plan, results.runs),
        left_out=found.table.left_out,
        warnings=(
            *more_draws_text(done.provenance.get("draws_at_first"), plan),
            *warnings_of(plan, found.table, results, found.checks),
        ),
        market_means=plan.sign * found.markets.means,
        results=results,
        provenance=done.provenance,
        auto=done.auto,
        references=references,
        loss=loss_text(plan, results.runs),
        beside=references_text(plan, references),
        turns_on=_turns_on(plan, found),
    )


def _best(plan: ComparisonPlan, found: Judgement) -> str:
    """The arm that is named, else the one with the best mean among those that may win."""
    if found.verdict.arm is not None:
        return found.verdict.arm
    barred = broken(found.checks, plan.markets)
    means = plan.sign * found.table.values.mean(axis=(1, 2))
    may_win = [arm for arm in plan.arms if arm not in barred] or plan.arms
    return max(may_win, key=lambda arm: means[plan.arms.index(arm)])


def _arm_results(plan: ComparisonPlan, found: Judgement) -> tuple[ArmResult, ...]:
    means = st.intervals_of_means(st.unit_means(found.table.values), plan.confidence)
    markets, stands = found.table.values.shape[1], found.standing
    return tuple(
        ArmResult(
            arm,
            *mean,
            probability_best=float(stands.best[i]),
            expected_regret=float(stands.regret[i]),
            probability_best_error=_none_of_one(plan, st.share_error(float(stands.best[i]), markets, plan.confidence)),
            probability_admissible=probability_admissible(found.checks, arm),
            worst_tenth=_none_of_one(plan, float(stands.worst_tenth[i])),
        )
        for i, (arm, mean) in enumerate(zip(plan.arms, means, strict=True))
    )


def _none_of_one(plan: ComparisonPlan, value: float) -> float | None:
    """A number of the count of plausible markets; None where there is one."""
    return None if plan.markets.one else value


def _pairs(plan: ComparisonPlan, found: Judgement) -> tuple[PairDifference, ...]:
    """Every pair in the KPI's own direction, whatever counts as better."""
    within = pm.within_covariance(found.table.values)
    means = plan.sign * found.markets.means
    pairs = []
    for row in found.rows:
        ends = (row.low, row.high) if plan.sign > 0 else (_minus(row.high), _minus(row.low))
        low, high = _quantiles(means[row.a] - means[row.b])
        reduction = pm.reduction_within(within, row.a, row.b)
        names = plan.arms[row.a], plan.arms[row.b]
        pairs.append(PairDifference(*names, plan.sign * row.difference, *ends, low, high, reduction))
    return tuple(pairs)


def _quantiles(values: st.Floats) -> tuple[float, float]:
    """The 5 % and 95 % points; of twenty thousand pairs `np.quantile` takes seconds."""
    ordered, last = np.sort(values), len(values) - 1
    low, high = (float(np.interp(share * last, np.arange(last + 1), ordered)) for share in (0.05, 0.95))
    return low, high


def _turns_on(plan: ComparisonPlan, found: Judgement) -> DecidingNumber | None:
    """The number on which the choice between the two arms with the best means turns most."""
    values = plan.sign * found.table.values
    if plan.run.draws == 1 or len(plan.arms) < 2:
        return None
    first, second = (int(place) for place in np.argsort(-values.mean(axis=(1, 2)), kind="stable")[:2])
    kept = np.setdiff1d(np.arange(plan.run.draws), found.table.left_out)
    lead = found.markets.means[first] - found.markets.means[second]
    table = belief_table(plan.question, plan.run.draws).iloc[kept]
    return deciding_number(table, (plan.arms[first], plan.arms[second]), lead)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _shares(values: st.Floats) -> pm.VarianceShares | None:
    """By source, the variance of the difference between the best arm and the runner-up."""
    first, second = np.argsort(-values.mean(axis=(1, 2)), kind="stable")[:2]
    return pm.uncertainty(values, int(first), int(second))


def _effects(plan: ComparisonPlan, runs: pd.DataFrame) -> tuple[KpiEffect, ...]:
    """Every KPI in every window, paired with the arm of reference."""
    effects = []
    for names, rows in runs.groupby(["window", "kpi"], sort=False):
        window, kpi = map(str, names)
        table = complete_panel(plan, rows, kpi, window)
        if table.values.shape[1]:
            effects += _effects_of(plan, st.unit_means(table.values), kpi, window)
    return tuple(effects)


def _effects_of(plan: ComparisonPlan, units: st.Floats, kpi: str, window: str) -> list[KpiEffect]:
    base = units[plan.arms.index(plan.against)]
    differences = st.intervals_of_means(units - base, plan.confidence)
    effects = []
    for arm, mean, difference in zip(plan.arms, units.mean(axis=1), differences, strict=True):
        paired = (0.0, None, None) if arm == plan.against else difference
        effects.append(KpiEffect(kpi, window, arm, float(mean), *paired))
    return effects
