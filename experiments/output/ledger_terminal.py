"""The ledger of one run for a terminal: its KPIs over the measured days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount, format_kpi

if TYPE_CHECKING:
    from rich.console import Console

    from sim import Ledger


def print_ledger(ledger: Ledger, console: Console) -> None:
    """Every KPI of the run; a ledger knows no currency, so amounts are bare."""
    from rich.table import Table
    from rich.text import Text

    from sim.output.measures import MEASURES, measure_all

    first, end = ledger.window
    console.print(Text(f"{ledger!r}; days {first + 1} to {end} are measured"))
    table = Table("measure")
    table.add_column("value", justify="right")
    for name, one in measure_all(ledger, ledger.window).items():
        table.add_row(format_kpi(name), format_amount(one.value, MEASURES[name].unit, "").strip())
    console.print(table)
