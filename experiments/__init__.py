"""Ask questions of simulated markets: plan runs, do them, keep them, compare them, report.

Nothing heavy is imported before a name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.check_terminal import print_check as print_check
    from experiments.checking import Checked as Checked, check as check
    from experiments.comparing import Comparison as Comparison, compare as compare
    from experiments.diff_terminal import print_diff as print_diff
    from experiments.diffing import Diff as Diff, diff as diff
    from experiments.executing import execute as execute
    from experiments.gains import who_gained as who_gained
    from experiments.kept import held as held, held_json as held_json, prune as prune
    from experiments.life_terminal import print_gains as print_gains, print_lifeline as print_lifeline
    from experiments.lives import Lifeline as Lifeline, lifeline as lifeline
    from experiments.planning import Run as Run, plan as plan
    from experiments.rebuilding import rebuild as rebuild
    from experiments.report import write_lifeline as write_lifeline, write_report as write_report
    from experiments.single import Answer as Answer, run_arm as run_arm
    from experiments.store import Store as Store
    from experiments.sweep_terminal import print_held as print_held, print_sweep as print_sweep
    from experiments.sweeping import sweep as sweep
    from experiments.swept import Sweep as Sweep
    from experiments.terminal import print_answer as print_answer, print_comparison as print_comparison
    from experiments.work import Progress as Progress

_HOMES = {
    "Answer": "single",
    "Checked": "checking",
    "Comparison": "comparing",
    "Diff": "diffing",
    "Lifeline": "lives",
    "Progress": "work",
    "Run": "planning",
    "check": "checking",
    "compare": "comparing",
    "diff": "diffing",
    "execute": "executing",
    "lifeline": "lives",
    "plan": "planning",
    "held": "kept",
    "held_json": "kept",
    "print_answer": "terminal",
    "print_diff": "diff_terminal",
    "print_gains": "life_terminal",
    "print_held": "sweep_terminal",
    "print_lifeline": "life_terminal",
    "print_sweep": "sweep_terminal",
    "prune": "kept",
    "rebuild": "rebuilding",
    "Store": "store",
    "Sweep": "swept",
    "sweep": "sweeping",
    "print_check": "check_terminal",
    "print_comparison": "terminal",
    "run_arm": "single",
    "who_gained": "gains",
    "write_lifeline": "report",
    "write_report": "report",
}

__all__ = [
    "Answer",
    "Checked",
    "Comparison",
    "Diff",
    "Lifeline",
    "Progress",
    "Run",
    "Store",
    "Sweep",
    "check",
    "compare",
    "diff",
    "execute",
    "held",
    "held_json",
    "lifeline",
    "plan",
    "print_answer",
    "print_check",
    "print_comparison",
    "print_diff",
    "print_gains",
    "print_held",
    "print_lifeline",
    "print_sweep",
    "prune",
    "rebuild",
    "run_arm",
    "sweep",
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
