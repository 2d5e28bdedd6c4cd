"""The one picture of each answer that a user of Python asks for, on white: a matplotlib figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import FuncFormatter

from experiments.comparison.comparison_text import most_read
from experiments.output.format_values import format_kpi
from experiments.report.drawing import COLOURS, STYLE, Picture, canvas, on_white, tick, zero
from experiments.report.figures import forest_figure
from experiments.report.learned_figures import learned_figure, learned_numbers
from experiments.report.sweep_figures import means_figure
from experiments.report.sweep_page import of_arms
from experiments.report.timeline_figures import timelines_figure
from experiments.sweeps.effects import leading_paths, main_effects
from experiments.sweeps.sweep_result import responses
from scenarios import load_market

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison.comparison_result import Comparison
    from experiments.differences.result_differences import Diff
    from experiments.sweeps.sweep_result import Sweep
    from experiments.traces.timelines import Timelines
    from sim import Ledger

WEEK = 7
MOST_ROWS = 20
"""KPIs in a picture of differences, as many as the command prints."""


def comparison_picture(answer: Comparison) -> Picture:
    """The difference of every pair of arms with its intervals; of many arms, of those that are read."""
    return on_white(forest_figure(most_read(answer)))


def sweep_picture(answer: Sweep) -> Picture:
    """The deciding KPI along each path, a line for each arm."""
    values = of_arms(answer, responses(answer.plan, answer.design, answer.means))
    effects = main_effects(answer.plan, answer.design, values)
    first = effects[effects["variant"] == answer.plan.arms[0]]
    return on_white(means_figure(answer, effects, leading_paths(first)))


def diff_picture(answer: Diff) -> Picture:
    """The KPIs that moved most clearly: B less A in per cent of the mean in A, with the interval where there is one.

    A KPI whose mean in A is 0 has no such share, and is left out.
    """
    rows = [one for one in answer.kpis.moved if one.mean_a][:MOST_ROWS][::-1]
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(1.5 + 0.32 * max(len(rows), 1))
        for place, one in enumerate(rows):
            share, colour = 100.0 / abs(one.mean_a), COLOURS[0] if one.clear else "#888888"
            if one.low is not None and one.high is not None:
                axes.plot([one.low * share, one.high * share], [place, place], color=colour, lw=5, alpha=0.45)
            axes.plot(one.difference * share, place, "o", color=colour, ms=6)
        arms = len(answer.arms) > 1
        axes.set_yticks(range(len(rows)), [f"{f'{one.arm}: ' * arms}{format_kpi(one.kpi)}" for one in rows])
        zero(axes, 0.0)
        axes.set_xlabel(f"{answer.b} less {answer.a}, per cent of the mean in {answer.a}")
        moved = f"{len(answer.kpis.moved)} of {answer.kpis.compared} KPIs moved"
        axes.set_title(f"{moved}; the first {len(rows)}" if len(rows) < len(answer.kpis.moved) else moved)
    return on_white(figure)


def timelines_picture(answer: Timelines) -> Picture:
    """What happened to the person under each arm, over the days."""
    with mpl.rc_context(STYLE):
        return on_white(timelines_figure(answer))


def calibration_picture(answer: Mapping[str, Any], draws: pd.DataFrame) -> Picture:
    """Prior beside posterior of each number that was learned. `answer` and `draws` are those of a calibration."""
    return on_white(learned_figure(learned_numbers(answer, draws, load_market(answer["prior"]))))


def ledger_picture(ledger: Ledger) -> Picture:
    """Orders and contribution of each week of a run, and contacts at its end. A last week of fewer days is left out."""
    weeks = max(1, ledger.days // WEEK)
    length = min(WEEK, ledger.days)
    whole = {
        "orders a week": ledger.series["orders"],
        "contacts": ledger.series["live"],
        "contribution a week": ledger.contribution() / 100.0,
    }
    with mpl.rc_context(STYLE):
        figure, panels = canvas(5.4, rows=3)
        for (name, daily), axes, colour in zip(whole.items(), panels, COLOURS, strict=False):
            by_week = np.asarray(daily)[: weeks * length].reshape(weeks, length)
            values = by_week[:, -1] if name == "contacts" else by_week.sum(axis=1)
            axes.plot(np.arange(1, weeks + 1), values, "o-", ms=3, color=colour)
            if values.min() >= 0.0:
                axes.set_ylim(bottom=0.0)
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
            axes.set_title(name)
        panels[-1].set_xlabel(f"week from {ledger.start}")
    return on_white(figure)
