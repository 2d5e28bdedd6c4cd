"""Bounds that an arm must keep to be chosen: counted over plausible markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.comparison.panel import kpi_values
from experiments.comparison.statistics import Floats
from experiments.output.format_values import format_amount, format_kpi
from experiments.output.market_words import MarketWords

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison.comparison_plan import ComparisonPlan
    from scenarios import Limit


@dataclass(frozen=True)
class ConstraintCheck:
    """One bound for one arm: the mean of the measure, the share of draws that keep it, and how many could be
    judged (a draw without cases, such as no complaint at all, cannot)."""

    arm: str
    kpi: str
    text: str
    mean: float
    share_kept: float
    judged: int
    kept: bool
    shown: str


def check_limits(plan: ComparisonPlan, runs: pd.DataFrame) -> tuple[ConstraintCheck, ...]:
    """Every bound of the plan for every arm; a draw keeps it when its mean over replications does."""
    return tuple(
        _check(plan, arm, kpi, values)
        for kpi in plan.limits
        for arm, values in zip(plan.arms, kpi_values(plan.arms, plan.run, runs, kpi), strict=True)
    )


def _check(plan: ComparisonPlan, arm: str, kpi: str, values: Floats) -> ConstraintCheck:
    """One bound for one arm, whose `values` are (draws, replications)."""
    limit, present = plan.limits[kpi], np.isfinite(values)
    counts = present.sum(axis=1)
    means = np.where(present, values, 0.0).sum(axis=1)[counts > 0] / counts[counts > 0]
    kept = _keeps(means, limit)
    share = float(kept.mean()) if kept.size else 1.0
    mean = float(means.mean()) if means.size else float("nan")
    shown = format_amount(mean, plan.question.measures[kpi].unit, plan.currency)
    return ConstraintCheck(arm, kpi, limit.text, mean, share, int(kept.size), share >= plan.chance, shown)


def _keeps(means: Floats, limit: Limit) -> npt.NDArray[np.bool_]:
    if limit.above:
        return means > limit.value if limit.strict else means >= limit.value
    return means < limit.value if limit.strict else means <= limit.value


def broken(checks: tuple[ConstraintCheck, ...], markets: MarketWords) -> dict[str, str]:
    """For each arm that breaks a bound, how."""
    reasons: dict[str, str] = {}
    for check in checks:
        if not check.kept:
            bound = f"{format_kpi(check.kpi)} {check.text}"
            text = f"{check.arm} keeps {bound} {markets.share(check.share_kept, only=True)}"
            if markets.draws == 1:
                text = f"{check.arm} does not keep {bound} in the one market that was simulated"
            reasons[check.arm] = f"{reasons[check.arm]}, and {text}" if check.arm in reasons else text
    return reasons
