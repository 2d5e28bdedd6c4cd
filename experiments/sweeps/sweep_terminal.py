"""Sweeps for a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from experiments.output.format_values import format_amount, format_kpi
from experiments.sweeps.sweep_findings import findings, headline, too_few

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.sweeps.sweep_result import Sweep


def print_sweep(answer: Sweep, console: Console) -> None:
    """Print the indices of the first KPI with intervals and noise floors, the number of runs, and the findings."""
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
        table.add_column("noise floor", justify="right")
    for (path, arm), own in rows.groupby(["path", "variant"], sort=False):
        by_index = {one["index"]: one for one in own.to_dict("records")}
        cells = [cell for name in names for cell in _cells(by_index[name], answer, kpi)]
        style = "bold" if any(one["clear"] for one in by_index.values()) else None
        table.add_row(Text(str(path)), *([Text(str(arm))] if len(arms) > 1 else []), *cells, style=style)
    return table


def _cells(row: dict[Any, Any], answer: Sweep, kpi: str) -> tuple[str, str]:
    if not math.isfinite(row["value"]):
        return "–", "–"
    share, numbers = row["index"] in ("S1", "ST"), [row[name] for name in ("value", "low", "high", "floor")]
    value, low, high, floor = (
        f"{number:.3f}".replace("-", "−") if share else format_amount(number, answer.units[kpi], "").strip()
        for number in numbers
    )
    return f"{value} ({low} to {high})" if math.isfinite(row["low"]) else value, floor
