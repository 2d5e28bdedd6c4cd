"""A reading of order files for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from calibration.orders.order_history import Orders

BARS = "▁▂▃▄▅▆▇█"
MONTHS = 60
"""Months of the picture; of a longer file the last ones."""


def print_reading(orders: Orders, console: Console) -> None:
    """What a row is, what was counted, order-days by month, columns, states, rows set aside, warnings."""
    from rich.text import Text

    said = orders.to_json()
    profile = f" (profile {orders.profile})" if orders.profile else ""
    console.print(Text(f"{orders.file}: {orders.rows:,} rows, each one {orders.row_is}{profile}"))
    console.print(Text(_counted(said), style="bold"))
    console.print(Text(f"observed from {said['first']} until {said['until']}"))
    console.print(Text(_picture(orders)))
    columns = [{"read as": kind, "column": column} for kind, column in orders.columns.items()]
    console.print(_table(("read as", "column"), columns))
    if orders.states:
        console.print(states_table(said["states"]))
    if orders.set_aside:
        console.print(set_aside_table(said["set_aside"], len(orders.set_aside)))
    for warning in orders.notes:
        console.print(Text(f"note: {warning}"))


def _counted(said: Mapping[str, Any]) -> str:
    money = f"{said['amount']:,.2f} {said['currency'] or '(no currency named)'}"
    return (
        f"{said['orders']:,} orders on {said['order_days']:,} order-days of {said['customers']:,} customers; "
        f"{money} net of refunds"
    )


def _picture(orders: Orders) -> str:
    """Order-days by month, a bar each from the lowest to the highest, a point for none."""
    days = np.datetime64(orders.first) + orders.orderdays["day"].to_numpy().astype("timedelta64[D]")
    months = days.astype("datetime64[M]").astype(np.int64)
    start = int(months.min())
    counts = np.bincount(months - start)[-MONTHS:]
    start = int(months.max()) + 1 - counts.size
    bars = "".join("·" if not count else BARS[(count * (len(BARS) - 1)) // counts.max()] for count in counts.tolist())
    ends = f"{np.datetime64(start, 'M')} {bars} {np.datetime64(int(months.max()), 'M')}"
    return f"order-days by month: {ends} (at most {int(counts.max()):,})"


def _table(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in names:
        table.add_column(name, justify="right" if name == "rows" else "left")
    for row in rows:
        cells = (row[name] for name in names)
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in cells))
    return table


def states_table(states: Sequence[Mapping[str, Any]]) -> Table:
    """Every state that the files have, with its rows and what they are treated as."""
    rows = [{**state, "treated as": state["treated_as"]} for state in states]
    return _table(("state", "rows", "treated as"), rows)


def set_aside_table(rows: Sequence[Mapping[str, Any]], shown: int) -> Table:
    """The first reasons for which rows were set aside, each with the place of its first row."""
    table = [
        {
            "set aside": row["reason"],
            "rows": row["rows"],
            "first in row": f"{row['file']}: {row['first_row']}" if row["file"] else str(row["first_row"]),
            "still used for": row["kept_for"] or "nothing",
        }
        for row in rows[:shown]
    ]
    if len(rows) > shown:
        more = {"set aside": f"and {len(rows) - shown} more reasons", "rows": sum(row["rows"] for row in rows[shown:])}
        table.append({**more, "first in row": "", "still used for": ""})
    return _table(("set aside", "rows", "first in row", "still used for"), table)
