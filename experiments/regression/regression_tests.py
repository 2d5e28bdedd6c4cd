"""Regression tests of questions, with no more runs than are needed: a few to compare the integers, more where these
differ; and the update of baselines."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from experiments.regression.baseline_files import (
    Baseline,
    baseline_path,
    made_here,
    read_baseline,
    size_of,
    write_baseline,
)
from experiments.regression.baseline_runs import (
    Execute,
    ExecutedArms,
    baseline_kpis,
    baseline_sized,
    check_same_runs,
    different_settings,
    different_versions,
    only_count_differs,
    run_count,
    run_first,
)
from experiments.regression.change_test import ChangeRules, analysis_sizes
from experiments.regression.conclusions import change_of_conclusion, change_of_rule, conclusion_of
from experiments.regression.expected_changes import ExpectedChanges
from experiments.regression.kpi_changes import changes_of_kpis
from experiments.regression.regression_result import CheckVerdict, ConclusionChange, KpiChange, Regression
from scenarios import InputError, Question
from scenarios.toml.toml_document import label

RUNS_FOR_FINGERPRINTS = 4
"""Runs of each arm that show whether the integers are equal."""


@dataclass(frozen=True)
class BaselineSettings:
    """The options of regression tests: the folder of the baselines, changes that are expected, another seed than the
    baselines', and the reason of an update, None where baselines are only compared."""

    folder: Path
    expected: ExpectedChanges = field(default_factory=ExpectedChanges)
    seed: int | None = None
    why: str | None = None


def run_regression_tests(
    questions: Sequence[Question], settings: BaselineSettings, execute: Execute
) -> dict[Path, Regression]:
    """The regression test of each question, or the update of its baseline, by the question's file.

    Raises InputError for a folder that cannot be used, and where a baseline is missing, damaged or of other runs,
    before anything is simulated.
    """
    _check_folder(settings)
    _check_names(questions, settings.folder)
    settings.expected.check_kpis({kpi for question in questions for kpi in baseline_kpis(question)})
    sized = [baseline_sized(question, settings.seed) for question in questions]
    found = _compare(sized, settings, execute) if settings.why is None else _update(sized, settings, execute)
    return dict(zip((question.path for question in questions), found, strict=True))


def _check_folder(settings: BaselineSettings) -> None:
    path = settings.folder
    existing = next(one for one in (path, *path.absolute().parents) if one.exists())
    place, wanted = f"--baseline {path}", "a folder, existing or new"
    if not existing.is_dir():
        raise InputError(place=place, expected=wanted, got=f"the file {existing}")
    if settings.why is not None and not os.access(existing, os.W_OK):
        raise InputError("the folder cannot be written", place=place)


def _check_names(questions: Sequence[Question], folder: Path) -> None:
    """Raise InputError for two files of one name."""
    files: dict[Path, Path] = {}
    for question in questions:
        other = files.setdefault(baseline_path(folder, question), question.path)
        if other != question.path:
            wanted = "files with names of their own, or a folder for each"
            got = f"{label(other)} and {label(question.path)}"
            raise InputError("one baseline for two files", place=label(folder), expected=wanted, got=got)


def count_tests(question: Question) -> int:
    """How many numbers of a question are tested: every KPI of every arm, and each pair of arms."""
    arms = len(question.arms)
    return arms * len(baseline_kpis(question)) + arms * (arms - 1) // 2


def change_rules(question: Question, tests: int) -> ChangeRules:
    """The rules for one sized question of a build with this many tests in all."""
    return ChangeRules(tests, question.tolerances.power, len(analysis_sizes(run_count(question))))


# --- the state of a test ---------------------------------------------------------------------------


@dataclass(frozen=True)
class RegressionState:
    """A question and its baseline after some runs: what was executed, and what the last analysis of them found."""

    question: Question
    baseline: Baseline
    executed: ExecutedArms
    kpis: tuple[KpiChange, ...] = ()
    conclusion: ConclusionChange | None = None

    @property
    def equal(self) -> bool:
        """Whether all runs so far are equal to the integer."""
        arms, then = self.executed.arms, self.baseline.arms
        return (
            bool(arms)
            and set(arms) == set(then)
            and all(runs.equal(then[arm].first(self.executed.runs)) for arm, runs in arms.items())
        )

    @property
    def undecided(self) -> bool:
        """Whether more runs may change the verdict."""
        verdicts = [one.verdict for one in self.kpis] + ([self.conclusion.verdict] if self.conclusion else [])
        return not self.executed.failures and (not verdicts or "inconclusive" in verdicts)

    def analysed(self, executed: ExecutedArms, rules: ChangeRules, expected: ExpectedChanges) -> RegressionState:
        """The state after an analysis of more runs."""
        if executed.failures:
            return replace(self, executed=executed)
        found = changes_of_kpis(self.question, self.baseline, executed.arms, rules, self.kpis)
        changes = tuple(expected.applied_to_kpi(one) for one in found)
        conclusion = change_of_conclusion(self.question, self.baseline, executed.arms, rules, changes)
        return replace(self, executed=executed, kpis=changes, conclusion=expected.applied_to_conclusion(conclusion))

    def result(self, expected: ExpectedChanges) -> Regression:
        """The result of the test."""
        before = self.baseline.conclusion
        same = ConclusionChange(before, before, "pass", "the same" if before else "")
        other_rule = change_of_rule(self.question, self.baseline)
        conclusion = expected.applied_to_conclusion(other_rule) if other_rule else self.conclusion or same
        verdict, reason = _verdict(self.kpis, conclusion)
        if self.executed.failures:
            first = self.executed.failures[0]
            count = f"{len(self.executed.failures)} runs failed"
            verdict, reason = "fail", f"{count}; the first at stage {first.stage}: {first.message}"
        unseen = expected.unseen(self.kpis) if self.kpis else []
        return Regression(
            baseline=self.baseline,
            equal=self.equal,
            simulated=self.executed.runs,
            runs=self.baseline.runs,
            versions=different_versions(self.baseline),
            kpis=self.kpis,
            conclusion=conclusion,
            verdict=verdict,
            reason=reason,
            notes=tuple(f"{entry} was expected, but no such change is shown" for entry in unseen),
        )


def _verdict(kpis: Sequence[KpiChange], conclusion: ConclusionChange) -> tuple[CheckVerdict, str]:
    """The verdict on a question, and its reason in one line."""
    kinds: tuple[tuple[CheckVerdict, str], ...] = (("fail", "changed"), ("inconclusive", "may have changed"))
    for verdict, words in kinds:
        names = dict.fromkeys(one.kpi for one in kpis if one.verdict == verdict)
        parts = [f"{', '.join(names)} {words}"] if names else []
        parts += [conclusion.reason] if conclusion.verdict == verdict else []
        if parts:
            return verdict, "; ".join(parts)
    return "pass", "nothing changed that matters" if kpis else "equal to the integer"


# --- comparing -------------------------------------------------------------------------------------


def _compare(questions: Sequence[Question], settings: BaselineSettings, execute: Execute) -> list[Regression]:
    """Compare sized questions with their baselines; where integers differ, analysis by analysis until decided."""
    baselines = [read_baseline(baseline_path(settings.folder, question)) for question in questions]
    for question, baseline in zip(questions, baselines, strict=True):
        check_same_runs(question, baseline, other_seed=settings.seed is not None)
    tests = sum(count_tests(question) for question in questions)
    few = run_first([(question, RUNS_FOR_FINGERPRINTS) for question in questions], execute)
    states = [RegressionState(*one) for one in zip(questions, baselines, few, strict=True)]
    sizes = {place: analysis_sizes(one.baseline.runs) for place, one in enumerate(states) if not one.equal}
    for analysis in range(max(map(len, sizes.values()), default=0)):
        due = [place for place in sizes if states[place].undecided and analysis < len(sizes[place])]
        more = run_first([(states[place].question, sizes[place][analysis]) for place in due], execute)
        for place, executed in zip(due, more, strict=True):
            rules = change_rules(states[place].question, tests)
            states[place] = states[place].analysed(executed, rules, settings.expected)
    return [one.result(settings.expected) for one in states]


# --- updating --------------------------------------------------------------------------------------


def _update(questions: Sequence[Question], settings: BaselineSettings, execute: Execute) -> list[Regression]:
    """Simulate every run of sized questions, compare them with the baselines that exist, and write new ones.

    Nothing is written where anything changed, or may have, that was not expected, and nothing over a baseline whose
    runs are equal. Raises InputError for a baseline that is damaged, and where a run fails.
    """
    old = [_existing(baseline_path(settings.folder, question)) for question in questions]
    every = run_first([(question, run_count(question)) for question in questions], execute)
    new = [_new(question, executed, settings) for question, executed in zip(questions, every, strict=True)]
    tests = sum(count_tests(question) for question in questions)
    results = [
        _compared_once(RegressionState(question, before, executed), tests, settings.expected)
        if before and only_count_differs(question, before)
        else _first(after, _other_runs(question, before))
        for question, before, executed, after in zip(questions, old, every, new, strict=True)
    ]
    if any(result.verdict != "pass" for result in results):
        return [_not_written(result) for result in results]
    paths = [baseline_path(settings.folder, question) for question in questions]
    return [_written(*one) for one in zip(paths, new, results, strict=True)]


def _existing(path: Path) -> Baseline | None:
    return read_baseline(path) if path.exists() else None


def _new(question: Question, executed: ExecutedArms, settings: BaselineSettings) -> Baseline:
    for failure in executed.failures:
        problem = f"a run failed at stage {failure.stage}, and a baseline needs all runs: {failure.message}"
        raise InputError(problem, place=label(question.path))
    return Baseline(
        scenario=question.path.name,
        why=settings.why or "",
        may=settings.expected.about(baseline_kpis(question)),
        made=made_here(),
        size=size_of(question),
        conclusion=conclusion_of(question, executed.arms),
        arms=executed.arms,
    )


def _compared_once(state: RegressionState, tests: int, expected: ExpectedChanges) -> Regression:
    """The test by all runs that the question and its baseline both have, in one analysis."""
    both = {arm: runs.first(state.baseline.runs) for arm, runs in state.executed.arms.items()}
    state = replace(state, executed=ExecutedArms(both, ()))
    if not state.equal:
        state = state.analysed(state.executed, replace(change_rules(state.question, tests), analyses=1), expected)
    result = state.result(expected)
    return replace(result, notes=(*result.notes, *_no_longer_tested(state.question, state.baseline)))


def _other_runs(question: Question, before: Baseline | None) -> tuple[str, ...]:
    """Why nothing can be compared with a baseline that exists."""
    if before is None:
        return ()
    other = ", ".join(f"{key} {was}, here {now}" for key, was, now in different_settings(question, before))
    return (f"the old baseline is of other runs, so changes are unknown ({other})",)


def _no_longer_tested(question: Question, before: Baseline) -> list[str]:
    """Arms and KPIs of the baseline that the question no longer has."""
    kpis = next(iter(before.arms.values())).values
    arms = [f"variant {arm}" for arm in before.arms if arm not in question.arms]
    gone = [*arms, *(kpi for kpi in kpis if kpi not in baseline_kpis(question))]
    return [f"{name} is no longer tested" for name in gone]


def _first(new: Baseline, notes: tuple[str, ...]) -> Regression:
    """The result where there was no baseline, or one of other runs."""
    nothing, reason = ConclusionChange(None, new.conclusion, "pass", ""), "there was no baseline to compare with"
    return Regression(new, False, new.runs, new.runs, (), (), nothing, "pass", reason, notes, comparable=False)


def _not_written(result: Regression) -> Regression:
    reason = "another question has changes that were not expected" if result.verdict == "pass" else result.reason
    return replace(result, reason=f"not written: {reason}", update="not written")


def _written(path: Path, new: Baseline, result: Regression) -> Regression:
    old = result.baseline
    kpis = [{arm: set(runs.values) for arm, runs in one.arms.items()} for one in (old, new)]
    if result.equal and (old.size, old.conclusion, kpis[0]) == (new.size, new.conclusion, kpis[1]):
        return replace(result, reason="equal to the integer; the baseline stays as it is", update="kept")
    write_baseline(path, new)
    return replace(result, reason=f"written: {label(path)}", update="written")
