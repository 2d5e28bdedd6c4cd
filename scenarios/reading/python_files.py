"""KPIs, discount formats and mechanisms of Python files that the user names; no scenario file can name such a file."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from scenarios.errors import InputError
from scenarios.questions.question_additions import Additions, additions_among


def additions_of_files(files: Sequence[str | Path]) -> Additions:
    """What these Python files define, in the order in which each defines it. Importing a file runs its code.

    A file is imported under its own name, and its folder comes last on the path, so that other processes find it and
    it hides no other module. Raises InputError for a file that cannot be imported, or defines no addition.
    """
    values = list[object]()
    for file in files:
        own = list(vars(_module(Path(file))).values())
        if not additions_among(own).kinds:
            expected = (
                "a function under @rehearse.kpi(...) or @rehearse.mechanism(...), or a class under @rehearse.offer(...)"
            )
            raise InputError(place=str(file), expected=expected, got="none")
        values += own
    return additions_among(values)


def _module(file: Path) -> ModuleType:
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise InputError(place=str(file), expected="a Python file with a plain name, such as my_kpis.py")
    if not file.is_file():
        raise InputError("no such file", place=str(file), expected="a Python file")
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    spec = None if file.stem == "__main__" else find_spec(file.stem)
    if spec is None or spec.origin is None or not file.samefile(spec.origin):
        other = spec.origin if spec is not None and spec.origin else "part of Python"
        raise InputError("another module has this name", place=str(file), expected="another name", got=other)
    try:
        return import_module(file.stem)
    except InputError as mistake:
        raise mistake.at(f"{file}: {mistake.place}") from None
    except (Exception, SystemExit) as error:
        raise InputError("it cannot be imported", place=_place(file, error), got=_text(error)) from None


def _place(file: Path, error: BaseException) -> str:
    """The file, with the last line of it that was being run."""
    lines = [one.lineno for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).name == file.name]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    return f"{file}:{lines[-1]}" if lines and lines[-1] else str(file)


def _text(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
