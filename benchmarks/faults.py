"""Faults, planted one by one in a copy of the project, and the result of the check of its questions for each.

    python -m benchmarks.faults                         all of them, as a table
    python -m benchmarks.faults --jobs 2 "late" "wage"  those with one of these words in their names, two at a time
    python -m benchmarks.faults "late" --in desk        compared with one question alone, which is faster
    python -m benchmarks.faults --list                  what each of them changes

A fault is an edit of the model's text or of a number of the library. Every copy is compared with the baselines in
`tests/baselines`, or with those that `--in` names, by a process of its own; p-values are adjusted for all tests of
these. Packages that a fault does not edit are imported from the project, not copied, so that only a fault of the
model's code is compiled again, which takes a minute.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.planted_faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parent.parent
BASELINES = "tests/baselines"
SHOWN = 4
"""KPIs that the table names, the largest changes first; the others are counted."""


@dataclass(frozen=True)
class FaultResult:
    """The check of one fault: the KPIs that fail, all others, and the processor seconds that it took.

    `questions` are those that it was compared with. `changed` and `rest` are rows of `CheckResult.changes`, the largest
    changes first; `failed` is the message of runs that failed.
    """

    fault: Fault
    questions: str
    verdict: str
    changed: tuple[dict[str, Any], ...]
    rest: tuple[dict[str, Any], ...]
    failed: str
    seconds: float


def plant(fault: Fault, folder: Path) -> None:
    """Copy the questions, their baselines and the packages of the fault into an empty folder, and make its edits.

    Raises ValueError where one does not fit.
    """
    for name in sorted({BASELINES, *(edit.file.partition("/")[0] for edit in fault.edits)}):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "out"))
    for edit in fault.edits:
        path = folder / edit.file
        path.write_text(edited(path.read_text(encoding="utf-8"), edit.old, edit.new, edit.file), encoding="utf-8")


def edited(text: str, old: str, new: str, file: str) -> str:
    """The text with `old`, which must occur in it exactly once, replaced by `new`."""
    if text.count(old) != 1:
        raise ValueError(f"{file}: the planted fault no longer fits: {old!r} occurs {text.count(old)} times, not once")
    return text.replace(old, new)


def check_fault(fault: Fault, questions: Sequence[str] = ()) -> FaultResult:
    """Plant a fault and check the copy with these questions, or with all, in a process of its own."""
    with TemporaryDirectory(prefix="rehearse-fault-") as name:
        folder = Path(name)
        plant(fault, folder)
        environment = {**os.environ, "PYTHONPATH": f"{name}{os.pathsep}{ROOT}", "NUMBA_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "benchmarks.faults", "--inside", "answer.json", "--in", *questions]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{fault.name}: the check itself failed\n{done.stderr[-2000:]}")
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    rows = sorted(answer["changes"], key=_size, reverse=True)
    changed = tuple(row for row in rows if row["verdict"] == "fail")
    rest = tuple(row for row in rows if row["verdict"] != "fail")
    named = ", ".join(questions) or "all"
    return FaultResult(fault, named, answer["verdict"], changed, rest, answer["failed"], answer["seconds"])


def _size(row: dict[str, Any]) -> float:
    """The change of a KPI in units of the smallest change that matters; 0 for one that has no value in an arm."""
    size = abs(row["change"] or 0.0) / row["smallest"] if row["smallest"] else 0.0
    return 0.0 if math.isnan(size) else size


def inside(target: Path, questions: Sequence[str]) -> None:
    """Check the library's questions of the project that this process runs in, and write the changes of KPIs."""
    from experiments import check

    files = [f"{BASELINES}/{name}.toml" for name in questions] or BASELINES
    answer = check(files, baseline=BASELINES, store="runs", jobs=1)
    tested = [(one.question.path.stem, one.regression) for one in answer.scenarios if one.regression is not None]
    changes = [{"scenario": name, **row.row()} for name, found in tested for row in found.kpis]
    failed = [f"{name}: {found.reason}" for name, found in tested if found.verdict == "fail" and not found.kpis]
    body = {"verdict": answer.verdict, "changes": changes, "failed": "; ".join(failed), "seconds": time.process_time()}
    target.write_text(json.dumps(body), encoding="utf-8")


def format_fault(found: FaultResult) -> str:
    """One fault as a row of a Markdown table."""
    cells = [found.fault.name, found.questions, *_detected_by(found), f"{found.seconds:.0f} s"]
    return "| " + " | ".join(cells) + " |"


def _detected_by(found: FaultResult) -> tuple[str, str]:
    if found.failed:
        return f"run failed: {found.failed}", ""
    if found.changed:
        names = "; ".join(_change(row) for row in found.changed[:SHOWN])
        more = len(found.changed) - SHOWN
        return names + (f"; and {more} more" if more > 0 else ""), f"{found.changed[0]['runs']}"
    if not found.rest:
        return "nothing changed", ""
    largest = found.rest[0]
    shown = all(row["verdict"] == "pass" for row in found.rest)
    words = "below the smallest change that matters" if shown else "inconclusive at the smallest change that matters"
    words += f"; the largest is {_size(largest):.2g} of it: {_change(largest)}"
    return words, f"{largest['runs']}"


def _change(row: dict[str, Any]) -> str:
    share = f"{100 * row['change'] / abs(row['baseline']):+.3g} %" if row["baseline"] else f"{row['change']:+.3g}"
    sds = f", {row['sds']:+.2g} sd" if row["sds"] is not None else ""
    return f"{row['scenario']} / {row['arm']} / {row['kpi']} {share}{sds}, p {row['p_value']:.0e}"


def table(found: Iterator[FaultResult] | Sequence[FaultResult]) -> Iterator[str]:
    """The Markdown table, line by line as faults are done."""
    yield "| fault | questions | detected by: scenario / arm / KPI, change, adjusted p-value | runs | processor |"
    yield "|---|---|---|---|---|"
    for one in found:
        yield format_fault(one)


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="words of the faults' names; all faults where none is given")
    parser.add_argument("--jobs", type=int, default=1, help="faults at a time")
    parser.add_argument("--in", dest="questions", nargs="*", default=[], help="questions to compare with; all if none")
    parser.add_argument("--list", action="store_true", help="show what each fault changes, and check none")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.inside, options.questions)
    chosen = [one for one in FAULTS if not options.names or any(word in one.name for word in options.names)]
    if options.list:
        for fault in chosen:
            print(fault.name, *(f"    {edit.file}: {edit.old!r} -> {edit.new!r}" for edit in fault.edits), sep="\n")
        return None
    with ThreadPoolExecutor(options.jobs) as pool:
        for line in table(pool.map(partial(check_fault, questions=options.questions), chosen)):
            print(line, flush=True)
    return None


if __name__ == "__main__":
    main()
