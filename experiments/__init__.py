"""Ask questions of simulated markets: plan runs, do them, keep them, compare them, report.

Nothing heavy is imported before a name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.checking import Checked as Checked, check as check
    from experiments.comparing import Comparison as Comparison, compare as compare
    from experiments.executing import execute as execute
    from experiments.kept import held as held, held_json as held_json, prune as prune
    from experiments.planning import Run as Run, plan as plan
    from experiments.rebuilding import rebuild as rebuild
    from experiments.report import write_report as write_report
    from experiments.single import Answer as Answer, run_arm as run_arm
    from experiments.store import Store as Store
    from experiments.sweep_terminal import print_held as print_held, print_sweep as print_sweep
    from experiments.sweeping import sweep as sweep
    from experiments.swept import Sweep as Sweep
    from experiments.terminal import (
        print_answer as print_answer,
        print_check as print_check,
        print_comparison as print_comparison,
    )
    from experiments.work import Progress as Progress

_HOMES = {
    "Answer": "single",
    "Checked": "checking",
    "Comparison": "comparing",
    "Progress": "work",
    "Run": "planning",
    "check": "checking",
    "compare": "comparing",
    "execute": "executing",
    "plan": "planning",
    "held": "kept",
    "held_json": "kept",
    "print_answer": "terminal",
    "print_held": "sweep_terminal",
    "print_sweep": "sweep_terminal",
    "prune": "kept",
    "rebuild": "rebuilding",
    "Store": "store",
    "Sweep": "swept",
    "sweep": "sweeping",
    "print_check": "terminal",
    "print_comparison": "terminal",
    "run_arm": "single",
    "write_report": "report",
}

__all__ = [
    "Answer",
    "Checked",
    "Comparison",
    "Progress",
    "Run",
    "check",
    "compare",
    "execute",
    "plan",
    "held",
    "held_json",
    "print_answer",
    "print_held",
    "print_sweep",
    "prune",
    "rebuild",
    "Store",
    "Sweep",
    "sweep",
    "print_check",
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
