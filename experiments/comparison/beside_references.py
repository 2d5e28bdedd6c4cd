"""What the best arm has more than the reference arms, and whether any arm earns money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.comparison import plausible_markets as pm, statistics as st
from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.panel import complete_panel
from experiments.comparison.reference_arms import NOTHING, TODAY, ReferenceArm
from experiments.output.format_values import format_amount

if TYPE_CHECKING:
    import pandas as pd

PROFIT = "contribution_profit"
DOING: dict[str, str] = {NOTHING: "doing nothing", TODAY: "going on as today"}


@dataclass(frozen=True)
class ReferenceResult:
    """A reference arm's deciding KPI, with a t interval by itself, and what the best arm has more of it.

    `runs_as`: the arm or other reference whose strategy it has, else its own name. `best`: the arm that is named, else
    the one with the best mean among those that may win. `difference`: best minus reference, paired, with an interval by
    itself. `share_ahead`: of plausible markets, those in which the best arm is better; None with one market, or where
    both have the same runs. None where runs are missing.
    """

    name: str
    runs_as: str
    mean: float | None
    low: float | None
    high: float | None
    best: str
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    share_ahead: float | None


def reference_results(plan: ComparisonPlan, runs: pd.DataFrame, best: str) -> tuple[ReferenceResult, ...]:
    """Every reference arm of the plan beside the best arm."""
    return tuple(_result(plan, runs, best, reference) for reference in plan.references)


def _result(plan: ComparisonPlan, runs: pd.DataFrame, best: str, reference: ReferenceArm) -> ReferenceResult:
    pair = replace(plan, arms=tuple(dict.fromkeys((best, reference.runs_as))))
    values = complete_panel(pair, runs, plan.kpi).values
    if not values.size:
        return ReferenceResult(reference.name, reference.runs_as, None, None, None, best, None, None, None, None)
    units = st.unit_means(values)
    own = st.intervals_of_means(units[-1:], plan.confidence)[0]
    ahead = st.intervals_of_means(units[:1] - units[-1:], plan.confidence)[0]
    share = None
    if len(pair.arms) == 2 and values.shape[1] > 1:
        share = float(pm.standing(pm.plausible(plan.sign * values), 0.0).best[0])
    return ReferenceResult(reference.name, reference.runs_as, *own, best, *ahead, share)


def references_text(plan: ComparisonPlan, references: tuple[ReferenceResult, ...]) -> str:
    """Sentences where the best arm is a reference itself, or not clearly better than one; else empty.

    Of going on as today only where no arm does so: the verdict speaks of arms.
    """
    said = [one for one in references if one.name == NOTHING or one.runs_as == one.name]
    return " ".join(filter(None, (_reference_text(plan, one) for one in said)))


def _reference_text(plan: ComparisonPlan, one: ReferenceResult) -> str:
    if one.difference is None:
        return ""
    doing = DOING[one.name]
    if one.runs_as == one.best:
        return f"{one.best} is the same as {doing}."
    better = plan.sign * one.difference
    amounts = [
        format_amount(value, plan.unit, plan.currency)
        for value in (abs(one.difference), one.difference_low, one.difference_high)
    ]
    interval = "" if one.difference_low is None else f" ({_percent(plan)} interval {amounts[1]} to {amounts[2]})"
    if better == 0.0:
        return f"{one.best} does not beat {doing}: both come to the same."
    if better < 0.0:
        return f"{one.best} does not beat {doing}: it is behind by {amounts[0]}{interval}."
    clear = one.difference_low if plan.sign > 0.0 else one.difference_high
    if clear is not None and plan.sign * clear <= 0.0:
        return f"It is not clear that {one.best} beats {doing}: it is ahead by {amounts[0]}{interval}."
    if clear is not None and one.share_ahead is not None and one.share_ahead < plan.confidence:
        share = plan.markets.share(one.share_ahead, only=True)
        return f"{one.best} is ahead of {doing} by {amounts[0]} on average, but {share}."
    return ""


def loss_text(plan: ComparisonPlan, runs: pd.DataFrame) -> str:
    """A sentence where every arm loses money on average, with what doing nothing comes to; else empty."""
    values = complete_panel(plan, runs, PROFIT).values
    if not values.size or values.mean(axis=(1, 2)).max() >= 0.0:
        return ""
    means = dict(zip(plan.arms, values.mean(axis=(1, 2)), strict=True))
    least = max(means, key=lambda arm: means[arm])
    text = f"Every arm loses money: {least} the least, {_amount(plan, -means[least])} over {plan.run.horizon} days"
    nothing = next((one for one in plan.references if one.name == NOTHING), None)
    own = complete_panel(replace(plan, arms=(nothing.runs_as,)), runs, PROFIT).values if nothing is not None else None
    if own is None or not own.size or (nothing is not None and nothing.runs_as == least):
        return f"{text}."
    mean = float(own.mean())
    does = f"loses {_amount(plan, -mean)}" if mean < 0.0 else f"earns {_amount(plan, mean)}"
    return f"{text}; doing nothing {does}."


def _amount(plan: ComparisonPlan, cents: float) -> str:
    return format_amount(float(cents), "money", plan.currency)


def _percent(plan: ComparisonPlan) -> str:
    return f"{100 * plan.confidence:.4g} %"
