"""Judge files of every kind without running anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scenarios.errors import InputError
from scenarios.plans.plan_reading import load_plan
from scenarios.reading.loading import is_market, load, load_market
from scenarios.reading.references import chain, entry, project_folder
from scenarios.toml.toml_document import label, read


def validate(paths: Sequence[str | Path]) -> list[str]:
    """Judge files, each a question, a market or a plan, and all TOML files in and below folders.

    Returns one line for each that is wrong, and one for each folder that holds none.
    """
    complaints: list[str] = []
    for path in _files_in(paths, complaints):
        try:
            first = entry(path)
            if "sweep" in read(first).value:
                load_plan(path)
            elif is_market(chain(first, project_folder(first))):
                load_market(path)
            else:
                load(path)
        except InputError as error:
            complaints.append(str(error))
    return complaints


def _files_in(paths: Sequence[str | Path], complaints: list[str]) -> Iterator[str | Path]:
    for path in paths:
        if not Path(path).is_dir():
            yield path
            continue
        found = sorted(Path(path).rglob("*.toml"))
        if not found:
            complaints.append(f"{label(Path(path))}: allowed a folder with scenario files (*.toml); got none in it")
        yield from found
