"""The report: tables, figures and one self-contained page. Only this folder draws or fills templates."""

from __future__ import annotations

from experiments.report.report_files import write_report as write_report, write_sweep as write_sweep
from experiments.report.timeline_page import write_timelines as write_timelines

__all__ = ["write_timelines", "write_report", "write_sweep"]
