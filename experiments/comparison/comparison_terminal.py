"""Answers for a terminal: one table and one plain sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.comparison.replication_loop import format_precision
from experiments.output.format_values import format_amount, format_kpi
from experiments.runs.campaign_tables import CampaignMeans, brought, lines

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.comparison.comparison import Comparison
    from experiments.runs.single_arm import ArmSummary


def print_comparison(answer: Comparison, console: Console) -> None:
    """The arms, the pairs, constraints that are broken, warnings, and last the verdict."""
    from rich.text import Text

    for table in _tables(answer):
        console.print(table)
    if answer.auto:
        console.print(Text(format_precision(answer)))
    for check in answer.checks:
        word = "keeps" if check.kept else "breaks"
        line = f"{check.arm} {word} {format_kpi(check.kpi)} {check.text} (mean {check.shown})"
        console.print(Text(line))
    for warning in answer.warnings:
        console.print(Text(f"note: {warning}", style="yellow"))
    console.print(Text(sentence(answer), style="bold"))


def sentence(answer: Comparison) -> str:
    """The verdict as one plain sentence or two."""
    start = f"Choose {answer.verdict}: " if answer.verdict is not None else ""
    reason = answer.reason if start else answer.reason[0].upper() + answer.reason[1:]
    return start + reason


def _tables(answer: Comparison) -> list[object]:
    from rich.table import Table
    from rich.text import Text

    def format_precision(value: float | None, *, sign: bool = False) -> str:
        return format_amount(value, answer.measure.unit, answer.currency, sign=sign).removesuffix(f" {answer.currency}")

    unit = f" ({answer.currency})" if answer.measure.unit == "money" else ""
    percent = f"{100 * answer.question.compare.confidence:.4g} %"
    arms = Table("strategy", title=answer.question.name, title_justify="left")
    for head in (f"mean {format_kpi(answer.kpi)}{unit}", f"{percent} interval", "best in", "expected regret"):
        arms.add_column(head, justify="right")
    for one in answer.strategies:
        arms.add_row(
            Text(one.name),
            format_precision(one.mean),
            f"{format_precision(one.low)} to {format_precision(one.high)}",
            f"{100 * one.probability_best:.0f} %",
            format_precision(one.expected_regret),
            style="bold" if one.name == answer.verdict else None,
        )
    pairs = Table(f"difference{unit}")
    for head in ("mean", f"{percent} interval, all pairs", "90 % of markets", "variance reduction"):
        pairs.add_column(head, justify="right")
    for pair in answer.pairs:
        pairs.add_row(
            Text(f"{pair.a} − {pair.b}"),
            format_precision(pair.difference, sign=True),
            f"{format_precision(pair.low, sign=True)} to {format_precision(pair.high, sign=True)}",
            f"{format_precision(pair.market_low, sign=True)} to {format_precision(pair.market_high, sign=True)}",
            "–"
            if pair.variance_reduction is None
            else f"{pair.variance_reduction:,.{0 if pair.variance_reduction >= 10 else 1}f}",
        )
    return [arms, pairs]


def print_answer(answer: ArmSummary, console: Console) -> None:
    """Every KPI of one arm: mean, spread between runs, and over how many runs."""
    from rich.table import Table
    from rich.text import Text

    size = f"{answer.draws} markets x {answer.replications} lives"
    table = Table("measure", title=Text(f"{answer.question.name}, {answer.variant}: {size}"), title_justify="left")
    for head in ("mean", "sd", "runs"):
        table.add_column(head, justify="right")
    for name, kpi in answer.kpis.items():
        words = (format_amount(value, kpi.unit, answer.currency) for value in (kpi.mean, kpi.sd))
        table.add_row(format_kpi(name), *words, str(kpi.n))
    console.print(table)
    told = brought(answer.results.campaigns, [answer.variant])
    if told:
        console.print(_campaigns(told, answer.currency))
    for warning in answer.warnings:
        console.print(Text(f"note: {warning}", style="yellow"))


def _campaigns(told: list[CampaignMeans], currency: str) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table("mean of a campaign", title="What each campaign brought", title_justify="left")
    for one in told:
        table.add_column(Text(one.campaign), justify="right")
    for head, cells in lines(told, currency):
        table.add_row(head, *(cell.replace("\n", " ") for cell in cells))
    return table
