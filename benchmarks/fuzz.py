"""Damaged files, read by the commands: each ends with code 0 or 2 and at most one plain line, in 30 s and 2 GB.

python -m benchmarks.fuzz                     500 order files, and 2,000 scenario and plan files
python -m benchmarks.fuzz --kind orders --first 17 --count 1 --keep folder     one file again, kept in a folder
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.damaged_files import KINDS, DamagedFile, Kind, damaged_file, shapes_of
from benchmarks.fuzz_judge import FuzzOutcome, faults_of, outcome_of

PIECE = 100
"""Files that one process reads; a process that ends early is followed by another from the next file on."""
SECONDS, BYTES = 30, 2 << 30
NIGHT: dict[Kind, int] = {"orders": 300, "cases": 200, "scenarios": 2000}
"""Files of each kind in a night. Without cases beside REHEARSE_DATA, their number is that of other order files."""
RUN_EACH = 7
"""Of so many scenarios that are taken, one is run, too, with few people and days."""


def main() -> None:
    """Read so many damaged files, print what became of them, and end with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kind", choices=KINDS, help="one kind alone")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--count", type=int, help="how many files; of a night where it is not stated")
    parser.add_argument("--keep", type=Path, help="folder for the files that something is wrong with; with one, all")
    parser.add_argument("--piece", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.piece:
        _read_piece(given.kind, given.first, given.count)
        return
    found = Counter[str]()
    wrong = 0
    for kind, count in _asked(given.kind, given.count).items():
        for number, outcome in _outcomes(kind, given.first, count):
            faults = faults_of(outcome)
            found[f"{kind}: exit code {outcome.code}"] += 1
            wrong += bool(faults)
            if faults or count == 1:
                _tell(damaged_file(kind, number), outcome, faults, given.keep)
    print("\n".join(f"{count:6,} {what}" for what, count in sorted(found.items())))
    print(f"{sum(found.values()):,} damaged files, {wrong} with something wrong")
    sys.exit(1 if wrong else 0)


def _asked(kind: Kind | None, count: int | None) -> dict[Kind, int]:
    if kind is not None:
        return {kind: count if count is not None else NIGHT[kind]}
    counts = dict(NIGHT)
    if not shapes_of("cases"):
        counts["orders"] += counts.pop("cases")
    return counts if count is None else dict.fromkeys(counts, count)


def _tell(file: DamagedFile, outcome: FuzzOutcome, faults: Sequence[str], keep: Path | None) -> None:
    print(
        f"{file.kind} {file.number} ({file.shape}: {', '.join(file.damages) or 'whole'}): {'; '.join(faults) or 'well'}"
    )
    print(f"    code {outcome.code}, {outcome.seconds:.1f} s: {outcome.err.strip()[-600:]}", flush=True)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{file.kind}-{file.number}-{file.name}").write_bytes(file.content)


def _outcomes(kind: Kind, first: int, count: int) -> Iterator[tuple[int, FuzzOutcome]]:
    """The outcome of each file by its number, read in processes of `PIECE` files."""
    number, end = first, first + count
    while number < end:
        words = ["--piece", "--kind", kind, "--first", str(number), "--count", str(min(PIECE, end - number))]
        began = time.monotonic()
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.fuzz", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [json.loads(line) for line in child.stdout.splitlines()]
        yield from ((number + place, FuzzOutcome(**line)) for place, line in enumerate(lines))
        number += len(lines)
        if len(lines) < int(words[-1]):  # the process ended in the middle of a file
            text = f"the process ended with {child.returncode}: {child.stderr[-2000:]}"
            yield number, FuzzOutcome(child.returncode, "", text, time.monotonic() - began)
            number += 1


def _read_piece(kind: Kind, first: int, count: int) -> None:
    """Read files in this process, within its limits, and print each outcome as a line of JSON."""
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    answers = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            spent = int(time.process_time()) + SECONDS + 5  # the kernel ends what runs on beyond it
            resource.setrlimit(resource.RLIMIT_CPU, (spent, resource.RLIM_INFINITY))
            run = kind == "scenarios" and number % RUN_EACH == 0
            outcome = outcome_of(damaged_file(kind, number), Path(folder), run=run)
            answers.write(json.dumps(vars(outcome)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
