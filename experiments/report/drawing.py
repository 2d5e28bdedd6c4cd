"""What all pictures share: colours, type, names that fit, and SVG that follows the page's text colour."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette, told apart by colour-blind readers."""
INK = "#010203"
"""Replaced by the page's own text colour; nearly black elsewhere."""
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


def short(name: str) -> str:
    """A name that fits into a label."""
    return name if len(name) <= 24 else name[:23] + "…"


def svg(figure: Figure, name: str) -> str:
    """The figure as an <svg> element whose ids begin with `name` and whose ink is the page's text colour."""
    buffer = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings(), mpl.rc_context({"svg.hashsalt": name}):
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)
