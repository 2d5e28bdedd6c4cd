"""The result of a check, and the result as plain JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.checks.claim_text import outcome_json
from experiments.checks.regression_text import currency_of
from experiments.expectations.outcomes import Outcome
from experiments.output.format_values import format_count
from experiments.output.json_answers import clean
from experiments.regression.regression_result import CheckVerdict, KpiChange, Regression
from experiments.runs.results import RunFailure
from scenarios import Question
from scenarios.toml.toml_document import label
from sim.output.shown import Shown

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ScenarioCheck:
    """One file: its expectations, and its regression test if there is a baseline; `failures` are runs of
    expectations."""

    question: Question
    verdict: CheckVerdict
    outcomes: tuple[Outcome, ...]
    failures: tuple[RunFailure, ...]
    regression: Regression | None = None


@dataclass(frozen=True, repr=False)
class CheckResult(Shown):
    """The answer of a check, over all its questions."""

    verdict: CheckVerdict
    """What follows: fail if one question fails, pass if all pass, else inconclusive."""
    scenarios: tuple[ScenarioCheck, ...]
    """Of each question `question`, `verdict`, `outcomes` of its expectations, `failures`, and `regression` against its
    baseline."""
    reused: int
    """How many runs were in the store already."""
    seconds: float
    """How long it took."""

    def __repr__(self) -> str:
        outcomes = [outcome.verdict for scenario in self.scenarios for outcome in scenario.outcomes]
        kept = f"{outcomes.count('pass')} of {format_count(len(outcomes), 'expectation')} kept"
        baselines = sum(scenario.regression is not None for scenario in self.scenarios)
        compared = f", {format_count(baselines, 'baseline')} compared" if baselines else ""
        return f"CheckResult {self.verdict}: {kept} in {format_count(len(self.scenarios), 'question')}{compared}"

    def to_json(self) -> dict[str, Any]:
        """The machine-readable answer, schema 1: money in cents, shares as fractions, times in days, None where
        missing."""
        scenarios = [_scenario_json(scenario) for scenario in self.scenarios]
        return clean({"schema": 1, "verdict": self.verdict, "scenarios": scenarios})

    def to_frame(self) -> pd.DataFrame:
        """One row per expectation."""
        import pandas as pd

        rows = [
            {"scenario": scenario.question.name, **outcome_json(outcome, scenario.question)}
            for scenario in self.scenarios
            for outcome in scenario.outcomes
        ]
        return pd.json_normalize(rows, sep="_")

    def changes(self) -> pd.DataFrame:
        """One row per arm and KPI that was tested by pairs of runs, with the fields of `KpiChange`."""
        import pandas as pd

        tested = [(scenario.question.name, scenario.regression) for scenario in self.scenarios if scenario.regression]
        return pd.DataFrame([{"scenario": name, **one.row()} for name, found in tested for one in found.kpis])


def worst_verdict(verdicts: Sequence[CheckVerdict]) -> CheckVerdict:
    """Fail if one is fail, else inconclusive if one is, else pass."""
    if "fail" in verdicts:
        return "fail"
    return "inconclusive" if "inconclusive" in verdicts else "pass"


def _scenario_json(scenario: ScenarioCheck) -> dict[str, Any]:
    question = scenario.question
    run = next(iter(question.arms.values())).run
    return {
        "name": question.name,
        "file": label(question.path),
        "verdict": scenario.verdict,
        "draws": run.draws,
        "replications": run.replications,
        "confidence": question.compare.confidence,
        "currency": currency_of(question),
        **_regression_json(scenario.regression),
        "expect": [outcome_json(outcome, question) for outcome in scenario.outcomes],
        "failed": [vars(failure) for failure in scenario.failures],
    }


def _regression_json(regression: Regression | None) -> dict[str, Any]:
    """The fields of a scenario's regression test; null or empty without a baseline."""
    if regression is None:
        names = ("fingerprint_equal", "conclusion", "lived", "runs", "comparable", "renewed", "reason")
        return {**dict.fromkeys(names), "kpis": [], "versions": [], "notes": []}
    conclusion = regression.conclusion
    then, now = (vars(one) if one else None for one in (conclusion.then, conclusion.now))
    return {
        "fingerprint_equal": regression.equal,
        "kpis": [_kpi_json(one) for one in regression.kpis],
        "conclusion": {"then": then, "now": now, "verdict": conclusion.verdict, "reason": conclusion.reason},
        "lived": regression.simulated,
        "runs": regression.runs,
        "comparable": regression.comparable,
        "renewed": regression.update,
        "versions": [dict(zip(("name", "then", "now"), one, strict=True)) for one in regression.versions],
        "notes": list(regression.notes),
        "reason": regression.reason,
    }


def _kpi_json(change: KpiChange) -> dict[str, Any]:
    row = change.row()
    return {"name": row.pop("kpi"), **row}
