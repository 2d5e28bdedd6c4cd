"""Answers for a terminal: tables and one plain sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.comparison.comparison_text import (
    format_best,
    format_folded,
    format_leaders,
    format_precision,
    format_reference,
    format_replayed,
    format_variance_reduction,
    format_verdict,
    most_read,
)
from experiments.output.format_values import format_amount, format_count, format_difference, format_kpi
from experiments.runs.campaign_tables import CampaignMeans, format_campaigns
from experiments.runs.statement_table import statement_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from experiments.comparison.comparison_result import Comparison
    from experiments.runs.arm_summary import ArmSummary


def print_comparison(answer: Comparison, console: Console, *, money: bool = False) -> None:
    """The arms, the pairs, with `money` their profit statements, broken constraints, warnings, what was
    replayed, and last the verdict."""
    from rich.text import Text

    shown = most_read(answer)
    console.print(_arm_table(shown))
    console.print(_pair_table(shown))
    if folded := format_folded(answer):
        console.print(Text(folded))
    if money:
        console.print(statement_table(shown.statements(), answer.plan.currency))
    if answer.auto:
        console.print(Text(format_precision(answer)))
    for check in shown.checks:
        word = "keeps" if check.kept else "breaks" if check.state == "broken" else "may break"
        console.print(Text(f"{check.arm} {word} {format_kpi(check.kpi)} {check.text} (mean {check.shown})"))
    for warning in answer.warnings:
        console.print(Text(f"note: {warning}", style="yellow"))
    if answer.turns_on:
        console.print(Text(answer.turns_on.text))
    if replayed := format_replayed(answer):
        console.print(Text(replayed))
    if leaders := format_leaders(answer):
        console.print(Text(leaders))
    console.print(Text(format_verdict(answer), style="bold"))


def _arm_table(answer: Comparison) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("strategy", title=answer.question.name, title_justify="left")
    for head in (f"mean {format_kpi(answer.plan.kpi)}{_unit(answer)}", f"{_percent(answer)} interval"):
        table.add_column(head, justify="right")
    one_market = answer.plan.markets.one
    for head in ("chance of being best" if one_market else "best in", "expected regret"):
        table.add_column(head, justify="right")
    if not one_market:
        table.add_column("worst tenth", justify="right")
    for one in answer.strategies:
        table.add_row(
            Text(one.name),
            _amount(answer, one.mean),
            f"{_amount(answer, one.low)} to {_amount(answer, one.high)}",
            format_best(one),
            _amount(answer, one.expected_regret),
            *([] if one_market else [_amount(answer, one.worst_tenth)]),
            style="bold" if one.name == answer.verdict else None,
        )
    for reference in answer.references:
        cells = (
            _amount(answer, reference.mean),
            f"{_amount(answer, reference.low)} to {_amount(answer, reference.high)}",
        )
        table.add_row(Text(format_reference(reference)), *cells, style="dim")
    return table


def _pair_table(answer: Comparison) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(f"difference{_unit(answer)}")
    for head in (
        "mean",
        f"{_percent(answer)} interval, all pairs",
        f"90 % of {answer.plan.markets.short}",
        "variance reduction",
    ):
        table.add_column(head, justify="right")
    for pair in answer.pairs:
        mean, low, high, market_low, market_high = (
            _amount(answer, value, sign=True)
            for value in (pair.difference, pair.low, pair.high, pair.market_low, pair.market_high)
        )
        reduction = format_variance_reduction(pair.variance_reduction)
        names = Text(f"{pair.a} − {pair.b}")
        table.add_row(names, mean, f"{low} to {high}", f"{market_low} to {market_high}", reduction)
    return table


def _amount(answer: Comparison, value: float | None, *, sign: bool = False) -> str:
    """A number of the deciding KPI; the currency stands in the table's heads."""
    write = format_difference if sign else format_amount
    return write(value, answer.plan.unit, answer.plan.currency).removesuffix(f" {answer.plan.currency}")


def _unit(answer: Comparison) -> str:
    return f" ({answer.plan.currency})" if answer.plan.unit == "money" else ""


def _percent(answer: Comparison) -> str:
    return f"{100 * answer.plan.confidence:.4g} %"


def print_answer(answer: ArmSummary, console: Console, *, money: bool = False) -> None:
    """Every KPI of one arm: mean, spread between runs, and over how many runs; with `money` its profit statement."""
    from rich.table import Table
    from rich.text import Text

    size = f"{format_count(answer.draws, 'draw')} x {format_count(answer.replications, 'replication')}"
    table = Table("measure", title=Text(f"{answer.question.name}, {answer.variant}: {size}"), title_justify="left")
    for head in ("mean", "sd", "runs"):
        table.add_column(head, justify="right")
    for name, kpi in answer.kpis.items():
        words = [format_amount(value, kpi.unit, answer.currency) for value in (kpi.mean, kpi.sd)]
        if name == "payback_days" and kpi.n == 0 < answer.kpis["cac"].n:
            words[0] = "not within the horizon"
        table.add_row(format_kpi(name), *words, str(kpi.n))
    console.print(table)
    if money:
        console.print(statement_table({answer.variant: answer.statement()}, answer.currency))
    means = answer.campaigns()
    if means:
        console.print(_campaign_table(means, answer.currency))
    for warning in answer.warnings:
        console.print(Text(f"note: {warning}", style="yellow"))


def _campaign_table(means: list[CampaignMeans], currency: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table("mean of a campaign", title="Results of each campaign", title_justify="left")
    for one in means:
        table.add_column(Text(one.campaign), justify="right")
    for head, cells in format_campaigns(means, currency):
        table.add_row(head, *(cell.replace("\n", " ") for cell in cells))
    return table
