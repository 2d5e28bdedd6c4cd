"""The verdict on each expectation of a file, from what was found in the arms and in its twin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.expectations.claim_tests import Finding, judge_claim, parts_of
from experiments.expectations.twin_runs import AS_IT_IS, Off, TwinRuns, arms_and_twins, off_of
from experiments.regression.regression_result import CheckVerdict
from scenarios.values.expectations import measure_of

if TYPE_CHECKING:
    import pandas as pd

    from experiments.runs.planned_runs import PlannedRun
    from scenarios import Expectation, Question


@dataclass(frozen=True)
class Outcome:
    """One expectation: what was found, what was found in its twin if it has one, and what follows from both.

    `unit` is that of the KPI. `left_out` counts draws without a value, in the arms and in those of the twin.
    """

    expectation: Expectation
    verdict: CheckVerdict
    reason: str
    main: Finding
    twin: Finding | None
    unit: str
    left_out: int


@dataclass(frozen=True)
class ExpectationPlan:
    """The runs by which a question's expectations are judged: of its arms as they are, and of each twin."""

    question: Question
    twins: Mapping[Off, TwinRuns]

    def runs(self) -> list[PlannedRun]:
        """All of them."""
        return [run for own in self.twins.values() for run in own.runs()]

    def arms(self) -> set[str]:
        """The names of the arms in these runs."""
        return {name for own in self.twins.values() for name in own.names.values()}

    def outcomes(self, runs: pd.DataFrame) -> tuple[Outcome, ...]:
        """Every expectation judged by a table of finished runs, with intervals that hold together (Bonferroni)."""
        expectations = list(self.question.expectations.values()) if self.twins else []
        parts = sum(len(parts_of(one.claim, self._better(one))) * (2 if one.off else 1) for one in expectations)
        error = (1.0 - self.question.compare.confidence) / max(parts, 1)
        return tuple(self._outcome(one, runs, error) for one in expectations)

    def _better(self, expectation: Expectation) -> int:
        return measure_of(expectation.claim.readings[0], self.question.measures).better

    def _outcome(self, expectation: Expectation, runs: pd.DataFrame, error: float) -> Outcome:
        claim, off = expectation.claim, off_of(expectation)
        values, left_out = self.twins[AS_IT_IS].values(claim.readings, runs)
        main, twin = judge_claim(claim, values, error, self._better(expectation)), None
        if off != AS_IT_IS:
            values, missing = self.twins[off].values(claim.readings, runs)
            twin, left_out = judge_claim(claim, values, error, self._better(expectation)), left_out + missing
        verdict, reason = _verdict(main, twin, ", ".join(expectation.off))
        unit = measure_of(claim.readings[0], self.question.measures).unit
        return Outcome(expectation, verdict, reason, main, twin, unit, left_out)


def plan_expectations(question: Question) -> ExpectationPlan:
    """The runs that a question's expectations need, in the question's size."""
    return ExpectationPlan(question, arms_and_twins(question))


def _verdict(main: Finding, twin: Finding | None, off: str) -> tuple[CheckVerdict, str]:
    """The verdict on an expectation and its reason, by what was found with the mechanism and without it."""
    if main.met == "not met":
        return "fail", "not met"
    if twin is not None and twin.met == "met":
        return "fail", f"the twin meets it too, so it does not depend on {off}"
    if main.met == "inconclusive":
        return "inconclusive", _why(main)
    if twin is not None and twin.met == "inconclusive":
        return "inconclusive", f"met, but whether it depends on {off} is open: {_why(twin)}"
    return "pass", f"met, and not met without {off}" if twin is not None else "met"


def _why(finding: Finding) -> str:
    """Why a finding is inconclusive."""
    if math.isnan(finding.value):
        return "there is no value to judge"
    return "a single run has no interval" if finding.low is None else "the interval crosses a limit of the claim"
