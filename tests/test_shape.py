"""The shape of the code: one direction of imports, no circle, agreed sizes, and no stateful random generator in sim."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.import_graph import (
    PACKAGES,
    circle_in,
    import_statements,
    imported_names,
    module_files,
    module_graph,
    room_graph,
)

from .conftest import LONGEST_FIRST, TESTS

ROOT = Path(__file__).resolve().parent.parent
MAY_USE = {
    "sim": set(),
    "scenarios": {"sim"},
    "calibration": {"sim", "scenarios"},
    "experiments": {"sim", "scenarios"},
    "rehearse": {"sim", "scenarios", "calibration", "experiments", "benchmarks"},  # `rehearse bench`, in a checkout
}
DRAWING = {"matplotlib", "jinja2"}
STATEFUL = {"random", "secrets", "uuid"}

FLAT_FILES = 15
"""Modules that a folder holds at most, its face apart."""
MODULE_LINES = 350
PARAMETERS = 5
"""Of a function that is not compiled; a frozen settings value is one."""
KERNEL_PARAMETERS = 8
OPTIONS = 25
"""Of a command: each is an argument or option that users write."""
VERBS = {
    ("calibration/market_fit.py", "calibrate"),
    ("experiments/checks/check_steps.py", "check"),
    ("experiments/questions/arm_comparison.py", "compare"),
    ("experiments/questions/one_run.py", "run"),
    ("experiments/questions/parameter_sweep.py", "sweep"),
    ("experiments/questions/policy_learning.py", "environment"),
    ("experiments/questions/single_arm.py", "run_arm"),
    ("experiments/staffing/staff_search.py", "least_staff"),
    ("experiments/traces/gains.py", "who_gained"),
    ("experiments/traces/person_timeline.py", "timeline"),
    ("scenarios/values/own_kpis.py", "kpi"),
    ("scenarios/values/own_mechanisms.py", "mechanism"),
    ("sim/engine.py", "run"),
    ("sim/scenario/strategy_function.py", "touch"),
}
"""Functions of the public interface, whose options are keywords that users write."""
COMMANDS = "rehearse/commands/"
"""The room of commands: each is a function with a parameter for each of its options."""
TABLES = {"sim/output/measures.py"}
"""Modules that are one table, a row for each entry."""


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, package
    return found


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the packages by its path from the root."""
    for package in PACKAGES:
        for path in modules(package):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


# --- imports ---------------------------------------------------------------------------------------


def wrong_imports(package: str, source: str) -> list[str]:
    """What a file of this package may not import: packages that stand above it."""
    used = {name.split(".")[0] for name in imported_names(source)}
    return sorted((used & (MAY_USE.keys() | {"tests", "benchmarks"})) - MAY_USE[package] - {package})


@pytest.mark.parametrize("package", MAY_USE)
def test_imports_go_one_way(package: str) -> None:
    for path in modules(package):
        source = path.read_text(encoding="utf-8")
        assert wrong_imports(package, source) == [], path
        assert not any(isinstance(node, ast.ImportFrom) and node.level for node in import_statements(source)), path


def test_a_wrong_import_would_be_seen() -> None:
    assert wrong_imports("sim", "def f():\n    from scenarios import load") == ["scenarios"]
    assert wrong_imports("calibration", "import experiments.runs") == ["experiments"]
    assert wrong_imports("experiments", "from scenarios import load") == []


def test_only_the_report_draws() -> None:
    drawing = set()
    for package in MAY_USE:
        for path in modules(package):
            used = {name.split(".")[0] for name in imported_names(path.read_text(encoding="utf-8"))}
            if used & DRAWING:
                drawing.add(path.relative_to(ROOT).parent.as_posix())
    assert drawing == {"experiments/report"}


def test_no_import_circle() -> None:
    """Imports inside functions, under TYPE_CHECKING and in the stubs of package faces count."""
    graph = module_graph()
    assert len(graph) > 150
    assert circle_in(graph) == []
    assert circle_in(room_graph()) == []


def test_a_circle_would_be_seen(tmp_path: Path) -> None:
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    checked = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.b import B\n"
    (tmp_path / "sim" / "a.py").write_text(checked)
    (tmp_path / "sim" / "b.py").write_text("def f():\n    import sim.c\n")
    (tmp_path / "sim" / "c.py").write_text("from sim import A\n")
    assert circle_in(module_graph(tmp_path)) == []
    (tmp_path / "sim" / "__init__.pyi").write_text("from .a import A as A\n")
    assert set(circle_in(module_graph(tmp_path))) == {"sim", "sim.a", "sim.b", "sim.c"}


# --- names and sizes -------------------------------------------------------------------------------


def test_a_class_name_stands_once() -> None:
    names = Counter(n.name for _, tree in sources() for n in ast.walk(tree) if isinstance(n, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def test_a_module_name_stands_once() -> None:
    names = Counter(path.stem for path in module_files().values() if path.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_folder_is_a_long_list() -> None:
    folders: dict[Path, int] = defaultdict(int)
    for path in module_files().values():
        folders[path.parent] += path.name != "__init__.py"
    assert {folder: count for folder, count in folders.items() if count > FLAT_FILES} == {}


def test_modules_are_small() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in modules(package)
    }
    assert {name: count for name, count in lines.items() if count > MODULE_LINES and name not in TABLES} == {}


def parameters(function: ast.FunctionDef) -> int:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in every)


def allowed_parameters(function: ast.FunctionDef) -> int:
    decorators = {ast.unparse(decorator) for decorator in function.decorator_list}
    if any(decorator.startswith("app.command") for decorator in decorators):
        return OPTIONS
    return KERNEL_PARAMETERS if decorators & {"jit", "jit_inlined"} else PARAMETERS


def test_functions_take_few_parameters() -> None:
    many, verbs = [], set()
    for name, tree in sources():
        if name.startswith(COMMANDS):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and parameters(node) > allowed_parameters(node):
                if (name, node.name) in VERBS:
                    verbs.add((name, node.name))
                else:
                    many.append(f"{name}:{node.lineno} {node.name}: {parameters(node)}")
    assert many == []
    assert verbs == VERBS, "an exception that is not needed any more"


# --- random numbers --------------------------------------------------------------------------------


def stateful(source: str) -> list[str]:
    """Generators with a state of their own: the `random` module, `numpy.random`, samplers of scipy."""
    tree = ast.parse(source)
    names = [name for name in imported_names(source) if name.split(".")[0] in STATEFUL or "random" in name.split(".")]
    calls = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return names + [c for c in calls if c.endswith((".random", ".rvs", ".default_rng", ".RandomState"))]


def test_the_simulator_has_no_stateful_generator() -> None:
    for path in modules("sim"):
        assert stateful(path.read_text(encoding="utf-8")) == [], path
    assert stateful("import numpy as np\nx = np.random.default_rng(1)") != []
    assert stateful("from random import choice") != []


def test_the_files_of_tests_that_begin_first_are_there() -> None:
    assert [name for name in LONGEST_FIRST if not (TESTS / name).is_file()] == []
