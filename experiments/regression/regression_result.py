"""The result of a regression test: which KPIs changed, whether the conclusion did, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from experiments.regression.baseline_files import Baseline, Conclusion
from experiments.regression.change_test import ALARM

CheckVerdict = Literal["pass", "fail", "inconclusive"]
BaselineUpdate = Literal["written", "kept", "not written"]
"""What an update did with a baseline; one whose runs are equal is kept."""


@dataclass(frozen=True)
class KpiChange:
    """One KPI of one arm, now and in its baseline, as means over the same `runs` runs, in stored units.

    low and high are the ends of `change` at the power's confidence, `sds` is the change in standard deviations of the
    baseline's runs, None where they do not vary. `p_value` holds for all tests of the build together. `left_out` counts
    runs with a value on one side only, `needed` about how many runs would decide what is open. `expected` says that the
    change passes because it was named beforehand.
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
    verdict: CheckVerdict
    reason: str
    runs: int
    left_out: int = 0
    needed: int | None = None
    expected: bool = False

    @property
    def significant(self) -> bool:
        """Whether the KPI is shown to have changed, by however little."""
        return self.p_value < ALARM

    @property
    def reported(self) -> bool:
        """Whether people should see it: all KPIs that changed or may have."""
        return self.verdict != "pass" or self.significant or self.expected

    def row(self) -> dict[str, Any]:
        """The fields that tables and the JSON answer have."""
        return {name: value for name, value in vars(self).items() if name != "expected"}


@dataclass(frozen=True)
class ConclusionChange:
    """What followed from the runs then, and what follows now; None on both sides for a question of one arm."""

    then: Conclusion | None
    now: Conclusion | None
    verdict: CheckVerdict
    reason: str
    expected: bool = False


@dataclass(frozen=True)
class Regression:
    """The regression test of one question.

    `simulated` of the baseline's `runs` runs of each arm were needed; `equal` says whether they are equal to the
    integer. `versions` are what made the baseline and is another now: name, then, now. `notes` are for people.
    `comparable` is False where a new baseline replaced one of other runs, or none. `update` is None unless baselines
    are updated.
    """

    baseline: Baseline
    equal: bool
    simulated: int
    runs: int
    versions: tuple[tuple[str, str, str], ...]
    kpis: tuple[KpiChange, ...]
    conclusion: ConclusionChange
    verdict: CheckVerdict
    reason: str
    notes: tuple[str, ...] = ()
    comparable: bool = True
    update: BaselineUpdate | None = None
