"""The reference pages as files."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from experiments.output.result_files import write_text
from experiments.reference.command_page import command_page
from experiments.reference.python_page import python_page
from scenarios.writing.key_pages import key_pages

if TYPE_CHECKING:
    from typer import Typer


def reference_pages(app: Typer, package: ModuleType) -> dict[str, str]:
    """The text of each page by its path in the folder of the reference; `app` is the command line, `package` the
    Python interface."""
    keys = {f"keys/{name}": text for name, text in key_pages().items()}
    return {**keys, "commands.md": command_page(app), "python.md": python_page(package)}


def write_reference(folder: str | Path, app: Typer, package: ModuleType) -> list[Path]:
    """Write the pages into a folder, over those that are there; returns the files.

    Raises InputError where a file cannot be written.
    """
    pages = {Path(folder) / name: text for name, text in reference_pages(app, package).items()}
    for path, text in pages.items():
        write_text(path, text)
    return list(pages)
