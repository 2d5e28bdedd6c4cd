"""Ask questions of simulated markets: plan runs, do them, keep them, compare them, report.

Nothing heavy is imported before a name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.checking import Checked as Checked, check as check
    from experiments.compare import Comparison as Comparison, compare as compare
    from experiments.execute import Progress as Progress, execute as execute
    from experiments.gains import who_gained as who_gained
    from experiments.life_terminal import print_gains as print_gains, print_lifeline as print_lifeline
    from experiments.lives import Lifeline as Lifeline, lifeline as lifeline
    from experiments.plan import Run as Run, plan as plan
    from experiments.report import write_lifeline as write_lifeline, write_report as write_report
    from experiments.single import Answer as Answer, run_arm as run_arm
    from experiments.terminal import (
        print_answer as print_answer,
        print_check as print_check,
        print_comparison as print_comparison,
    )

_HOMES = {
    "Answer": "single",
    "Checked": "checking",
    "Comparison": "compare",
    "Lifeline": "lives",
    "Progress": "execute",
    "Run": "plan",
    "check": "checking",
    "compare": "compare",
    "execute": "execute",
    "lifeline": "lives",
    "plan": "plan",
    "print_answer": "terminal",
    "print_check": "terminal",
    "print_comparison": "terminal",
    "print_gains": "life_terminal",
    "print_lifeline": "life_terminal",
    "run_arm": "single",
    "who_gained": "gains",
    "write_lifeline": "report",
    "write_report": "report",
}

__all__ = [
    "Answer",
    "Checked",
    "Comparison",
    "Lifeline",
    "Progress",
    "Run",
    "check",
    "compare",
    "execute",
    "lifeline",
    "plan",
    "print_answer",
    "print_check",
    "print_comparison",
    "print_gains",
    "print_lifeline",
    "run_arm",
    "who_gained",
    "write_lifeline",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    value = getattr(import_module(f"experiments.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
