"""Hold what comes out of scenarios against what they expect, with and without what should bring it about."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.execution.progress import Progress
from experiments.execution.store import Store
from experiments.expectations.claim_tests import Finding, judge_claim, parts_of
from experiments.expectations.twin_runs import AS_IT_IS, Off, TwinRuns, off_of, worlds_of
from experiments.regression.baseline_files import baseline_path
from experiments.regression.baseline_runs import Live, sized
from experiments.regression.expected_changes import ExpectedChanges, read_intended
from experiments.regression.regression import Answer, Regression, kpis_of
from experiments.regression.regression_test import BaselineFolder, hold, renew
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import PlannedRun
from experiments.runs.question_setup import resized
from experiments.runs.results import Results, RunFailure
from scenarios import Expectation, InputError, Question, load_expecting, load_questions
from scenarios.toml.toml_document import label
from scenarios.values.expectations import measure_of

if TYPE_CHECKING:
    import pandas as pd

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
class ScenarioCheck:
    """One file's expectations, and how it stands against its baseline if there is to be one. `confidence` is that of
    all intervals of expectations together."""

    question: Question
    verdict: Answer
    outcomes: tuple[Outcome, ...]
    draws: int
    replications: int
    confidence: float
    failures: tuple[RunFailure, ...]
    against: Regression | None = None


@dataclass(frozen=True)
class CheckResult:
    """The answer of a check: fail if one file fails, pass if all pass, else inconclusive."""

    verdict: Answer
    scenarios: tuple[ScenarioCheck, ...]
    reused: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1: money in cents, shares as fractions, times in days."""
        from experiments.expectations.check_text import checked_json

        return checked_json(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per expectation."""
        import pandas as pd

        from experiments.expectations.check_text import outcome_json

        rows = [
            {"scenario": scenario.question.name, **outcome_json(outcome, scenario.question)}
            for scenario in self.scenarios
            for outcome in scenario.outcomes
        ]
        return pd.json_normalize(rows, sep="_")

    def moves(self) -> pd.DataFrame:
        """One row per arm and KPI that was judged by pairs of runs, with the fields of `against.Moved`."""
        import pandas as pd

        held = [(scenario.question.name, scenario.against.moved) for scenario in self.scenarios if scenario.against]
        return pd.DataFrame([{"scenario": name, **vars(one)} for name, moved in held for one in moved])


def check(
    paths: str | Path | Sequence[str | Path | Question],
    *,
    baseline: str | Path | None = None,
    update: bool = False,
    why: str | None = None,
    may: Sequence[str] = (),
    market: str | None = None,
    draws: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> CheckResult:
    """Live what the expectations of these files, folders or loaded questions are about, and judge them; with
    `baseline`, a folder, hold every question against what it was there.

    `update` writes the baselines again instead, with the reason `why`. `may` are moves that are intended, as
    "ltv:down". draws and replications replace what the files say of the expectations' runs; baselines have a size of
    their own ([check] runs). With a seed, runs are held against a baseline of other luck. Finished runs are kept in
    `store` and reused from it. Raises scenarios.InputError for what the user can put right.
    """
    intended = _judge_options(baseline, update, why, may, seed)
    questions = _questions(paths, market, everything=baseline is not None)
    started = time.perf_counter()
    reused = 0

    def live(runs: Sequence[PlannedRun]) -> Results:
        nonlocal reused
        results = execute(runs, jobs=jobs, cluster=cluster, store=Store.beside(None, store), progress=progress)
        reused += results.reused
        return results

    against: Mapping[Path, Regression] = {}
    if baseline is not None:
        folder = BaselineFolder(Path(baseline), intended, other_luck=seed is not None)
        against = _against(questions, folder, why if update else None, seed, live)
    expecting = [] if update else questions
    sizes = [resized(one, draws, replications, seed) for one in expecting]
    worlds = [worlds_of(question) for question in sizes]
    results = live([run for own in worlds for world in own.values() for run in world.runs()])
    asked = zip(sizes, worlds, strict=True) if not update else ((question, {}) for question in questions)
    scenarios = tuple(_checked(question, own, results, against.get(question.path)) for question, own in asked)
    verdict = _together([one.verdict for one in scenarios])
    return CheckResult(verdict, scenarios, reused, time.perf_counter() - started)


def _judge_options(
    baseline: str | Path | None, update: bool, why: str | None, may: Sequence[str], seed: int | None
) -> ExpectedChanges:
    """Raises InputError for options that do not go together."""
    for name, given in (("--update", update), ("--may", bool(may))):
        if given and baseline is None:
            raise InputError(f"{name}: goes with --baseline DIR alone; got no --baseline")
    if update and not (why and why.strip() and why.isprintable()):
        raise InputError(
            f"--why: says in a line why the baseline is another now; "
            f"allowed with --update; got {'none' if why is None else repr(why)}"
        )
    if why is not None and not update:
        raise InputError("--why: goes with --update, which writes it; got no --update")
    if update and seed is not None:
        raise InputError("--seed: a baseline holds the seed of its file; allowed without --update; got both")
    return read_intended(may)


def _judge_folder(path: Path, *, written: bool) -> None:
    there = next(one for one in (path, *path.absolute().parents) if one.exists())
    if not there.is_dir():
        raise InputError(f"--baseline {path}: allowed a folder, there or to be made; got the file {there}")
    if written and not os.access(there, os.W_OK):
        raise InputError(f"--baseline {path}: allowed a folder that can be written; got one that cannot")


def _against(
    questions: Sequence[Question], folder: BaselineFolder, why: str | None, seed: int | None, live: Live
) -> dict[Path, Regression]:
    """How each question stands against its baseline, or what became of its baseline where `why` is given."""
    _judge_folder(folder.path, written=why is not None)
    homes: dict[Path, Path] = {}
    for question in questions:
        other = homes.setdefault(baseline_path(folder.path, question), question.path)
        if other != question.path:
            pair = f"{label(other)} and {label(question.path)}"
            raise InputError(f"{label(folder.path)}: holds one baseline a name; allowed files of names of their own, "
                             f"or a folder for each; got {pair}")  # fmt: skip
    folder.intended.judge_measures({kpi for question in questions for kpi in kpis_of(question)})
    asked = [sized(question, seed) for question in questions]
    held = hold(asked, folder, live) if why is None else renew(asked, folder, why, live)
    return {question.path: one for question, one in zip(questions, held, strict=True)}


def _questions(
    paths: str | Path | Sequence[str | Path | Question], market: str | None, *, everything: bool
) -> list[Question]:
    """Files that are named twice, as themselves or by their folder, are checked once."""
    read = load_questions if everything else load_expecting
    found: dict[Path, Question] = {}
    for path in [paths] if isinstance(paths, str | Path) else paths:
        for question in [path] if isinstance(path, Question) else read([path], market=market):
            found.setdefault(question.path, question)
    return list(found.values())


def _checked(
    question: Question, worlds: dict[Off, TwinRuns], results: Results, against: Regression | None
) -> ScenarioCheck:
    run, confidence = next(iter(question.arms.values())).run, question.compare.confidence
    claims = list(question.expectations.values()) if worlds else []
    parts = sum(len(parts_of(one.claim, _better(one))) * (2 if one.off else 1) for one in claims)
    outcomes = tuple(_outcome(one, worlds, results.runs, (1.0 - confidence) / parts) for one in claims)
    arms = {name for world in worlds.values() for name in world.names.values()}
    failures = tuple(failure for failure in results.failures if failure.arm in arms)
    verdict = _together([outcome.verdict for outcome in outcomes] + ([against.verdict] if against else []))
    return ScenarioCheck(question, verdict, outcomes, run.draws, run.replications, confidence, failures, against)


def _better(expectation: Expectation) -> int:
    return measure_of(expectation.claim.readings[0]).better


def _outcome(expectation: Expectation, worlds: dict[Off, TwinRuns], runs: pd.DataFrame, error: float) -> Outcome:
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
