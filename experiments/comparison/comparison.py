"""The same customers under each strategy: paired differences, what is known of them, and the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from experiments.comparison import statistics as st, stop_rule as stopping
from experiments.comparison.constraints import ConstraintCheck, broken, check_limits
from experiments.comparison.panel import Panel, judge_failures, panel
from experiments.comparison.precision_goal import read_goal
from experiments.comparison.question_setup import as_question, judged, resized
from experiments.comparison.replication_loop import PrecisionReached, lived, saying
from experiments.comparison.verdict import Evidence, Kind, Verdict, decide
from experiments.execution.progress import Progress
from experiments.execution.store import Store
from experiments.output.format_values import format_amount
from experiments.runs.executed_runs import Results, execute
from experiments.runs.idle_programmes import idle
from experiments.runs.planned_runs import plan_from
from experiments.runs.provenance import provenance

if TYPE_CHECKING:
    import pandas as pd

    from scenarios import Question
    from sim.output.measures import Measure
    from sim.scenario import Scenario

SCHEMA = 1


@dataclass(frozen=True)
class ArmResult:
    """An arm's deciding KPI. low and high: t interval of its mean over draws, by itself."""

    name: str
    mean: float
    low: float | None
    high: float | None
    probability_best: float
    expected_regret: float


@dataclass(frozen=True)
class PairDifference:
    """a minus b. low and high hold for all pairs together; market_low and market_high are the 5 % and 95 %
    points of the difference over plausible markets, with the chance of single lives taken out."""

    a: str
    b: str
    difference: float
    low: float | None
    high: float | None
    market_low: float
    market_high: float
    variance_reduction: float | None


@dataclass(frozen=True)
class KpiEffect:
    """One KPI of one arm, and its paired difference from the arm `against` with an interval."""

    kpi: str
    window: str
    arm: str
    mean: float
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Comparison:
    """The answer to a question. Money is in cents, shares are fractions, times are days.

    `reason` tells the verdict in words; `checks` are the constraints by arm; `effects` all KPIs; `left_out`
    the draws (replications of a single draw) that a failed run or a missing value took from every arm;
    `market_means` (arms, draws) the deciding KPI in each plausible market with the chance of single lives taken
    out; `results` the tables; `auto` how replications chosen by precision came to an end.
    """

    question: Question
    kpi: str
    measure: Measure
    currency: str
    against: str
    draws: int
    replications: int
    strategies: tuple[ArmResult, ...]
    pairs: tuple[PairDifference, ...]
    verdict: str | None
    kind: Kind
    reason: str
    uncertainty: st.VarianceShares | None
    checks: tuple[ConstraintCheck, ...]
    effects: tuple[KpiEffect, ...]
    left_out: tuple[int, ...]
    warnings: tuple[str, ...]
    market_means: st.Floats
    results: Results
    provenance: Mapping[str, Any]
    auto: PrecisionReached | None = None

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1; docs/verdict.md lists its fields."""
        from experiments.output.json_answers import comparison_json

        return comparison_json(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of arms."""
        import pandas as pd

        return pd.DataFrame([vars(pair) for pair in self.pairs])


def compare(
    question: Question | Mapping[str, Scenario] | Mapping[str, Question],
    *,
    draws: int | None = None,
    replications: int | Literal["auto"] | None = None,
    precision: float | str | None = None,
    most: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    seed: int | None = None,
) -> Comparison:
    """Run every arm of a question on the same people with the same luck, and judge.

    `question` is a loaded file; or by name loaded files of one arm each, or plain scenarios. draws, replications and
    seed replace what it says. replications = "auto" lives more draws (or replications of a single one) until no pair's
    interval is wider than twice `precision` (the KPI's stored unit, or a text such as "5000 CNY"), but not more than
    `most`, which is 100 times the first ones if not given. `jobs` processes, or the workers of the `cluster` whose
    scheduler is at this address, change no number. With `out`, report and tables are written to that folder, and
    finished runs are kept as they end in `.runs` beside it, or in the folder `store`: a second call goes on from them,
    other questions find them. Raises scenarios.InputError for what the user can put right.
    """
    start = time.perf_counter()
    fixed = None if replications == "auto" else replications
    asked = judged(resized(as_question(question), draws, fixed, seed))
    kept = Store.beside(out, store)

    def live(sized: Question, first: int, message: str) -> Results:
        told = saying(message, progress)
        return execute(plan_from(sized, first), jobs=jobs, cluster=cluster, store=kept, progress=told)

    asked, results, auto = lived(asked, read_goal(asked, replications, precision, most), live)
    made = provenance(asked, results.counts(asked), time.perf_counter() - start, results.lives())
    answer = conclude(asked, results, made, auto)
    if out is not None:
        from experiments.report import write_report

        write_report(answer, Path(out))
    return answer


@dataclass(frozen=True)
class Judgement:
    """What runs come to, before it is told: the deciding KPI in complete draws, its intervals and the verdict."""

    table: Panel
    rows: list[st.DifferenceInterval]
    markets: st.PlausibleMarkets
    standing: st.Standing
    checks: tuple[ConstraintCheck, ...]
    verdict: Verdict


def judge(question: Question, runs: pd.DataFrame, auto: PrecisionReached | None = None) -> Judgement:
    """The verdict on a tidy table of runs. Raises InputError where missing values leave nothing to compare."""
    from sim.output.measures import MEASURES

    how, measure = question.compare, MEASURES[question.compare.kpi]
    table = panel(question, runs, how.kpi)
    values = (-1.0 if measure.better < 0 else 1.0) * table.values
    rows = stopping.intervals(auto.pilot, st.unit_means(values)) if auto else st.intervals(values, how.confidence)
    markets, checks = st.plausible(values), check_limits(question, runs)
    currency = next(iter(question.arms.values())).market.money.currency
    verdict = decide(
        Evidence(
            names=table.arms,
            values=values,
            intervals=tuple(rows),
            markets=markets,
            indifference=float(how.indifference),
            confidence=how.confidence,
            broken=broken(checks),
            amount=lambda value: format_amount(value, measure.unit, currency),
        )
    )
    return Judgement(table, rows, markets, st.standing(markets, float(how.indifference)), checks, verdict)


def conclude(
    question: Question, results: Results, made: Mapping[str, Any], auto: PrecisionReached | None = None
) -> Comparison:
    """Judge finished runs; those that `auto` ended by the intervals of its stop rule.

    Raises InputError where failed runs or missing values leave nothing to compare.
    """
    from sim.output.measures import MEASURES

    how, run = question.compare, next(iter(question.arms.values())).run
    judge_failures(question, results)
    measure, found = MEASURES[how.kpi], judge(question, results.runs, auto)
    sign = -1.0 if measure.better < 0 else 1.0
    table, markets, against = found.table, found.markets, how.against or found.table.arms[0]
    return Comparison(
        question=question,
        kpi=how.kpi,
        measure=measure,
        currency=next(iter(question.arms.values())).market.money.currency,
        against=against,
        draws=run.draws,
        replications=run.replications,
        strategies=_strategies(table, found.standing, how.confidence),
        pairs=tuple(_pair(table, markets, row, sign) for row in found.rows),
        verdict=found.verdict.arm,
        kind=found.verdict.kind,
        reason=found.verdict.reason,
        uncertainty=_split(sign * table.values),
        checks=found.checks,
        effects=_effects(question, results.runs, against),
        left_out=table.left_out,
        warnings=_warnings(question, table, results),
        market_means=sign * markets.means,
        results=results,
        provenance=made,
        auto=auto,
    )


def _strategies(table: Panel, standing: st.Standing, confidence: float) -> tuple[ArmResult, ...]:
    units = st.unit_means(table.values)
    flat = st.intervals_of_means(units, confidence)
    return tuple(
        ArmResult(name, mean, low, high, float(standing.best[i]), float(standing.regret[i]))
        for i, (name, (mean, low, high)) in enumerate(zip(table.arms, flat, strict=True))
    )


def _pair(table: Panel, markets: st.PlausibleMarkets, row: st.DifferenceInterval, sign: float) -> PairDifference:
    """A pair in the KPI's own direction, whatever counts as better."""
    plausible = sign * (markets.means[row.a] - markets.means[row.b])
    low, high = np.quantile(plausible, [0.05, 0.95])
    ends = (row.low, row.high) if sign > 0 else (_minus(row.high), _minus(row.low))
    reduction = st.variance_reduction(table.values, row.a, row.b)
    names = table.arms[row.a], table.arms[row.b]
    return PairDifference(*names, sign * row.difference, *ends, float(low), float(high), reduction)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _split(values: st.Floats) -> st.VarianceShares | None:
    """Ignorance and chance in the difference of the best and the runner-up."""
    first, second = np.argsort(-values.mean(axis=(1, 2)), kind="stable")[:2]
    return st.uncertainty(values, int(first), int(second))


def _effects(question: Question, runs: pd.DataFrame, against: str) -> tuple[KpiEffect, ...]:
    """Every KPI in every window, paired with the arm that others are set against."""
    windows = [str(window) for window in runs["window"].unique()]
    shown = [(str(kpi), window) for window in windows for kpi in runs["kpi"].unique()]
    effects = []
    for kpi, window in shown:
        table = panel(question, runs, kpi, window, strict=False)
        if table.values.shape[1]:
            effects += _effects_of(table, kpi, window, against, question.compare.confidence)
    return tuple(effects)


def _effects_of(table: Panel, kpi: str, window: str, against: str, confidence: float) -> list[KpiEffect]:
    base = table.arms.index(against)
    units = st.unit_means(table.values)
    effects = []
    for i, (arm, own) in enumerate(zip(table.arms, units, strict=True)):
        difference, low, high = st.intervals_of_means((own - units[base])[None, :], confidence)[0]
        pairless = (0.0, None, None) if i == base else (difference, low, high)
        effects.append(KpiEffect(kpi, window, arm, float(own.mean()), *pairless))
    return effects


def _warnings(question: Question, table: Panel, results: Results) -> tuple[str, ...]:
    run = next(iter(question.arms.values())).run
    warnings = []
    if results.failures:
        first = results.failures[0]
        warnings.append(
            f"{len(results.failures)} runs failed; the first is {first.arm!r}, draw {first.draw}, replication "
            f"{first.replication}, at stage {first.stage}: {first.message}"
        )
    if table.left_out:
        unit = "draws" if run.draws > 1 else "replications"
        warnings.append(f"{unit} left out of every arm for want of a value: {_list(table.left_out)}")
    _, draws, replications = table.values.shape
    if replications < 2:
        warnings.append("one replication a draw: chance cannot be told from not knowing the market")
    if draws < 2:
        warnings.append("one draw: the market is taken as known, so its uncertainty is not in the verdict")
    elif not question.beliefs and question.posterior is None:
        warnings.append("no market number is uncertain: every draw is the same market with other luck")
    if question.posterior is not None and len(question.posterior) < run.draws:
        warnings.append(
            f"the posterior has {len(question.posterior)} rows for {run.draws} draws: rows come again, so the "
            f"intervals are too narrow"
        )
    return (*warnings, *idle(question.arms, results))


def _list(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(str(number) for number in numbers[:8])
    return shown + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
