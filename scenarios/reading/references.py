"""Where a file may point, and the chain of parents that it names."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import InputError
from scenarios.toml.toml_document import LIBRARY, Node, complaint, label, read
from scenarios.values.suggestions import nearest

SHELVES = ("", "markets", "patterns", "plans")


def library_names() -> list[str]:
    """The names that `library:NAME` may carry."""
    return sorted(path.stem for shelf in SHELVES for path in (LIBRARY / shelf).glob("*.toml"))


def library_file(name: str) -> Path:
    """The library's file of this name; InputError naming the nearest where there is none."""
    for shelf in SHELVES:
        path = LIBRARY / shelf / f"{name}.toml"
        if name in library_names() and path.is_file():
            return path
    raise InputError(f"library:{name}: no such library file; {nearest(name, library_names())}; got {name!r}")


def entry(reference: str | Path) -> Path:
    """The file that a user names on the command line or in Python."""
    if str(reference).startswith("library:"):
        return library_file(str(reference).removeprefix("library:"))
    try:
        return Path(reference).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{reference}: cannot be read; allowed a TOML file in UTF-8; got {error}") from None


def typed(path: Path) -> str:
    """What a user types to name a file that has been read: `entry` the other way round."""
    return f"library:{path.stem}" if path.is_relative_to(LIBRARY) else label(path)


def project_folder(first: Path) -> Path:
    """The folder that references must stay inside: the working directory, or the first file's own folder."""
    here = Path.cwd().resolve()
    return here if first.is_relative_to(here) else first.parent


def resolve(node: Node, path: str, project: Path) -> Path:
    """The file that a reference names: in the library, or relative to its own file and inside the project."""
    if not isinstance(node.value, str) or not node.value.strip() or "\0" in node.value:
        raise complaint(node, path, f'is not a reference; allowed "library:NAME" or a path; got {node.value!r}')
    if node.value.startswith("library:"):
        try:
            return library_file(node.value.removeprefix("library:"))
        except InputError as error:
            raise complaint(node, path, str(error).split(": ", 1)[1]) from None
    try:
        target = (node.file.parent / node.value).resolve()
        found = target.is_file()
    except (OSError, RuntimeError, ValueError):
        raise complaint(node, path, f"cannot be read; allowed a readable file; got {node.value[:60]!r}") from None
    if not target.is_relative_to(project) and not target.is_relative_to(LIBRARY):
        allowed = f"allowed library:NAME or a path inside {project}"
        raise complaint(node, path, f"points outside the project folder; {allowed}; got {node.value[:60]!r}")
    if not found:
        raise complaint(node, path, f"no such file; allowed an existing file; got {node.value[:60]!r}")
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
        path = next_parent(document, "extends", seen, project)
    return documents[::-1]


def next_parent(document: Node, key: str, seen: list[Path], project: Path) -> Path | None:
    """The parent that this key names, or None; a circle is an InputError."""
    node = document.child(key)
    if node is None:
        return None
    path = resolve(node, key, project)
    if path in seen:
        circle = " -> ".join(label(file) for file in [*seen[seen.index(path) :], path])
        raise complaint(node, key, f"goes in a circle; allowed a chain that ends; got {circle}")
    return path
