"""Source files as the interpreter sees them: syntax trees without comments and docstrings, and what imports what."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """One module: the digest of its syntax tree, and the dotted names of the packages read that it imports anywhere.

    An imported name can be a module or something in one. `stub` says, for the names of a lazy package face, which
    modules its `__init__.pyi` takes them from. Imports under TYPE_CHECKING are left out.
    """

    digest: str
    imports: tuple[str, ...]
    stub: Mapping[str, str]


class _WithoutText(ast.NodeTransformer):
    """Takes out what no program reads: docstrings, and imports for type checkers."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING") else node


def syntax_tree(source: bytes) -> ast.Module:
    """The tree of a file without docstrings and without what stands under TYPE_CHECKING."""
    tree: ast.Module = _WithoutText().visit(ast.parse(source))
    return tree


def syntax_digest(source: bytes) -> str:
    """32 hexadecimal digits that a comment, a docstring or another layout does not change."""
    return _digest(ast.dump(syntax_tree(source)).encode())


def read_modules(root: Path, packages: Set[str], cache: Path | None = None) -> dict[str, Module]:
    """Every module of these packages below `root` by dotted name.

    What is found is written into the folder `cache`, named by the bytes of all files, so that the same files are parsed
    once.
    """
    files = {path: path.read_bytes() for path in _files(root, packages)}
    named = {_module_name(path.relative_to(root)): path for path in files if path.suffix == ".py"}
    whole = hashlib.sha256(f"python={sys.version_info[:2]}".encode())
    for path, source in files.items():
        whole.update(f"\0{path.relative_to(root).as_posix()}\0{len(source)}\0".encode() + source)
    file = None if cache is None else cache / f"{whole.hexdigest()[:32]}.json"
    found = _read(file) if file else None
    if found is None:
        found = {name: _module(name, path, files, packages) for name, path in named.items()}
        if file:
            _write(file, found)
    return found


def import_closure(modules: Mapping[str, Module], starts: Iterable[str]) -> set[str]:
    """The modules that are read when those of `starts` are imported and everything in them is called.

    Raises KeyError for a start that is no module.
    """
    seen: set[str] = set()
    todo = [name for name in starts if modules[name]]
    while todo:
        name = todo.pop()
        if name in seen or name not in modules:
            continue
        seen.add(name)
        todo += [found for imported in modules[name].imports for found in _resolved(modules, imported)]
        todo += [name.rpartition(".")[0]]
    return seen


def closure_digest(modules: Mapping[str, Module], starts: Iterable[str]) -> str:
    """One digest of the syntax trees of an import closure."""
    reached = sorted(import_closure(modules, starts))
    return _digest(" ".join(f"{name}={modules[name].digest}" for name in reached).encode())


def _resolved(modules: Mapping[str, Module], imported: str) -> Iterator[str]:
    """The modules behind an imported name; a face that is imported as a whole may be asked for all that it gives."""
    package, _, name = imported.rpartition(".")
    if imported in modules:
        yield imported
        yield from modules[imported].stub.values()
    elif package in modules:
        yield modules[package].stub.get(name, package)


def _files(root: Path, packages: Set[str]) -> list[Path]:
    found = (path for package in packages for path in (root / package).rglob("*.py*"))
    return sorted(path for path in found if path.suffix in (".py", ".pyi"))


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _module(name: str, path: Path, files: Mapping[Path, bytes], packages: Set[str]) -> Module:
    tree = syntax_tree(files[path])
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    face = files.get(path.with_suffix(".pyi"))
    stub = {} if face is None else dict(_stub(ast.parse(face), package))
    imports = tuple(sorted({one for one in _imports(tree, package) if one.partition(".")[0] in packages}))
    return Module(_digest(ast.dump(tree).encode()), imports, stub)


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """The dotted names that are imported anywhere: `from p import x` is p.x, which may be a module or a name in p."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{_source(node, package)}.{alias.name}" for alias in node.names)


def _stub(tree: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, _source(node, package)) for alias in node.names)


def _source(node: ast.ImportFrom, package: str) -> str:
    """The module of a `from` import, relative ones made whole."""
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:32]


def _read(file: Path) -> dict[str, Module] | None:
    try:
        found = json.loads(file.read_bytes())
        return {name: Module(digest, tuple(imports), stub) for name, (digest, imports, stub) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _write(file: Path, found: Mapping[str, Module]) -> None:
    draft = file.with_name(f".{file.stem}.{os.getpid()}")
    text = json.dumps({name: [one.digest, one.imports, dict(one.stub)] for name, one in found.items()})
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, file)
