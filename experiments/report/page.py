"""Fill the one page; every name that comes from data is escaped by the template engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.assumptions.assumption_text import HEADS, assumption_rows, assumption_text
from experiments.comparison.beside_references import ReferenceResult
from experiments.comparison.comparison_plan import ComparisonPlan
from experiments.comparison.comparison_result import ArmResult, Comparison, PairDifference
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
from experiments.output.format_values import format_amount, format_chance, format_difference, format_kpi
from experiments.report import figures, report_tables as tables
from experiments.report.replay_figures import replay_svg
from scenarios.plain_text import plain_text


def page(answer: Comparison) -> str:
    """The report as one self-contained HTML text."""
    return filled("page.html.j2", context(answer))


def filled(template: str, context: Mapping[str, Any]) -> str:
    """A template of this folder, filled; everything that comes from data is escaped."""
    return _templates().get_template(template).render(**context)


@cache
def _templates() -> Environment:
    """One for all pages of a process, which compiles each template once."""
    return Environment(
        loader=PackageLoader("experiments.report", "."),
        autoescape=True,
        finalize=lambda value: plain_text(value) if type(value) is str else value,  # markup of ours is of another type
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def context(answer: Comparison) -> dict[str, Any]:
    """Everything that the template shows, as text, rows and figures; of many arms those that are read."""
    whole, answer = answer, most_read(answer)
    plan = answer.plan
    windows = list(dict.fromkeys(effect.window for effect in answer.effects))
    return {
        "answer": answer,
        "plan": plan,
        "headline": headline(whole),
        "reason": reason(whole),
        "folded": format_folded(whole),
        "kpi": format_kpi(plan.kpi),
        "label": format_kpi,
        "percent": f"{100 * plan.confidence:.4g} %",
        "indifference": format_amount(plan.indifference, plan.unit, plan.currency),
        "strategies": [_strategy(answer, one) for one in answer.strategies]
        + [_reference(answer, one) for one in answer.references],
        "assumptions": _assumptions(answer),
        "pairs": [_pair(answer, pair) for pair in answer.pairs],
        "apart": tables.differing_values(answer),
        "windows": [(_window(plan, window), tables.kpi_rows(answer, window)) for window in windows],
        "money": tables.money_rows(answer),
        "margins": tables.margins(answer),
        "campaigns": tables.campaign_columns(answer),
        "campaign_figure": Markup(drawn) if (drawn := figures.around_campaigns(answer)) else None,
        "beliefs": tables.belief_rows(answer),
        "figures": [Markup(draw(answer)) for draw in (figures.forest, figures.over_time)],
        "markets": Markup(figures.markets(answer)) if answer.market_means.shape[1] > 1 else None,
        "shares": _shares(answer),
        "stopped": format_precision(answer),
        "leaders": format_leaders(whole),
        "turns_on": answer.turns_on.text if answer.turns_on else None,
        "replayed": format_replayed(answer),
        "replay_figure": Markup(replay_svg(weeks)) if (weeks := answer.question.replayed) else None,
        "provenance": list(_flat(answer.provenance)),
    }


def headline(answer: Comparison) -> str:
    """The verdict in a few words; that every arm loses money comes first."""
    if answer.loss:
        return "Every arm loses money"
    if answer.verdict is not None:
        return f"Choose {answer.verdict}"
    if answer.kind == "not calibrated":
        return "Not calibrated"
    if answer.either:
        return f"{' or '.join(answer.leaders)}, either"
    return "No difference that matters" if answer.kind == "no difference" else "Undecided"


def reason(answer: Comparison) -> str:
    """The reasons in sentences, without the words that the headline has already."""
    if answer.loss:
        return format_verdict(answer)
    text = answer.reason.removeprefix(f"{answer.kind}: ")
    named = any(text.startswith(arm) for arm in answer.plan.arms)
    return " ".join(part for part in (text if named else text[0].upper() + text[1:], answer.beside) if part)


def _strategy(answer: Comparison, strategy: ArmResult) -> tables.TableRow:
    mean, low, high, regret, worst = (
        format_amount(value, answer.plan.unit, answer.plan.currency)
        for value in (strategy.mean, strategy.low, strategy.high, strategy.expected_regret, strategy.worst_tenth)
    )
    tenth = () if answer.plan.markets.one else (worst,)
    cells = (f"{mean}\n{low} to {high}", format_best(strategy), regret, *tenth)
    return tables.TableRow(strategy.name, cells, strong=strategy.name == answer.verdict)


def _reference(answer: Comparison, reference: ReferenceResult) -> tables.TableRow:
    mean, low, high = (
        format_amount(value, answer.plan.unit, answer.plan.currency)
        for value in (reference.mean, reference.low, reference.high)
    )
    empty = ("", "") if answer.plan.markets.one else ("", "", "")
    return tables.TableRow(format_reference(reference), (f"{mean}\n{low} to {high}", *empty))


def _assumptions(answer: Comparison) -> dict[str, Any] | None:
    """Heads, rows and sentences on the numbers that profit rests on; None where they were not looked for."""
    found = answer.assumptions
    if found is None:
        return None
    rows = [tables.TableRow(first, tuple(cells)) for first, *cells in assumption_rows(found)]
    return {"heads": list(HEADS), "rows": rows, "text": assumption_text(found)}


def _pair(answer: Comparison, pair: PairDifference) -> tables.TableRow:
    mean, low, high, market_low, market_high = (
        format_difference(value, answer.plan.unit, answer.plan.currency)
        for value in (pair.difference, pair.low, pair.high, pair.market_low, pair.market_high)
    )
    reduction = format_variance_reduction(pair.variance_reduction)
    cells = (f"{mean}\n{low} to {high}", f"{market_low} to {market_high}", reduction)
    return tables.TableRow(f"{pair.a} − {pair.b}", cells)


def _window(plan: ComparisonPlan, window: str) -> str:
    if window == "short_run":
        return f"The first {plan.short_run} days"
    if window == "with_cool_down":
        return f"All {plan.run.horizon} days and the {plan.run.cool_down} days of cool-down after them"
    return f"All {plan.run.horizon} days"


def _shares(answer: Comparison) -> str:
    if answer.uncertainty is None:
        return ""
    market, chance = answer.uncertainty.market, answer.uncertainty.chance
    return (
        f"Of the variance of one replication's difference between the two best arms, {format_chance(market)} comes "
        f"from not knowing the market and {format_chance(chance)} from chance variation between replications."
    )


def _flat(value: Any, path: str = "") -> Any:
    """Nested values as (dotted name, text) pairs."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, "–" if value is None else str(value)
