"""The numbers that profit rests on, found and printed after an answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from experiments import ProfitAssumptions
    from scenarios import Question


def show_assumptions(question: Question, jobs: int | None, store: Path, console: Console) -> ProfitAssumptions | None:
    """Find the numbers that profit rests on, and print them."""
    from experiments import find_assumptions, print_assumptions
    from experiments.output import console as ui

    ui.warm_up_for(question, None)
    with ui.progress() as show:
        found = find_assumptions(question, jobs=jobs, store=store, progress=ui.shown(show))
    print_assumptions(found, console)
    return found
