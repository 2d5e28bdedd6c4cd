"""How answers show themselves in a notebook: the tables that their commands print, and the pictures of their reports.

Importing this module registers it; `rehearse` does so with its first verb or value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from calibration import Calibration, print_calibration
from experiments import (
    CheckResult,
    Comparison,
    Diff,
    Sweep,
    Timelines,
    print_check,
    print_comparison,
    print_diff,
    print_sweep,
    print_timelines,
)
from experiments.output.console import as_html
from experiments.output.ledger_terminal import print_ledger
from experiments.report import pictures
from sim import Ledger
from sim.output.shown import figure_of, html_of

PRINTED: dict[type, Callable[..., None]] = {
    Calibration: print_calibration,
    CheckResult: print_check,
    Comparison: print_comparison,
    Diff: print_diff,
    Ledger: print_ledger,
    Sweep: print_sweep,
    Timelines: print_timelines,
}
"""What prints each answer on a console."""


def _calibration_picture(answer: Calibration) -> Any:
    return pictures.calibration_picture(answer.to_json(), answer.market.draws)


def _html(printed: Callable[..., None], answer: object) -> str:
    return as_html(partial(printed, answer))


for kind, printed in PRINTED.items():
    html_of.register(kind, partial(_html, printed))
figure_of.register(Calibration, _calibration_picture)
figure_of.register(Comparison, pictures.comparison_picture)
figure_of.register(Diff, pictures.diff_picture)
figure_of.register(Ledger, pictures.ledger_picture)
figure_of.register(Sweep, pictures.sweep_picture)
figure_of.register(Timelines, pictures.timelines_picture)
