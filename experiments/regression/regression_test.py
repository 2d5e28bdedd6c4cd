"""Hold questions against their baselines, living no more than it takes: a few runs for the integers, more where these
differ; and write new baselines."""

from __future__ import annotations

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
from experiments.regression.baseline_runs import ExecutedArms, Live, live_first
from experiments.regression.change_test import ChangeRules, looks
from experiments.regression.conclusions import conclude, conclusion_of, rule_moved
from experiments.regression.expected_changes import ExpectedChanges
from experiments.regression.kpi_changes import moves
from experiments.regression.regression import (
    ConclusionChange,
    KpiChange,
    Regression,
    follows,
    judge_comparable,
    kpis_of,
    rules_of,
    tests_of,
    unlike,
    versions_of,
)
from scenarios import InputError, Question
from scenarios.toml.toml_document import label

BY_FINGERPRINT = 4
"""Runs of each arm that are lived to see whether the integers are the same."""


@dataclass(frozen=True)
class BaselineFolder:
    """Where the baselines lie, the moves that are intended, and whether the luck is another than theirs on purpose."""

    path: Path
    intended: ExpectedChanges = field(default_factory=ExpectedChanges)
    other_luck: bool = False


@dataclass(frozen=True)
class QuestionState:
    """What is known so far of a question beside its baseline."""

    question: Question
    baseline: Baseline
    lived: ExecutedArms
    moved: tuple[KpiChange, ...] = ()
    concluded: ConclusionChange | None = None

    @property
    def equal(self) -> bool:
        """Whether all that was lived is the same to the integer."""
        arms, then = self.lived.lives, self.baseline.arms
        return (
            bool(arms)
            and set(arms) == set(then)
            and all(own.equal(then[arm].first(self.lived.runs)) for arm, own in arms.items())
        )

    @property
    def is_open(self) -> bool:
        """Whether more runs could say more."""
        verdicts = [one.verdict for one in self.moved] + ([self.concluded.verdict] if self.concluded else [])
        return not self.lived.failures and (not verdicts or "inconclusive" in verdicts)

    def looked(self, lived: ExecutedArms, rules: ChangeRules, intended: ExpectedChanges) -> QuestionState:
        """The same after another look, at more runs."""
        if lived.failures:
            return replace(self, lived=lived)
        moved = moves(self.question, self.baseline, lived.lives, rules, intended, self.moved)
        concluded = conclude(self.question, self.baseline, lived.lives, rules, moved)
        return replace(self, lived=lived, moved=moved, concluded=intended.concluded(concluded))

    def answer(self, intended: ExpectedChanges) -> Regression:
        """What it comes to."""
        before = self.baseline.conclusion
        same = ConclusionChange(before, before, "pass", "the same" if before else "")
        ruled = rule_moved(self.question, self.baseline)
        concluded = intended.concluded(ruled) if ruled else self.concluded or same
        verdict, reason = follows(self.moved, concluded)
        if self.lived.failures:
            first = self.lived.failures[0]
            count = f"{len(self.lived.failures)} runs failed; the first at stage {first.stage}: {first.message}"
            verdict, reason = "fail", count
        idle = intended.idle(self.moved) if self.moved else []
        return Regression(
            baseline=self.baseline,
            equal=self.equal,
            lived=self.lived.runs,
            runs=self.baseline.runs,
            versions=versions_of(self.baseline),
            moved=self.moved,
            concluded=concluded,
            verdict=verdict,
            reason=reason,
            notes=tuple(f"{word} was intended, and is not shown to have moved" for word in idle),
        )


def hold(questions: Sequence[Question], folder: BaselineFolder, live: Live) -> list[Regression]:
    """Hold sized questions against their baselines.

    Raises InputError where a baseline is missing, damaged or of other runs, before anything is lived.
    """
    baselines = [read_baseline(baseline_path(folder.path, question)) for question in questions]
    for question, baseline in zip(questions, baselines, strict=True):
        judge_comparable(question, baseline, other_luck=folder.other_luck)
    tests = sum(tests_of(question) for question in questions)
    few = live_first([(question, BY_FINGERPRINT) for question in questions], live)
    held = [QuestionState(*one) for one in zip(questions, baselines, few, strict=True)]
    differ = [place for place, one in enumerate(held) if not one.equal]
    for look in range(max((len(looks(held[place].baseline.runs)) for place in differ), default=0)):
        due = [place for place in differ if held[place].is_open and look < len(looks(held[place].baseline.runs))]
        more = live_first([(held[place].question, looks(held[place].baseline.runs)[look]) for place in due], live)
        for place, lived in zip(due, more, strict=True):
            held[place] = held[place].looked(lived, rules_of(held[place].question, tests), folder.intended)
    return [one.answer(folder.intended) for one in held]


def renew(questions: Sequence[Question], folder: BaselineFolder, why: str, live: Live) -> list[Regression]:
    """Live every run of sized questions, hold them against the baselines that there are, and write new ones.

    Nothing is written where anything moved, or may have, that was not intended, and nothing over a baseline that is the
    same to the integer. Raises InputError for a baseline that is damaged, and where a run fails.
    """
    old = [_old(folder, question) for question in questions]
    every = live_first([(question, _runs(question)) for question in questions], live)
    new = [_new(question, lived, why, folder.intended) for question, lived in zip(questions, every, strict=True)]
    tests = sum(tests_of(question) for question in questions)
    answers = [
        _held_once(question, before, lived, tests, folder.intended)
        if before and not _other_runs(question, before)
        else _first(after, _other_runs(question, before))
        for question, before, lived, after in zip(questions, old, every, new, strict=True)
    ]
    if any(answer.verdict != "pass" for answer in answers):
        return [_not_written(answer) for answer in answers]
    return [
        _kept(baseline_path(folder.path, question), after, answer)
        for question, after, answer in zip(questions, new, answers, strict=True)
    ]


def _old(folder: BaselineFolder, question: Question) -> Baseline | None:
    """The baseline that there is."""
    path = baseline_path(folder.path, question)
    return read_baseline(path) if path.exists() else None


def _runs(question: Question) -> int:
    size = next(iter(question.arms.values())).run
    return size.draws * size.replications


def _new(question: Question, lived: ExecutedArms, why: str, intended: ExpectedChanges) -> Baseline:
    for failure in lived.failures:
        problem = f"a run failed at stage {failure.stage}, and a baseline holds them all"
        raise InputError(f"{label(question.path)}: {problem}; got {failure.message}")
    end = conclusion_of(question, lived.lives)
    name = question.path.name
    return Baseline(name, why, intended.of(kpis_of(question)), made_here(), size_of(question), end, lived.lives)


def _held_once(
    question: Question, before: Baseline, lived: ExecutedArms, tests: int, intended: ExpectedChanges
) -> Regression:
    """Held by all runs that both have."""
    both = {arm: own.first(before.runs) for arm, own in lived.lives.items()}
    held = QuestionState(question, before, ExecutedArms(both, ()))
    if not held.equal:
        held = held.looked(held.lived, replace(rules_of(question, tests), looks=1), intended)
    answer = held.answer(intended)
    return replace(answer, notes=(*answer.notes, *_let_go(question, before)))


def _other_runs(question: Question, before: Baseline | None) -> tuple[str, ...]:
    """Why nothing can be held against a baseline; more or fewer of the same runs are no other runs."""
    if before is None:
        return ()
    differ = unlike(question, before)
    several = int(before.size["draws"]) > 1, next(iter(question.arms.values())).run.draws > 1
    if all(key == "check.runs" for key, *_ in differ) and several[0] == several[1]:
        return ()
    other = ", ".join(f"{key} {was}, here {now}" for key, was, now in differ)
    return (f"the old baseline is of other runs, so whether anything moved is not known ({other})",)


def _let_go(question: Question, before: Baseline) -> list[str]:
    """What the baseline holds and the question no longer has: nothing holds it any more."""
    kpis = next(iter(before.arms.values())).values
    arms = [f"variant {arm}" for arm in before.arms if arm not in question.arms]
    return [f"{name} is no longer held" for name in (*arms, *(kpi for kpi in kpis if kpi not in kpis_of(question)))]


def _first(new: Baseline, notes: tuple[str, ...]) -> Regression:
    """A baseline where there was none, or one of other runs, which nothing can be held against."""
    nothing, none = ConclusionChange(None, new.conclusion, "pass", ""), "there was none to hold it against"
    return Regression(new, False, new.runs, new.runs, (), (), nothing, "pass", none, notes, comparable=False)


def _not_written(answer: Regression) -> Regression:
    reason = "another question's moves were not intended" if answer.verdict == "pass" else answer.reason
    return replace(answer, reason=f"not written: {reason}", renewed="not written")


def _kept(path: Path, new: Baseline, answer: Regression) -> Regression:
    old = answer.baseline
    kpis = [{arm: set(lives.values) for arm, lives in one.arms.items()} for one in (old, new)]
    if answer.equal and (old.size, old.conclusion, kpis[0]) == (new.size, new.conclusion, kpis[1]):
        return replace(answer, reason="the same to the integer; the baseline stays as it is", renewed="kept")
    write_baseline(path, new)
    return replace(answer, reason=f"written: {label(path)}", renewed="written")
