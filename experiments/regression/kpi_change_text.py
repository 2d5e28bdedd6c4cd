"""What became of single KPIs beside a baseline, in words."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount, format_difference, format_kpi

if TYPE_CHECKING:
    from experiments.regression.regression import KpiChange
    from scenarios import Question


@dataclass(frozen=True)
class KpiChangeRow:
    """One KPI of one arm in words: what it was and is, by how much it changed, and what follows."""

    kpi: str
    baseline: str
    now: str
    change: str
    smallest: str
    chance: str
    verdict: str


def currency_of(question: Question) -> str:
    """The currency of a question's money."""
    return next(iter(question.arms.values())).market.money.currency


def telling(moved: Sequence[KpiChange]) -> list[KpiChange]:
    """What moved or may have: all but KPIs of which no change is seen that matters."""
    return [one for one in moved if one.verdict != "pass" or "moved" in one.reason]


def row(moved: KpiChange, currency: str) -> KpiChangeRow:
    """A KPI in words."""
    return KpiChangeRow(
        format_kpi(moved.kpi),
        format_amount(moved.baseline, moved.unit, currency),
        format_amount(moved.now, moved.unit, currency),
        change(moved, currency, sds=True),
        format_difference(moved.smallest, moved.unit, currency, sign=False),
        chance(moved.p_value),
        f"{moved.verdict}: {moved.reason}",
    )


def change(moved: KpiChange, currency: str, *, sds: bool = False) -> str:
    """By how much a KPI changed: in its unit (a share in points), in per cent of what it was, and in sds if asked."""
    told = format_difference(moved.change, moved.unit, currency)
    sides = []
    if moved.change and moved.baseline and math.isfinite(moved.change + moved.baseline):
        sides.append(format_amount(_rough(moved.change / abs(moved.baseline)), "share", "", sign=True))
    if sds and moved.sds:
        sides.append(f"{format_amount(_rough(moved.sds), 'number', '', sign=True)} sds")
    return f"{told} ({', '.join(sides)})" if sides else told


def _rough(value: float) -> float:
    """Two significant digits."""
    return float(f"{value:.2g}")


def chance(p_value: float) -> str:
    """A p-value, which is an upper bound: below a thousandth the next power of ten above it."""
    if p_value >= 1e-3:
        return format_amount(p_value, "number", "")
    return f"< 1e-{math.floor(-math.log10(p_value)) if p_value > 0.0 else 300}"


def sentence_of(moved: KpiChange, currency: str) -> str:
    """A KPI on one line."""
    own = row(moved, currency)
    told = f"{own.kpi} of {moved.arm}: {own.baseline} before, {own.now} now, {own.change}"
    return f"{told}; matters from {own.smallest}; chance by luck {own.chance}; {moved.reason}"


def in_money(moved: Sequence[KpiChange], arms: Collection[str], currency: str) -> list[str]:
    """What the change is worth, for each of these arms."""
    return [
        f"in money: contribution profit of {one.arm} {change(one, currency)} a run"
        for one in moved
        if one.arm in arms and one.kpi == "contribution_profit" and one.change and math.isfinite(one.change)
    ]
