"""Checks made up by hand: changes and verdicts are given, and nothing is simulated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from experiments.checks.check_result import CheckResult, ScenarioCheck, worst_verdict
from experiments.expectations.claim_tests import Finding
from experiments.expectations.outcomes import Outcome
from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion
from experiments.regression.regression_result import ConclusionChange, KpiChange, Regression
from scenarios import OrderClaim, Question, Reading
from scenarios.values.expectations import Expectation

MILD, DEEP = "mild", "deep & <i>wide</i>"
END = Conclusion("contribution_profit", DEEP, "winner", (DEEP, MILD))
OTHER = Conclusion("contribution_profit", MILD, "winner", (MILD, DEEP))
PROFIT = KpiChange(
    MILD, "contribution_profit", "money", 4_777_600.0, 4_866_200.0, 88_600.0, 78_000.0, 99_000.0, 0.158, 47_776.0,
    8.4e-9, "fail", "changed", 32,
)  # fmt: skip
RATE = KpiChange(
    MILD, "optout_rate", "share", 0.036394, 0.03638, -1.4e-5, -1e-4, 1e-4, -0.005, 0.00182, 1.0, "pass",
    "no change that matters", 32,
)  # fmt: skip
OPEN = replace(PROFIT, arm=DEEP, verdict="inconclusive", reason="open; about 900 runs would decide", p_value=0.2)


def regression(*kpis: KpiChange, **changes: Any) -> Regression:
    """A baseline of 64 runs of which 32 were simulated, and what was found."""
    runs = {arm: BaselineRuns((), {}, {"contribution_profit": np.zeros(0)}) for arm in (MILD, DEEP)}
    size = {"seed": 1, "draws": 3, "replications": 2}
    baseline = Baseline("small.toml", "first", (), {"numpy": "2.4.6"}, size, END, runs)
    conclusion = ConclusionChange(END, END, "pass", "the same")
    plain = Regression(baseline, False, 32, 64, (), kpis, conclusion, "fail", "contribution_profit changed")
    return replace(plain, **changes)


def equal(**changes: Any) -> Regression:
    """A question whose runs are equal to its baseline's."""
    return replace(regression(equal=True, simulated=4, verdict="pass", reason="equal to the integer"), **changes)


def outcome(verdict: Any, reason: str, name: str = "deep_pays") -> Outcome:
    """An expectation that the deeper offer earns more, with a twin."""
    whole = Reading("contribution_profit", DEEP, (0, 60)), Reading("contribution_profit", MILD, (0, 60))
    claim = Expectation(name, "contribution_profit", OrderClaim(whole), "a book", {"market.offers.elasticity": 0.0})
    met = {"pass": "met", "fail": "not met", "inconclusive": "inconclusive"}[verdict]
    main = Finding(met, f"{DEEP} − {MILD}", "kpi", -350_000.0, -400_000.0, -300_000.0)  # type: ignore[arg-type]
    return Outcome(claim, verdict, reason, main, replace(main, met="not met"), "money", 0)


def scenario(
    question: Question, *outcomes: Outcome, regression: Regression | None = None, failures: tuple[Any, ...] = ()
) -> ScenarioCheck:
    """One file, with the worst of these verdicts."""
    verdicts = [one.verdict for one in outcomes] + ([regression.verdict] if regression else [])
    return ScenarioCheck(question, worst_verdict(verdicts), outcomes, failures, regression)


def checked(*scenarios: ScenarioCheck) -> CheckResult:
    """All of them."""
    return CheckResult(worst_verdict([one.verdict for one in scenarios]), scenarios, 0, 12.5)
