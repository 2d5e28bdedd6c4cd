"""Write the folder of a comparison or a sweep."""

from __future__ import annotations

from pathlib import Path

from experiments.comparison.comparison_result import Comparison
from experiments.output.result_files import result_folder, write_json, write_text
from experiments.report.page import page
from experiments.report.sweep_page import sweep_page
from experiments.runs.answer_files import write_tables
from experiments.sweeps.sweep_files import write_sweep_tables
from experiments.sweeps.sweep_result import Sweep


def write_report(comparison: Comparison, out: str | Path) -> Path:
    """Tables, manifest, resolved scenarios and report.html in the folder `out`; returns the page's path.

    All files change together. Raises scenarios.InputError where `out` cannot be
    written.
    """
    folder = Path(out)
    with result_folder(folder) as draft:
        write_tables(draft, comparison.plan.executed, comparison.results)
        write_json(draft / "manifest.json", comparison.provenance)
        write_json(draft / "comparison.json", comparison.to_json())
        write_text(draft / "report.html", page(comparison))
    return folder / "report.html"


def write_sweep(answer: Sweep, out: str | Path) -> Path:
    """Tables, manifest, plan, scenarios and report.html of a sweep in the folder `out`; returns the page's path.

    All files change together. Raises scenarios.InputError where `out` cannot be
    written.
    """
    folder = Path(out)
    with result_folder(folder) as draft:
        write_sweep_tables(answer, draft)
        write_json(draft / "sweep.json", answer.to_json(folder))
        write_text(draft / "report.html", sweep_page(answer))
    return folder / "report.html"
