"""The import graph of the packages: which room uses which, how large each is, and that there is no circle.

    python -m benchmarks.import_graph              rooms in order: files, lines, and the rooms that they import
    python -m benchmarks.import_graph --modules    every module with what it imports

Every import counts: inside functions, under TYPE_CHECKING, and in the stubs from which package faces are loaded.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sim", "scenarios", "calibration", "experiments", "rehearse")

Graph = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Room:
    """A folder of modules: its files and lines, and the rooms that it imports."""

    name: str
    files: int
    lines: int
    imports: frozenset[str]


def module_files(root: Path = ROOT) -> dict[str, Path]:
    """The file of each module by its dotted name."""
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return {module_name(path, root): path for path in files}


def module_name(path: Path, root: Path = ROOT) -> str:
    """Dotted name of a module's file."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def import_statements(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """The import statements of a source, which is parsed once for all graphs."""
    return tuple(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom))


def imported_names(source: str, package: str = "") -> Iterator[str]:
    """Every name that a source imports, and every module that a name may be; relative ones belong to `package`."""
    for node in import_statements(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = ".".join(part for part in (package if node.level else "", node.module) if part)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def module_graph(root: Path = ROOT) -> Graph:
    """The modules that each module imports. A name imported from a package counts for the module of that name."""
    files = module_files(root)
    graph = {}
    for name, path in files.items():
        stub = path.with_suffix(".pyi")
        sources = [part.read_text(encoding="utf-8") for part in (path, stub) if part.exists()]
        names = {found for source in sources for found in imported_names(source, name) if found in files}
        faces = {found for found in names if files[found].name == "__init__.py"}
        # `from package import module` names both, and loads nothing of the package's face
        used = names - {face for face in faces if any(other.startswith(f"{face}.") for other in names)} - {name}
        graph[name] = frozenset(used)
    return graph


def room_of(module: str, files: Mapping[str, Path]) -> str:
    """The folder that a module lies in, as a dotted name; a module directly in a package is a room of its own."""
    return module if files[module].name == "__init__.py" or module.count(".") < 2 else module.rpartition(".")[0]


def room_graph(root: Path = ROOT) -> Graph:
    """The rooms that each room imports."""
    files, modules = module_files(root), module_graph(root)
    rooms: dict[str, set[str]] = {room_of(module, files): set() for module in files}
    for module, used in modules.items():
        own = room_of(module, files)
        rooms[own] |= {room_of(other, files) for other in used} - {own}
    return {name: frozenset(used) for name, used in rooms.items()}


def circle_in(graph: Graph) -> list[str]:
    """One circle, its first module again at the end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def rooms_in_order(root: Path = ROOT) -> list[Room]:
    """All rooms, each after those that it imports."""
    files, graph = module_files(root), room_graph(root)
    rooms = []
    for name in TopologicalSorter(graph).static_order():
        own = [path for module, path in files.items() if room_of(module, files) == name]
        lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in own)
        rooms.append(Room(name, len(own), lines, graph[name]))
    return rooms


def main() -> None:
    """Print the graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", action="store_true", help="every module with what it imports")
    graph = module_graph()
    if parser.parse_args().modules:
        for name in TopologicalSorter(graph).static_order():
            print(f"{name}: {', '.join(sorted(graph[name])) or '-'}")
    else:
        for room in rooms_in_order():
            print(f"{room.name:26} {room.files:3} files {room.lines:6,} lines   {', '.join(sorted(room.imports))}")
    print(f"{len(graph)} modules, circle: {' -> '.join(circle_in(graph)) or 'none'}")


if __name__ == "__main__":
    main()
