"""Bounds that an arm must keep to be chosen: counted over plausible markets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from experiments.comparison.panel import kpi_values
from experiments.comparison.statistics import Floats, share_high, share_low
from experiments.output.format_values import format_amount, format_kpi
from experiments.output.market_words import MarketWords

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison.comparison_plan import ComparisonPlan
    from scenarios import Limit


State = Literal["kept", "broken", "open"]


@dataclass(frozen=True)
class ConstraintCheck:
    """One bound for one arm: the mean of the measure, the share of draws that keep it, and how many could be
    judged (a draw without cases, such as no complaint at all, cannot).

    kept: whether that share is as large as asked for. state: whether the bound is kept or broken beyond the error of a
    count of so many draws (of one draw: of the mean over its replications), or open. probability_kept: of the share in
    all plausible markets being as large (of one draw: of its mean keeping the bound); None for a single run.
    """

    arm: str
    kpi: str
    text: str
    mean: float
    share_kept: float
    judged: int
    kept: bool
    state: State
    probability_kept: float | None
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
    if kept.size == 0:
        found = _NO_CASE
    elif plan.run.draws == 1:
        found = _of_one_market(values[present], limit, plan.confidence)
    else:
        found = state_of_count(int(kept.sum()), kept.size, plan.chance, plan.confidence)
    enough = share >= plan.chance
    return ConstraintCheck(arm, kpi, limit.text, mean, share, int(kept.size), enough, *found, shown)


_NO_CASE: tuple[State, float | None] = ("kept", 1.0)
"""A bound without any case is kept."""


def state_of_count(kept: int, of: int, chance: float, confidence: float) -> tuple[State, float | None]:
    """Whether a bound holds in a share `chance` of all plausible markets, by how many of those drawn keep it.

    The probability is that of Jeffreys' posterior of a share (Brown, Cai and DasGupta, Statistical Science 16, 2001).
    """
    from scipy.special import betainc

    probability = float(1.0 - betainc(kept + 0.5, of - kept + 0.5, chance))
    if share_low(kept, of, confidence) >= chance:
        return "kept", probability
    return ("broken" if share_high(kept, of, confidence) < chance else "open"), probability


def _of_one_market(values: Floats, limit: Limit, confidence: float) -> tuple[State, float | None]:
    """Whether the mean over replications of one market keeps a bound, by Student's t."""
    from scipy.special import stdtr

    mean, count = float(values.mean()), values.size
    if count < 2:
        return "open", None
    error = float(values.std(ddof=1)) / count**0.5
    if error <= 1e-12 * abs(mean):
        return ("kept", 1.0) if _keeps(np.array([mean]), limit)[0] else ("broken", 0.0)
    inside = mean - limit.value if limit.above else limit.value - mean
    probability = float(stdtr(count - 1, inside / error))
    if probability >= confidence:
        return "kept", probability
    return ("broken" if probability <= 1.0 - confidence else "open"), probability


def _keeps(means: Floats, limit: Limit) -> npt.NDArray[np.bool_]:
    if limit.above:
        return means > limit.value if limit.strict else means >= limit.value
    return means < limit.value if limit.strict else means <= limit.value


def broken(checks: tuple[ConstraintCheck, ...], markets: MarketWords) -> dict[str, str]:
    """For each arm that breaks a bound, how."""
    return _reasons([one for one in checks if one.state == "broken"], markets, "does not keep")


def open_bounds(checks: tuple[ConstraintCheck, ...], markets: MarketWords) -> dict[str, str]:
    """For each arm of which it is open whether it keeps a bound, and that breaks none, how many markets keep it."""
    out = {one.arm for one in checks if one.state == "broken"}
    unsure = [one for one in checks if one.state == "open" and one.arm not in out]
    return _reasons(unsure, markets, "may or may not keep")


def _reasons(checks: Sequence[ConstraintCheck], markets: MarketWords, single: str) -> dict[str, str]:
    """By arm, its bounds in words; `single`: the verb where one market was simulated."""
    reasons: dict[str, str] = {}
    for check in checks:
        bound = f"{format_kpi(check.kpi)} {check.text}"
        only = check.state == "broken" or not check.kept
        text = f"{check.arm} keeps {bound} {markets.share(check.share_kept, only=only)}"
        if markets.draws == 1:
            text = f"{check.arm} {single} {bound} in the one market that was simulated"
        reasons[check.arm] = f"{reasons[check.arm]}, and {text}" if check.arm in reasons else text
    return reasons


def probability_admissible(checks: Sequence[ConstraintCheck], arm: str) -> float | None:
    """That an arm keeps all its bounds, at least, however they depend on each other; None where a single run says
    nothing of one of them."""
    chances = [one.probability_kept for one in checks if one.arm == arm]
    if None in chances:
        return None
    return max(0.0, 1.0 - sum(1.0 - chance for chance in chances if chance is not None))
