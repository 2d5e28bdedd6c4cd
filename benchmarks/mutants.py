"""Mutation tests in pieces: each change of a line of the code that decides, and whether a test fails on it.

    python -m benchmarks.mutants                            the pieces, with their files and tests
    python -m benchmarks.mutants constraints kpis           these pieces, one after the other
    python -m benchmarks.mutants --all --jobs 2             all of them

mutmut changes the modules of a piece in a copy of the project, and runs the piece's tests on each change. Printed are
the score of each piece, and every survivor that nobody has argued to be equivalent (`benchmarks/argued_mutants.py`);
where there is one, the command ends with 1. A piece takes one to ten minutes on a processor of its own, that of
compiled functions a quarter of an hour.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.argued_mutants import why_equivalent
from benchmarks.faults import ROOT

COPIED = ("sim", "scenarios", "calibration", "experiments", "rehearse", "tests", "benchmarks", "docs")
READ = ("pyproject.toml", "README.md", "CHANGELOG.md")
SETTINGS = """
[tool.mutmut]
source_paths = ["{package}"]
only_mutate = {files}
also_copy = {others}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
timeout_constant = 5.0
"""


@dataclass(frozen=True)
class Piece:
    """Modules that are changed, all of one package, and the tests that have to fail; paths below the project.

    uncompiled: modules whose compiled functions run as they are written.
    """

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    uncompiled: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The package of the modules."""
        return self.files[0].partition("/")[0]


EXPERIMENTS = "tests/experiments"
PIECES = (
    Piece("constraints", ("experiments/comparison/constraints.py",), (f"{EXPERIMENTS}/test_constraints.py",)),
    Piece("noise", ("experiments/sweeps/noise_floor.py",), (f"{EXPERIMENTS}/test_noise_by_hand.py",)),
    Piece("change", ("experiments/regression/change_test.py",), (f"{EXPERIMENTS}/test_change_by_hand.py",)),
    Piece("stopping", ("experiments/comparison/stop_rule.py",), (f"{EXPERIMENTS}/test_stop_by_hand.py",)),
    Piece("statistics", ("experiments/comparison/statistics.py",), (f"{EXPERIMENTS}/test_statistics_by_hand.py",)),
    Piece(
        "verdict",
        ("experiments/comparison/verdict.py",),
        (f"{EXPERIMENTS}/test_verdict_by_hand.py",),
    ),
    Piece("markets", ("experiments/comparison/plausible_markets.py",), (f"{EXPERIMENTS}/test_markets_by_hand.py",)),
    Piece(
        "regression",
        ("experiments/regression/kpi_changes.py", "experiments/regression/conclusions.py"),
        (f"{EXPERIMENTS}/test_regression_by_hand.py",),
    ),
    Piece(
        "kpis",
        ("sim/output/measures.py", "sim/output/service_measures.py", "sim/output/kpi_window.py"),
        ("tests/sim/test_kpi_formulas.py",),
    ),
    Piece(
        "reader",
        ("scenarios/values/quantities.py", "scenarios/values/conditions.py"),
        ("tests/scenarios/test_values_by_hand.py",),
    ),
    Piece("report", ("experiments/report/report_tables.py",), (f"{EXPERIMENTS}/test_report_tables.py",)),
    Piece("books", ("sim/output/accounts.py", "sim/output/ledger.py"), ("tests/sim/test_kpi_formulas.py",)),
    Piece(
        "day",
        ("sim/day/settlement.py",),
        ("tests/sim/test_small_days.py",),
        uncompiled=("sim/day/day.py", "sim/day/settlement.py"),
    ),
    Piece("fit", ("calibration/model/likelihood.py",), ("tests/calibration/test_likelihood_by_hand.py",)),
    Piece("weeks", ("calibration/responses/common_shocks.py",), ("tests/calibration/test_shared_weeks.py",)),
)


@dataclass(frozen=True)
class Found:
    """What became of a piece's mutants: how many were killed, how many are in functions that its tests never call, and
    those that survived, each by its name and its change."""

    piece: Piece
    killed: int
    uncalled: int
    survivors: tuple[tuple[str, str], ...]

    @property
    def argued(self) -> int:
        """Survivors that are argued to be equivalent."""
        return sum(why_equivalent(change) is not None for _, change in self.survivors)

    @property
    def open(self) -> tuple[tuple[str, str], ...]:
        """Survivors that nobody has argued."""
        return tuple(one for one in self.survivors if why_equivalent(one[1]) is None)


def run_piece(piece: Piece, jobs: int) -> Found:
    """Mutate a piece in a copy of the project. Raises RuntimeError where its tests fail without any change."""
    with TemporaryDirectory(prefix="rehearse-mutants-") as name:
        folder = Path(name)
        for one in COPIED:
            shutil.copytree(ROOT / one, folder / one, ignore=shutil.ignore_patterns("__pycache__", "out"))
        for one in READ:
            shutil.copy(ROOT / one, folder / one)
        others = [*(one for one in COPIED if one not in (piece.package, "tests")), *READ]
        said = SETTINGS.format(package=piece.package, files=list(piece.files), others=others, tests=list(piece.tests))
        with (folder / "pyproject.toml").open("a", encoding="utf-8") as settings:
            settings.write(said)
        if piece.uncompiled:
            _take_the_compiler_off(folder, piece.uncompiled)
        done = _mutmut(folder, "run", "--max-children", str(jobs))
        states = _states(_mutmut(folder, "results", "--all", "true").stdout)
        if not states or "not checked" in states.values():
            raise RuntimeError(f"{piece.name}: the tests cannot run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        survived = [one for one, state in states.items() if state == "survived"]
        shown = tuple((one, changed_lines(_mutmut(folder, "show", one).stdout)) for one in survived)
    uncalled = sum(state == "no tests" for state in states.values())
    return Found(piece, len(states) - uncalled - len(survived), uncalled, shown)


def _take_the_compiler_off(folder: Path, modules: Sequence[str]) -> None:
    """Take the compiler off the functions of modules, since mutmut changes none with a decorator; compile all others.

    The interpreter and these modules alone may call them. What is compiled has another name beside changed modules, so
    it is compiled anew, which takes minutes: once before the tests are timed, and the times are taken again.
    """
    for file in modules:
        lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file).write_text("".join(line for line in lines if line.strip() != "@jit"), encoding="utf-8")
    _mutmut(folder, "run", "none of them")
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)


def _mutmut(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def _states(said: str) -> dict[str, str]:
    """The state of each mutant, from lines such as `package.module.x_function__mutmut_1: killed`."""
    lines = (line.strip().rpartition(": ") for line in said.splitlines() if "__mutmut_" in line)
    return {name: state for name, _, state in lines}


def changed_lines(shown: str) -> str:
    """The lines of a difference that change, without the heads of files."""
    lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return "\n".join(line[0] + " " + line[1:].strip() for line in lines)


def format_score(found: Found) -> str:
    """One piece as a row of a Markdown table."""
    called = found.killed + len(found.survivors)
    share = f"{100.0 * found.killed / max(called, 1):.0f} %"
    counts = (found.killed, found.argued, len(found.open), found.uncalled)
    return "| " + " | ".join([found.piece.name, f"{called}", *map(str, counts), share]) + " |"


def main() -> int:
    """Read the command line, and print; 1 where a survivor is not argued."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*(piece.name for piece in PIECES), []], help="names of pieces")
    parser.add_argument("--all", action="store_true", help="all pieces")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time")
    options = parser.parse_args()
    if not options.names and not options.all:
        for piece in PIECES:
            print(piece.name, *piece.files, "tested by", *piece.tests)
        return 0
    print("| piece | mutants | killed | argued | open | in functions that no test calls | score |", flush=True)
    print("|---|---|---|---|---|---|---|", flush=True)
    done = []
    for piece in PIECES:
        if options.all or piece.name in options.names:
            done.append(run_piece(piece, options.jobs))
            print(format_score(done[-1]), flush=True)
    left = [one for found in done for one in found.open]
    for name, change in left:
        print(f"\n{name}\n{change}")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main())
