"""A question against its baseline: what is said of it, what makes the two comparable, and the rules of judging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.regression.baseline_files import Baseline, Conclusion, made_here, size_of
from experiments.regression.change_test import ChangeRules, looks
from scenarios import InputError, Question
from scenarios.toml.toml_document import label

Answer = Literal["pass", "fail", "inconclusive"]
Renewed = Literal["written", "kept", "not written"]
"""What became of a baseline that was to be written again; one that is the same to the integer is kept."""


@dataclass(frozen=True)
class KpiChange:
    """One KPI of one arm, now against its baseline, as means over the same `runs` runs, in stored units.

    low and high are the ends of `change` at the power's confidence, `sds` is the change in standard deviations of the
    baseline's runs, None where they do not vary. `p_value` holds for all tests of the build together. `left_out` counts
    runs with a value on one side only, `needed` about how many runs would settle what is open.
    """

    arm: str
    kpi: str
    unit: str
    baseline: float
    now: float
    change: float
    low: float
    high: float
    sds: float | None
    smallest: float
    p_value: float
    verdict: Answer
    reason: str
    runs: int
    left_out: int = 0
    needed: int | None = None


@dataclass(frozen=True)
class ConclusionChange:
    """What followed from the runs then, and what follows now; None on both sides for a question of one arm."""

    then: Conclusion | None
    now: Conclusion | None
    verdict: Answer
    reason: str


@dataclass(frozen=True)
class Regression:
    """A question against its baseline.

    `lived` of `runs` runs of each arm were needed; `equal` says whether they are the same to the integer. `versions`
    are what made the baseline and is another now: name, then, now. `notes` are for people. `comparable` is False where
    a new baseline took the place of one that it cannot be held against, or of none. `renewed` is None in a check.
    """

    baseline: Baseline
    equal: bool
    lived: int
    runs: int
    versions: tuple[tuple[str, str, str], ...]
    moved: tuple[KpiChange, ...]
    concluded: ConclusionChange
    verdict: Answer
    reason: str
    notes: tuple[str, ...] = ()
    comparable: bool = True
    renewed: Renewed | None = None


def kpis_of(question: Question) -> tuple[str, ...]:
    """The measures that a baseline holds: the money, what decides, and what the file names beside it."""
    how = question.compare
    named = ("contribution_profit", how.kpi, *how.also, *how.subject_to, *question.tolerances.smallest)
    return tuple(dict.fromkeys(named))


def tests_of(question: Question) -> int:
    """How many numbers of a question are tested: every KPI of every arm, and each pair of arms."""
    arms = len(question.arms)
    return arms * len(kpis_of(question)) + arms * (arms - 1) // 2


def judge_comparable(question: Question, baseline: Baseline, *, other_luck: bool = False) -> None:
    """Raise InputError where a baseline is not of the runs, arms and KPIs that a question has."""
    place, again = label(question.path), 'or write the baseline again with --update --why "..."'
    for name, was, got in unlike(question, baseline):
        if not (other_luck and name == "run.seed"):
            raise InputError(f"{place}: {name}: the baseline was made with another; allowed {was}, {again}; got {got}")
    if set(question.arms) != set(baseline.arms):
        was, got = ", ".join(baseline.arms), ", ".join(question.arms)
        raise InputError(f"{place}: variants: the baseline has other arms; allowed {was}, {again}; got {got}")
    held, asked = list(next(iter(baseline.arms.values())).values), kpis_of(question)
    for kpi in (*asked, *held):
        if kpi not in held:
            raise InputError(f"{place}: {kpi}: is not in the baseline; allowed what it holds, {again}; got one more")
        if kpi not in asked:
            raise InputError(f"{place}: {kpi}: is in the baseline; allowed all that it holds, {again}; got one less")


def unlike(question: Question, baseline: Baseline) -> list[tuple[str, str, str]]:
    """What keeps the runs of a question from being pairs of the baseline's: key, there, here, as a file says it."""
    here, then = size_of(question), baseline.size
    differ = [(name, then.get(name), value) for name, value in here.items() if then.get(name) != value]
    keys = dict.fromkeys(("draws", "replications"), "check.runs")
    unit = dict.fromkeys(("warm_up", "horizon", "cool_down"), " d")
    return [
        (keys.get(name, f"run.{name}"), f"{was}{unit.get(name, '')}", f"{value}{unit.get(name, '')}")
        for name, was, value in differ
    ]


def versions_of(baseline: Baseline) -> tuple[tuple[str, str, str], ...]:
    """What made the baseline and is another here; the model's own code apart, which is what a check is about."""
    here = made_here()
    pairs = [(name, str(baseline.made.get(name, "unknown")), here[name]) for name in here if name != "model"]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def rules_of(question: Question, tests: int) -> ChangeRules:
    """The rules for one question of a build with so many tests in all."""
    size = next(iter(question.arms.values())).run
    return ChangeRules(tests, question.tolerances.power, len(looks(size.draws * size.replications)))


def follows(moved: Sequence[KpiChange], concluded: ConclusionChange) -> tuple[Answer, str]:
    """What a question comes to, and why in one line."""
    verdicts = [one.verdict for one in moved] + [concluded.verdict]
    if "fail" in verdicts:
        names = dict.fromkeys(one.kpi for one in moved if one.verdict == "fail")
        parts = [f"{', '.join(names)} moved"] if names else []
        parts += [concluded.reason] if concluded.verdict == "fail" else []
        return "fail", "; ".join(parts)
    if "inconclusive" in verdicts:
        names = dict.fromkeys(one.kpi for one in moved if one.verdict == "inconclusive")
        parts = [f"{', '.join(names)} may have moved"] if names else []
        parts += [concluded.reason] if concluded.verdict == "inconclusive" else []
        return "inconclusive", "; ".join(parts)
    return "pass", "nothing moved that matters" if moved else "the same to the integer"
