"""The report: tables, figures and self-contained pages. Only this folder draws or fills templates."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.report.life_page import write_lifeline as write_lifeline
    from experiments.report.write import write_report as write_report

_HOMES = {"write_lifeline": "life_page", "write_report": "write"}

__all__ = ["write_lifeline", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'experiments.report' has no attribute {name!r}")
    return getattr(import_module(f"experiments.report.{_HOMES[name]}"), name)
