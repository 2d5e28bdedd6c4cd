"""Files that are written whole or not at all, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scenarios import InputError
from scenarios.toml.atomic_write import Fill, changed_whole, write_file, write_whole

ANSWERS = ("report.html", "manifest.json", "run.json", "comparison.json", "sweep.json")
"""What says of a folder which result lies in it; the last three are answers, of which it holds one."""
TABLES = (
    "events.parquet", "event-log/*.parquet", "series.parquet", "cohorts.parquet", "campaigns.parquet",
    "design.parquet", "sensitivity.parquet", "scenarios/*.toml",
)  # fmt: skip
"""Files of an earlier result that must not lie beside a new one."""


def picture_kind(path: Path) -> str:
    """png or svg, by the name's suffix. Raises InputError for another."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg"):
        raise InputError(place=str(path), expected="a name that ends in .png or .svg", got=repr(path.suffix))
    return kind


def replaced(path: Path, write: Fill) -> None:
    """Let `write` fill a temporary file, then put it in place of `path`, as `write_file` does. Raises InputError if it
    cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, write)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", place=str(path)) from None


@contextmanager
def result_folder(out: Path, answers: Sequence[str] = ANSWERS, stale: Sequence[str] = TABLES) -> Iterator[Path]:
    """A folder for the files of a result: all are put into `out` together at the end, the answer last.

    Raises InputError where a file cannot be written; then the folder is as it was.
    """
    draft = out
    try:
        with changed_whole(out, answers, stale) as draft:
            yield draft
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", place=str(out)) from None
    except InputError as mistake:
        if str(draft) not in mistake.place:
            raise
        raise mistake.at(mistake.place.replace(str(draft), str(out))) from None


def write_text(path: Path, text: str) -> None:
    """A UTF-8 text file, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", place=str(path)) from None


def write_json(path: Path, value: Any) -> None:
    """A JSON file, whole or not at all; refuses nan."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """A result file. Raises InputError where there is none, or none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path.name} cannot be read",
            place=str(path.parent),
            expected="the folder of a comparison or a sweep that has ended",
            got=str(error.strerror) if isinstance(error, OSError) else "a file that is not JSON",
        ) from None
    if not isinstance(value, dict):
        raise InputError(place=str(path), expected="what a comparison or a sweep has written", got=type(value).__name__)
    return value
