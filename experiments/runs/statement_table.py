"""Profit statements as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.output.format_values import format_amount, format_share
from experiments.runs.profit_statement import Line, Statement

if TYPE_CHECKING:
    from rich.table import Table


def statement_table(statements: Mapping[str, Statement], currency: str) -> Table:
    """One column for each arm: money, and its share of list value; a cost of zero shows what is not paid for."""
    from rich.table import Table
    from rich.text import Text

    table = Table("mean of a run", title="Profit statement", title_justify="left")
    for arm in statements:
        table.add_column(Text(arm), justify="right")
    for line in next(iter(statements.values())).lines:
        cells = [statement_cell(statement, line, currency) for statement in statements.values()]
        table.add_row(line.label, *cells, style="bold" if line.is_sum else None)
    table.add_row(
        "Contribution, of what is paid in all runs together", *(format_share(one.margin) for one in statements.values())
    )
    return table


def statement_cell(statement: Statement, line: Line, currency: str) -> str:
    """Money, and its share of list value in brackets."""
    money = format_amount(statement.cents[line.name], "money", currency)
    return f"{money} ({format_share(statement.share(line.name))})"
