"""Twenty faults, planted one by one in a copy of the project, and what the check of its questions says of each.

    python -m benchmarks.faults                         all of them, as a table
    python -m benchmarks.faults --jobs 2 "late" "wage"  those whose names hold one of these words, two at a time
    python -m benchmarks.faults --list                  what each of them changes

A fault is an edit of the model's text or of a number of the library. Every copy is checked by a process of its own
against the baselines in `tests/baselines`. Rooms that a fault leaves alone are taken from the project, not copied, so
that only a fault of the model's code is compiled anew, which takes a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.planted_faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parent.parent
BASELINES = "tests/baselines"
SHOWN = 4
"""KPIs that the table names, the clearest first; the others are counted."""


@dataclass(frozen=True)
class Found:
    """What a check said of one fault: the moves that count, all moves, and the machine's seconds that it took.

    `moved` are rows of `experiments.Moved` with the scenario's name, the clearest first; `failed` the message of a run
    that could not be lived.
    """

    fault: Fault
    verdict: str
    moved: tuple[dict[str, Any], ...]
    rest: tuple[dict[str, Any], ...]
    failed: str
    seconds: float


def plant(fault: Fault, folder: Path) -> None:
    """Copy the questions, their baselines and the fault's rooms into an empty folder, and make its edits.

    Raises ValueError where one does not fit.
    """
    for name in sorted({BASELINES, *(edit.file.partition("/")[0] for edit in fault.edits)}):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "out"))
    for edit in fault.edits:
        path = folder / edit.file
        path.write_text(edited(path.read_text(encoding="utf-8"), edit.old, edit.new, edit.file), encoding="utf-8")


def edited(text: str, old: str, new: str, file: str) -> str:
    """The text with `old`, which it must hold exactly once, replaced."""
    if text.count(old) != 1:
        raise ValueError(
            f"{file}: the planted fault no longer fits: {old!r} is there {text.count(old)} times, not once"
        )
    return text.replace(old, new)


def try_out(fault: Fault) -> Found:
    """Plant a fault and check the copy in a process of its own."""
    with TemporaryDirectory(prefix="rehearse-fault-") as name:
        folder = Path(name)
        plant(fault, folder)
        environment = {**os.environ, "PYTHONPATH": f"{name}{os.pathsep}{ROOT}", "NUMBA_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "benchmarks.faults", "--inside", "answer.json"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{fault.name}: the check itself broke down\n{done.stderr[-2000:]}")
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    rows = sorted(answer["moved"], key=_clearness, reverse=True)
    moved = tuple(row for row in rows if row["verdict"] == "fail")
    rest = tuple(row for row in rows if row["verdict"] != "fail")
    return Found(fault, answer["verdict"], moved, rest, answer["failed"], answer["seconds"])


def _clearness(row: dict[str, Any]) -> float:
    """How many of its smallest changes a KPI has changed by."""
    return abs(row["change"] or 0.0) / row["smallest"] if row["smallest"] else 0.0


def inside(target: Path) -> None:
    """Check the library's questions of the project that this process runs in, and write what moved."""
    from experiments import check

    answer = check(BASELINES, baseline=BASELINES, store="runs", jobs=1)
    against = [(one.question.path.stem, one.against) for one in answer.scenarios if one.against is not None]
    moved = [{"scenario": name, **vars(row)} for name, found in against for row in found.moved]
    failed = [f"{name}: {found.reason}" for name, found in against if found.verdict == "fail" and not found.moved]
    body = {"verdict": answer.verdict, "moved": moved, "failed": "; ".join(failed), "seconds": time.process_time()}
    target.write_text(json.dumps(body), encoding="utf-8")


def told(found: Found) -> str:
    """One fault as a row of a Markdown table."""
    cells = [found.fault.name, *_caught(found), f"{found.seconds:.0f} s"]
    return "| " + " | ".join(cells) + " |"


def _caught(found: Found) -> tuple[str, str]:
    if found.failed:
        return f"run failed: {found.failed}", ""
    if found.moved:
        names = "; ".join(_move(row) for row in found.moved[:SHOWN])
        more = len(found.moved) - SHOWN
        return names + (f"; and {more} more" if more > 0 else ""), f"{found.moved[0]['runs']}"
    if not found.rest:
        return "nothing changed", ""
    largest = found.rest[0]
    words = f"below the smallest change that matters; the largest is {_clearness(largest):.2g} of it: {_move(largest)}"
    return words, f"{largest['runs']}"


def _move(row: dict[str, Any]) -> str:
    share = f"{100 * row['change'] / abs(row['baseline']):+.3g} %" if row["baseline"] else f"{row['change']:+.3g}"
    sds = f", {row['sds']:+.2g} sd" if row["sds"] is not None else ""
    return f"{row['scenario']} / {row['arm']} / {row['kpi']} {share}{sds}, p {row['p_value']:.0e}"


def table(found: Iterator[Found] | Sequence[Found]) -> Iterator[str]:
    """The Markdown table, line by line as faults are done."""
    yield "| fault | caught by: scenario / arm / KPI, change, p over all tests of the build | runs | machine |"
    yield "|---|---|---|---|"
    for one in found:
        yield told(one)


def main() -> None:
    """Read the command line, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="words of the faults' names; all where none is given")
    parser.add_argument("--jobs", type=int, default=1, help="faults at a time")
    parser.add_argument("--list", action="store_true", help="say what each fault changes, and try none")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.inside)
    chosen = [one for one in FAULTS if not options.names or any(word in one.name for word in options.names)]
    if options.list:
        for fault in chosen:
            print(fault.name, *(f"    {edit.file}: {edit.old!r} -> {edit.new!r}" for edit in fault.edits), sep="\n")
        return None
    with ThreadPoolExecutor(options.jobs) as pool:
        for line in table(pool.map(try_out, chosen)):
            print(line, flush=True)
    return None


if __name__ == "__main__":
    main()
