"""Compare the arms of a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.comparison_planning import ComparisonSettings, plan_comparison
from experiments.comparison.comparison_result import Comparison, ComparisonRuns
from experiments.comparison.judgement import judge_comparison
from experiments.comparison.replication_loop import run_replications
from experiments.execution.progress import Progress, Report, verb_of_runs
from experiments.execution.scheduler import ExecutionSettings
from experiments.execution.store import Store
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import plan_from
from experiments.runs.provenance import provenance
from experiments.runs.question_setup import as_question
from experiments.runs.results import Results

if TYPE_CHECKING:
    from scenarios import Question
    from sim.scenario import Scenario


@verb_of_runs
def compare(
    question: Question | Mapping[str, Scenario] | Mapping[str, Question],
    *,
    draws: int | None = None,
    replications: int | Literal["auto"] | None = None,
    precision: float | str | None = None,
    most: int | None = None,
    most_draws: int | None = None,
    jobs: int | None = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    store: str | Path | None = None,
    progress: Report | bool | None = True,
    seed: int | None = None,
) -> Comparison:
    """Run every arm of a question on the same people with common random numbers, and judge.

    question: a loaded file; or by name loaded files of one arm each, or plain scenarios
    draws: number of plausible markets, each a draw of what is uncertain; 1: the market at its medians; None: as the
        question says
    replications: number of runs of each arm in each market; "auto": more draws (or replications of a single one) until
        no pair's interval is wider than twice `precision`; None: as the question says
    precision: with "auto", the largest half-width of an interval, in the KPI's stored unit or as a text ("5000 CNY")
    most: with "auto", the highest number of draws; None: 100 times the first number
    most_draws: where too few draws keep an arm from being named (59 at 95 % confidence), as many are run if they are no
        more than this; None: the draws as stated
    jobs: number of processes; None: one for each core. It changes no number
    cluster: address of a Dask scheduler, whose workers take the place of the processes
    out: folder for the report and the tables; finished runs are kept as they end in `.runs` beside it, so that a
        second call goes on from them
    store: folder of finished runs, in place of `.runs` beside `out`
    progress: True shows a bar in a terminal or a notebook where work takes two seconds or more, False nothing; a
        function is called with each `Progress`
    seed: random seed; None: that of the question

        question = rh.load("shop.toml").with_compare(kpi="ltv", references=[])
        answer = rh.compare(question, draws=2, replications=1, out="out/shop")
        print(answer.kind, answer.to_frame()[["a", "b", "difference", "low", "high"]])

    Raises InputError for what the user can put right.
    """
    loaded = as_question(question)
    plan = plan_comparison(loaded, ComparisonSettings(draws, replications, seed, precision, most, most_draws))
    settings = ExecutionSettings(jobs, cluster, Store.beside(out, store))
    done = execute_comparison(plan, settings, progress if callable(progress) else None)
    answer = judge_comparison(done)
    if out is not None:
        from experiments.report import write_report

        write_report(answer, out)
    return answer


def execute_comparison(
    plan: ComparisonPlan, settings: ExecutionSettings, progress: Callable[[Progress], None] | None
) -> ComparisonRuns:
    """Do the plan's runs, or as many as its precision takes."""

    def execute_units(stage: ComparisonPlan, first: int) -> Results:
        return execute(
            plan_from(stage.executed, first),
            jobs=settings.jobs,
            cluster=settings.cluster,
            store=settings.store,
            progress=_with_stage(stage, first, progress),
        )

    final, results, auto = run_replications(plan, execute_units)
    made = provenance(final.question, results.counts, results.seconds, results.run_seconds)
    if auto is None and final.run.draws > plan.run.draws:
        made["draws_at_first"] = plan.run.draws
    made["references"] = {one.name: one.runs_as for one in final.references}
    return ComparisonRuns(final, results, auto, made)


def _with_stage(
    plan: ComparisonPlan, first: int, progress: Callable[[Progress], None] | None
) -> Callable[[Progress], None] | None:
    """Progress that says at once, and as it goes on, how many units a later stage of `auto` adds."""
    if progress is None or not first:
        return progress
    message = f"auto: {plan.units - first:,} more {plan.independent}"
    progress(Progress(0, 0, 0, 0, None, message))
    return lambda state: progress(replace(state, message=state.message or message))
