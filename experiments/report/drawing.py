"""What all figures share: inline SVG that follows the page's text colour, panels, lines, ticks."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from scenarios.plain_text import plain_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette, which colour-blind readers can distinguish."""
POINTS, LABEL_HEIGHT = 72.0, 14.0  # points of an inch, and of a line of text
INK = "#010203"  # replaced by the page's own text colour
STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
}


class Picture(Figure):
    """A figure that a notebook shows by itself, on white, though no pyplot knows of it."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
            self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


def see_through(figure: Picture) -> Picture:
    """The figure without a background, on a canvas of its own."""
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0.0)
    return figure


def on_white(figure: Picture) -> Picture:
    """The figure with a white background, for where no page gives it one."""
    figure.patch.set_facecolor("white")
    figure.patch.set_alpha(1.0)
    return figure


def canvas(height: float, *, rows: int = 1, columns: int = 1) -> tuple[Picture, list[Axes]]:
    """A figure as wide as the page, see-through, with its panels row by row."""
    figure = see_through(Picture(figsize=(8.6, height), layout="constrained"))
    panels = [figure.add_subplot(rows, columns, place + 1) for place in range(rows * columns)]
    for panel in panels:
        panel.patch.set_alpha(0.0)
    return figure, panels


def zero(axes: Axes, indifference: float, *, vertical: bool = True) -> None:
    """A line at zero, and a band around it for differences that do not matter."""
    line, span = (axes.axvline, axes.axvspan) if vertical else (axes.axhline, axes.axhspan)
    line(0, color=INK, lw=1, alpha=0.6)
    if indifference > 0:
        span(-indifference, indifference, color="#888888", alpha=0.15, lw=0)


def end_labels(axes: Axes, lines: Sequence[tuple[str, float, float, str]]) -> None:
    """The name of each line, at its last x and y and in its colour; names that would overlap are moved apart."""
    axes.autoscale_view()
    scale = POINTS / axes.figure.dpi
    lowest = -math.inf
    for name, x, y, colour in sorted(lines, key=lambda line: line[2]):
        place = float(axes.transData.transform((x, y))[1]) * scale
        lowest = max(place, lowest + LABEL_HEIGHT)
        axes.annotate(
            f" {short(name)}",
            (x, y),
            xytext=(4, lowest - place),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )


def tick(value: float) -> str:
    """A number at an axis: thousands with commas, millions as M, a true minus sign."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.4g} M".replace("-", "−")
    return f"{value:,.4g}".replace("-", "−") if abs(value) < 1000 else f"{value:,.0f}".replace("-", "−")


def short(name: str, most: int = 24) -> str:
    """A name, cut where it is too long for a figure."""
    return name if len(name) <= most else name[: most - 1] + "…"


def svg(figure: Figure, name: str) -> str:
    """The figure as an <svg> element with ids that begin with `name` and the page's text colour as ink."""
    buffer = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": name}):
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(buffer, format="svg", metadata=nothing)
    text = plain_text(buffer.getvalue())
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)
