"""What trials taught, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from calibration.trial_calibration import TrialCalibration


def print_trials(answer: TrialCalibration, console: Console) -> None:
    """Warnings first, then each trial, what was learned, and where the market was written."""
    from rich.text import Text

    result = answer.to_json()
    for warning in answer.warnings:
        console.print(Text(f"warning: {warning}", style="bold yellow"))
    for part in [*trial_parts(result), learned_numbers(result["learned"], answer.prior)]:
        console.print(Text(part) if isinstance(part, str) else part)
    kept = [row["parameter"] for row in result["learned"] if not row["identified"]]
    console.print(Text(f"{len(kept)} of {len(result['learned'])} numbers that the trials depend on are not identified"))
    where = f"\nmarket: {answer.path}" if answer.path else "\nno market was written: name a folder with --out"
    console.print(Text(where, style="bold" if answer.path else ""), soft_wrap=True)


def trial_parts(result: Mapping[str, Any]) -> list[str | Table]:
    """Of each trial a line, a table of its arms, and one by recency where there are several strata."""
    parts: list[str | Table] = []
    for trial in result["trials"]:
        parts.append(f"{trial['name']}: {trial['evidence']}, within {trial['window_days']} days")
        parts.append(_arms(trial["outcomes"]))
        strata = trial["outcomes"][0]["arms"][0]["by_recency"]
        parts += [_recency(outcome) for outcome in trial["outcomes"] if len(strata) > 1]
    drawn, shape = result["posterior"], result["posterior"]["pareto_k"]
    note = "" if shape is None else f", Pareto shape {shape:.2f}"
    parts.append(f"{drawn['method']}, effective sample size {drawn['effective_sample_size']:.0f}{note}")
    return parts


def _arms(outcomes: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("outcome, arm", "people", "share", "difference", "the law, 90 %", "lift", "of the law", "before")
    for outcome in outcomes:
        control = outcome["control"]
        table.add_row(f"{outcome['column']} ({outcome['shows']}), control", f"{control['people']:,}",
                      f"{control['share']:.4f}", *[""] * 5)  # fmt: skip
        for arm in outcome["arms"]:
            seen = f"{arm['difference']:+.4f} ± {arm['standard_error']:.4f}"
            lift = "" if arm["seen_lift"] is None else f"{arm['seen_lift']:.2f}"
            table.add_row(
                f"  {arm['arm']}", f"{arm['people']:,}", f"{arm['share']:.4f}", seen, _range(arm["law"], "+.4f"), lift,
                _range(arm["lift"], ".2f"), _range(arm["lift_before"], ".2f"),
            )  # fmt: skip
    return table


def _recency(outcome: Mapping[str, Any]) -> Table:
    arms = outcome["arms"]
    heads = [head for arm in arms for head in (arm["arm"], "the law, 90 %")]
    table = _table(f"{outcome['column']}, days since order", "control", *heads)
    for place, first in enumerate(arms[0]["by_recency"]):
        rows = [arm["by_recency"][place] for arm in arms]
        cells = [
            cell
            for row in rows
            for cell in (f"{row['difference']:+.4f} ± {row['standard_error']:.4f}", _range(row["law"], "+.4f"))
        ]
        table.add_row(f"{first['days_since_order']:.0f}", f"{first['control']:.4f}", *cells)
    return table


def learned_numbers(rows: Sequence[Mapping[str, Any]], prior: str) -> Table:
    """Prior and posterior of each number, in the notation of market files."""
    from scenarios import load_market
    from scenarios.values.paths import market_shapes
    from scenarios.values.quantities import format_number

    market = load_market(prior).market
    shapes, currency = market_shapes(market), market.money.currency
    table = _table("learned from trials", "prior", "posterior", "identified")
    for row in rows:
        unit = shapes[row["parameter"]].unit
        texts = []
        for part in (row["prior"], row["posterior"]):
            values = (part["median"], part["p5"], part["p95"])
            middle, low, high = (str(format_number(v, unit, currency, 3)) if unit else f"{v:.3g}" for v in values)
            texts.append(f"{middle} ({low} to {high})")
        table.add_row(row["parameter"], *texts, "yes" if row["identified"] else "no")
    return table


def _range(band: Mapping[str, float], form: str) -> str:
    return f"{band['p5']:{form}} to {band['p95']:{form}}"


def _table(first: str, *heads: str) -> Table:
    from rich.table import Table

    table = Table(first)
    for head in heads:
        table.add_column(head, justify="right")
    return table
