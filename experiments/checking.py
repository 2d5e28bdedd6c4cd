"""Hold what comes out of scenarios against what they expect, with and without what should bring it about."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from experiments.check_claims import Finding, judge_claim, parts_of
from experiments.check_runs import AS_IT_IS, Off, World, off_of, worlds_of
from experiments.executing import Failure, Results, execute
from experiments.prepare import resized
from experiments.store import Store
from experiments.work import Progress
from scenarios import Expectation, Question, load_expecting
from scenarios.entries import measure_of

if TYPE_CHECKING:
    import pandas as pd

Answer = Literal["pass", "fail", "inconclusive"]
SCHEMA = 1


@dataclass(frozen=True)
class Outcome:
    """One expectation: what was found, what was found in its twin if it has one, and what follows from both.

    `unit` is that of the KPI. `left_out` counts draws without a value, in the arms and in the twin's.
    """

    expectation: Expectation
    verdict: Answer
    reason: str
    main: Finding
    twin: Finding | None
    unit: str
    left_out: int


@dataclass(frozen=True)
class CheckedScenario:
    """One file's expectations. `confidence` is that of all its intervals together."""

    question: Question
    verdict: Answer
    outcomes: tuple[Outcome, ...]
    draws: int
    replications: int
    confidence: float
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Checked:
    """The answer of a check: fail if one file fails, pass if all pass, else inconclusive."""

    verdict: Answer
    scenarios: tuple[CheckedScenario, ...]
    reused: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1: money in cents, shares as fractions, times in days."""
        from experiments.check_words import checked_json

        return checked_json(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per expectation."""
        import pandas as pd

        from experiments.check_words import outcome_json

        rows = [
            {"scenario": scenario.question.name, **outcome_json(outcome, scenario.question)}
            for scenario in self.scenarios
            for outcome in scenario.outcomes
        ]
        return pd.json_normalize(rows, sep="_")


def check(
    paths: str | Path | Sequence[str | Path | Question],
    *,
    market: str | None = None,
    draws: int | None = None,
    replications: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Checked:
    """Live what the expectations of these files, folders or loaded questions are about, and judge them.

    draws and replications replace what the files say; finished runs are kept in `store` and reused from it.
    Raises scenarios.InputError for what the user can put right.
    """
    questions = [resized(one, draws, replications, None) for one in _questions(paths, market)]
    worlds = [worlds_of(question) for question in questions]
    runs = [run for own in worlds for world in own.values() for run in world.runs()]
    results = execute(runs, jobs=jobs, cluster=cluster, store=Store.beside(None, store), progress=progress)
    scenarios = tuple(_checked(question, own, results) for question, own in zip(questions, worlds, strict=True))
    return Checked(_together([one.verdict for one in scenarios]), scenarios, results.reused, results.seconds)


def _questions(paths: str | Path | Sequence[str | Path | Question], market: str | None) -> list[Question]:
    """Files that are named twice, as themselves or by their folder, are checked once."""
    found: dict[Path, Question] = {}
    for path in [paths] if isinstance(paths, str | Path) else paths:
        for question in [path] if isinstance(path, Question) else load_expecting([path], market=market):
            found.setdefault(question.path, question)
    return list(found.values())


def _checked(question: Question, worlds: dict[Off, World], results: Results) -> CheckedScenario:
    run, confidence = next(iter(question.arms.values())).run, question.compare.confidence
    claims = list(question.expectations.values())
    parts = sum(len(parts_of(one.claim, _better(one))) * (2 if one.off else 1) for one in claims)
    outcomes = tuple(_outcome(one, worlds, results.runs, (1.0 - confidence) / parts) for one in claims)
    arms = {name for world in worlds.values() for name in world.names.values()}
    failures = tuple(failure for failure in results.failures if failure.arm in arms)
    verdict = _together([outcome.verdict for outcome in outcomes])
    return CheckedScenario(question, verdict, outcomes, run.draws, run.replications, confidence, failures)


def _better(expectation: Expectation) -> int:
    return measure_of(expectation.claim.readings[0]).better


def _outcome(expectation: Expectation, worlds: dict[Off, World], runs: pd.DataFrame, error: float) -> Outcome:
    claim, off = expectation.claim, off_of(expectation)
    values, left_out = worlds[AS_IT_IS].values(claim.readings, runs)
    main, twin = judge_claim(claim, values, error, _better(expectation)), None
    if off != AS_IT_IS:
        values, lost = worlds[off].values(claim.readings, runs)
        twin, left_out = judge_claim(claim, values, error, _better(expectation)), left_out + lost
    verdict, reason = _follows(main, twin, ", ".join(expectation.off))
    return Outcome(expectation, verdict, reason, main, twin, measure_of(claim.readings[0]).unit, left_out)


def _follows(main: Finding, twin: Finding | None, off: str) -> tuple[Answer, str]:
    """What an expectation comes to, by what was found with the mechanism and without."""
    if main.met == "not met":
        return "fail", "not met"
    if twin is not None and twin.met == "met":
        return "fail", f"the twin meets it too: it comes about without {off}"
    if main.met == "inconclusive":
        return "inconclusive", _why(main)
    if twin is not None and twin.met == "inconclusive":
        return "inconclusive", f"met, but whether also without {off} is open: {_why(twin)}"
    return "pass", f"met, and not without {off}" if twin is not None else "met"


def _why(open_: Finding) -> str:
    """Why a finding is inconclusive."""
    if math.isnan(open_.value):
        return "there is no value to judge"
    return "a single run has no error bar" if open_.low is None else "the interval crosses an end of the claim"


def _together(verdicts: Sequence[Answer]) -> Answer:
    if "fail" in verdicts:
        return "fail"
    return "inconclusive" if "inconclusive" in verdicts else "pass"
