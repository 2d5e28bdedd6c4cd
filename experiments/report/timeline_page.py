"""Everything that a lifeline leaves behind: a picture, a page that holds it, and a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from experiments.output.result_files import replaced, write_json, write_text
from experiments.report.page import filled
from experiments.report.timeline_figures import draw_lifeline, life_svg
from experiments.traces.divergence import clock

if TYPE_CHECKING:
    from experiments.traces.person_timeline import Timelines


def life_page(life: Timelines) -> str:
    """The timelines, the partings in words and all moments as one self-contained HTML text."""
    told = {
        arm: [(life.setting.date(one.day), clock(one.instant), one.words) for one in life.moments(arm)]
        for arm in life.arms
    }
    return filled("life_page.html.j2", {"life": life, "told": told, "figure": Markup(life_svg(life))})


def write_lifeline(life: Timelines, out: str | Path) -> Path:
    """lifeline.html, .png, .parquet and .json in the folder `out`; returns the picture's path.

    Each file is written under a temporary name and renamed. Raises scenarios.InputError where `out` cannot be written.
    """
    folder = Path(out)
    write_text(folder / "lifeline.html", life_page(life))
    table = life.to_frame()
    replaced(folder / "lifeline.parquet", lambda draft: table.to_parquet(draft, index=False))
    write_json(folder / "lifeline.json", life.to_json())
    return draw_lifeline(life, folder / "lifeline.png")
