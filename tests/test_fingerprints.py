"""An edit names anew what it can change, machine code or ledgers, and nothing else."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Set
from pathlib import Path

import pytest

from experiments.runs.measurement import KPIS
from sim.fingerprint import (
    COMPILED,
    COMPILERS,
    ENGINE,
    RUN_PACKAGES,
    cache_folder,
    compiled_modules,
    is_compiled,
    machine_code_fingerprint,
)
from sim.source_code import Module, _module, closure_digest, import_closure, read_modules, syntax_tree

ROOT = Path(__file__).parents[1]
FUTURE = "from __future__ import annotations\n"
DOCSTRING = ("sim/day/day.py", '"""', '"""Edited. ')
KPI = ("sim/output/measures.py", "return w.contribution, 1.0", "return 2.0 * w.contribution, 1.0")
NOT_COMPILED = ("sim.scenario", "sim.state.run_state", "sim.firm", "sim.engine")
LAW = ("sim/law/hazards.py", "return power / (1.0 + power)", "return power / (2.0 + power)")


_parsed: dict[tuple[object, ...], Module] = {}


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of some 150 files a test edits one at a time; the others are not parsed again."""

    def module(name: str, path: Path, files: Mapping[Path, bytes], packages: Set[str]) -> Module:
        key = (name, path.stem, files[path], files.get(path.with_suffix(".pyi")), frozenset(packages))
        if key not in _parsed:
            _parsed[key] = _module(name, path, files, packages)
        return _parsed[key]

    monkeypatch.setattr("sim.source_code._module", module)


def copy_of(folder: Path, *parts: str) -> Path:
    for part in parts:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def digests(root: Path) -> tuple[str, str, str]:
    """Of the run, of the machine code and of the KPIs."""
    modules = read_modules(root, COMPILED)
    return tuple(closure_digest(modules, starts) for starts in ([ENGINE], compiled_modules(modules), KPIS))  # type: ignore[return-value]


def test_an_edit_changes_what_it_can_reach(tmp_path: Path) -> None:
    root = copy_of(tmp_path, "sim", "calibration")
    before = digests(root)
    for file in ("sim/day/day.py", "sim/engine.py", "sim/output/measures.py", "calibration/model/kernels.py"):
        edit(root, file, '"""', '"""Edited. ')
        edit(root, file, FUTURE, f"{FUTURE}# a comment\n\n")
    edit(root, "calibration/backtest.py", FUTURE, f"{FUTURE}EDITED = 1\n")
    assert digests(root) == before, "comments, docstrings, and code that neither imports"
    run, machine_code, kpis = before
    for (file, old, new), expected in (
        (KPI, (run, machine_code, None)),
        (("calibration/model/kernels.py", "math.exp(-fall), 0.0", "math.exp(-fall), 0.1"), (run, None, kpis)),
        (("sim/firm/delivery.py", "\n    while True:", "\n    while 1:"), (None, machine_code, kpis)),
        (("sim/firm/acquisition.py", "\n    while True:", "\n    while 1:"), (None, machine_code, kpis)),
        (("sim/firm/messages.py", "personal + 0.5", "personal + 0.6"), (None, machine_code, kpis)),
        (("sim/day/message_weights.py", "% 1.0", "% 2.0"), (None, machine_code, kpis)),
        (("sim/scenario/market.py", FUTURE, f"{FUTURE}EDITED = 1\n"), (None, machine_code, None)),
        (LAW, (None, None, kpis)),
    ):
        edit(root, file, old, new)
        same = tuple(one if one == other else None for one, other in zip(digests(root), before, strict=True))
        assert same == expected, file
        edit(root, file, new, old)
    assert digests(root) == before


def test_a_package_face_is_asked_for_single_names(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "import lazy_loader",
        "p/__init__.pyi": "from .one import a as a\nfrom .two import b as b",
        "p/one.py": "from q import helper",
        "p/two.py": "",
        "q/__init__.py": "",
        "q/helper.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.two",
        "q/uses.py": "def f():\n    from p import a",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    modules = read_modules(tmp_path, frozenset({"p", "q"}), tmp_path / "kept")
    assert import_closure(modules, ["q.uses"]) == {"q.uses", "q", "p", "p.one", "q.helper"}
    assert read_modules(tmp_path, frozenset({"p", "q"}), tmp_path / "kept") == modules
    assert len(list((tmp_path / "kept").iterdir())) == 1


def packages_used(starts: list[str]) -> set[str]:
    """Packages of others that an import closure imports."""
    found = set()
    for name in import_closure(read_modules(ROOT, COMPILED), starts):
        path = ROOT.joinpath(*name.split("."))
        module, room = path.with_suffix(".py"), path / "__init__.py"
        path = room if room.exists() else module
        for node in ast.walk(syntax_tree(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {one.split(".")[0] for one in names}
    return found - sys.stdlib_module_names - COMPILED - {"lazy_loader"}


def test_versions_of_all_packages_that_matter_are_in_the_names() -> None:
    assert packages_used([ENGINE]) <= set(RUN_PACKAGES)
    assert packages_used(compiled_modules(read_modules(ROOT, COMPILED))) <= set(COMPILERS)


def not_compiled(root: Path) -> set[str]:
    """What compiled functions reach by imports, of what compiles nothing: scenarios, the firm, the state of a run."""
    modules = read_modules(root, COMPILED)
    return {name for name in import_closure(modules, compiled_modules(modules)) if name.startswith(NOT_COMPILED)}


def test_compiled_functions_stand_apart_from_scenarios_and_processes(tmp_path: Path) -> None:
    """So an edit of a process, of a scenario class or of a message compiles nothing."""
    assert not_compiled(ROOT) == set()
    root = copy_of(tmp_path, "sim", "calibration")
    edit(root, "sim/sales/replay.py", FUTURE, f"{FUTURE}from sim.state.run_state import RunState\n")
    assert not_compiled(root) >= {"sim.state.run_state", "sim.scenario", "sim.scenario.market"}


# --- the next command after an edit ----------------------------------------------------------------

QUESTION = """
extends = "library:shop"
[market]
start_with = 200
[variants.mild]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }
[variants.deep]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "25 %" }
[compare]
references = []
[run]
start        = 2026-01-01
horizon      = "30 d"
cool_down    = "0 d"
draws        = 2
replications = 2
"""


QUICK = {"REHEARSE_ASSUMPTIONS": "no"}


class Checkout:
    """A copy of the code with a cache and a store of its own. Machine code of the same fingerprint is copied too."""

    def __init__(self, folder: Path) -> None:
        self.root = copy_of(folder / "code", "sim", "scenarios", "calibration", "experiments", "rehearse")
        self.folder, self.cache = folder, folder / "cache"
        if is_compiled():
            shutil.copytree(cache_folder(), self.cache / "machine-code" / machine_code_fingerprint())
        (folder / "small.toml").write_text(QUESTION, encoding="utf-8")

    def machine_code(self) -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in self.cache.rglob("*.nb?")}

    def compare(self) -> tuple[int, float]:
        """How many runs were reused, and the difference between the arms."""
        words = ["compare", "small.toml", "--jobs", "1", "--out", "out", "--json", "answer.json"]
        subprocess.run(
            [sys.executable, "-m", "rehearse", *words],
            env={**os.environ, "REHEARSE_CACHE": str(self.cache), "PYTHONPATH": str(self.root), **QUICK},
            cwd=self.folder,
            capture_output=True,
            check=True,
        )
        answer = json.loads((self.folder / "answer.json").read_text(encoding="utf-8"))
        return answer["runs"]["reused"], answer["pairs"][0]["difference"]


@pytest.mark.slow
def test_edits_that_reach_no_ledger_compile_nothing_and_lose_no_run(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    reused, difference = checkout.compare()
    assert (reused, difference != 0.0) == (0, True)
    compiled = checkout.machine_code()
    assert compiled
    edit(checkout.root, *DOCSTRING)
    edit(checkout.root, "sim/sales/sales_steps.py", '"""', '"""One line more.\n\n')
    edit(checkout.root, "experiments/report/page.py", FUTURE, f"{FUTURE}EDITED = 1\n")
    assert checkout.compare() == (8, difference)
    edit(checkout.root, *KPI)
    assert checkout.compare() == (8, pytest.approx(2.0 * difference))
    assert checkout.compare() == (8, pytest.approx(2.0 * difference)), "as stored the last time"
    assert checkout.machine_code() == compiled


# --- an edited law is a new model ------------------------------------------------------------------

PRINT = """
import sys
sys.path.insert(0, {root!r})
from sim import run
from sim.fingerprint import machine_code_fingerprint, model_fingerprint
from tests.worlds import scenario
print(model_fingerprint(), machine_code_fingerprint(), run(scenario(days=90)).fingerprint)
"""


def printed_in(root: Path, cache: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PRINT.format(root=str(root))],
        env={**os.environ, "REHEARSE_CACHE": str(cache), "PYTHONPATH": ""},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.slow
def test_an_edit_of_the_law_changes_the_next_run(tmp_path: Path) -> None:
    """Compiles twice, into one cache folder; the second compilation must not be the first one's code."""
    root, cache = copy_of(tmp_path / "copy", "sim", "tests"), tmp_path / "cache"
    before = printed_in(root, cache)
    assert printed_in(root, cache) == before
    edit(root, *LAW)
    after = printed_in(root, cache)
    assert all(one != other for one, other in zip(after, before, strict=True)), (before, after)
