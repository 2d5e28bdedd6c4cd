"""Sweeps and stores for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from experiments.output.format_values import format_amount, format_kpi
from experiments.sweeps.sweep_result import findings, headline, too_few

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.sweeps.sweep_result import Sweep


def print_sweep(answer: Sweep, console: Console) -> None:
    """What moves the first KPI, each index with its interval and what luck alone would show; then how much was done."""
    from rich.text import Text

    if len(answer.sensitivity) and not too_few(answer):
        console.print(_indices(answer, answer.kpi))
    for warning in answer.warnings:
        console.print(Text(f"note: {warning}", style="yellow"))
    points = answer.design.shared
    done = f"{len(answer.runs):,} runs at {points:,} points ({answer.reused:,} reused, {answer.failures:,} failed)"
    console.print(Text(done))
    console.print(Text(" ".join([f"{headline(answer)}.", *findings(answer)]), style="bold"))


def _indices(answer: Sweep, kpi: str) -> object:
    from rich.table import Table
    from rich.text import Text

    rows = answer.sensitivity[answer.sensitivity["kpi"] == kpi]
    names, arms = list(rows["index"].unique()), list(rows["variant"].unique())
    money = f" ({answer.currency})" if answer.units[kpi] == "money" and "mu_star" in names else ""
    table = Table(title=Text(f"{answer.plan.name}: what moves {format_kpi(kpi)}{money}"), title_justify="left")
    table.add_column("path", overflow="fold")
    if len(arms) > 1:
        table.add_column("strategy")
    for name in names:
        table.add_column(f"{name} (95 %)", justify="right")
        table.add_column("luck alone", justify="right")
    for (path, arm), own in rows.groupby(["path", "variant"], sort=False):
        told = {one["index"]: one for one in own.to_dict("records")}
        cells = [cell for name in names for cell in _cells(told[name], answer, kpi)]
        style = "bold" if any(one["clear"] for one in told.values()) else None
        table.add_row(Text(str(path)), *([Text(str(arm))] if len(arms) > 1 else []), *cells, style=style)
    return table


def _cells(row: dict[Any, Any], answer: Sweep, kpi: str) -> tuple[str, str]:
    def told(value: float) -> str:
        return f"{value:.3f}".replace("-", "−") if row["index"] in ("S1", "ST") else _own(value, answer, kpi)

    if not math.isfinite(row["value"]):
        return "–", "–"
    reach = f" ({told(row['low'])} to {told(row['high'])})" if math.isfinite(row["low"]) else ""
    return f"{told(row['value'])}{reach}", told(row["floor"])


def _own(value: float, answer: Sweep, kpi: str) -> str:
    return format_amount(value, answer.units[kpi], "").strip()
