"""Commands on scenario files: new, validate, explain, schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from rehearse.commands.command_app import app
from rehearse.commands.options import KEPT, File, Jobs, Kept, Market, Python
from rehearse.commands.shown_assumptions import show_assumptions


@app.command(epilog="Example: rehearse new my-shop")
def new(directory: Annotated[Path, typer.Argument(help="Folder to make.", show_default=False)]) -> None:
    """Write a commented starter: a shop, one question each on cadence, discount and desk, and a sweep."""
    from scenarios import new

    for path in new(directory):
        typer.echo(path)


@app.command(epilog="Example: rehearse validate my-shop")
def validate(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    assumptions: Annotated[
        bool | None,
        typer.Option(
            "--assumptions/--no-assumptions",
            envvar="REHEARSE_ASSUMPTIONS",
            show_envvar=False,
            help="Name the five numbers that profit rests on; by default for one file alone.",
            show_default=False,
        ),
    ] = None,
    python: Python = None,
    jobs: Jobs = None,
    store: Kept = None,
) -> None:
    """Check scenario files: what is wrong, where, and what is expected; and on what the profit of a question rests."""
    from experiments.comparison.comparison_planning import check_comparable
    from experiments.output import console as ui
    from scenarios import additions_of_files, notes, questions_among, validate
    from scenarios.plain_text import plain_text

    ui.check_targets(None, None, store)
    additions = additions_of_files(python or ())
    faults = validate(paths, additions)
    for fault in faults:
        typer.echo(f"rehearse: {fault}", err=True)
    if faults:
        raise typer.Exit(2)
    for question in questions_among(paths, additions):
        if len(question.arms) > 1:
            check_comparable(question)
    for note in notes(paths, additions):
        typer.echo(f"note: {plain_text(note)}")
    typer.echo("all good")
    alone = len(paths) == 1 and not paths[0].is_dir()
    for question in questions_among(paths, additions) if assumptions or (assumptions is None and alone) else ():
        show_assumptions(question, jobs, store or KEPT, ui.results(None))


@app.command(epilog="Example: rehearse explain my-shop/cadence.toml --variant '15 days'")
def explain(
    file: File,
    market: Market = None,
    python: Python = None,
    variant: Annotated[str | None, typer.Option("--variant", help="Name of the arm.", show_default=False)] = None,
) -> None:
    """Show the resolved scenario, every value with its origin."""
    from rich.table import Table
    from rich.text import Text

    from experiments.output import console as ui
    from scenarios import additions_of_files, explain, load_question

    table = Table("path", "value", "from", box=None, pad_edge=False)
    for row in explain(load_question(file, market=market, additions=additions_of_files(python or ())), variant):
        table.add_row(*(Text(cell) for cell in row))
    ui.console_on(sys.stdout, wide=True).print(table)


@app.command(epilog="Example: rehearse schema > scenario.schema.json")
def schema() -> None:
    """Print the JSON Schema of the scenario format, for editors."""
    from scenarios import schema

    typer.echo(json.dumps(schema(), indent=1, ensure_ascii=False))


@app.command(epilog="Example: rehearse reference docs/reference")
def reference(folder: Annotated[Path, typer.Argument(help="Folder for the pages.", show_default=False)]) -> None:
    """Write the reference of this version as Markdown: every scenario key, every command, and the Python interface."""
    import rehearse
    from experiments import write_reference

    for path in write_reference(folder, app, rehearse):
        typer.echo(path)
