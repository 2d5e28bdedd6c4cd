"""Run one arm of a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.execution.progress import Progress
from experiments.execution.store import Store
from experiments.output.result_files import result_folder, write_json
from experiments.runs.answer_files import write_events, write_tables
from experiments.runs.arm_summary import ArmSummary, summarise
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import PlannedRun, plan_from
from experiments.runs.question_setup import resized
from scenarios import InputError

if TYPE_CHECKING:
    from experiments.assumptions.profit_assumptions import ProfitAssumptions
    from scenarios import Question


def run_arm(
    question: Question,
    arm: str | None = None,
    *,
    draws: int | None = None,
    replications: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    shards: int | None = None,
    seed: int | None = None,
    events: bool = False,
    out: str | Path | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ArmSummary:
    """Run one arm of a question (the first by default) in all its draws and replications.

    With `shards`, one run after another is cut into so many shards of people: processes, or workers of the cluster.
    With `out`, tables are written there, finished runs are kept as `compare` does, and with `events` the events of draw
    0, replication 0 are written too. Raises InputError for an unknown arm, and where every run fails.
    """
    chosen = _only(resized(question, draws, replications, seed), arm)
    runs = plan_from(chosen)
    if shards is not None:
        runs, jobs, cluster = in_shards(runs, shards, cluster), 1, None
    results = execute(runs, jobs=jobs, cluster=cluster, store=Store.beside(out, store), progress=progress)
    answer = summarise(chosen, results)
    if out is not None:
        write_arm(answer, Path(out), events=events)
    return answer


def with_assumptions(answer: ArmSummary, found: ProfitAssumptions | None, out: Path | None) -> ArmSummary:
    """The answer with the numbers that profit rests on, written once more where it has a folder."""
    whole = replace(answer, assumptions=found.to_json() if found else None)
    if out is not None:
        write_json(out / "run.json", whole.to_json())
    return whole


def in_shards(runs: list[PlannedRun], shards: int, cluster: str | None) -> list[PlannedRun]:
    """The same runs, each cut into shards. Raises InputError where they cannot be."""
    from experiments.execution.cut_runs import Cut

    cut = Cut(shards, cluster)
    cut.check(runs[0].scenario)
    watching = [one.name for one in runs[0].kpis if one.reads_events or one.where is not None]
    if watching:
        expected = "no KPI that reads the event log, and none of chosen people"
        raise InputError(place="--shards", expected=expected, got=f"kpi {watching[0]}")
    return [replace(one, cut=cut) for one in runs]


def _only(question: Question, arm: str | None) -> Question:
    name = arm if arm is not None else next(iter(question.arms))
    if name not in question.arms:
        expected = f"one of {', '.join(question.arms)}"
        raise InputError(place=f"{question.path}: variants", expected=expected, got=repr(name))
    return replace(question, arms={name: question.arms[name]})


def write_arm(answer: ArmSummary, folder: Path, *, events: bool) -> None:
    """Tables, manifest, run.json, and perhaps the events of the first run."""
    with result_folder(folder) as draft:
        write_tables(draft, answer.question, answer.results)
        write_json(draft / "manifest.json", answer.provenance)
        write_json(draft / "run.json", answer.to_json())
        if events:
            write_events(draft, answer.results.planned[0])
