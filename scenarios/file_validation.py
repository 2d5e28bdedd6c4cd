"""Validation of files of every kind, without a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scenarios.errors import InputError
from scenarios.plans.plan_reading import load_plan
from scenarios.questions.question_additions import NOTHING_ADDED, Additions
from scenarios.reading.loading import is_market, load_market, load_question
from scenarios.reading.references import chain, named_file, project_folder
from scenarios.toml.toml_document import label, read
from scenarios.validation.folded_notes import folded
from scenarios.validation.plan_notes import plan_notes


def validate(paths: Sequence[str | Path], additions: Additions = NOTHING_ADDED) -> list[str]:
    """Validate files, each a question, a market or a plan, and all TOML files in and below folders.

    Returns one line for each file that is wrong, and for each folder without a file.
    """
    problems = list[str]()
    for path in _files_in(paths, problems):
        try:
            first = named_file(path)
            if "sweep" in read(first).value:
                load_plan(path, additions=additions)
            elif is_market(chain(first, project_folder(first))):
                load_market(path)
            else:
                load_question(path, additions=additions)
        except InputError as error:
            problems.append(str(error))
    return problems


def notes(paths: Sequence[str | Path], additions: Additions = NOTHING_ADDED) -> list[str]:
    """What is worth knowing about the plans of questions in these files; of files without a mistake.

    A line for each note of each file, and one for a note that many files share.
    """
    found: dict[str, list[str]] = {}
    for path in _files_in(paths, []):
        first = named_file(path)
        if "sweep" not in read(first).value and not is_market(chain(first, project_folder(first))):
            for line in plan_notes(load_question(path, additions=additions).arms):
                found.setdefault(line, []).append(f"{label(first)}: {line}")
    return folded((line, one) for line, same in found.items() for one in same)


def _files_in(paths: Sequence[str | Path], problems: list[str]) -> Iterator[str | Path]:
    for path in paths:
        if not Path(path).is_dir():
            yield path
            continue
        found = sorted(Path(path).rglob("*.toml"))
        if not found:
            expected = "a folder with scenario files (*.toml)"
            problems.append(str(InputError(place=label(Path(path)), expected=expected, got="none in it")))
        yield from found
