"""Fill the one page; every name that comes from data is escaped by the template engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.comparison.comparison import ArmResult, Comparison, PairDifference
from experiments.comparison.replication_loop import format_precision
from experiments.output.format_values import format_amount, format_kpi
from experiments.report import figures, report_tables as tables


def page(answer: Comparison) -> str:
    """The report as one self-contained HTML text."""
    return filled("page.html.j2", context(answer))


def filled(template: str, context: Mapping[str, Any]) -> str:
    """A template of this folder, filled; everything that comes from data is escaped."""
    environment = Environment(
        loader=PackageLoader("experiments.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**context)


def context(answer: Comparison) -> dict[str, Any]:
    """Everything that the template shows, in words."""
    how, run = answer.question.compare, next(iter(answer.question.arms.values())).run
    windows = list(dict.fromkeys(effect.window for effect in answer.effects))
    return {
        "answer": answer,
        "how": how,
        "run": run,
        "headline": headline(answer),
        "reason": reason(answer),
        "kpi": format_kpi(answer.kpi),
        "label": format_kpi,
        "percent": f"{100 * how.confidence:.4g} %",
        "arms": list(answer.question.arms),
        "indifference": format_amount(float(how.indifference), answer.measure.unit, answer.currency),
        "strategies": [_strategy(answer, strategy) for strategy in answer.strategies],
        "pairs": [_pair(answer, pair) for pair in answer.pairs],
        "apart": tables.strategies_apart(answer),
        "windows": [(_window(answer, window), tables.kpi_rows(answer, window)) for window in windows],
        "money": tables.money_rows(answer),
        "campaigns": tables.campaign_columns(answer),
        "campaign_figure": Markup(drawn) if (drawn := figures.around_campaigns(answer)) else None,
        "beliefs": tables.belief_rows(answer),
        "figures": [Markup(draw(answer)) for draw in (figures.forest, figures.over_time)],
        "markets": Markup(figures.markets(answer)) if answer.market_means.shape[1] > 1 else None,
        "shares": _shares(answer),
        "stopped": format_precision(answer),
        "provenance": list(_flat(answer.provenance)),
    }


def headline(answer: Comparison) -> str:
    """The verdict in three or four words."""
    if answer.verdict is not None:
        return f"Choose {answer.verdict}"
    return "No difference that matters" if answer.kind == "no difference" else "Undecided"


def reason(answer: Comparison) -> str:
    """The reason without the word that the headline has said, as a sentence."""
    text = answer.reason.removeprefix(f"{answer.kind}: ")
    named = any(text.startswith(arm) for arm in answer.question.arms)
    return text if named else text[0].upper() + text[1:]


def _strategy(answer: Comparison, strategy: ArmResult) -> tables.MoneyRow:
    unit, money = answer.measure.unit, answer.currency
    cells = (
        f"{format_amount(strategy.mean, unit, money)}\n{format_amount(strategy.low, unit, money)} to "
        f"{format_amount(strategy.high, unit, money)}",
        f"{100 * strategy.probability_best:.0f} %",
        format_amount(strategy.expected_regret, unit, money),
    )
    return tables.MoneyRow(strategy.name, cells, strong=strategy.name == answer.verdict)


def _pair(answer: Comparison, pair: PairDifference) -> tables.MoneyRow:
    def format_precision(value: float | None) -> str:
        return format_amount(value, answer.measure.unit, answer.currency, sign=True)

    reduction = (
        "–"
        if pair.variance_reduction is None
        else f"{pair.variance_reduction:,.{0 if pair.variance_reduction >= 10 else 1}f}"
    )
    cells = (
        f"{format_precision(pair.difference)}\n{format_precision(pair.low)} to {format_precision(pair.high)}",
        f"{format_precision(pair.market_low)} to {format_precision(pair.market_high)}",
        reduction,
    )
    return tables.MoneyRow(f"{pair.a} − {pair.b}", cells)


def _window(answer: Comparison, window: str) -> str:
    run = next(iter(answer.question.arms.values())).run
    if window == "short_run":
        return f"The first {answer.question.compare.short_run} days"
    if window == "with_cool_down":
        return f"All {run.horizon} days and the {run.cool_down} days of cool-down after them"
    return f"All {run.horizon} days"


def _shares(answer: Comparison) -> str:
    if answer.uncertainty is None:
        return ""
    market, chance = answer.uncertainty.market, answer.uncertainty.chance
    return (
        f"Of what makes one life's difference between the two best arms uncertain, {100 * market:.0f} % is "
        f"not knowing the market and {100 * chance:.0f} % is chance."
    )


def _flat(value: Any, path: str = "") -> Any:
    """Nested values as (dotted name, text) pairs."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, "–" if value is None else str(value)
