"""The picture of a back-check: order-days of the weeks held out, what happened and what the engine gives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

from experiments.output.result_files import picture_kind, replaced
from experiments.report.drawing import COLOURS, INK, STYLE, canvas, svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from scenarios.values.replayed_weeks import ReplayedWeeks

NAMED = 7
"""Weeks at most whose first day is written below the picture."""


def draw_replay(weeks: ReplayedWeeks, path: str | Path) -> Path:
    """Draw the weeks into a picture, PNG or SVG by the name's suffix.

    Raises scenarios.InputError for another suffix, and where it cannot be written.
    """
    path = Path(path)
    kind = picture_kind(path)
    with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
        figure = _figure(weeks)
        replaced(path, lambda draft: figure.savefig(draft, format=kind, dpi=140))
    return path


def replay_svg(weeks: ReplayedWeeks) -> str:
    """The same as an element of a page."""
    with mpl.rc_context(STYLE):
        return svg(_figure(weeks), "replay")


def _figure(weeks: ReplayedWeeks) -> Figure:
    figure, (axes,) = canvas(3.2)
    number, blue = np.arange(len(weeks.actual)), COLOURS[0]
    axes.fill_between(number, weeks.p5, weeks.p95, color=blue, alpha=0.18, lw=0, label="90 % of replays")
    axes.plot(number, weeks.predicted, color=blue, lw=2, label="replayed, mean")
    axes.plot(number, weeks.actual, color=INK, lw=0, marker="o", ms=4, label="what happened")
    axes.set_ylim(bottom=0.0)
    shown = number[:: max(1, -(-len(number) // NAMED))]
    axes.set_xticks(shown, [(weeks.first + timedelta(weeks=int(week))).isoformat() for week in shown])
    axes.set_xlabel("week from")
    axes.set_ylabel("order-days")
    axes.set_title(f"Replayed weeks: {weeks.ratio:.2f} of what happened")
    axes.legend(frameon=False, loc="lower left", ncols=3)
    return figure
