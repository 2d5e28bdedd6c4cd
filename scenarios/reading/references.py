"""References to files, in the library and in the project, and the chain of parents that a file names."""

from __future__ import annotations

import os
from pathlib import Path

from scenarios.errors import InputError, nearest, shown
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import LIBRARY, SUFFIX, Node, label, read

SHELVES = ("", "markets", "patterns", "plans")

MARKET = "market.toml"
"""The market in the folder that calibration writes."""


def library_names() -> list[str]:
    """The names that `library:NAME` may carry."""
    return sorted(path.stem for shelf in SHELVES for path in (LIBRARY / shelf).glob("*.toml"))


def library_file(name: str) -> Path:
    """The library's file of this name; InputError with the nearest name where there is none."""
    for shelf in SHELVES:
        path = LIBRARY / shelf / f"{name}.toml"
        if path.is_file() and name in library_names():
            return path
    expected = nearest(name, library_names())
    raise InputError("no such library file", place=f"library:{name}", expected=expected, got=repr(name))


def named_file(reference: str | Path) -> Path:
    """The file that a user names on the command line or in Python. Raises InputError for what names none."""
    if not isinstance(reference, str | os.PathLike):
        raise InputError(place="file", expected='the name of a file, or "library:NAME"', got=shown(reference))
    if str(reference).startswith("library:"):
        return library_file(str(reference).removeprefix("library:"))
    try:
        return Path(reference).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        problem = f"the file cannot be read ({error})"
        raise InputError(problem, place=str(reference), expected="a TOML file in UTF-8") from None


def market_file(reference: str | Path) -> Path:
    """The market file that a user names; of the folder that calibration wrote, its market. Raises InputError."""
    named = named_file(reference)
    return named / MARKET if named.is_dir() else named


def reference_to(path: Path) -> str:
    """What a user types to name a file that has been read; `named_file` gives the file again."""
    return f"library:{path.stem}" if path.is_relative_to(LIBRARY) else label(path)


def project_folder(first: Path) -> Path:
    """The folder that references must stay inside: the working directory, or the first file's own folder. The root of
    all files is nobody's project."""
    here = Path.cwd().resolve()
    return here if first.is_relative_to(here) and here != here.parent else first.parent


def resolve(entry: Entry, project: Path, kinds: tuple[str, ...] = (SUFFIX,)) -> Path:
    """The file that a reference names: in the library, or relative to its own file and inside the project.

    A file whose name ends in none of `kinds` is not opened, so that no message repeats a line of it.
    """
    reference = entry.node.value
    if not isinstance(reference, str) or not reference.strip() or "\0" in reference:
        raise entry.error(expected='"library:NAME" or a path')
    if reference.startswith("library:"):
        try:
            return library_file(reference.removeprefix("library:"))
        except InputError as error:
            raise error.at(entry.place) from None
    try:
        target = (entry.node.file.parent / reference).resolve()
        found = target.is_file()
    except (OSError, RuntimeError, ValueError):
        raise entry.error(expected="a file that can be read") from None
    if not target.is_relative_to(project) and not target.is_relative_to(LIBRARY):
        expected = f"library:NAME or a path inside {project}"
        raise entry.error("the path leads outside the project folder", expected=expected)
    if not target.name.lower().endswith(kinds):
        raise entry.error("a file of another kind", expected=f"a name that ends in {' or '.join(kinds)}")
    if not found:
        raise entry.error("no such file", expected="an existing file")
    return target


def chain(first: Path, project: Path) -> list[Node]:
    """A scenario file and its parents by `extends`, the furthest parent first."""
    documents: list[Node] = []
    seen: list[Path] = []
    path: Path | None = first
    while path is not None:
        document = read(path)
        seen.append(path)
        documents.append(document)
        path = next_parent(Entry(document).at("extends"), seen, project)
    return documents[::-1]


def next_parent(entry: Entry, seen: list[Path], project: Path) -> Path | None:
    """The parent that an entry names, or None without one; a circle is an InputError."""
    if entry.node.value is None:
        return None
    path = resolve(entry, project)
    if path in seen:
        circle = " -> ".join(label(file) for file in [*seen[seen.index(path) :], path])
        raise entry.error("the parents form a circle", expected="a chain that ends", got=circle)
    return path
