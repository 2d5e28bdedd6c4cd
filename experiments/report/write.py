"""Write everything that a comparison leaves behind."""

from __future__ import annotations

from pathlib import Path

from experiments.compare import Comparison
from experiments.files import write_tables, write_text
from experiments.report.page import page


def write_report(comparison: Comparison, out: str | Path) -> Path:
    """Tables, manifest, resolved scenarios and report.html in the folder `out`; returns the page's path.

    Each file is written under a temporary name and renamed. Raises scenarios.InputError where `out` cannot be
    written.
    """
    folder = Path(out)
    answer = comparison.to_json()
    write_tables(folder, comparison.question, comparison.results, comparison.provenance, "comparison.json", answer)
    write_text(folder / "report.html", page(comparison))
    return folder / "report.html"
