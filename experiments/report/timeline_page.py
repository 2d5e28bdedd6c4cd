"""The files of timelines: a picture, a page that contains it, and a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from experiments.output.result_files import replaced, result_folder, write_json, write_text
from experiments.report.page import filled
from experiments.report.timeline_figures import draw_timelines, timelines_svg
from experiments.traces.divergence import format_clock

if TYPE_CHECKING:
    from experiments.traces.timelines import Timelines


def timeline_page(answer: Timelines) -> str:
    """The timelines, where they diverge, and all entries in words, as one self-contained HTML text."""
    entries = {
        arm: [(answer.formats.date(one.day), format_clock(one.instant), one.words) for one in answer.entries(arm)]
        for arm in answer.arms
    }
    values = {"timelines": answer, "entries": entries, "figure": Markup(timelines_svg(answer))}
    return filled("timeline_page.html.j2", values)


def write_timelines(answer: Timelines, out: str | Path) -> Path:
    """lifeline.html, .png, .parquet and .json in the folder `out`; returns the picture's path.

    All files change together. Raises scenarios.InputError where `out` cannot be written.
    """
    folder = Path(out)
    table = answer.to_frame()
    with result_folder(folder, ("lifeline.json",), ()) as draft:
        write_text(draft / "lifeline.html", timeline_page(answer))
        replaced(draft / "lifeline.parquet", lambda file: table.to_parquet(file, index=False))
        draw_timelines(answer, draft / "lifeline.png")
        write_json(draft / "lifeline.json", answer.to_json())
    return folder / "lifeline.png"
