"""The house keeps its shape: one direction of imports, no cycles, and no stateful chance in the simulator."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_USE = {
    "sim": set(),
    "scenarios": {"sim"},
    "calibration": {"sim", "scenarios"},
    "experiments": {"sim", "scenarios"},
}
DRAWING = {"matplotlib", "jinja2"}
STATEFUL = {"random", "secrets", "uuid"}


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, package
    return found


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in the file, and names that may be modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported; those for type checkers do not."""
    for node in tree.body:
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node


def wrong_imports(package: str, source: str) -> list[str]:
    """What a file of this package may not import: our other packages, and drawing outside the report."""
    ours = {name.split(".")[0] for name in imported(ast.parse(source))}
    return sorted((ours & (MAY_USE.keys() | {"rehearse", "tests", "benchmarks"})) - MAY_USE[package] - {package})


@pytest.mark.parametrize("package", MAY_USE)
def test_imports_go_one_way(package: str) -> None:
    for path in modules(package):
        assert wrong_imports(package, path.read_text(encoding="utf-8")) == [], path


def test_a_wrong_import_would_be_seen() -> None:
    assert wrong_imports("sim", "def f():\n    from scenarios import load") == ["scenarios"]
    assert wrong_imports("calibration", "import experiments.planning") == ["experiments"]
    assert wrong_imports("experiments", "from scenarios import load") == []


def test_only_the_report_draws() -> None:
    drawing = set()
    for package in MAY_USE:
        for path in modules(package):
            used = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
            if used & DRAWING:
                drawing.add(path.relative_to(ROOT).parent.as_posix())
    assert drawing == {"experiments/report"}


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import themselves in the end."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += graph[module]
        return seen

    return [name for name in graph if name in reached(name)]


def test_no_module_imports_itself_in_the_end() -> None:
    """Packages' own faces are lazy and are left out; imports inside functions count."""
    files = {name_of(path): path for package in MAY_USE for path in modules(package)}
    graph = {}
    for name, path in files.items():
        body = list(at_import(ast.parse(path.read_text(encoding="utf-8"))))
        used = {target for node in body for target in imported(node) if target in files}
        graph[name] = {target for target in used if files[target].name != "__init__.py"} - {name}
    assert len(graph) > 50
    assert circles(graph) == []
    assert circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == ["a", "b"]


def stateful(source: str) -> list[str]:
    """Generators with a state of their own: the `random` module, `numpy.random`, samplers of scipy."""
    tree = ast.parse(source)
    names = [name for name in imported(tree) if name.split(".")[0] in STATEFUL or "random" in name.split(".")]
    calls = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return names + [c for c in calls if c.endswith((".random", ".rvs", ".default_rng", ".RandomState"))]


def test_the_simulator_has_no_stateful_chance() -> None:
    for path in modules("sim"):
        assert stateful(path.read_text(encoding="utf-8")) == [], path
    assert stateful("import numpy as np\nx = np.random.default_rng(1)") != []
    assert stateful("from random import choice") != []


# --- an edited law is a new model ------------------------------------------------------------------

TOLD = """
import sys
sys.path.insert(0, {root!r})
from sim import run
from sim.fingerprint import model_fingerprint
from tests.worlds import scenario
print(model_fingerprint(), run(scenario(days=90)).fingerprint)
"""
EDIT = ("return power / (1.0 + power)", "return power / (2.0 + power)")


def told_in(root: Path, cache: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", TOLD.format(root=str(root))],
        env={**os.environ, "REHEARSE_CACHE": str(cache), "PYTHONPATH": ""},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.slow
def test_an_edit_of_the_law_is_lived_at_once(tmp_path: Path) -> None:
    """Compiles twice, into one cache folder; the second compilation must not be the first one's code."""
    root, cache = tmp_path / "copy", tmp_path / "cache"
    for part in ("sim", "tests"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    before = told_in(root, cache)
    assert told_in(root, cache) == before
    edited = edit_one_constant(root / "sim" / "law")
    after = told_in(root, cache)
    assert after[0] != before[0], edited
    assert after[1] != before[1], edited


def edit_one_constant(law: Path) -> Path:
    """Let attention saturate later."""
    path = law / "hazards.py"
    source = path.read_text(encoding="utf-8")
    assert EDIT[0] in source
    path.write_text(source.replace(*EDIT), encoding="utf-8")
    return path
