"""Ask questions of simulated markets: plan runs, do them, keep them, compare them, report.

Nothing heavy is imported before a name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.compare import Comparison as Comparison
    from experiments.compare import compare as compare
    from experiments.execute import Progress as Progress
    from experiments.execute import execute as execute
    from experiments.plan import Run as Run
    from experiments.plan import plan as plan
    from experiments.report import write_report as write_report
    from experiments.single import Answer as Answer
    from experiments.single import run_arm as run_arm
    from experiments.terminal import print_answer as print_answer
    from experiments.terminal import print_comparison as print_comparison

_HOMES = {
    "Answer": "single",
    "Comparison": "compare",
    "Progress": "execute",
    "Run": "plan",
    "compare": "compare",
    "execute": "execute",
    "plan": "plan",
    "print_answer": "terminal",
    "print_comparison": "terminal",
    "run_arm": "single",
    "write_report": "report",
}

__all__ = [
    "Answer",
    "Comparison",
    "Progress",
    "Run",
    "compare",
    "execute",
    "plan",
    "print_answer",
    "print_comparison",
    "run_arm",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    value = getattr(import_module(f"experiments.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
