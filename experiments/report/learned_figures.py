"""Pictures of a calibration: prior beside posterior of each number, and truths among the draws for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

from experiments.output.result_files import picture_kind, replaced
from experiments.report.drawing import COLOURS, INK, STYLE, Picture, canvas, svg, tick
from scenarios.values.paths import market_shapes
from scenarios.values.quantities import format_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios import Belief, MarketFile

Floats = npt.NDArray[np.float64]

COLUMNS, PANEL_HEIGHT, HEAD = 3, 1.15, 0.7
"""Panels in a row; inches of a panel and of what stands above all of them."""
BINS = 24
Z95 = 1.6448536269514722
BEYOND = 2.5
"""Standard deviations of the prior that a panel shows to either side of its median, at least."""


@dataclass(frozen=True)
class LearnedNumber:
    """One number of a market with its draws, in stored units, shape (draws,).

    belief: what was believed before; None where the market believed nothing. verdict: "identified", "keeps its prior"
    or "at a limit". ends: its prior's 5 % and 95 % points (of the draws where there is no prior) as a file states them.
    """

    path: str
    belief: Belief | None
    draws: Floats
    verdict: str
    ends: tuple[str, str]


def learned_numbers(answer: Mapping[str, Any], draws: pd.DataFrame, prior: MarketFile) -> list[LearnedNumber]:
    """The numbers of a calibration's answer (`calibrate --json`) that have draws, in the order of the answer.

    draws: columns are paths, in stored units. prior: the market before the orders.
    """
    shapes, currency = market_shapes(prior.market), prior.market.money.currency
    found = []
    for row in answer["health"]:
        path = str(row["parameter"])
        if path not in draws:
            continue
        values, belief = draws[path].to_numpy(float), prior.beliefs.get(path)
        low, high = (belief.p5, belief.p95) if belief else np.quantile(values, [0.05, 0.95])
        unit = shapes[path].unit
        low_text, high_text = (
            str(format_number(float(end), unit, currency, 3)) if unit else tick(end) for end in (low, high)
        )
        verdict = "identified" if row["identified"] else "at a limit" if row["at_limit"] else "keeps its prior"
        found.append(LearnedNumber(path, belief, values, verdict, (low_text, high_text)))
    return found


def draw_learned(numbers: Sequence[LearnedNumber], path: str | Path) -> Path:
    """Draw prior beside posterior of each number into a picture, PNG or SVG by the name's suffix.

    Raises scenarios.InputError for another suffix, and where it cannot be written.
    """
    return _written(learned_figure(numbers), path)


def learned_svg(numbers: Sequence[LearnedNumber]) -> str:
    """The same as an element of a page."""
    with mpl.rc_context(STYLE):
        return svg(learned_figure(numbers), "responses")


def draw_ranks(rows: Sequence[Mapping[str, Any]], path: str | Path) -> Path:
    """Draw the ranks of planted truths among their draws, a line for each number; PNG or SVG by the name's suffix.

    rows: of `calibrate --json`, `recovery_under_history`. Raises scenarios.InputError as `draw_learned`.
    """
    with mpl.rc_context(STYLE):
        figure, (axes,) = canvas(1.2 + 0.24 * len(rows))
        axes.axvspan(0.05, 0.95, color="#888888", alpha=0.12, lw=0)
        for place, row in enumerate(rows):
            axes.plot(row["ranks"], [place] * len(row["ranks"]), "o", ms=4, color=COLOURS[0], alpha=0.6)
        names = [f"{row['parameter'].removeprefix('market.')}, {100 * row['coverage']:.0f} %" for row in rows]
        axes.set_yticks(range(len(rows)), names, fontsize=8)
        axes.set_xlim(-0.02, 1.02)
        axes.invert_yaxis()
        axes.set_xlabel("share of draws below the truth; grey: inside the 90 % interval")
        axes.set_title("Planted truths among their draws, and how often intervals hold them", fontsize=11)
    return _written(figure, path)


def _written(figure: Figure, path: str | Path) -> Path:
    path = Path(path)
    kind = picture_kind(path)
    with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
        replaced(path, lambda draft: figure.savefig(draft, format=kind, dpi=140))
    return path


def learned_figure(numbers: Sequence[LearnedNumber]) -> Picture:
    """Prior beside posterior of each number."""
    with mpl.rc_context(STYLE):
        rows = max(1, -(-len(numbers) // COLUMNS))
        figure, panels = canvas(HEAD + PANEL_HEIGHT * rows, rows=rows, columns=COLUMNS)
        for axes, number in zip(panels, numbers, strict=False):
            _panel(axes, number)
        for axes in panels[len(numbers) :]:
            axes.set_axis_off()
        figure.suptitle(
            "Posterior (blue; yellow where not identified) beside the prior (line), on the prior's scale", fontsize=11
        )
    return figure


def _panel(axes: Axes, number: LearnedNumber) -> None:
    scale = number.belief.scale if number.belief else ("log" if (number.draws > 0.0).all() else "identity")
    draws = scaled(number.draws, scale)
    low, high = float(draws.min()), float(draws.max())
    colour = COLOURS[0] if number.verdict == "identified" else COLOURS[4]
    if number.belief is not None:
        ends = scaled(np.array([number.belief.p5, number.belief.median, number.belief.p95]), scale)
        below, above = (max(side, 1e-9) / Z95 for side in np.diff(ends))
        low, high = min(low, ends[1] - BEYOND * below), max(high, ends[1] + BEYOND * above)
        at = np.linspace(low, high, 160)
        spread = np.where(at < ends[1], below, above)
        axes.plot(at, np.exp(-0.5 * ((at - ends[1]) / spread) ** 2), color=INK, lw=1)
        axes.set_xticks(ends[[0, 2]], number.ends)
    else:
        axes.set_xticks(np.quantile(draws, [0.05, 0.95]), number.ends)
    counts, edges = np.histogram(draws, BINS, range=(low, high) if high > low else (low - 0.5, high + 0.5))
    axes.stairs(counts / max(counts.max(), 1), edges, fill=True, color=colour, alpha=0.55)
    axes.set_yticks([])
    axes.tick_params(axis="x", labelsize=8)
    axes.spines["left"].set_visible(False)
    name = number.path.removeprefix("market.")
    note = "" if number.verdict == "identified" else f"\n{number.verdict}"
    axes.set_title(name + note, fontsize=8, fontweight="bold" if not note else "normal")


def scaled(values: Floats, scale: str) -> Floats:
    """Values on the scale of a belief: log, logit or identity."""
    inside = np.clip(values, 1e-12, None)
    if scale == "log":
        return np.asarray(np.log(inside))
    if scale == "logit":
        share = np.clip(values, 1e-12, 1.0 - 1e-12)
        return np.asarray(np.log(share) - np.log1p(-share))
    return values
