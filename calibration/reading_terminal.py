"""A reading of order files for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from calibration.orders.reading_report import OrderReading

BARS = "▁▂▃▄▅▆▇█"
MONTHS = 60
"""Months of the picture; of a longer file the last ones."""


def print_reading(reading: OrderReading, console: Console) -> None:
    """Warnings, what a row is, what was counted, orders by month, columns, states, rows set aside, notes."""
    from rich.text import Text

    for warning in reading.warnings:
        console.print(Text(f"warning: {warning}", style="bold yellow"))
    profile = f" (profile {reading.profile})" if reading.profile else ""
    console.print(Text(f"{', '.join(reading.files)}: {reading.rows:,} rows, each one {reading.row_is}{profile}"))
    console.print(Text(_counted(reading), style="bold"))
    console.print(Text(f"observed from {reading.first} until {reading.until}"))
    console.print(Text(_picture(reading)))
    for table in (_columns(reading), _states(reading), _set_aside(reading)):
        if table.row_count:
            console.print(table)
    for note in reading.notes:
        console.print(Text(f"note: {note}"))


def _counted(reading: OrderReading) -> str:
    money = f"{reading.amount:,.2f} {reading.currency or '(no currency named)'}"
    return (
        f"{reading.orders:,} orders on {reading.order_days:,} order-days of {reading.customers:,} customers; "
        f"{money} net of refunds"
    )


def _picture(reading: OrderReading) -> str:
    """Orders by month, one bar each, from none (a point) to the highest."""
    months = list(reading.months.items())[-MONTHS:]
    highest = max(count for _, count in months)
    bars = "".join("·" if not count else BARS[(count * (len(BARS) - 1)) // highest] for _, count in months)
    return f"orders by month, {months[0][0]} to {months[-1][0]}: {bars}  (at most {highest:,})"


def _table(*names: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, justify="right" if name in ("rows", "first in row") else "left")
    return table


def _columns(reading: OrderReading) -> Table:
    from rich.text import Text

    table = _table("what", "column")
    for kind, column in reading.columns.items():
        table.add_row(kind, Text(column))
    return table


def _states(reading: OrderReading) -> Table:
    from rich.text import Text

    table = _table("state", "rows", "treated as")
    for count in reading.states:
        table.add_row(Text(count.state), f"{count.rows:,}", count.treated_as)
    return table


def _set_aside(reading: OrderReading) -> Table:
    from rich.text import Text

    table = _table("set aside", "rows", "first in row", "still used for")
    for one in reading.set_aside:
        place = f"{one.file}: {one.first_row}" if one.file and len(reading.files) > 1 else str(one.first_row)
        table.add_row(Text(one.reason), f"{one.rows:,}", Text(place), one.kept_for or "nothing")
    return table
