"""The application that commands are added to."""

from __future__ import annotations

import os
from typing import Any

import typer
from typer.core import TyperGroup


class Commands(TyperGroup):
    """The commands. An interruption keeps its message, which typer would drop."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises Abort with the message of the interruption.

        Without threads of linear algebra, in its processes, too: matrices are small here, and threads that wait for
        work would take the cores from those that simulate.
        """
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            raise typer.Abort(str(stop)) from None


app = typer.Typer(
    cls=Commands,
    help="Try a customer strategy before running it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
