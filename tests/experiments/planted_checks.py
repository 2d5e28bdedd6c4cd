"""Checks made up by hand: what moved and what follows is said, not lived."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from experiments.expectations.checks import CheckResult, Outcome, ScenarioCheck
from experiments.expectations.claim_tests import Finding
from experiments.regression.baseline_files import Baseline, BaselineRuns, Conclusion
from experiments.regression.regression import ConclusionChange, KpiChange, Regression
from scenarios import OrderClaim, Question, Reading
from scenarios.values.expectations import Expectation

MILD, DEEP = "mild", "deep & <i>wide</i>"
END = Conclusion("contribution_profit", DEEP, "winner", (DEEP, MILD))
OTHER = Conclusion("contribution_profit", MILD, "winner", (MILD, DEEP))
PROFIT = KpiChange(
    MILD, "contribution_profit", "money", 4_777_600.0, 4_866_200.0, 88_600.0, 78_000.0, 99_000.0, 0.158, 47_776.0,
    8.4e-9, "fail", "moved", 32,
)  # fmt: skip
RATE = KpiChange(
    MILD, "optout_rate", "share", 0.036394, 0.03638, -1.4e-5, -1e-4, 1e-4, -0.005, 0.00182, 1.0, "pass",
    "no change that matters", 32,
)  # fmt: skip
OPEN = replace(PROFIT, arm=DEEP, verdict="inconclusive", reason="open; about 900 runs would tell", p_value=0.2)


def against(*moved: KpiChange, **changes: Any) -> Regression:
    """A baseline of 64 runs of which 32 were lived, and what is said of it."""
    lives = {arm: BaselineRuns((), {}, {"contribution_profit": np.zeros(0)}) for arm in (MILD, DEEP)}
    size = {"seed": 1, "draws": 3, "replications": 2}
    baseline = Baseline("small.toml", "first", (), {"numpy": "2.4.6"}, size, END, lives)
    concluded = ConclusionChange(END, END, "pass", "the same")
    plain = Regression(baseline, False, 32, 64, (), moved, concluded, "fail", "contribution_profit moved")
    return replace(plain, **changes)


def same(**changes: Any) -> Regression:
    """A question that is the same to the integer."""
    return replace(against(equal=True, lived=4, verdict="pass", reason="the same to the integer"), **changes)


def outcome(verdict: Any, reason: str, name: str = "deep_pays") -> Outcome:
    """An expectation that the deeper offer earns more, with a twin."""
    whole = Reading("contribution_profit", DEEP, (0, 60)), Reading("contribution_profit", MILD, (0, 60))
    claim = Expectation(name, "contribution_profit", OrderClaim(whole), "a book", {"market.offers.elasticity": 0.0})
    met = {"pass": "met", "fail": "not met", "inconclusive": "inconclusive"}[verdict]
    main = Finding(met, f"{DEEP} − {MILD}", "kpi", -350_000.0, -400_000.0, -300_000.0)  # type: ignore[arg-type]
    return Outcome(claim, verdict, reason, main, replace(main, met="not met"), "money", 0)


def scenario(
    question: Question, *outcomes: Outcome, against: Regression | None = None, failures: tuple[Any, ...] = ()
) -> ScenarioCheck:
    """One file, as bad as the worst of what is said of it."""
    said = [one.verdict for one in outcomes] + ([against.verdict] if against else [])
    verdict = next((word for word in ("fail", "inconclusive") if word in said), "pass")
    return ScenarioCheck(question, verdict, outcomes, 3, 2, 0.95, failures, against)  # type: ignore[arg-type]


def checked(*scenarios: ScenarioCheck) -> CheckResult:
    """All of them."""
    said = [one.verdict for one in scenarios]
    verdict: Any = next((word for word in ("fail", "inconclusive") if word in said), "pass")
    return CheckResult(verdict, scenarios, 0, 12.5)
