"""docs/kpis.md and docs/event-log.md say what the code does."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from experiments.output.event_files import event_frames
from sim import MEASURES, run
from sim.output.event_tables import EventTables
from sim.output.kpi_window import Measure
from tests.worlds import scenario

DOCS = Path(__file__).parents[2] / "docs"
BETTER = {1: "higher", -1: "lower", 0: "–"}


def row(one: Measure) -> str:
    """The row of a KPI in docs/kpis.md."""
    formula = "1 − exp(−numerator / denominator)" if one.hazard else "numerator / denominator"
    if one.denominator == "one shop":
        formula = "numerator"
    below = f"{one.denominator}, in 30 days" if one.hazard else one.denominator
    cells = (f"`{one.name}`", formula, one.numerator, below, one.window, one.unit, BETTER[one.better])
    return "| " + " | ".join(cells) + " |"


def test_the_table_of_kpis_is_the_registry() -> None:
    page = (DOCS / "kpis.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line.startswith("| `")] == [row(one) for one in MEASURES.values()]


def test_every_column_of_the_event_log_is_documented() -> None:
    tables = run(scenario(days=5), tables=True).tables
    assert tables is not None
    frames, parts = event_frames(tables), (DOCS / "event-log.md").read_text(encoding="utf-8").split("\n## ")
    pages = {part.splitlines()[0].split("`")[1]: part for part in parts[1:] if part.startswith("`")}
    assert list(pages) == [one.name for one in fields(EventTables)]
    for name, frame in frames.items():
        documented = [line.split("`")[1] for line in pages[name].splitlines() if line.startswith("| `")]
        assert documented == list(frame.columns), name
