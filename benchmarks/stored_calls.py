"""Calls of a plain function for each world of a benchmark: stored as they end, spread over processes, resumable."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from experiments.execution import ExecutionSettings, Store, TaskFailure, run_tasks
from experiments.execution.task import Outcome
from experiments.runs.function_calls import FunctionCall, FunctionCaller, Model
from sim.source_code import closure_digest, read_modules

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = frozenset({"sim", "scenarios", "calibration", "experiments", "benchmarks"})
STORE = Path("out") / "benchmarks" / ".runs"

Numbers = dict[str, float]


def _by_module(function: Model) -> Model:
    """The same function as its module has it: other processes cannot import what `python -m` runs as __main__."""
    spec = getattr(sys.modules[function.__module__], "__spec__", None)
    if function.__module__ != "__main__" or spec is None:
        return function
    found: Model = getattr(import_module(spec.name), function.__name__)
    return found


def code_of(module: str) -> str:
    """A digest of a module, all that it imports and the library's files: what a stored answer of it depends on."""
    whole = hashlib.blake2b(closure_digest(read_modules(ROOT, PACKAGES), [module]).encode(), digest_size=16)
    for path in sorted((ROOT / "scenarios" / "library").rglob("*.toml")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def call_all(
    function: Model, version: str, rows: Sequence[Mapping[str, Any]], store: Path, jobs: int
) -> list[Numbers | None]:
    """The numbers that `function` gives for each row of arguments; None where it fails, with a line on stderr.

    version: names the code, as `code_of` does; answers that are stored under it are not computed again.
    """
    caller = FunctionCaller(_by_module(function), version, list(rows[0]))
    calls = [caller.call(row, 0, 0) for row in rows]
    found: dict[str, Numbers | None] = {}

    def receive(call: FunctionCall, outcome: Outcome) -> None:
        if isinstance(outcome, TaskFailure):
            print(f"{dict(call.given)}: {outcome.message}", file=sys.stderr, flush=True)
            found[call.key] = None
            return
        found[call.key] = {name: value for name, _, value, _, _ in outcome.measures}
        print(f"{len(found)} of {len(calls)}: {dict(call.given)}", file=sys.stderr, flush=True)

    run_tasks(calls, ExecutionSettings(jobs=jobs, store=Store(store)), receive)
    return [found[call.key] for call in calls]
