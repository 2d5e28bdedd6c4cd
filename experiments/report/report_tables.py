"""The report's tables as plain rows of text, and the daily series behind its figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.comparison.statistics import Floats
from experiments.output.format_values import format_amount, format_difference, format_kpi, format_share
from experiments.runs.campaign_tables import campaign_means, format_campaigns
from experiments.runs.statement_table import statement_cell
from scenarios import explain

if TYPE_CHECKING:
    from experiments.comparison.comparison_result import Comparison, KpiEffect
    from scenarios import Belief


@dataclass(frozen=True)
class Account:
    """A daily series of the ledger; cents where `money`."""

    name: str
    label: str
    money: bool


@dataclass(frozen=True)
class TableRow:
    """A row of any of the report's tables: a head and one text per column."""

    head: str
    cells: tuple[str, ...]
    strong: bool = False


def daily_account(answer: Comparison) -> Account:
    """The daily series of the deciding KPI where there is one, else the contribution."""
    if answer.plan.kpi in answer.results.series.columns:
        return Account(answer.plan.kpi, format_kpi(answer.plan.kpi).capitalize(), answer.plan.unit == "money")
    return Account("contribution", "Contribution profit", True)


def daily(answer: Comparison, account: str) -> dict[str, Floats]:
    """For each arm the account on each day of the horizon, shape (runs, days).

    Runs are in (draw, replication) order, and only those that every arm finished.
    """
    run = answer.plan.run
    rows = answer.results.series
    rows = rows[(rows["day"] >= run.warm_up) & (rows["day"] < run.warm_up + run.horizon)]
    wide = {
        arm: rows[rows["variant"] == arm].pivot(index=["draw", "replication"], columns="day", values=account)
        for arm in answer.plan.arms
    }
    shared = None
    for table in wide.values():
        shared = table.index if shared is None else shared.intersection(table.index)
    return {arm: table.loc[shared].to_numpy(dtype=np.float64) for arm, table in wide.items()}


def cumulative_differences(answer: Comparison, account: str) -> dict[str, Floats]:
    """Running sum of each other arm minus the arm of reference, by arm, shape (runs, days)."""
    paths = daily(answer, account)
    base = paths[answer.plan.against]
    return {arm: np.cumsum(own - base, axis=1) for arm, own in paths.items() if arm != answer.plan.against}


def differing_values(answer: Comparison) -> list[TableRow]:
    """Paths whose value is not the same in all arms, with each arm's value as it would be written."""
    written = [{path: str(value) for path, value, _ in explain(answer.question, arm)} for arm in answer.plan.arms]
    paths = dict.fromkeys(path for values in written for path in values)
    rows = [TableRow(path, tuple(values.get(path, "–") for values in written)) for path in paths]
    return [row for row in rows if len(set(row.cells)) > 1]


def kpi_rows(answer: Comparison, window: str) -> list[TableRow]:
    """Each KPI: its mean in every arm and, but for the arm of reference, the difference with its interval."""
    effects = [effect for effect in answer.effects if effect.window == window]
    first = [answer.plan.kpi, *answer.question.compare.also]
    names = [*first, *(k for k in dict.fromkeys(e.kpi for e in effects) if k not in first)]
    rows, measures = [], answer.question.measures
    for name in names:
        cells = [_cell(answer, e, measures[name].unit) for e in effects if e.kpi == name]
        if cells:
            rows.append(TableRow(format_kpi(name), tuple(cells), strong=name == answer.plan.kpi))
    return rows


def _cell(answer: Comparison, effect: KpiEffect, unit: str) -> str:
    own = format_amount(effect.mean, unit, answer.plan.currency)
    if effect.arm == answer.plan.against or effect.low is None:
        return own
    change, low, high = (
        format_difference(value, unit, answer.plan.currency) for value in (effect.difference, effect.low, effect.high)
    )
    return f"{own}\n{change}\n{low} to {high}"


def money_rows(answer: Comparison) -> list[TableRow]:
    """The profit statements: mean totals over the horizon by arm, shares of list value, and differences."""
    statements, currency = answer.statements(), answer.plan.currency
    base, rows = statements[answer.plan.against], []
    for line in base.lines:
        cells = []
        for arm, own in statements.items():
            change = format_amount(own.cents[line.name] - base.cents[line.name], "money", currency, sign=True)
            text = statement_cell(own, line, currency)
            cells.append(text if arm == answer.plan.against else f"{text}\n{change}")
        rows.append(TableRow(line.label, tuple(cells), strong=line.is_sum))
    return rows


def margins(answer: Comparison) -> str:
    """Contribution as a share of what is paid, in two sentences: that of all runs, and how the KPI differs."""
    shares = [f"{format_share(one.margin)} ({arm})" for arm, one in answer.statements().items()]
    return (
        f"Contribution as a share of what is paid in all runs together: {', '.join(shares)}. The KPI is the mean of "
        f"the shares of single runs, in which a run that sells little counts as much as one that sells a lot."
    )


def campaign_columns(answer: Comparison) -> tuple[list[str], list[TableRow]]:
    """Means of each campaign: heads and rows, one column for each arm and campaign; none where none was held."""
    means = campaign_means(answer.results.campaigns, answer.plan.arms, answer.results.horizon)
    several = len({one.campaign for one in means}) > 1
    heads = [f"{one.arm}, {one.campaign}" if several else one.arm for one in means]
    strong = {"net of what was taken", "contribution up to the next start"}
    rows = format_campaigns(means, answer.plan.currency)
    return heads, [TableRow(head, tuple(cells), head in strong) for head, cells in rows]


def belief_rows(answer: Comparison) -> list[TableRow]:
    """Uncertain market numbers as they would be written, with their origin; the widest first."""
    beliefs = answer.question.beliefs
    written = {path: (value, origin) for path, value, origin in explain(answer.question) if path in beliefs}
    widest = sorted(written, key=lambda path: -_width(beliefs[path]))
    return [TableRow(path, written[path]) for path in widest]


def _width(belief: Belief) -> float:
    """Width of the plausible range on the scale on which it is symmetric."""
    low, high = belief.p5, belief.p95
    if belief.scale == "logit" and 0 < low < high < 1:
        return math.log(high / (1 - high)) - math.log(low / (1 - low))
    if belief.scale == "log" and low > 0:
        return math.log(high / low)
    return high - low
