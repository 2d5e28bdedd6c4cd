"""Which runs and KPIs of a question its baseline holds, whether the two can be compared, and how to run the first
runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.comparison.comparison_planning import check_comparable, check_kpi
from experiments.regression.baseline_files import Baseline, BaselineRuns, made_here, recorded_runs, size_of
from experiments.runs.planned_runs import PlannedRun, plan
from experiments.runs.question_setup import resized
from experiments.runs.results import Results, RunFailure
from scenarios import InputError, Question, belief_table
from scenarios.toml.toml_document import label

Execute = Callable[[Sequence[PlannedRun]], Results]


@dataclass(frozen=True)
class ExecutedArms:
    """The runs of a question by arm; no arms where a run failed."""

    arms: Mapping[str, BaselineRuns]
    failures: tuple[RunFailure, ...]

    @property
    def runs(self) -> int:
        """The number of runs of each arm."""
        return max((len(own.events) for own in self.arms.values()), default=0)


def baseline_kpis(question: Question) -> tuple[str, ...]:
    """The KPIs that a baseline holds: contribution profit, the deciding one, and those that the file names beside
    it."""
    how = question.compare
    named = ("contribution_profit", how.kpi, *how.also, *how.subject_to, *question.tolerances.smallest)
    return tuple(dict.fromkeys(named))


def baseline_sized(question: Question, seed: int | None = None) -> Question:
    """The question in the size of its baseline: one run in each of [check] runs markets, or that many runs of the
    median market where the file asks for one draw. Raises InputError where its KPIs cannot be judged."""
    question = with_runs(question, question.tolerances.runs, seed)
    if len(question.arms) > 1:
        check_comparable(question)
        return question
    for kpi in baseline_kpis(question):
        check_kpi(question, "compare", kpi)
    return question


def with_runs(question: Question, runs: int, seed: int | None = None) -> Question:
    """The question with this many runs of each arm: draws where it has several draws, otherwise replications."""
    several = _has_draws(question)
    return resized(question, runs if several else 1, 1 if several else runs, seed)


def run_count(question: Question) -> int:
    """Runs of each arm."""
    size = next(iter(question.arms.values())).run
    return size.draws * size.replications


def _has_draws(question: Question) -> bool:
    return next(iter(question.arms.values())).run.draws > 1


# --- running ---------------------------------------------------------------------------------------


def run_first(counts: Sequence[tuple[Question, int]], execute: Execute) -> list[ExecutedArms]:
    """The first runs of each arm of each sized question, as many as are given with it, all executed together."""
    planned = [_planned(question, count) for question, count in counts]
    results = execute([run for own in planned for run in own])
    return [_executed(question, runs, results) for (question, _), runs in zip(counts, planned, strict=True)]


def _planned(question: Question, count: int) -> list[PlannedRun]:
    """The first runs of every arm, under names that no other question has."""
    part = with_runs(question, count)
    size = next(iter(part.arms.values())).run
    runs = plan(part, belief_table(part, size.draws), size.draws, size.replications)
    return [replace(one, arm=_name(question, one.arm)) for one in runs]


def _name(question: Question, arm: str) -> str:
    return f"{label(question.path)}: {arm}"


def _executed(question: Question, runs: Sequence[PlannedRun], results: Results) -> ExecutedArms:
    names = {run.arm for run in runs}
    failures = tuple(failure for failure in results.failures if failure.arm in names)
    if failures:
        return ExecutedArms({}, failures)
    kpis, arms = baseline_kpis(question), {}
    for arm in question.arms:
        records = [results.records[run.key] for run in runs if run.arm == _name(question, arm)]
        arms[arm] = recorded_runs(records, kpis)
    return ExecutedArms(arms, ())


# --- comparability ---------------------------------------------------------------------------------

_REWRITE = 'or a new baseline (--update --why "...")'


def check_same_runs(question: Question, baseline: Baseline, *, other_seed: bool = False) -> None:
    """Raise InputError where a baseline is not of the runs, arms and KPIs that a question has."""
    file = label(question.path)
    for key, was, now in different_settings(question, baseline):
        if not (other_seed and key == "run.seed"):
            problem = "not the value of the baseline's runs"
            raise InputError(problem, place=f"{file}: {key}", expected=f"{was}, {_REWRITE}", got=now)
    if set(question.arms) != set(baseline.arms):
        wanted = f"{', '.join(baseline.arms)}, {_REWRITE}"
        problem = "not the arms of the baseline"
        raise InputError(problem, place=f"{file}: variants", expected=wanted, got=", ".join(question.arms))
    stored, tested = list(next(iter(baseline.arms.values())).values), baseline_kpis(question)
    for kpi in (*tested, *stored):
        if kpi not in stored or kpi not in tested:
            problem = "not in the baseline" if kpi in tested else "in the baseline, but no longer tested"
            raise InputError(problem, place=f"{file}: {kpi}", expected=f"the KPIs of the baseline, {_REWRITE}")


def different_settings(question: Question, baseline: Baseline) -> list[tuple[str, str, str]]:
    """Why the runs of a question are no pairs of the baseline's: key, its value there and here, as a file writes it."""
    here, then = size_of(question), baseline.size
    differ = [(name, then.get(name), value) for name, value in here.items() if then.get(name) != value]
    keys = dict.fromkeys(("draws", "replications"), "check.runs")
    unit = dict.fromkeys(("warm_up", "horizon", "cool_down"), " d")
    return [
        (keys.get(name, f"run.{name}"), f"{was}{unit.get(name, '')}", f"{now}{unit.get(name, '')}")
        for name, was, now in differ
    ]


def only_count_differs(question: Question, baseline: Baseline) -> bool:
    """Whether the two have the same runs but for their number."""
    keys = {key for key, *_ in different_settings(question, baseline)}
    return keys <= {"check.runs"} and _has_draws(question) == (int(baseline.size["draws"]) > 1)


def different_versions(baseline: Baseline) -> tuple[tuple[str, str, str], ...]:
    """What made the baseline and is another here: name, then, now; without the model's code, which is what is
    tested."""
    here = made_here()
    pairs = [(name, str(baseline.made.get(name, "unknown")), here[name]) for name in here if name != "model"]
    return tuple(pair for pair in pairs if pair[1] != pair[2])
