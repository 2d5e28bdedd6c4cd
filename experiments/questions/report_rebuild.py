"""Write a report again from its folder and the store; nothing is run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.assumptions.profit_assumptions import ProfitAssumptions
from experiments.comparison.comparison_plan import ComparisonPlan, comparison_plan
from experiments.comparison.comparison_result import Comparison, ComparisonRuns
from experiments.comparison.judgement import judge_comparison
from experiments.comparison.reference_arms import ReferenceArm
from experiments.comparison.replication_loop import run_replications
from experiments.comparison.stop_rule import PrecisionGoal
from experiments.execution.store import RunRecord, Store
from experiments.execution.task import TaskFailure, stored_outcome
from experiments.output.result_files import read_json
from experiments.report import write_report, write_sweep
from experiments.runs.answer_files import question_in, scenario_files
from experiments.runs.planned_runs import PlannedRun, RunAddress, plan_from
from experiments.runs.results import Results, RunFailure
from experiments.sweeps.sweep_files import read_sweep
from scenarios import Additions, InputError, load_question

if TYPE_CHECKING:
    from experiments.sweeps.sweep_result import Sweep
    from scenarios import Question
    from sim.offers.own_format import OwnFormat


def rebuild(
    folder: str | Path, *, store: str | Path | None = None, offers: Iterable[type[OwnFormat]] = ()
) -> Comparison | Sweep:
    """Judge a comparison or a sweep again and write its report anew.

    A comparison's runs come from the store beside the folder, or from `store`; a sweep's from its own table. `offers`
    are discount formats of one's own in which its offers are. Raises InputError where the folder holds neither, and
    where runs are missing.
    """
    path = Path(folder)
    if (path / "sweep.json").is_file():
        swept = read_sweep(path, offers)
        write_sweep(swept, path)
        return swept
    kept = Store.beside(path, store)
    assert kept is not None
    answer = judge_comparison(_stored_runs(path, kept, offers))
    if found := read_json(path / "comparison.json").get("assumptions"):
        answer = replace(answer, assumptions=ProfitAssumptions.from_json(found))
    write_report(answer, path)
    return answer


def _stored_runs(folder: Path, store: Store, offers: Iterable[type[OwnFormat]]) -> ComparisonRuns:
    """The runs of a written comparison, by the same stages as when they were executed."""
    made, written = read_json(folder / "manifest.json"), read_json(folder / "comparison.json")
    question = question_in(folder, made, written.get("against"), offers)
    plan = replace(comparison_plan(question), references=_references(folder, made, question))
    if auto := written.get("auto"):
        plan = plan.with_goal(PrecisionGoal(auto["asked"], auto["unit"], auto["began_with"], auto["most"]))
    failures = [RunFailure(**one) for one in written["failed"]]
    failed = {(one.arm, one.draw, one.replication): one for one in failures}

    def read_units(stage: ComparisonPlan, first: int) -> Results:
        runs = plan_from(stage.executed, first, made["model_fingerprint"])
        return _read(runs, store, failed, folder)

    return ComparisonRuns(*run_replications(plan, read_units), made)


def _references(folder: Path, made: Mapping[str, Any], question: Question) -> tuple[ReferenceArm, ...]:
    """The reference arms that the manifest names; those with runs of their own have a file after the arms' files."""
    runs_as: Mapping[str, str] = made.get("references", {})
    own = [name for name, other in runs_as.items() if other == name]
    files = scenario_files(folder, {"arms": [*question.arms, *own]}) if own else {}
    strategies = {arm: scenario.strategy for arm, scenario in question.arms.items()}
    loads = partial(load_question, additions=Additions(question.kpis, question.offers))
    strategies |= {name: next(iter(loads(files[name]).arms.values())).strategy for name in own}
    return tuple(ReferenceArm(name, strategies[other], other) for name, other in runs_as.items())


def _read(runs: list[PlannedRun], store: Store, failed: Mapping[RunAddress, RunFailure], folder: Path) -> Results:
    found = {run.key: stored_outcome(store, run) for run in runs}
    for one in found.values():
        if isinstance(one, TaskFailure) and one.mistake:
            raise one.mistake
    records = {key: one for key, one in found.items() if isinstance(one, RunRecord)}
    missing = [run for run in runs if run.key not in records and run.address not in failed]
    if missing:
        arm, draw, replication = missing[0].address
        raise InputError(
            f"{len(missing)} of {len(runs)} runs are not in {store.folder}",
            place=str(folder),
            expected="a store that has them (--store), or the question's file to `rehearse compare` again",
            got=f"none of {arm!r}, draw {draw}, replication {replication}",
        )
    return Results(tuple(runs), records, failed, len(records))
