"""The questions among files and in folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scenarios.errors import InputError
from scenarios.questions.question import Question
from scenarios.questions.question_additions import NOTHING_ADDED, Additions
from scenarios.reading.loading import is_market, load_question
from scenarios.reading.references import chain, named_file, project_folder
from scenarios.toml.toml_document import label


def load_expecting(
    paths: Sequence[str | Path], *, market: str | None = None, additions: Additions = NOTHING_ADDED
) -> list[Question]:
    """Read the questions with expectations: of files, which must have some, and of all files in and below folders.

    Raises InputError for a file that is wrong, and for a file or folder without an expectation.
    """
    questions = list[Question]()
    for path in paths:
        folder = Path(path).is_dir()
        files = _own_files(Path(path)) if folder else [path]
        chosen = [file for file in files if not folder or _expects(named_file(file))]
        found = [load_question(file, market=market, additions=additions) for file in chosen]
        expecting = [question for question in found if question.expectations]
        if not expecting:
            expected = f"{'a folder with files that have' if folder else 'a file with'} [expect.NAME]"
            raise InputError("no expectation", place=f"{label(Path(path))}: expect", expected=expected)
        questions += expecting
    return questions


def load_questions(
    paths: Sequence[str | Path], *, market: str | None = None, additions: Additions = NOTHING_ADDED
) -> list[Question]:
    """Read the questions of files, and all in and below folders, without the markets, plans and copies in result
    folders that lie there.

    Raises InputError for a file that is wrong, and for a folder without a question.
    """
    questions = list[Question]()
    for path in paths:
        folder = Path(path).is_dir()
        files = [one for one in _own_files(Path(path)) if _is_question(named_file(one))] if folder else [path]
        if not files:
            expected = "a folder with questions (*.toml with [run])"
            raise InputError("no question", place=label(Path(path)), expected=expected)
        questions += [load_question(file, market=market, additions=additions) for file in files]
    return questions


def questions_among(paths: Sequence[str | Path], additions: Additions = NOTHING_ADDED) -> list[Question]:
    """Read those of these files, and of the files in and below these folders, that are questions.

    Markets, plans and copies in result folders are left aside. Raises InputError for a file that is wrong.
    """
    files = [file for path in paths for file in (_own_files(Path(path)) if Path(path).is_dir() else [path])]
    return [load_question(file, additions=additions) for file in files if _is_question(named_file(file))]


def _own_files(folder: Path) -> list[Path]:
    """All TOML files in and below a folder, without those of result folders."""
    return [path for path in sorted(folder.rglob("*.toml")) if not (path.parent.parent / "manifest.json").is_file()]


def _is_question(first: Path) -> bool:
    """Whether a file is a question: no plan, and not a market alone."""
    layers = chain(first, project_folder(first))
    return "sweep" not in layers[-1].value and not is_market(layers)


def _expects(first: Path) -> bool:
    return any("expect" in layer.value for layer in chain(first, project_folder(first)))
