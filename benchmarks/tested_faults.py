"""Faults planted one by one as modules are imported, and the tests that fail on each.

    python -m benchmarks.tested_faults                  all of them, as a table
    python -m benchmarks.tested_faults "late" "prior"   those with one of these words in their names
    python -m benchmarks.tested_faults --jobs 2         two at a time

They are of what is done with a stated past (`benchmarks/past_faults.py`), and of what decides, reads, books and reports
(`benchmarks/decided_faults.py`). A fault that no test finds makes the command end with 1. The first row has no fault,
and none may fail. Each fault runs the tests named with it, up to three failures. No file is copied, so that only a
fault of compiled functions is compiled again, which takes a minute or two.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.decided_faults import DECIDED_FAULTS
from benchmarks.edited_import import EDITS
from benchmarks.faults import ROOT
from benchmarks.past_faults import PAST_FAULTS, UNCHANGED
from benchmarks.planted_faults import TestedFault

SHOWN = 3
"""Tests that a row names; after so many failures the others are not run."""


@dataclass(frozen=True)
class FoundBy:
    """The tests that fail on a fault, at most three."""

    planted: TestedFault
    failed: tuple[str, ...]


def run_tests(planted: TestedFault) -> FoundBy:
    """Run the tests of a fault with its edits. Raises RuntimeError where the tests themselves cannot run."""
    with TemporaryDirectory(prefix="rehearse-fault-") as name:
        edits = [[edit.file, edit.old, edit.new] for edit in planted.fault.edits]
        environment = {**os.environ, EDITS: json.dumps(edits), "NUMBA_NUM_THREADS": "1"}
        if planted.compiled:  # machine code of the project is not that of the edited text
            environment["REHEARSE_CACHE"] = name
        options = ["-q", "-rfE", "--tb=no", f"--maxfail={SHOWN}", "-p", "no:cacheprovider"]
        command = [sys.executable, "-m", "pytest", "-p", "benchmarks.edited_import", *options, *planted.tests]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{planted.fault.name}: the tests cannot run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return FoundBy(planted, failed_tests(done.stdout))


def failed_tests(said: str) -> tuple[str, ...]:
    """Names of the tests that have failed by pytest's short summary, without files and parameters, each once."""
    lines = [line.split() for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return tuple(dict.fromkeys(words[1].rpartition("::")[2].partition("[")[0] for words in lines))


def format_found(found: FoundBy) -> str:
    """One fault as a row of a Markdown table."""
    files = ", ".join(dict.fromkeys(Path(test.partition("::")[0]).stem for test in found.planted.tests))
    return f"| {found.planted.fault.name} | {files} | {', '.join(found.failed) or 'no test'} |"


def tested_table(found: Iterator[FoundBy] | Sequence[FoundBy]) -> Iterator[str]:
    """The Markdown table, line by line as faults are done."""
    yield "| fault | tests | found by |"
    yield "|---|---|---|"
    for one in found:
        yield format_found(one)


def main() -> int:
    """Read the command line, and print; 1 where a fault is not found, or where a test fails without one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="words of the faults' names; all faults where none is given")
    parser.add_argument("--jobs", type=int, default=1, help="faults at a time")
    options = parser.parse_args()
    every = (UNCHANGED, *PAST_FAULTS, *DECIDED_FAULTS)
    chosen = [one for one in every if not options.names or any(word in one.fault.name for word in options.names)]
    done: list[FoundBy] = []
    with ThreadPoolExecutor(options.jobs) as pool:

        def kept() -> Iterator[FoundBy]:
            for one in pool.map(run_tests, chosen):
                done.append(one)
                yield one

        for line in tested_table(kept()):
            print(line, flush=True)
    return int(any(bool(one.failed) == (one.planted is UNCHANGED) for one in done))


if __name__ == "__main__":
    sys.exit(main())
