"""The runs that baselines hold: the first so many of each arm of several questions at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.comparison.comparison_planning import check_comparable, check_kpi
from experiments.regression.baseline_files import BaselineRuns, lives_of
from experiments.regression.regression import kpis_of
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.runs.question_setup import resized
from experiments.runs.results import Results, RunFailure
from scenarios import Question, belief_table
from scenarios.toml.toml_document import label

Live = Callable[[Sequence[PlannedRun]], Results]


@dataclass(frozen=True)
class ExecutedArms:
    """The runs of a question by arm; nothing where one failed."""

    lives: Mapping[str, BaselineRuns]
    failures: tuple[RunFailure, ...]

    @property
    def runs(self) -> int:
        """How many of each arm."""
        return max((len(own.events) for own in self.lives.values()), default=0)


def sized(question: Question, seed: int | None = None) -> Question:
    """The question in the size of its baseline: one run in each of [check] runs markets, or so many of the medians
    where the file asks for one draw. Raises InputError where its KPIs cannot be judged."""
    several = next(iter(question.arms.values())).run.draws > 1
    question = _of(question, question.tolerances.runs, several, seed)
    if len(question.arms) > 1:
        check_comparable(question)
        return question
    for kpi in kpis_of(question):
        check_kpi(question, "compare", kpi)
    return question


def _of(question: Question, count: int, several: bool, seed: int | None = None) -> Question:
    return resized(question, count if several else 1, 1 if several else count, seed)


def live_first(counts: Sequence[tuple[Question, int]], live: Live) -> list[ExecutedArms]:
    """Live the first so many runs of each arm of each sized question, all in one go."""
    planned = [_runs(question, count) for question, count in counts]
    results = live([run for own in planned for run in own])
    return [_lived(question, runs, results) for (question, _), runs in zip(counts, planned, strict=True)]


def _runs(question: Question, count: int) -> list[PlannedRun]:
    """The first runs of every arm, under names that no other question has."""
    several = next(iter(question.arms.values())).run.draws > 1
    part = _of(question, count, several)
    size = next(iter(part.arms.values())).run
    runs = plan(part, belief_table(part, size.draws), size.draws, size.replications)
    return [replace(one, arm=_name(question, one.arm)) for one in runs]


def _name(question: Question, arm: str) -> str:
    return f"{label(question.path)}: {arm}"


def _lived(question: Question, runs: Sequence[PlannedRun], results: Results) -> ExecutedArms:
    mine = {run.arm for run in runs}
    failures = tuple(failure for failure in results.failures if failure.arm in mine)
    if failures:
        return ExecutedArms({}, failures)
    kpis, lives = kpis_of(question), {}
    for arm in question.arms:
        own = [results.records[run.key] for run in runs if run.arm == _name(question, arm)]
        lives[arm] = lives_of(own, kpis)
    return ExecutedArms(lives, ())
