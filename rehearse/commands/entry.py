"""The console entry: every command, and what becomes of mistakes and interruptions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import typer

# importing them adds their commands, in this order of --help
from rehearse.commands import scenario_files, calibrating, simulating, comparing, checking  # noqa: F401  # isort: skip
from rehearse.commands.command_app import app

USAGE_ERROR: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""The base class of mistakes in a command line. Old versions of typer take it from click, new ones have their own."""


def main() -> NoReturn:
    """Console entry: a user's mistake is one line and exit code 2, an interruption exit code 130."""
    from scenarios.errors import InputError
    from scenarios.plain_text import plain_text

    _check_packages()
    try:
        sys.exit(app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0)
    except (InputError, USAGE_ERROR) as mistake:
        text = mistake.format_message() if isinstance(mistake, USAGE_ERROR) else str(mistake)
        typer.echo(f"rehearse: {plain_text(' '.join(text.split()))}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort) as stop:
        typer.echo(f"rehearse: interrupted{f'; {stop}' if str(stop) else ''}", err=True)
        sys.exit(130)


def _check_packages() -> None:
    """End with exit code 2 where another package of the same plain name, such as `sim`, comes first on the path."""
    from importlib.util import find_spec

    here = Path(__file__).resolve().parents[2]
    for name in ("sim", "scenarios", "calibration", "experiments"):
        spec = find_spec(name)
        found = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
        if found != here:
            typer.echo(f"rehearse: package {name!r}: expected beside {here / 'rehearse'}, got {found}", err=True)
            sys.exit(2)
