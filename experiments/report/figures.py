"""Figures of a comparison; every title says what the picture shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.output.format_values import format_kpi
from experiments.report.drawing import COLOURS, INK, STYLE, Picture, canvas, end_labels, short, svg, tick, zero
from experiments.report.report_tables import cumulative_differences, daily_account
from experiments.runs.campaign_tables import mean_curves

if TYPE_CHECKING:
    from experiments.comparison.comparison_result import Comparison


def forest(answer: Comparison) -> str:
    """The figure of all pairs as an element of the page."""
    with mpl.rc_context(STYLE):
        return svg(forest_figure(answer), "forest")


def forest_figure(answer: Comparison) -> Picture:
    """Every pair's difference: simultaneous interval (thick) and range over plausible markets (thin)."""
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(1.5 + 0.5 * len(answer.pairs))
        scale = _scale(answer)
        for row, pair in enumerate(reversed(answer.pairs)):
            colour = COLOURS[0]
            axes.plot([pair.market_low * scale, pair.market_high * scale], [row, row], color=colour, lw=1.5)
            if pair.low is not None and pair.high is not None:
                axes.plot([pair.low * scale, pair.high * scale], [row, row], color=colour, lw=7, alpha=0.45)
            axes.plot(pair.difference * scale, row, "o", color=colour, ms=7)
        axes.set_yticks(range(len(answer.pairs)), [f"{p.a} − {p.b}" for p in reversed(answer.pairs)])
        axes.set_ylim(-0.6, len(answer.pairs) - 0.4)
        zero(axes, answer.plan.indifference * scale)
        _ticks(axes.xaxis)
        axes.set_xlabel(f"difference in {format_kpi(answer.plan.kpi)} ({_unit(answer)})")
        axes.set_title(_forest_title(answer))
    return figure


def _forest_title(answer: Comparison) -> str:
    if answer.kind == "no difference":
        return "No difference that matters"
    clear = [p for p in answer.pairs if p.low is not None and p.high is not None and p.low * p.high > 0]
    if len(clear) == len(answer.pairs) == 1:
        ahead = (clear[0].difference > 0) == (answer.plan.sign > 0)
        first, second = (clear[0].a, clear[0].b) if ahead else (clear[0].b, clear[0].a)
        return f"{short(first)} is ahead of {short(second)} on average"
    if len(clear) == len(answer.pairs):
        return "Every mean difference is clear of zero"
    return f"{len(clear)} of {len(answer.pairs)} mean differences are clear of zero"


def over_time(answer: Comparison) -> str:
    """Cumulative difference from the arm of reference, mean and 90 % of replications."""
    account = daily_account(answer)
    scale = 0.01 if account.money else 1.0
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(3.4)
        paths, colours = cumulative_differences(answer, account.name), _colours(answer)
        shown = {arm: runs for arm, runs in paths.items() if arm in colours}
        for arm, runs in shown.items():
            days, colour = np.arange(1, runs.shape[1] + 1), colours[arm]
            low, high = np.quantile(runs, [0.05, 0.95], axis=0) * scale
            axes.fill_between(days, low, high, color=colour, alpha=0.18, lw=0)
            axes.plot(days, runs.mean(axis=0) * scale, color=colour, lw=2)
        zero(axes, 0.0, vertical=False)
        ends = [(arm, runs.shape[1], runs.mean(axis=0)[-1] * scale, colours[arm]) for arm, runs in shown.items()]
        end_labels(axes, ends)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
        axes.set_xlabel("day")
        unit = answer.plan.currency if account.money else "count"
        axes.set_ylabel(f"ahead of {short(answer.plan.against)} so far ({unit})")
        axes.set_title(_time_title(answer, paths, account.label))
        return svg(figure, "time")


def _time_title(answer: Comparison, paths: dict[str, Any], account: str) -> str:
    if not paths:
        return f"{account} so far"
    arm, runs = max(paths.items(), key=lambda item: abs(item[1].mean(axis=0)[-1]))
    mean = runs.mean(axis=0)
    if mean[-1] == 0:
        return f"{account}: {short(arm)} ends level with {short(answer.plan.against)}"
    place = "ahead of" if mean[-1] > 0 else "behind"
    since = int(np.flatnonzero(np.sign(mean) != np.sign(mean[-1]))[-1]) + 2 if (mean * mean[-1] <= 0).any() else 1
    return f"{account}: {short(arm)} is {place} {short(answer.plan.against)} from day {since} on"


def markets(answer: Comparison) -> str:
    """The two best arms' difference in each plausible market, in order: where the ranking turns."""
    best, second = _two_best(answer)
    gaps = np.sort(answer.plan.sign * (answer.market_means[best] - answer.market_means[second])) * _scale(answer)
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(2.6)
        colours = [COLOURS[0] if gap > 0 else COLOURS[1] for gap in gaps]
        axes.vlines(np.arange(1, gaps.size + 1), 0, gaps, color=colours, lw=2)
        axes.scatter(np.arange(1, gaps.size + 1), gaps, color=colours, s=18, zorder=3)
        zero(axes, answer.plan.indifference * _scale(answer), vertical=False)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _ticks(axes.yaxis)
        first, other = answer.strategies[best].name, answer.strategies[second].name
        axes.set_xlabel(f"{answer.plan.markets.several}, sorted")
        axes.set_ylabel(f"{short(first)} ahead by ({_unit(answer)})")
        wins = int((gaps > 0).sum())
        axes.set_title(
            f"{short(first)} is better than {short(other)} in {wins} of {gaps.size} {answer.plan.markets.several}"
        )
        return svg(figure, "markets")


def around_campaigns(answer: Comparison) -> str | None:
    """Orders per day around the starts of campaigns, of people addressed and held out; None where there was none."""
    curves = mean_curves(answer.results.curves, answer.plan.arms)[: len(COLOURS)]
    if not curves:
        return None
    several = len({curve["campaign"] for curve in curves}) > 1
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(3.6)
        colours = COLOURS if several else [_colours(answer).get(curve["arm"], INK) for curve in curves]
        for colour, curve in zip(colours, curves, strict=False):
            name = f"{curve['arm']}, {curve['campaign']}" if several else str(curve["arm"])
            axes.plot(curve["day"], 1000.0 * curve["held_out"], color=colour, lw=1.2, ls=(0, (4, 3)), alpha=0.8)
            axes.plot(curve["day"], 1000.0 * curve["addressed"], color=colour, lw=2, label=short(name))
        axes.axvline(0, color=INK, lw=1, alpha=0.6)
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel("days from the start of a campaign")
        axes.set_ylabel("orders a day per 1000 people")
        axes.legend(frameon=False, labelcolor="linecolor")
        axes.set_title(_campaign_title(curves))
        return svg(figure, "campaigns")


def _campaign_title(curves: list[dict[str, Any]]) -> str:
    """How the peak of the highest curve compares with the median day of the two weeks before, campaigns among them."""
    highest = max(curves, key=lambda curve: np.nanmax(curve["addressed"], initial=0.0))
    day, orders = highest["day"], highest["addressed"]
    before = orders[day < 0]
    known = before[np.isfinite(before)]
    inside = np.where((day >= 0) & np.isfinite(orders), orders, 0.0)
    if not known.size or np.median(known) == 0.0 or not inside.any():
        return "Orders around the start of a campaign"
    times = inside.max() / np.median(known)
    return f"{short(highest['arm'])}: up to {times:.1f} times the orders of the median day of the two weeks before"


def _colours(answer: Comparison) -> dict[str, str]:
    """The colour of each arm, the same in every figure; none for arms beyond the palette."""
    return dict(zip(answer.plan.arms, COLOURS, strict=False))


def _two_best(answer: Comparison) -> tuple[int, int]:
    order = np.argsort([-answer.plan.sign * strategy.mean for strategy in answer.strategies], kind="stable")
    return int(order[0]), int(order[1])


def _ticks(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_major_locator(MaxNLocator(6))


def _scale(answer: Comparison) -> float:
    return {"money": 0.01, "share": 100.0}.get(answer.plan.unit, 1.0)


def _unit(answer: Comparison) -> str:
    units = {"money": answer.plan.currency, "share": "percentage points", "time": "d"}
    return units.get(answer.plan.unit, "count")
