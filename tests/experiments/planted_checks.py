"""Checks made up by hand: what moved and what follows is said, not lived."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from experiments.against import Against, Concluded, Moved
from experiments.baselines import Baseline, Conclusion, Lives
from experiments.check_claims import Finding
from experiments.checking import Checked, CheckedScenario, Outcome
from scenarios import Order, Question, Reading
from scenarios.claims import Expectation

MILD, DEEP = "mild", "deep & <i>wide</i>"
END = Conclusion("contribution_profit", DEEP, "winner", (DEEP, MILD))
OTHER = Conclusion("contribution_profit", MILD, "winner", (MILD, DEEP))
PROFIT = Moved(
    MILD, "contribution_profit", "money", 4_777_600.0, 4_866_200.0, 88_600.0, 78_000.0, 99_000.0, 0.158, 47_776.0,
    8.4e-9, "fail", "moved", 32,
)  # fmt: skip
RATE = Moved(
    MILD, "optout_rate", "share", 0.036394, 0.03638, -1.4e-5, -1e-4, 1e-4, -0.005, 0.00182, 1.0, "pass",
    "no change that matters", 32,
)  # fmt: skip
OPEN = replace(PROFIT, arm=DEEP, verdict="inconclusive", reason="open; about 900 runs would tell", p_value=0.2)


def against(*moved: Moved, **changes: Any) -> Against:
    """A baseline of 64 runs of which 32 were lived, and what is said of it."""
    lives = {arm: Lives((), {}, {"contribution_profit": np.zeros(0)}) for arm in (MILD, DEEP)}
    size = {"seed": 1, "draws": 3, "replications": 2}
    baseline = Baseline("small.toml", "first", (), {"numpy": "2.4.6"}, size, END, lives)
    concluded = Concluded(END, END, "pass", "the same")
    plain = Against(baseline, False, 32, 64, (), moved, concluded, "fail", "contribution_profit moved")
    return replace(plain, **changes)


def same(**changes: Any) -> Against:
    """A question that is the same to the integer."""
    return replace(against(equal=True, lived=4, verdict="pass", reason="the same to the integer"), **changes)


def outcome(verdict: Any, reason: str, name: str = "deep_pays") -> Outcome:
    """An expectation that the deeper offer earns more, with a twin."""
    whole = Reading("contribution_profit", DEEP, (0, 60)), Reading("contribution_profit", MILD, (0, 60))
    claim = Expectation(name, "contribution_profit", Order(whole), "a book", {"market.offers.elasticity": 0.0})
    met = {"pass": "met", "fail": "not met", "inconclusive": "inconclusive"}[verdict]
    main = Finding(met, f"{DEEP} − {MILD}", "kpi", -350_000.0, -400_000.0, -300_000.0)  # type: ignore[arg-type]
    return Outcome(claim, verdict, reason, main, replace(main, met="not met"), "money", 0)


def scenario(
    question: Question, *outcomes: Outcome, against: Against | None = None, failures: tuple[Any, ...] = ()
) -> CheckedScenario:
    """One file, as bad as the worst of what is said of it."""
    said = [one.verdict for one in outcomes] + ([against.verdict] if against else [])
    verdict = next((word for word in ("fail", "inconclusive") if word in said), "pass")
    return CheckedScenario(question, verdict, outcomes, 3, 2, 0.95, failures, against)  # type: ignore[arg-type]


def checked(*scenarios: CheckedScenario) -> Checked:
    """All of them."""
    said = [one.verdict for one in scenarios]
    verdict: Any = next((word for word in ("fail", "inconclusive") if word in said), "pass")
    return Checked(verdict, scenarios, 0, 12.5)
