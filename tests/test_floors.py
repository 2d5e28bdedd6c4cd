"""Every dependency has a lowest version, and the code uses public parts of other projects only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks.floors import lowest

from .command_line import ROOT

OURS = ("rehearse", "sim", "scenarios", "calibration", "experiments", "benchmarks")


def versions(lines: list[str]) -> dict[str, Version]:
    pairs = [line.strip().split("==") for line in lines]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def private_imports(source: str) -> list[str]:
    """Modules of other projects that a source imports and of which a part starts with one underscore."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [f"{node.module}.{name.name}" for name in node.names]
    ours = {Path(name).stem for name in OURS} | {"__future__"}
    parts = [(name, name.split(".")) for name in found]
    return [
        name for name, (top, *rest) in parts if top not in ours and any(part.startswith("_") for part in (top, *rest))
    ]


def test_no_lowest_version_is_above_the_pinned_one() -> None:
    pinned = versions((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    floors = versions(lowest(ROOT / "pyproject.toml"))
    assert len(floors) >= 15
    assert {name: (floor, pinned[name]) for name, floor in floors.items() if floor > pinned[name]} == {}


def test_a_dependency_without_a_lowest_version_is_found(tmp_path: Path) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(text.replace('"simpy>=', '"simpy<'), encoding="utf-8")
    with pytest.raises(ValueError, match="no floor: simpy<"):
        lowest(tmp_path / "pyproject.toml")


def test_no_private_module_of_another_project_is_used() -> None:
    files = [path for name in OURS for path in [ROOT / name, *(ROOT / name).rglob("*.py")] if path.is_file()]
    assert len(files) > 100
    assert {str(path): found for path in files if (found := private_imports(path.read_text(encoding="utf-8")))} == {}


def test_private_imports_are_found() -> None:
    source = "import numpy as np, typer._click\nfrom scipy import _lib\nfrom sim import _x\nfrom . import _y\n"
    assert private_imports(source) == ["typer._click", "scipy._lib"]
