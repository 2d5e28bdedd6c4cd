"""The steps of a check: load questions, test them against their baselines, plan and execute the runs of expectations,
judge, report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.checks.check_result import CheckResult, ScenarioCheck, worst_verdict
from experiments.execution.progress import Report, verb_of_runs
from experiments.execution.store import Store
from experiments.expectations.outcomes import ExpectationPlan, plan_expectations
from experiments.regression.expected_changes import ExpectedChanges, read_expected_changes
from experiments.regression.regression_result import CheckVerdict, Regression
from experiments.regression.regression_tests import BaselineSettings, run_regression_tests
from experiments.runs.executed_runs import execute
from experiments.runs.planned_runs import PlannedRun
from experiments.runs.question_setup import resized
from experiments.runs.results import Results
from scenarios import Additions, InputError, Question, checked_additions, load_expecting, load_questions, with_additions
from scenarios.values.own_kpis import OwnKpi
from sim.offers.own_format import OwnFormat
from sim.scenario import Mechanism


@dataclass(frozen=True)
class CheckSettings:
    """The options of a check: other markets and sizes than the files', baselines where questions have them, and what
    a user adds in Python."""

    market: str | None
    draws: int | None
    replications: int | None
    seed: int | None
    baselines: BaselineSettings | None
    additions: Additions

    @property
    def updates(self) -> bool:
        """Whether baselines are written; expectations are then not judged."""
        return self.baselines is not None and self.baselines.why is not None


@verb_of_runs
def check(
    questions: str | Path | Question | Sequence[str | Path | Question],
    *,
    baseline: str | Path | None = None,
    update: bool = False,
    why: str | None = None,
    may: Sequence[str] = (),
    market: str | None = None,
    draws: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int | None = 1,
    cluster: str | None = None,
    store: str | Path | None = None,
    progress: Report | bool | None = True,
    kpis: Sequence[OwnKpi] = (),
    offers: Sequence[type[OwnFormat]] = (),
    mechanisms: Sequence[Mechanism] = (),
) -> CheckResult:
    """Judge expectations by new runs, and compare questions with their baselines.

    questions: files, folders or loaded questions with [expect]; with `baseline` any questions
    baseline: folder of baselines; every question is compared with its own there
    update: whether to write the baselines instead
    why: the reason of an update, in a line, which is kept in the baseline
    may: changes that are expected, such as "ltv:down" or "orders"
    market: the market that every file has in place of its own: `library:NAME`, a file, or the folder of a calibration
    draws, replications: number of plausible markets, and of runs in each, in place of what the files say of the
        expectations' runs; baselines have a size of their own ([check] runs)
    seed: random seed; runs are then compared with a baseline of another one
    jobs: number of processes; None: one for each core. It changes no number
    cluster: address of a Dask scheduler, whose workers take the place of the processes
    store: folder in which finished runs are kept, and from which they are reused
    progress: True shows a bar in a terminal or a notebook where work takes two seconds or more, False nothing; a
        function is called with each `Progress`
    kpis: KPIs of one's own, which the files may name
    offers: discount formats of one's own, in which the files' offers may be
    mechanisms: mechanisms, which are added to the world of every arm

        checked = rh.check("claims.toml", draws=2, replications=1)
        print(checked.verdict, len(checked.to_frame()))

    Raises InputError for what the user can correct.
    """
    started = time.perf_counter()
    report = progress if callable(progress) else None
    named: list[str | Path | Question] = (
        [questions] if isinstance(questions, str | Path | Question) else list(questions)
    )
    own = [kpi for one in named if isinstance(one, Question) for kpi in one.kpis]
    additions = checked_additions(kpis, offers, mechanisms)
    expected = read_expected_changes(may, [*additions.kpis, *own])
    baselines = _baseline_settings(baseline, update, why, expected, seed)
    settings = CheckSettings(market, draws, replications, seed, baselines, additions)
    executed: list[Results] = []

    def run(runs: Sequence[PlannedRun]) -> Results:
        results = execute(runs, jobs=jobs, cluster=cluster, store=Store.beside(None, store), progress=report)
        executed.append(results)
        return results

    loaded = _load(named, settings)
    regressions = run_regression_tests(loaded, settings.baselines, run) if settings.baselines else {}
    plans = [_plan(question, settings) for question in loaded]
    results = run([planned for plan in plans for planned in plan.runs()])
    checks = tuple(_judge(plan, results, regressions) for plan in plans)
    reused, seconds = sum(one.reused for one in executed), time.perf_counter() - started
    return CheckResult(worst_verdict([one.verdict for one in checks]), checks, reused, seconds)


def _baseline_settings(
    baseline: str | Path | None, update: bool, why: str | None, may: ExpectedChanges, seed: int | None
) -> BaselineSettings | None:
    """The options of baselines, None without one. Raises InputError for options that cannot be combined."""
    for name, given in (("--update", update), ("--may", bool(may.entries))):
        if given and baseline is None:
            raise InputError(place=name, expected="--baseline DIR beside it", got="none")
    if update and not (why and why.strip() and why.isprintable()):
        got = "none" if why is None else repr(why)
        raise InputError(place="--why", expected="one line with the reason of the --update", got=got)
    if why is not None and not update:
        raise InputError(place="--why", expected="--update beside it", got="none")
    if update and seed is not None:
        raise InputError("a baseline has the seed of its file", place="--seed", expected="no --update beside it")
    return None if baseline is None else BaselineSettings(Path(baseline), may, seed, why)


def _load(paths: Sequence[str | Path | Question], settings: CheckSettings) -> list[Question]:
    """The questions, each once, though it may be named as itself and by its folder: all of them where there are
    baselines, otherwise those with expectations."""
    read = load_expecting if settings.baselines is None else load_questions
    found: dict[Path, Question] = {}
    for path in paths:
        own = (
            [with_additions(path, settings.additions)]
            if isinstance(path, Question)
            else read([path], market=settings.market, additions=settings.additions)
        )
        for question in own:
            found.setdefault(question.path, question)
    return list(found.values())


def _plan(question: Question, settings: CheckSettings) -> ExpectationPlan:
    """The runs of a question's expectations; none in an update."""
    if settings.updates:
        return ExpectationPlan(question, {})
    return plan_expectations(resized(question, settings.draws, settings.replications, settings.seed))


def _judge(plan: ExpectationPlan, results: Results, regressions: Mapping[Path, Regression]) -> ScenarioCheck:
    """What expectations and baseline of one question come to."""
    outcomes, regression = plan.outcomes(results.runs), regressions.get(plan.question.path)
    failures = tuple(failure for failure in results.failures if failure.arm in plan.arms())
    verdicts: list[CheckVerdict] = [outcome.verdict for outcome in outcomes]
    verdicts += [regression.verdict] if regression else []
    return ScenarioCheck(plan.question, worst_verdict(verdicts), outcomes, failures, regression)
