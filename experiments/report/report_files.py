"""Write the folder of a comparison or a sweep."""

from __future__ import annotations

from pathlib import Path

from experiments.comparison.comparison_result import Comparison
from experiments.output.result_files import write_json, write_text
from experiments.report.page import page
from experiments.report.sweep_page import sweep_page
from experiments.runs.answer_files import write_answer, write_tables
from experiments.sweeps.sweep_files import write_sweep_tables
from experiments.sweeps.sweep_result import Sweep


def write_report(comparison: Comparison, out: str | Path) -> Path:
    """Tables, manifest, resolved scenarios and report.html in the folder `out`; returns the page's path.

    Each file is written under a temporary name and renamed. Raises scenarios.InputError where `out` cannot be
    written.
    """
    folder = Path(out)
    write_tables(folder, comparison.plan.executed, comparison.results)
    write_json(folder / "manifest.json", comparison.provenance)
    write_answer(folder, "comparison.json", comparison.to_json())
    write_text(folder / "report.html", page(comparison))
    return folder / "report.html"


def write_sweep(answer: Sweep, out: str | Path) -> Path:
    """Tables, manifest, plan, scenarios and report.html of a sweep in the folder `out`; returns the page's path.

    Each file is written under a temporary name and renamed. Raises scenarios.InputError where `out` cannot be
    written.
    """
    folder = Path(out)
    write_sweep_tables(answer, folder)
    write_text(folder / "report.html", sweep_page(answer))
    return folder / "report.html"
